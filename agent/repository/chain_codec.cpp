// SPDX-License-Identifier: Apache-2.0
#include "agent/repository/chain_codec.h"

#include "agent/repository/fields.h"

namespace isotherm::repository
{
namespace
{

enum ChainField : std::uint32_t { kReason = 1, kCommit };
enum SequenceField : std::uint32_t { kSchema = 1, kName, kTable, kLast, kIncrement, kCache };

/// A reason and a commit.
struct ChainEnd
{
    std::string reason;
    Lsn commit;
};

std::string encodeEnd(const std::string& reason, Lsn commit)
{
    std::string record;
    FieldWriter writer(record);
    writer.bytes(kReason, Need::Optional, reason);
    writer.integer(kCommit, Need::Optional, commit.get());
    return record;
}

Result<ChainEnd> decodeEnd(std::string_view record)
{
    ChainEnd end;
    FieldReader reader(record);
    while (reader.next()) {
        switch (reader.field().number) {
        case kReason:
            end.reason = reader.text();
            break;
        case kCommit:
            end.commit = Lsn(reader.integer());
            break;
        default:
            reader.unknown();
        }
    }
    ISO_TRY(reader.status("the start or end of a chain in the manifest"));
    return end;
}

} // namespace

std::string encodeChainStart(const ChainStart& start)
{
    return encodeEnd(start.reason, start.after);
}

Result<ChainStart> decodeChainStart(std::string_view record)
{
    ISO_ASSIGN(ChainEnd end, decodeEnd(record));
    return ChainStart{std::move(end.reason), end.commit};
}

std::string encodeChainStop(const ChainStop& stop)
{
    return encodeEnd(stop.reason, stop.last);
}

Result<ChainStop> decodeChainStop(std::string_view record)
{
    ISO_ASSIGN(ChainEnd end, decodeEnd(record));
    return ChainStop{std::move(end.reason), end.commit};
}

std::string encodeSequence(const SequenceValue& sequence)
{
    std::string record;
    FieldWriter writer(record);
    writer.bytes(kSchema, Need::Optional, sequence.schema);
    writer.bytes(kName, Need::Optional, sequence.name);
    writer.bytes(kTable, Need::Optional, sequence.table);
    writer.signedInteger(kLast, Need::Optional, sequence.last);
    writer.signedInteger(kIncrement, Need::Optional, sequence.increment);
    writer.signedInteger(kCache, Need::Optional, sequence.cache);
    return record;
}

Result<SequenceValue> decodeSequence(std::string_view record)
{
    SequenceValue sequence;
    FieldReader reader(record);
    while (reader.next()) {
        switch (reader.field().number) {
        case kSchema:
            sequence.schema = reader.text();
            break;
        case kName:
            sequence.name = reader.text();
            break;
        case kTable:
            sequence.table = reader.text();
            break;
        case kLast:
            sequence.last = reader.signedInteger();
            break;
        case kIncrement:
            sequence.increment = reader.signedInteger();
            break;
        case kCache:
            sequence.cache = reader.signedInteger();
            break;
        default:
            reader.unknown();
        }
    }
    ISO_TRY(reader.status("a sequence in the manifest"));
    return sequence;
}

} // namespace isotherm::repository

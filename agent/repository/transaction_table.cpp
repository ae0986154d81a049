// SPDX-License-Identifier: Apache-2.0
#include "agent/repository/transaction_table.h"

#include "agent/repository/block_codec.h"
#include "agent/repository/fields.h"

namespace isotherm::repository
{
namespace
{

/// Columns of the table: eight integers of eight bytes, then the other shards, eight bytes each.
enum Column : std::size_t {
    kCommit,
    kTime,
    kId,
    kInserted,
    kUpdated,
    kDeleted,
    kTruncates,
    kFlags,
    kShards,
    kColumns
};
constexpr std::uint64_t kPartial = 1;
constexpr std::uint64_t kOtherOrigin = 2;
constexpr std::size_t kShardBytes = sizeof(std::uint64_t);

void appendInteger(std::string& row, std::uint64_t value)
{
    appendBigEndian(row, static_cast<std::uint32_t>(sizeof(value)));
    appendBigEndian(row, value);
}

void appendRow(std::string& row, const TransactionRecord& transaction)
{
    appendInteger(row, transaction.commit.get());
    appendInteger(row, static_cast<std::uint64_t>(toUnixMicros(transaction.time)));
    appendInteger(row, transaction.id);
    appendInteger(row, transaction.inserted);
    appendInteger(row, transaction.updated);
    appendInteger(row, transaction.deleted);
    appendInteger(row, transaction.truncates);
    appendInteger(row, (transaction.partial ? kPartial : 0) |
                           (transaction.otherOrigin ? kOtherOrigin : 0));
    appendBigEndian(row, static_cast<std::uint32_t>(transaction.otherShards.size() * kShardBytes));
    for (const ShardId shard : transaction.otherShards) {
        appendBigEndian(row, shard.get());
    }
}

bool takeRow(std::string_view row, TransactionRecord& transaction)
{
    ByteReader reader(row);
    std::uint64_t values[kShards] = {};
    for (std::uint64_t& value : values) {
        if (reader.takeBigEndian<std::uint32_t>() != sizeof(value)) {
            return false;
        }
        value = reader.takeBigEndian<std::uint64_t>();
    }
    const auto shardBytes = reader.takeBigEndian<std::uint32_t>();
    if (!reader.ok() || shardBytes != reader.remaining() || shardBytes % kShardBytes != 0) {
        return false;
    }
    transaction.commit = Lsn(values[kCommit]);
    transaction.time = fromUnixMicros(static_cast<std::int64_t>(values[kTime]));
    transaction.id = values[kId];
    transaction.inserted = values[kInserted];
    transaction.updated = values[kUpdated];
    transaction.deleted = values[kDeleted];
    transaction.truncates = values[kTruncates];
    transaction.partial = (values[kFlags] & kPartial) != 0;
    transaction.otherOrigin = (values[kFlags] & kOtherOrigin) != 0;
    while (!reader.atEnd()) {
        transaction.otherShards.emplace_back(reader.takeBigEndian<std::uint64_t>());
    }
    return true;
}

} // namespace

EncodedTransactions encodeTransactions(const std::vector<TransactionRecord>& transactions,
                                       int compressionLevel)
{
    BlockBuilder builder(kColumns, compressionLevel);
    std::string row;
    for (const TransactionRecord& transaction : transactions) {
        row.clear();
        appendRow(row, transaction);
        ISO_CHECK(builder.add(row).ok());
    }
    EncodedTransactions encoded;
    encoded.raw = builder.rawBytes();
    encoded.plain = builder.finish();
    return encoded;
}

Result<std::vector<TransactionRecord>> decodeTransactions(std::string_view plain,
                                                          const TransactionFrame& expected)
{
    BlockDecoder decoder(kColumns);
    RowBatch batch;
    ISO_TRY(decoder.decode(plain, {expected.rows, expected.raw}, batch));
    std::vector<TransactionRecord> transactions(batch.rowCount());
    Lsn previous = expected.firstCommit;
    for (std::size_t i = 0; i < transactions.size(); ++i) {
        TransactionRecord& transaction = transactions[i];
        if (!takeRow(batch.row(i), transaction) || transaction.commit < previous ||
            (i == 0 && transaction.commit != expected.firstCommit)) {
            return malformedBytes("the table of transactions");
        }
        previous = transaction.commit;
    }
    return transactions;
}

} // namespace isotherm::repository

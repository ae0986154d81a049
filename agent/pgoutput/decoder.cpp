// SPDX-License-Identifier: Apache-2.0
#include "agent/pgoutput/decoder.h"

#include <algorithm>
#include <cctype>
#include <string>

namespace isotherm::pgoutput
{
namespace
{

std::uint32_t takeWord(ByteReader& reader)
{
    return reader.takeBigEndian<std::uint32_t>();
}

/// A string that ends with a zero byte, which is not part of it. `ok` is cleared when none comes.
std::string_view takeString(ByteReader& reader, bool& ok)
{
    ByteReader probe = reader;
    const std::string_view rest = probe.take(probe.remaining());
    const std::size_t length = rest.find('\0');
    if (length == std::string_view::npos) {
        ok = false;
        return {};
    }
    const std::string_view text = reader.take(length);
    (void)reader.take(1);
    return text;
}

bool isKnown(char kind)
{
    constexpr std::string_view kKinds = "BCORYIUDTMSEcA";
    return kKinds.find(kind) != std::string_view::npos;
}

/// Only these carry a transaction id inside of a stream block.
bool isChange(MessageKind kind)
{
    switch (kind) {
    case MessageKind::Relation:
    case MessageKind::Type:
    case MessageKind::Insert:
    case MessageKind::Update:
    case MessageKind::Delete:
    case MessageKind::Truncate:
    case MessageKind::Logical:
        return true;
    default:
        return false;
    }
}

bool takeValue(ByteReader& reader, Value& value)
{
    const char kind = static_cast<char>(reader.takeBigEndian<std::uint8_t>());
    value.bytes = {};
    switch (kind) {
    case 'n':
    case 'u':
        break;
    case 't':
    case 'b':
        value.bytes = reader.take(takeWord(reader));
        break;
    default:
        return false;
    }
    value.kind = static_cast<ValueKind>(kind);
    return reader.ok();
}

bool takeTuple(ByteReader& reader, Tuple& tuple)
{
    const std::size_t count = reader.takeBigEndian<std::uint16_t>();
    if (!reader.ok() || count > kMostColumns || count > reader.remaining()) {
        return false;
    }
    tuple.resize(count);
    return std::all_of(tuple.begin(), tuple.end(),
                       [&reader](Value& value) { return takeValue(reader, value); });
}

bool takeOldTuple(ByteReader& reader, char kind, Message& message)
{
    if (kind != 'K' && kind != 'O') {
        return false;
    }
    message.oldTuple = static_cast<OldTuple>(kind);
    return takeTuple(reader, message.oldValues);
}

bool takeUpdate(ByteReader& reader, Message& message)
{
    char kind = static_cast<char>(reader.takeBigEndian<std::uint8_t>());
    if (kind != 'N') {
        if (!takeOldTuple(reader, kind, message)) {
            return false;
        }
        kind = static_cast<char>(reader.takeBigEndian<std::uint8_t>());
    }
    return kind == 'N' && takeTuple(reader, message.newValues);
}

bool takeRelation(ByteReader& reader, Message& message)
{
    bool ok = true;
    message.schema = takeString(reader, ok);
    message.name = takeString(reader, ok);
    message.replicaIdentity = static_cast<char>(reader.takeBigEndian<std::uint8_t>());
    const std::size_t count = reader.takeBigEndian<std::uint16_t>();
    if (!ok || !reader.ok() || count > kMostColumns) {
        return false;
    }
    message.columns.clear();
    for (std::size_t i = 0; i < count && ok && reader.ok(); ++i) {
        Column column;
        column.key = (reader.takeBigEndian<std::uint8_t>() & 1U) != 0;
        column.name = takeString(reader, ok);
        column.type = takeWord(reader);
        column.modifier = static_cast<std::int32_t>(takeWord(reader));
        message.columns.push_back(column);
    }
    return ok && reader.ok();
}

bool takeTruncate(ByteReader& reader, Message& message)
{
    const std::uint32_t count = takeWord(reader);
    const auto flags = reader.takeBigEndian<std::uint8_t>();
    if (!reader.ok() || count > reader.remaining() / sizeof(std::uint32_t)) {
        return false;
    }
    message.cascade = (flags & 1U) != 0;
    message.restartIdentity = (flags & 2U) != 0;
    message.relations.clear();
    for (std::uint32_t i = 0; i < count; ++i) {
        message.relations.push_back(takeWord(reader));
    }
    return true;
}

bool takeLogical(ByteReader& reader, Message& message)
{
    bool ok = true;
    message.transactional = (reader.takeBigEndian<std::uint8_t>() & 1U) != 0;
    message.lsn = reader.takeBigEndian<std::uint64_t>();
    message.prefix = takeString(reader, ok);
    message.content = reader.take(takeWord(reader));
    return ok && reader.ok();
}

bool takeCommit(ByteReader& reader, Message& message)
{
    (void)reader.takeBigEndian<std::uint8_t>(); // flags, none yet
    message.lsn = reader.takeBigEndian<std::uint64_t>();
    message.endLsn = reader.takeBigEndian<std::uint64_t>();
    message.time = static_cast<std::int64_t>(reader.takeBigEndian<std::uint64_t>());
    return reader.ok();
}

} // namespace

Status Decoder::decode(std::string_view bytes, Message& message)
{
    ByteReader reader(bytes);
    const char kind = static_cast<char>(reader.takeBigEndian<std::uint8_t>());
    if (!reader.ok()) {
        return makeError(Code::InvalidArgument, "a message of the change stream is empty");
    }
    if (!isKnown(kind)) {
        const std::string shown =
            std::isprint(static_cast<unsigned char>(kind)) != 0
                ? std::string(1, kind)
                : std::to_string(static_cast<unsigned>(static_cast<unsigned char>(kind)));
        return makeError(Code::Unimplemented,
                         "the change stream has a message of the unknown kind " + shown,
                         "the server speaks a newer protocol than was asked for");
    }
    message.kind = static_cast<MessageKind>(kind);
    message.oldTuple = OldTuple::None;
    message.xid = 0;
    if (!decodeBody(reader, message) || !reader.ok() || !reader.atEnd()) {
        return makeError(Code::InvalidArgument, std::string("a message of the change stream (") +
                                                    kind + ") is malformed or out of place");
    }
    return {};
}

bool Decoder::decodeBody(ByteReader& reader, Message& message)
{
    if (isChange(message.kind)) {
        if (m_inBlock) {
            message.xid = takeWord(reader);
        }
        return decodeChange(reader, message);
    }
    switch (message.kind) {
    case MessageKind::Begin:
        message.lsn = reader.takeBigEndian<std::uint64_t>();
        message.time = static_cast<std::int64_t>(reader.takeBigEndian<std::uint64_t>());
        message.xid = takeWord(reader);
        return !m_inBlock;
    case MessageKind::Commit:
        return takeCommit(reader, message) && !m_inBlock;
    case MessageKind::Origin: {
        bool ok = true;
        message.lsn = reader.takeBigEndian<std::uint64_t>();
        message.name = takeString(reader, ok);
        return ok;
    }
    default:
        return decodeStreamControl(reader, message);
    }
}

bool Decoder::decodeStreamControl(ByteReader& reader, Message& message)
{
    if (message.kind == MessageKind::StreamStop) {
        const bool inPlace = m_inBlock;
        m_inBlock = false;
        return inPlace;
    }
    message.xid = takeWord(reader);
    switch (message.kind) {
    case MessageKind::StreamStart: {
        message.first = reader.takeBigEndian<std::uint8_t>() == 1;
        const bool inPlace = !m_inBlock && reader.ok() && reader.atEnd();
        m_inBlock = m_inBlock || inPlace;
        return inPlace;
    }
    case MessageKind::StreamCommit:
        return takeCommit(reader, message) && !m_inBlock;
    case MessageKind::StreamAbort:
        message.subxid = takeWord(reader);
        return !m_inBlock;
    default:
        return false;
    }
}

bool Decoder::decodeChange(ByteReader& reader, Message& message)
{
    bool ok = true;
    switch (message.kind) {
    case MessageKind::Truncate:
        return takeTruncate(reader, message);
    case MessageKind::Logical:
        return takeLogical(reader, message);
    case MessageKind::Type:
        message.type = takeWord(reader);
        message.schema = takeString(reader, ok);
        message.name = takeString(reader, ok);
        return ok;
    default:
        break;
    }
    message.relation = takeWord(reader);
    switch (message.kind) {
    case MessageKind::Relation:
        return takeRelation(reader, message);
    case MessageKind::Insert:
        return reader.takeBigEndian<std::uint8_t>() == 'N' && takeTuple(reader, message.newValues);
    case MessageKind::Update:
        return takeUpdate(reader, message);
    default:
        return takeOldTuple(reader, static_cast<char>(reader.takeBigEndian<std::uint8_t>()),
                            message);
    }
}

} // namespace isotherm::pgoutput

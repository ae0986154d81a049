// SPDX-License-Identifier: Apache-2.0
#include "agent/journal/chunk.h"

#include <algorithm>
#include <utility>

namespace isotherm::journal
{
namespace
{

Error damaged()
{
    return makeError(Code::DataLoss, "a chunk of the journal is malformed");
}

bool isChange(std::uint8_t kind)
{
    return (kind >= 1 && kind <= 4) || kind == 6;
}

} // namespace

void ChunkBuilder::add(const TransactionHeader& transaction, const Item& item)
{
    if (m_transactions == 0 || m_highest != transaction.commitLsn) {
        if (m_transactions == 0) {
            m_lowest = transaction.commitLsn;
        }
        m_highest = transaction.commitLsn;
        m_newest = std::max(m_newest, transaction.id);
        appendTransaction(m_transactionBytes, transaction);
        ++m_transactions;
    }
    const auto [place, isNew] =
        m_relations.try_emplace(item.relationOffset, m_relationOffsets.size());
    if (isNew) {
        m_relationOffsets.push_back(item.relationOffset);
    }
    appendVarint(m_changes, m_transactions - 1);
    appendVarint(m_changes, item.sequence);
    m_changes.push_back(static_cast<char>(item.kind));
    appendVarint(m_changes, place->second);
    appendSized(m_changes, item.row);
    appendSized(m_changes, item.oldRow);
}

std::string ChunkBuilder::finish(std::uint64_t leaf)
{
    std::string content;
    content.reserve(bytes() + 64);
    appendVarint(content, leaf);
    appendVarint(content, m_relationOffsets.size());
    for (const std::uint64_t offset : m_relationOffsets) {
        appendVarint(content, offset);
    }
    appendVarint(content, m_transactions);
    content += m_transactionBytes;
    content += m_changes;
    *this = ChunkBuilder();
    return content;
}

Result<Chunk> Chunk::decode(std::string content, std::uint64_t leaf)
{
    Chunk chunk;
    chunk.m_content = std::move(content);
    ByteReader reader(chunk.m_content);
    bool ok = reader.takeVarint() == leaf;
    const std::uint64_t relations = reader.takeVarint();
    if (!reader.ok() || !ok || relations > reader.remaining()) {
        return damaged();
    }
    for (std::uint64_t i = 0; i < relations; ++i) {
        chunk.m_relationOffsets.push_back(reader.takeVarint());
    }
    const std::uint64_t transactions = reader.takeVarint();
    if (!reader.ok() || transactions > reader.remaining()) {
        return damaged();
    }
    for (std::uint64_t i = 0; i < transactions && ok && reader.ok(); ++i) {
        chunk.m_transactions.push_back(takeTransaction(reader, ok));
    }
    if (!reader.ok() || !ok) {
        return damaged();
    }
    chunk.m_at = chunk.m_content.size() - reader.remaining();
    return chunk;
}

Result<ChunkItem> Chunk::next()
{
    ByteReader reader(std::string_view(m_content).substr(m_at));
    ChunkItem item;
    item.transaction = reader.takeVarint();
    item.sequence = reader.takeVarint();
    const auto kind = reader.takeBigEndian<std::uint8_t>();
    item.kind = static_cast<engine::ChangeKind>(kind);
    item.relation = reader.takeVarint();
    item.row = reader.takeSized();
    item.oldRow = reader.takeSized();
    if (!reader.ok() || !isChange(kind) || item.transaction >= m_transactions.size() ||
        item.relation >= m_relationOffsets.size()) {
        return damaged();
    }
    m_at = m_content.size() - reader.remaining();
    return item;
}

} // namespace isotherm::journal

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/journal/codec.h"
#include "shared/base/result.h"

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace isotherm::journal
{

/// Collects the changes of one leaf (JOURNAL.md: chunk).
class ChunkBuilder
{
public:
    struct Item
    {
        std::uint64_t sequence = 0;
        engine::ChangeKind kind = engine::ChangeKind::Insert;
        std::uint64_t relationOffset = 0;
        std::string_view row;
        std::string_view oldRow;
    };

    void add(const TransactionHeader& transaction, const Item& item);

    [[nodiscard]] std::size_t bytes() const { return m_changes.size() + m_transactionBytes.size(); }
    [[nodiscard]] bool empty() const { return m_changes.empty(); }
    [[nodiscard]] Lsn lowest() const { return m_lowest; }
    [[nodiscard]] Lsn highest() const { return m_highest; }
    [[nodiscard]] std::uint64_t newest() const { return m_newest; }
    /// The content of the frame; the builder is empty then.
    [[nodiscard]] std::string finish(std::uint64_t leaf);

private:
    std::string m_transactionBytes;
    std::uint64_t m_transactions = 0;
    std::map<std::uint64_t, std::uint64_t> m_relations; ///< offset → index
    std::vector<std::uint64_t> m_relationOffsets;
    std::string m_changes;
    Lsn m_lowest;
    Lsn m_highest;
    std::uint64_t m_newest = 0;
};

struct ChunkItem
{
    std::uint64_t transaction = 0; ///< index into Chunk::transactions
    std::uint64_t sequence = 0;
    engine::ChangeKind kind = engine::ChangeKind::Insert;
    std::uint64_t relation = 0; ///< index into Chunk::relationOffsets
    std::string_view row;
    std::string_view oldRow;
};

/// A chunk to go through.
class Chunk
{
public:
    /// DataLoss when malformed, or of another leaf.
    [[nodiscard]] static Result<Chunk> decode(std::string content, std::uint64_t leaf);

    [[nodiscard]] const std::vector<TransactionHeader>& transactions() const
    {
        return m_transactions;
    }
    [[nodiscard]] const std::vector<std::uint64_t>& relationOffsets() const
    {
        return m_relationOffsets;
    }
    [[nodiscard]] bool atEnd() const { return m_at >= m_content.size(); }
    /// Views into the chunk.
    [[nodiscard]] Result<ChunkItem> next();

private:
    std::string m_content;
    std::size_t m_at = 0;
    std::vector<TransactionHeader> m_transactions;
    std::vector<std::uint64_t> m_relationOffsets;
};

} // namespace isotherm::journal

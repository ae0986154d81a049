// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/repository/history_table.h"
#include "agent/repository/version.h"

#include <cstdint>
#include <list>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace isotherm::repository
{

/// Finds values that a change left out under the key that its row had before. Keeps the blocks that
/// it used last: keys that moved together were neighbours. Not thread-safe.
class RowLookup
{
public:
    explicit RowLookup(HistoryTable& history) : m_history(history) {}

    /// The version that asks, and where to look.
    struct Question
    {
        std::string key; ///< the previous one
        Lsn commit;
        std::uint32_t order = 0;
    };

    /// Fills what is absent in `row`, which is of the target's schema. DataLoss ("broken chain")
    /// when there is nothing to fill it from.
    [[nodiscard]] Status fill(std::string& row, Question question);

private:
    /// A decoded block of any run.
    struct Block
    {
        std::size_t run = 0;
        std::size_t number = 0;
        DecodedVersions content;
        std::string keys;
        std::vector<std::size_t> keyEnds;

        [[nodiscard]] std::string_view key(std::size_t row) const;
        /// [begin, end) of the rows with that key.
        [[nodiscard]] std::pair<std::size_t, std::size_t> find(std::string_view wanted) const;
    };
    struct Found
    {
        std::string row;
        std::string previousKey;
        RowVersion version;
    };

    [[nodiscard]] Result<std::shared_ptr<const Block>> block(const RunFile& file, std::size_t run,
                                                             std::size_t number);
    [[nodiscard]] Result<std::vector<Found>> versionsBelow(const Question& question,
                                                           std::size_t view, Lsn floor);
    [[nodiscard]] Status collect(const Question& question, std::size_t run, const RunFacts& facts,
                                 Lsn floor, std::vector<Found>& found);
    [[nodiscard]] Result<std::optional<std::string>> baseRow(std::string_view key,
                                                             std::size_t view);
    [[nodiscard]] Result<Lsn> floorOf(const Question& question, std::size_t view);

    HistoryTable& m_history;
    std::list<std::shared_ptr<const Block>> m_blocks; ///< used last first
};

/// The newest commit of a truncate at or before `upTo` that covers the key; 0: none.
[[nodiscard]] Lsn truncatedAt(const std::vector<TruncateEntry>& truncates, std::string_view key,
                              Lsn upTo);

} // namespace isotherm::repository

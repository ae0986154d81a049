// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "samples.h"

#include <cstdint>
#include <map>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <vector>

namespace isotherm::test
{

/// A table (id bigint key, a text, big text, c bigint) that random transactions change, and what it
/// held after each of them. `big` is what a change stream leaves out when it did not change.
class HistoryWorld
{
public:
    using State = std::map<std::int64_t, std::string>; ///< rows by id

    struct Change
    {
        repository::DeltaKind kind = repository::DeltaKind::Insert;
        std::string row;
        std::string oldRow;
    };
    struct Transaction
    {
        repository::TransactionRecord record;
        std::vector<Change> changes;
        std::set<std::int64_t> touched;
        bool truncates = false;
        State after;                                            ///< the table
        std::map<std::int64_t, std::optional<std::string>> net; ///< what it did, in the end
    };

    HistoryWorld(std::uint64_t seed, std::size_t transactions);

    [[nodiscard]] static TableSchema schema();
    [[nodiscard]] const std::vector<Transaction>& transactions() const { return m_transactions; }

    /// What a snapshot shows that is taken right after commit number `at` was written: all but some
    /// of the last commits, which it does not see yet.
    struct Base
    {
        std::string visibility;
        State rows;
        Lsn lsn;                     ///< the log's position then
        std::size_t firstHidden = 0; ///< all commits before this number are shown
        std::size_t lastShown = 0;   ///< none behind this number is
        bool fog = false;            ///< commits at or before `lsn` are hidden
    };
    [[nodiscard]] Base baseAt(std::size_t at);

    [[nodiscard]] std::uint64_t below(std::uint64_t limit) { return m_random() % limit; }

private:
    struct Row
    {
        std::string a;
        std::optional<std::string> big;
        std::int64_t c = 0;
    };
    [[nodiscard]] static std::string encode(std::int64_t id, const Row& row, bool leaveOutBig);
    [[nodiscard]] std::string keyRow(std::int64_t id) const;
    [[nodiscard]] std::string text(std::size_t size);
    [[nodiscard]] std::int64_t existing();
    [[nodiscard]] std::int64_t missing();
    void begin();
    void change(Transaction& transaction);
    void insert(Transaction& transaction);
    void update(Transaction& transaction);
    void move(Transaction& transaction, std::int64_t from, std::int64_t to);
    void swap(Transaction& transaction);
    void remove(Transaction& transaction);
    void truncate(Transaction& transaction);
    void note(Transaction& transaction, std::int64_t id);

    std::mt19937_64 m_random;
    std::map<std::int64_t, Row> m_rows;
    std::vector<Transaction> m_transactions;
};

/// Writes the commits [begin, end) of the world as one delta, in an order that only keeps that of
/// each transaction. first is the commit before, or `first` when begin is 0.
[[nodiscard]] Result<std::vector<repository::RunRef>>
writeDelta(repository::Repository& repository, HistoryWorld& world, std::size_t begin,
           std::size_t end, repository::DeltaOptions options,
           std::vector<std::unique_ptr<repository::DeltaWriter>>& writers);

} // namespace isotherm::test

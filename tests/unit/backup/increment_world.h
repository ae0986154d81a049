// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/backup/increment.h"
#include "tests/unit/repository/samples.h"

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <vector>

/// What increments are cut from, for the tests of backups.
namespace isotherm::test
{

inline constexpr std::uint64_t kLeaf = 100;
inline constexpr std::uint64_t kOtherLeaf = 101;
inline constexpr std::uint64_t kTable = 1;

using Rows = std::map<std::int64_t, std::string>;

[[nodiscard]] std::shared_ptr<const engine::ChangeRelation>
relationOf(const std::vector<std::string>& columns);

[[nodiscard]] std::string absentNote(std::int64_t id);

[[nodiscard]] std::string rowWith(std::int64_t id, std::string_view note);

/// The same note under another key.
[[nodiscard]] std::string moved(std::int64_t id, const std::string& row);

/// A database of one table, its journal and its backups; every commit's state is remembered.
class IncrementWorld
{
public:
    explicit IncrementWorld(std::uint64_t seed);

    /// Random changes of one transaction. Its rows are seen at once; `running` ones by no snapshot
    /// that is taken before they are told to be over.
    void transact(std::size_t changes);

    void begin();
    void end() { m_states[Lsn(m_lsn)] = m_rows; }

    void add(engine::ChangeKind kind, std::string_view row, std::string_view oldRow);

    /// Of a transaction of its own, and what capture makes of it.
    void marker(engine::MarkerKind kind);

    /// The table has these columns from here on; the last one was added with that value.
    void define(const std::vector<std::string>& names, const std::vector<std::uint32_t>& numbers,
                const std::string& missing, std::vector<std::uint64_t> objects = {kTable, kLeaf});

    void seal();

    /// As far as the server had written when its next record was to be a commit.
    void sealUpToTheNext();

    /// The base shows all but the newest `hidden` transactions, whose commits come before its LSN.
    repository::Manifest base(std::size_t hidden);

    [[nodiscard]] Result<backup::Increment> increment(const repository::Manifest& previous,
                                                      const TableSchema& now = notesSchema(),
                                                      std::optional<Lsn> upTo = std::nullopt);

    /// Commits in [from, to] whose restored rows are not the ones that were.
    std::size_t differences(const repository::Manifest& manifest, Lsn from,
                            const repository::BaseFilterFactory& filter = {}, Lsn to = Lsn(~0ULL));

    Result<Rows> restore(const repository::Manifest& manifest,
                         const repository::ReadMoment& moment);

    journal::Journal& journal() { return *m_journal; }
    void nextSegment() { m_fixture.clock.advance(std::chrono::minutes(11)); }
    repository::Repository& repository() { return *m_fixture.repository; }
    Lsn now() const { return Lsn(m_lsn); }
    void useRelation(std::shared_ptr<const engine::ChangeRelation> relation);
    std::mt19937_64& random() { return m_random; }

private:
    void changeOne();

    std::mt19937_64 m_random;
    RepositoryFixture m_fixture;
    std::unique_ptr<journal::Journal> m_journal;
    std::shared_ptr<const engine::ChangeRelation> m_relation = relationOf({"id", "note"});
    std::uint64_t m_transaction = 10;
    std::uint64_t m_lsn = 1;
    std::optional<journal::State> m_unsealed;
    Rows m_rows;
    std::map<Lsn, Rows> m_states; ///< after each commit
};

/// What was cut; aborts when there is none.
[[nodiscard]] repository::Manifest taken(const Result<backup::Increment>& increment);

} // namespace isotherm::test

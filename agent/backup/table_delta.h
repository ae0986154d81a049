// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/backup/row_reshaper.h"
#include "agent/backup/table_forms.h"
#include "agent/journal/journal.h"
#include "agent/repository/repository.h"

#include <map>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

namespace isotherm::backup
{

/// The changes of one table on their way into runs, a writer for each version of the table. Not
/// thread-safe.
class TableDelta
{
public:
    /// `options` of the whole interval; `forms` outlives it.
    TableDelta(repository::Repository& repository, repository::DeltaOptions options,
               const TableForms& forms)
        : m_repository(repository), m_options(std::move(options)), m_forms(forms),
          m_reached(m_options.first)
    {
    }

    /// In commit order. FailedPrecondition: the columns are not those that markers told of. A
    /// change that the base shows may have an older form than the base: then the transaction alone
    /// counts.
    [[nodiscard]] Status add(const journal::Event& event,
                             const repository::TransactionRecord& transaction, bool shown);

    /// A transaction that changed the table's schema, perhaps nothing else.
    [[nodiscard]] Status addTransaction(const repository::TransactionRecord& transaction);

    /// Adds the runs to the manifest's table, with the versions that they need.
    [[nodiscard]] Status finish(repository::ManifestTable& table);

    [[nodiscard]] std::uint64_t changes() const;
    [[nodiscard]] std::uint64_t stored() const { return m_stored; }

private:
    /// One for each of the two rows that a change may have: both are in use at a time.
    struct Shapers
    {
        RowReshaper row;
        RowReshaper oldRow;
    };
    using Relation = std::shared_ptr<const engine::ChangeRelation>;
    using FormPlace = std::pair<std::size_t, std::size_t>;

    [[nodiscard]] Status openFor(Lsn commit);
    [[nodiscard]] Status close();
    [[nodiscard]] Result<Shapers*> shapersFor(const journal::Event& event);

    repository::Repository& m_repository;
    const repository::DeltaOptions m_options;
    const TableForms& m_forms;
    std::vector<std::unique_ptr<repository::DeltaWriter>> m_writers; ///< the last is written to
    Lsn m_reached; ///< of the writers: every commit up to here is in one of them
    bool m_open = false;
    std::size_t m_version = 0; ///< of the writer that is open
    std::vector<repository::RunRef> m_runs;
    std::map<std::pair<Relation, FormPlace>, Shapers> m_shapers;
    std::optional<Lsn> m_transaction; ///< the last one that was added
    std::uint32_t m_number = 0;
    std::uint64_t m_stored = 0;
};

} // namespace isotherm::backup

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/engine/row_edit.h"

#include <cstddef>
#include <string>
#include <vector>

namespace isotherm::postgres
{

/// The statements of one target of an edit transaction: pure texts. They work on temporary tables
/// of the transaction, "isotherm_wanted_0" and so on, which hold the edits by number; everything
/// else is set-based, one statement for any number of rows.
class EditSql
{
public:
    /// `index`: of the target within its transaction.
    EditSql(const engine::EditTarget& target, std::size_t index);

    /// Makes the tables that the edits are copied into.
    [[nodiscard]] std::string createStaging() const;
    [[nodiscard]] std::string copyWanted() const;
    [[nodiscard]] std::string copyExpected() const;

    /// The keys of all edits, and their statistics.
    [[nodiscard]] std::string gatherKeys() const;
    /// Locks the live rows with these keys, in order.
    [[nodiscard]] std::string lockRows() const;
    /// What each edit finds: is the row as expected, is it as wanted already, will it be written.
    [[nodiscard]] std::string decide(engine::OnConflict rule) const;
    /// Counts: inserts, updates, deletes, already, conflicts.
    [[nodiscard]] std::string count() const;
    /// Numbers of the first conflicts.
    [[nodiscard]] std::string conflicting(std::size_t limit) const;
    /// Keeps the rows that will be written over.
    [[nodiscard]] std::string keepBefore() const;

    /// Empty when there are no columns but the key's. `fixed`: columns that an UPDATE may not set.
    [[nodiscard]] std::string update(const std::vector<std::string>& fixed) const;
    [[nodiscard]] std::string insert() const;
    [[nodiscard]] std::string remove() const;

    /// A cursor "isotherm_images": number, had before, before…, has after, after….
    [[nodiscard]] std::string declareImages() const;

    /// Rows written whose foreign key refers to nothing: counts them, and locks what they refer to.
    /// `columns` of the leaf, `referenced` ones of the qualified and quoted `table`.
    [[nodiscard]] std::string countOrphans(const std::vector<std::string>& columns,
                                           const std::string& table,
                                           const std::vector<std::string>& referenced) const;
    /// Rows of `table` whose `columns` refer to rows that were deleted by their `referenced`
    /// columns, which are among the target's.
    [[nodiscard]] std::string countAbandoned(const std::string& table,
                                             const std::vector<std::string>& columns,
                                             const std::vector<std::string>& referenced) const;

    /// The table of wanted rows, and what it calls a column; empty when they leave that alone.
    [[nodiscard]] std::string wantedRows() const { return table("wanted"); }
    [[nodiscard]] std::string wantedColumn(const std::string& name) const;

    [[nodiscard]] const std::string& leaf() const { return m_leaf; }

private:
    [[nodiscard]] std::string table(const char* what) const;
    [[nodiscard]] const ColumnSchema& column(std::uint32_t index) const;
    /// The live column as the staged ones hold it.
    [[nodiscard]] std::string live(std::uint32_t index) const;
    /// "l.k = s.k0 AND …" for the key columns in keys-like tables.
    [[nodiscard]] std::string sameKey(const std::string& alias) const;
    [[nodiscard]] std::string sameKeyAsWanted() const;
    [[nodiscard]] std::string wantedName(std::uint32_t index) const;
    [[nodiscard]] std::string wantedValue(std::uint32_t index) const;
    [[nodiscard]] std::string liveRow(bool all) const;
    [[nodiscard]] bool isKey(std::uint32_t index) const;

    const engine::EditTarget& m_target;
    const std::size_t m_index;
    const std::string m_leaf;
};

/// The type that a column has where rows wait in RowBatch's form.
[[nodiscard]] std::string stagedType(const ColumnSchema& column);

} // namespace isotherm::postgres

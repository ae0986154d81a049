// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/engine/change_stream.h"
#include "agent/repository/manifest.h"
#include "shared/base/units.h"

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace isotherm::backup
{

/// How a table that has `previous` became what `definition` says: the new schema, and where each of
/// its columns comes from. FailedPrecondition, with the reason, when rows of the one cannot be read
/// as rows of the other: a column is stored in another form, or the key is another one.
struct FollowedSchema
{
    TableSchema schema;
    std::vector<repository::ColumnOrigin> origins;
};
[[nodiscard]] Result<FollowedSchema> followSchema(const TableSchema& previous,
                                                  const engine::TableDefinition& definition);

/// The forms that one table had, told by markers: from which place in the log on rows have which
/// columns. A transaction that changes a definition may write rows before and after that, and
/// change it twice; the versions of a manifest know commits only, so such rows are kept in the
/// form that the transaction left. Not thread-safe.
class TableForms
{
public:
    /// What the backup before knows.
    explicit TableForms(const repository::ManifestTable& table);

    /// Markers come in the order of the log. FailedPrecondition: the chain cannot go on.
    [[nodiscard]] Status follow(Lsn commit, std::uint64_t sequence,
                                const engine::TableDefinition& definition);

    /// For the manifest: oldest first, never empty.
    [[nodiscard]] const std::vector<repository::SchemaVersion>& versions() const
    {
        return m_versions;
    }

    /// The transaction with this commit changed the table.
    [[nodiscard]] bool changedAt(Lsn commit) const;

    /// What a row that was written there looks like …
    [[nodiscard]] const TableSchema& formAt(Lsn commit, std::uint64_t sequence) const;
    /// … and where the columns of the version in force after its commit come from in it; empty: it
    /// is of that form already.
    [[nodiscard]] Result<std::vector<repository::ColumnOrigin>>
    originsAt(Lsn commit, std::uint64_t sequence) const;
    /// Tells the forms apart that formAt and originsAt give.
    [[nodiscard]] std::pair<std::size_t, std::size_t> placeAt(Lsn commit,
                                                              std::uint64_t sequence) const;

private:
    struct Form
    {
        Lsn commit;
        std::uint64_t sequence = 0;
        TableSchema schema;
        std::vector<repository::ColumnOrigin> origins; ///< from the form before
    };

    std::vector<Form> m_forms;
    std::vector<repository::SchemaVersion> m_versions;
};

} // namespace isotherm::backup

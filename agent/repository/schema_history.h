// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "shared/base/result.h"
#include "shared/base/units.h"
#include "shared/model/row_batch.h"
#include "shared/model/table_schema.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// Tables change while their history is kept: rows of older versions are read as newer ones.
namespace isotherm::repository
{

/// Where a column's value comes from in a row of the version before.
struct ColumnOrigin
{
    std::optional<std::uint32_t> previous; ///< the column there; nullopt: it was added
    /// What rows from before have in an added column (PostgreSQL: attmissingval), encoded as the
    /// column says; nullopt: NULL.
    std::optional<std::string> missing;

    friend bool operator==(const ColumnOrigin&, const ColumnOrigin&) = default;
};

/// A table as it was from one commit on.
struct SchemaVersion
{
    /// The commit of the change: rows with commits at or after it have this form. 0 for the first.
    Lsn from;
    TableSchema schema;
    /// One per column of `schema`; empty for the first version.
    std::vector<ColumnOrigin> origins;

    friend bool operator==(const SchemaVersion&, const SchemaVersion&) = default;
};

/// Origins by name: a column of the same name is the same column, others were added without a
/// value. FailedPrecondition when a column changed its encoding, or the key is another one: then
/// the chain ends, and a new base is needed.
[[nodiscard]] Result<std::vector<ColumnOrigin>> originsByName(const TableSchema& previous,
                                                              const TableSchema& next);

/// The origins of a later form's columns in an earlier one, through the one between. DataLoss when
/// they do not fit each other.
[[nodiscard]] Result<std::vector<ColumnOrigin>>
composeOrigins(const std::vector<ColumnOrigin>& earlier, const std::vector<ColumnOrigin>& later);

/// The version in force at `commit`: the last with from ≤ commit. Precondition: not empty.
[[nodiscard]] std::size_t versionAt(const std::vector<SchemaVersion>& versions, Lsn commit);

/// Rewrites rows of one version as rows of a later one. Keeps its working memory; not thread-safe.
class RowMapper
{
public:
    /// From version `from` to version `to` of `versions`; FailedPrecondition when to < from,
    /// DataLoss when origins do not fit the columns.
    [[nodiscard]] static Result<RowMapper> make(const std::vector<SchemaVersion>& versions,
                                                std::size_t from, std::size_t to);

    /// Rows stay as they are.
    [[nodiscard]] bool identity() const { return m_identity; }

    /// The mapped row; valid until the next call. Absent fields stay absent. InvalidArgument when
    /// the row is malformed.
    [[nodiscard]] Result<std::string_view> map(std::string_view row);

private:
    bool m_identity = true;
    std::size_t m_columns = 0; ///< of the rows that come in
    std::vector<ColumnOrigin> m_origins;
    std::vector<std::string_view> m_fields; ///< with their lengths in front
    std::string m_row;
};

} // namespace isotherm::repository

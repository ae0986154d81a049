// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/engine/change_stream.h"
#include "agent/repository/schema_history.h"
#include "shared/base/result.h"
#include "shared/model/table_schema.h"

#include <string>
#include <string_view>
#include <vector>

namespace isotherm::backup
{

/// Puts rows of the change stream into the form of a table's runs. Keeps its working memory; not
/// thread-safe.
class RowReshaper
{
public:
    /// `form` is the table as it was where the row was written. `origins`: where the columns of
    /// the runs come from in it; empty: the runs have that form. FailedPrecondition when relation
    /// and form have not the same columns: another name, type or encoding, one too many or too few.
    [[nodiscard]] static Result<RowReshaper>
    make(const engine::ChangeRelation& relation, const TableSchema& form,
         const std::vector<repository::ColumnOrigin>& origins = {});

    /// Valid until the next call. Empty stays empty. InvalidArgument when the row is malformed.
    [[nodiscard]] Result<std::string_view> reshape(std::string_view row);

private:
    std::size_t m_columns = 0;                    ///< of rows that come in
    std::vector<repository::ColumnOrigin> m_from; ///< empty: rows stay as they are
    std::string m_row;
};

} // namespace isotherm::backup

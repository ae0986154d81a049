// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/engine/change_stream.h"
#include "shared/base/result.h"
#include "shared/model/table_schema.h"

#include <string>
#include <string_view>
#include <vector>

namespace isotherm::backup
{

/// Puts rows of the change stream into the column order of a table's runs. Keeps its working
/// memory; not thread-safe.
class RowReshaper
{
public:
    /// FailedPrecondition when the two have not the same columns: another name, type or encoding,
    /// one too many or too few.
    [[nodiscard]] static Result<RowReshaper> make(const engine::ChangeRelation& relation,
                                                  const TableSchema& schema);

    /// Valid until the next call. Empty stays empty. InvalidArgument when the row is malformed.
    [[nodiscard]] Result<std::string_view> reshape(std::string_view row);

private:
    std::vector<std::size_t> m_from; ///< per column of the schema; empty: rows stay as they are
    std::string m_row;
};

} // namespace isotherm::backup

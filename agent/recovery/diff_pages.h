// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/engine/row_edit.h"
#include "agent/recovery/edit_file.h"
#include "shared/base/result.h"
#include "shared/model/recovery_records.h"

namespace isotherm::recovery
{

/// The table of a section with only the columns that its wanted rows have.
[[nodiscard]] TableSchema comparedTable(const EditSection& section);

/// One page of the differing rows of a comparison, written out by the database. InvalidArgument for
/// a page of no rows or of a table that the comparison does not have.
[[nodiscard]] Result<DiffPage> diffPage(EditFileReader& file, engine::RowEditing& editing,
                                        const DiffQuery& query);

} // namespace isotherm::recovery

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/repository/row_checksum.h"
#include "shared/base/result.h"
#include "shared/model/table_schema.h"

#include <optional>
#include <string>
#include <string_view>

/// Records that runs and manifests share (FORMAT.md, sections 8 and 9).
namespace isotherm::repository
{

[[nodiscard]] std::string encodeSchema(const TableSchema& schema);
/// DataLoss when malformed or inconsistent (a key column that is none); takes hostile bytes.
[[nodiscard]] Result<TableSchema> decodeSchema(std::string_view record);

/// 16 bytes of sum, 8 of rows.
[[nodiscard]] std::string encodeChecksum(const RowChecksum& checksum);
[[nodiscard]] std::optional<RowChecksum> decodeChecksum(std::string_view bytes);

} // namespace isotherm::repository

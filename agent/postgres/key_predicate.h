// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "shared/base/result.h"
#include "shared/model/key.h"
#include "shared/model/row_batch.h"
#include "shared/model/table_schema.h"

#include <string>
#include <string_view>

namespace isotherm::postgres
{

/// A condition that is true for every row with a key inside `range` and for as few others as the
/// server's own order of the key columns allows; empty when it would be true for all. What the
/// server cannot express (NULL keys, opaque columns) is left to KeyFilter.
[[nodiscard]] std::string keyPredicate(const TableSchema& schema, const KeyRange& range);

/// Decides exactly, on the row itself. Keeps scratch space: one per thread.
class KeyFilter
{
public:
    KeyFilter(const TableSchema& schema, KeyRange range)
        : m_encoder(schema), m_range(std::move(range))
    {
    }

    [[nodiscard]] Result<bool> wants(std::string_view row)
    {
        m_key.clear();
        ISO_TRY(m_encoder.append(row, m_key));
        return m_range.begin.encoded() <= m_key && (!m_range.end || m_key < m_range.end->encoded());
    }

private:
    RowKeyEncoder m_encoder;
    KeyRange m_range;
    std::string m_key;
};

} // namespace isotherm::postgres

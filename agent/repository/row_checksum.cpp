// SPDX-License-Identifier: Apache-2.0
#include "agent/repository/row_checksum.h"

#include <xxhash.h>

namespace isotherm::repository
{

void RowChecksum::add(std::string_view row)
{
    const XXH128_hash_t hash = XXH3_128bits(row.data(), row.size());
    m_low += hash.low64;
    m_high += hash.high64 + (m_low < hash.low64 ? 1 : 0);
    ++m_rows;
}

void RowChecksum::add(const RowBatch& batch)
{
    for (std::size_t i = 0; i < batch.rowCount(); ++i) {
        add(batch.row(i));
    }
}

void RowChecksum::merge(const RowChecksum& other)
{
    m_low += other.m_low;
    m_high += other.m_high + (m_low < other.m_low ? 1 : 0);
    m_rows += other.m_rows;
}

std::string RowChecksum::hex() const
{
    std::string bytes;
    appendBigEndian(bytes, m_high);
    appendBigEndian(bytes, m_low);
    return toHex(bytes);
}

} // namespace isotherm::repository

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "shared/model/row_batch.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace isotherm::repository
{

/// A fingerprint of a multiset of rows that does not depend on their order: the sum modulo 2^128 of
/// XXH3-128 over each row's bytes as RowBatch holds them, and the number of rows. Two tables with
/// the same columns have equal fingerprints iff (but for chance of about 2^-64) they hold the same
/// rows. Guards against mistakes and damage, not against a forger: that is the encryption's job.
/// A plain value; parts computed by several threads are merged.
class RowChecksum
{
public:
    RowChecksum() = default;
    RowChecksum(std::uint64_t rows, std::uint64_t high, std::uint64_t low)
        : m_rows(rows), m_high(high), m_low(low)
    {
    }

    void add(std::string_view row);
    void add(const RowBatch& batch);
    void merge(const RowChecksum& other);

    [[nodiscard]] std::uint64_t rows() const { return m_rows; }
    [[nodiscard]] std::uint64_t high() const { return m_high; }
    [[nodiscard]] std::uint64_t low() const { return m_low; }
    /// 32 hexadecimal digits of the sum; the row count is not in it.
    [[nodiscard]] std::string hex() const;

    friend bool operator==(const RowChecksum&, const RowChecksum&) = default;

private:
    std::uint64_t m_rows = 0;
    std::uint64_t m_high = 0;
    std::uint64_t m_low = 0;
};

} // namespace isotherm::repository

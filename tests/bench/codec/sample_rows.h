// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "shared/model/row_batch.h"
#include "shared/model/table_schema.h"

#include <cstdint>
#include <random>
#include <string>

namespace isotherm::bench
{

/// Makes rows of an orders table as a shop has them: id bigint, customer int, placed timestamptz,
/// amount numeric(12,2), details jsonb, note text, token text (hexadecimal), state text; some
/// fields are NULL. Deterministic.
class SampleRows
{
public:
    explicit SampleRows(std::uint64_t seed) : m_random(seed) {}

    [[nodiscard]] static TableSchema schema();

    /// Appends the next row to `batch`, and its line as COPY's text form has it to `text`.
    void next(RowBatch& batch, std::string& text);

private:
    std::uint64_t below(std::uint64_t limit) { return m_random() % limit; }
    std::string words(std::uint64_t count);

    std::mt19937_64 m_random;
    std::int64_t m_id = 0;
    std::int64_t m_time = 800'000'000'000'000; ///< microseconds since 2000
    std::string m_row;
};

} // namespace isotherm::bench

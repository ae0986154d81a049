// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/recovery/column_match.h"
#include "shared/base/result.h"
#include "shared/model/recovery_records.h"
#include "shared/model/row_batch.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

namespace isotherm::recovery
{

/// Goes through a source row by row, each with its key. Not thread-safe.
class KeyedRows
{
public:
    KeyedRows(RowSource& source, const TableSchema& schema) : m_source(source), m_encoder(schema) {}

    /// False: there is no further row. FailedPrecondition when the rows do not come in key order:
    /// a merge would take them for different ones.
    [[nodiscard]] Result<bool> next();
    /// Both valid until next().
    [[nodiscard]] std::string_view row() const { return m_batch.row(m_at); }
    [[nodiscard]] const std::string& key() const { return m_key; }

private:
    RowSource& m_source;
    RowKeyEncoder m_encoder;
    RowBatch m_batch;
    std::size_t m_at = 0;
    std::string m_key;
    std::string m_previous;
    bool m_started = false;
};

struct MergeCounts
{
    std::uint64_t missing = 0;
    std::uint64_t changed = 0;
    std::uint64_t same = 0;
    std::uint64_t extra = 0;

    friend bool operator==(const MergeCounts&, const MergeCounts&) = default;
};

/// A differing row: `then` in the columns that both have, `now` in all columns of the live table.
struct Difference
{
    RowDifference kind = RowDifference::Missing;
    std::optional<std::string> then;
    std::optional<std::string> now;
};

/// Merges the rows of then with those of now by key, both in key order, in the memory of one batch
/// of each; where the key is not unique, also of the rows with one key (64 MiB at most,
/// ResourceExhausted above), of which each row counts by its whole content: such rows are missing
/// or extra, never changed. Not thread-safe.
class RowMerge
{
public:
    using Take = std::function<Status(const Difference&)>;

    RowMerge(const TableSchema& then, const TableSchema& now, ColumnMatch match)
        : m_then(then), m_now(now), m_match(std::move(match))
    {
    }

    /// Cancelled when `stop` was requested.
    [[nodiscard]] Result<MergeCounts> run(RowSource& then, RowSource& now, const Take& take,
                                          const std::stop_token& stop) const;

private:
    struct Sides;
    [[nodiscard]] Result<bool> equal(std::string_view then, std::string_view now) const;
    [[nodiscard]] Status pair(Sides& sides, const Take& take) const;
    [[nodiscard]] Status single(Sides& sides, const Take& take) const;
    [[nodiscard]] Status group(Sides& sides, const Take& take) const;
    [[nodiscard]] Result<std::string> projectThen(std::string_view row) const;

    const TableSchema& m_then;
    const TableSchema& m_now;
    const ColumnMatch m_match;
};

} // namespace isotherm::recovery

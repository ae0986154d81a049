// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "shared/base/byte_io.h"
#include "shared/base/result.h"
#include "shared/model/table_schema.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace isotherm
{

/// The length that marks a NULL field.
inline constexpr std::int32_t kNullField = -1;
/// The length that marks a field whose value the change stream did not carry (unchanged TOAST).
/// Never NULL.
inline constexpr std::int32_t kAbsentField = -2;

/// Many rows in one buffer. A row is its fields in column order, each a big-endian int32 length
/// followed by that many bytes (as in PostgreSQL's COPY BINARY, without the field count); the two
/// negative lengths above have no bytes. Not thread-safe; move it between threads.
struct RowBatch
{
    std::string bytes;
    std::vector<std::size_t> ends; ///< end offset of each row in `bytes`

    [[nodiscard]] std::size_t rowCount() const { return ends.size(); }
    [[nodiscard]] std::string_view row(std::size_t index) const
    {
        const std::size_t begin = index == 0 ? 0 : ends[index - 1];
        return std::string_view(bytes).substr(begin, ends[index] - begin);
    }
    void append(std::string_view row)
    {
        bytes.append(row);
        ends.push_back(bytes.size());
    }
    void clear()
    {
        bytes.clear();
        ends.clear();
    }
};

/// One field of a row; `length` < 0 is kNullField or kAbsentField.
struct Field
{
    std::int32_t length = kNullField;
    std::string_view bytes;
};

/// Splits `row` into `columns` fields; InvalidArgument if it is malformed.
[[nodiscard]] Result<std::vector<Field>> splitRow(std::string_view row, std::size_t columns);

/// Builds the sort key of rows of one table. Keeps its scratch space: one per thread.
class RowKeyEncoder
{
public:
    explicit RowKeyEncoder(const TableSchema& schema);

    /// Appends the key of `row` to `to`; InvalidArgument if the row does not fit the schema.
    [[nodiscard]] Status append(std::string_view row, std::string& to);

private:
    struct Part
    {
        std::uint32_t column;
        KeyType type;
    };
    std::vector<Part> m_parts;
    std::vector<std::string_view> m_fields;
    std::vector<std::int32_t> m_lengths;
    std::size_t m_columns;
};

/// Where rows come from, block by block.
class RowSource
{
public:
    virtual ~RowSource() = default;

    /// Fills `batch` (cleared first) with the next rows, about 1 MiB; an empty batch means the end.
    [[nodiscard]] virtual Status next(RowBatch& batch) = 0;
};

} // namespace isotherm

// SPDX-License-Identifier: Apache-2.0
#include "agent/recovery/column_match.h"

#include "shared/base/byte_io.h"
#include "shared/model/row_batch.h"

#include <algorithm>
#include <optional>

namespace isotherm::recovery
{
namespace
{

/// "numeric(10,2)[]" → "numeric[]": the values of both are written alike.
std::string withoutModifier(const std::string& type)
{
    const std::size_t open = type.find('(');
    const std::size_t close = type.find(')');
    return open == std::string::npos || close == std::string::npos || close < open
               ? type
               : type.substr(0, open) + type.substr(close + 1);
}

bool comparable(const ColumnSchema& a, const ColumnSchema& b)
{
    return a.encoding == b.encoding && withoutModifier(a.typeName) == withoutModifier(b.typeName);
}

std::optional<std::uint32_t> find(const TableSchema& table, const std::string& name)
{
    for (std::size_t i = 0; i < table.columns.size(); ++i) {
        if (table.columns[i].name == name) {
            return static_cast<std::uint32_t>(i);
        }
    }
    return std::nullopt;
}

Status checkKeys(const TableSchema& then, const TableSchema& now)
{
    const bool same =
        std::equal(then.key.begin(), then.key.end(), now.key.begin(), now.key.end(),
                   [&](const KeyColumn& a, const KeyColumn& b) {
                       return a.type == b.type &&
                              then.columns[a.column].name == now.columns[b.column].name &&
                              comparable(then.columns[a.column], now.columns[b.column]);
                   });
    if (!same || then.keyIsUnique != now.keyIsUnique) {
        return makeError(Code::FailedPrecondition,
                         "the key of " + now.schema + "." + now.name +
                             " is not the one that it had then",
                         "restore into side tables and compare them by hand");
    }
    return {};
}

} // namespace

Result<ColumnMatch> matchColumns(const TableSchema& then, const TableSchema& now)
{
    ISO_TRY(checkKeys(then, now));
    ColumnMatch match;
    for (std::size_t i = 0; i < now.columns.size(); ++i) {
        const auto older = find(then, now.columns[i].name);
        if (older && comparable(then.columns[*older], now.columns[i])) {
            match.then.push_back(*older);
            match.now.push_back(static_cast<std::uint32_t>(i));
        } else {
            match.onlyNow.push_back(now.columns[i].name);
        }
    }
    for (std::size_t i = 0; i < then.columns.size(); ++i) {
        const auto index = static_cast<std::uint32_t>(i);
        if (std::find(match.then.begin(), match.then.end(), index) == match.then.end()) {
            match.onlyThen.push_back(then.columns[i].name);
        }
    }
    match.sameRows = match.onlyThen.empty() && match.onlyNow.empty() && match.then == match.now;
    return match;
}

Result<std::string> project(std::string_view row, std::size_t columns,
                            const std::vector<std::uint32_t>& chosen)
{
    ISO_ASSIGN(const std::vector<Field> fields, splitRow(row, columns));
    std::string projected;
    projected.reserve(row.size());
    for (const std::uint32_t column : chosen) {
        ISO_CHECK(column < fields.size());
        const Field& field = fields[column];
        appendBigEndian(projected, static_cast<std::uint32_t>(field.length));
        projected.append(field.bytes);
    }
    return projected;
}

} // namespace isotherm::recovery

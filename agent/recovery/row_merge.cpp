// SPDX-License-Identifier: Apache-2.0
#include "agent/recovery/row_merge.h"

#include <algorithm>
#include <map>
#include <utility>

namespace isotherm::recovery
{
namespace
{

constexpr std::size_t kMostGroupBytes = std::size_t{64} << 20U;

} // namespace

Result<bool> KeyedRows::next()
{
    ++m_at;
    if (!m_started || m_at >= m_batch.rowCount()) {
        ISO_TRY(m_source.next(m_batch));
        m_at = 0;
        if (m_batch.rowCount() == 0) {
            return false;
        }
    }
    std::swap(m_previous, m_key);
    m_key.clear();
    ISO_TRY(m_encoder.append(m_batch.row(m_at), m_key));
    if (m_started && m_key < m_previous) {
        return makeError(Code::FailedPrecondition, "the rows do not come in the order of their key",
                         "check the collation of the key's columns; restore into side tables");
    }
    m_started = true;
    return true;
}

struct RowMerge::Sides
{
    KeyedRows then;
    KeyedRows now;
    bool hasThen = false;
    bool hasNow = false;
    MergeCounts counts = {};
};

Result<std::string> RowMerge::projectThen(std::string_view row) const
{
    if (m_match.sameRows) {
        return std::string(row);
    }
    return project(row, m_then.columns.size(), m_match.then);
}

Result<bool> RowMerge::equal(std::string_view then, std::string_view now) const
{
    if (m_match.sameRows) {
        return then == now;
    }
    ISO_ASSIGN(const std::vector<Field> older, splitRow(then, m_then.columns.size()));
    ISO_ASSIGN(const std::vector<Field> newer, splitRow(now, m_now.columns.size()));
    for (std::size_t i = 0; i < m_match.then.size(); ++i) {
        const Field& a = older[m_match.then[i]];
        const Field& b = newer[m_match.now[i]];
        if (a.length != b.length || a.bytes != b.bytes) {
            return false;
        }
    }
    return true;
}

Status RowMerge::single(Sides& sides, const Take& take) const
{
    const bool older = sides.hasThen && (!sides.hasNow || sides.then.key() < sides.now.key());
    if (older) {
        ++sides.counts.missing;
        ISO_ASSIGN(std::string then, projectThen(sides.then.row()));
        ISO_TRY(take({RowDifference::Missing, std::move(then), std::nullopt}));
        ISO_ASSIGN(sides.hasThen, sides.then.next());
        return {};
    }
    ++sides.counts.extra;
    ISO_TRY(take({RowDifference::Extra, std::nullopt, std::string(sides.now.row())}));
    ISO_ASSIGN(sides.hasNow, sides.now.next());
    return {};
}

Status RowMerge::pair(Sides& sides, const Take& take) const
{
    ISO_ASSIGN(const bool same, equal(sides.then.row(), sides.now.row()));
    if (same) {
        ++sides.counts.same;
    } else {
        ++sides.counts.changed;
        ISO_ASSIGN(std::string then, projectThen(sides.then.row()));
        ISO_TRY(take({RowDifference::Changed, std::move(then), std::string(sides.now.row())}));
    }
    ISO_ASSIGN(sides.hasThen, sides.then.next());
    ISO_ASSIGN(sides.hasNow, sides.now.next());
    return {};
}

/// Rows with one key on both sides, where the key does not tell rows apart.
Status RowMerge::group(Sides& sides, const Take& take) const
{
    const std::string key = sides.then.key();
    std::map<std::string, std::uint64_t> older; // content in the common columns → how often
    std::size_t bytes = 0;
    while (sides.hasThen && sides.then.key() == key) {
        ISO_ASSIGN(std::string then, projectThen(sides.then.row()));
        bytes += then.size();
        if (bytes > kMostGroupBytes) {
            return makeError(Code::ResourceExhausted,
                             "too many rows of " + m_now.schema + "." + m_now.name +
                                 " have one key to compare them",
                             "give the table a primary key, or restore into a side table");
        }
        ++older[std::move(then)];
        ISO_ASSIGN(sides.hasThen, sides.then.next());
    }
    while (sides.hasNow && sides.now.key() == key) {
        ISO_ASSIGN(const std::string content,
                   project(sides.now.row(), m_now.columns.size(), m_match.now));
        const auto found = older.find(content);
        if (found != older.end()) {
            ++sides.counts.same;
            if (--found->second == 0) {
                older.erase(found);
            }
        } else {
            ++sides.counts.extra;
            ISO_TRY(take({RowDifference::Extra, std::nullopt, std::string(sides.now.row())}));
        }
        ISO_ASSIGN(sides.hasNow, sides.now.next());
    }
    for (const auto& [content, count] : older) {
        for (std::uint64_t i = 0; i < count; ++i) {
            ++sides.counts.missing;
            ISO_TRY(take({RowDifference::Missing, content, std::nullopt}));
        }
    }
    return {};
}

Result<MergeCounts> RowMerge::run(RowSource& then, RowSource& now, const Take& take,
                                  const std::stop_token& stop) const
{
    Sides sides{KeyedRows(then, m_then), KeyedRows(now, m_now)};
    ISO_ASSIGN(sides.hasThen, sides.then.next());
    ISO_ASSIGN(sides.hasNow, sides.now.next());
    while (sides.hasThen || sides.hasNow) {
        if (stop.stop_requested()) {
            return makeError(Code::Cancelled, "the comparison was cancelled");
        }
        if (!sides.hasThen || !sides.hasNow || sides.then.key() != sides.now.key()) {
            ISO_TRY(single(sides, take));
        } else if (m_now.keyIsUnique) {
            ISO_TRY(pair(sides, take));
        } else {
            ISO_TRY(group(sides, take));
        }
    }
    return sides.counts;
}

} // namespace isotherm::recovery

// SPDX-License-Identifier: Apache-2.0
#include "agent/repository/history_source.h"

#include "agent/repository/merge_source.h"
#include "agent/repository/row_fields.h"

#include <algorithm>
#include <utility>

namespace isotherm::repository
{
namespace
{

constexpr std::size_t kBatchBytes = std::size_t{1} << 20U;
/// Read ahead by all deltas together.
constexpr std::uint64_t kReadAhead = 4ULL << 20U;

bool touches(const RunRef& run, const KeyRange& range)
{
    return run.versions > 0 && !range.empty() && !(run.maxKey < range.begin) &&
           (!range.end || run.minKey < *range.end);
}

/// The base's rows in the form that they were written in.
Result<std::unique_ptr<RowSource>> openBase(HistoryTable& history, std::size_t view,
                                            const KeyRange& range,
                                            std::optional<std::size_t>& first,
                                            const std::stop_token& stop)
{
    std::vector<MergeInput> inputs;
    const std::vector<RunRef>& runs = history.table().runs;
    for (std::size_t i = 0; i < runs.size(); ++i) {
        if (runs[i].kind != RunKind::Base || runs[i].baseView != view || !touches(runs[i], range)) {
            continue;
        }
        first = first.value_or(i);
        if (runs[i].schemaVersion != runs[*first].schemaVersion) {
            return makeError(Code::DataLoss,
                             "the base runs of one range have different forms of the table");
        }
        inputs.push_back(
            {runs[i].minKey, [&history, i, range]() -> Result<std::unique_ptr<RunCursor>> {
                 ISO_ASSIGN(std::shared_ptr<const RunFile> file, history.plain().file(i));
                 const TableSchema& schema = file->index().schema;
                 return RunCursor::open(file, history.store(), schema, range);
             }});
    }
    return std::unique_ptr<RowSource>(std::make_unique<MergeSource>(std::move(inputs), stop));
}

} // namespace

std::string_view HistorySource::Base::key() const
{
    const std::size_t begin = row == 0 ? 0 : keyEnds[row - 1];
    return std::string_view(keys).substr(begin, keyEnds[row] - begin);
}

Result<std::unique_ptr<HistorySource>> HistorySource::open(HistoryTable& history, std::size_t view,
                                                           const KeyRange& range,
                                                           const std::stop_token& stop)
{
    std::optional<std::size_t> first;
    ISO_ASSIGN(std::unique_ptr<RowSource> rows, openBase(history, view, range, first, stop));
    RowMapper mapper;
    TableSchema schema = history.schema();
    if (first) {
        ISO_ASSIGN(mapper, history.mapper(*first));
        const ManifestTable& table = history.table();
        schema = table.versions.empty() ? table.schema
                                        : table.versions[table.runs[*first].schemaVersion].schema;
    }
    std::unique_ptr<HistorySource> source(
        new HistorySource(history, {std::move(rows), std::move(mapper), RowKeyEncoder(schema)}));
    ISO_TRY(source->openDeltas(view, range, stop));
    return source;
}

Status HistorySource::openDeltas(std::size_t view, const KeyRange& range,
                                 const std::stop_token& stop)
{
    const std::vector<RunRef>& runs = m_history.table().runs;
    std::vector<std::size_t> wanted;
    ISO_TRY(m_history.checkBase(view));
    m_deltas.resize(runs.size());
    for (const std::size_t run : m_history.deltas()) {
        if (!touches(runs[run], range) && runs[run].truncates == 0) {
            continue;
        }
        ISO_ASSIGN(m_deltas[run].facts, m_history.facts(run, view));
        ISO_ASSIGN(m_deltas[run].mapper, m_history.mapper(run));
        const std::vector<TruncateEntry>& truncates = m_deltas[run].facts->truncates;
        m_truncates.insert(m_truncates.end(), truncates.begin(), truncates.end());
        wanted.push_back(run);
    }
    std::vector<std::unique_ptr<VersionCursor>> cursors;
    for (const std::size_t run : wanted) {
        ISO_ASSIGN(
            std::unique_ptr<VersionCursor> cursor,
            VersionCursor::open(m_deltas[run].facts->file, m_history.store(),
                                {range, m_history.target(), kReadAhead / wanted.size(), run}));
        cursors.push_back(std::move(cursor));
    }
    m_merge = std::make_unique<VersionMerge>(std::move(cursors), stop);
    ISO_ASSIGN(m_versionsLeft, m_merge->next());
    return {};
}

Status HistorySource::loadBase()
{
    while (!m_base.atEnd && !m_base.loaded()) {
        ISO_TRY(m_base.rows->next(m_base.batch));
        m_base.row = 0;
        m_base.keysReady = false;
        m_base.atEnd = m_base.batch.rowCount() == 0;
    }
    return {};
}

Status HistorySource::makeBaseKeys()
{
    if (m_base.keysReady) {
        return {};
    }
    m_base.keys.clear();
    m_base.keyEnds.clear();
    for (std::size_t i = 0; i < m_base.batch.rowCount(); ++i) {
        if (!m_base.keyEncoder.append(m_base.batch.row(i), m_base.keys).ok()) {
            return makeError(Code::DataLoss, "a row of the base has no key");
        }
        m_base.keyEnds.push_back(m_base.keys.size());
    }
    m_base.keysReady = true;
    return {};
}

Status HistorySource::appendBaseRow(RowBatch& batch)
{
    ISO_ASSIGN(const std::string_view row, m_base.mapper.map(m_base.batch.row(m_base.row)));
    batch.append(row);
    return {};
}

/// Rows of the loaded batch below the next version's key.
Status HistorySource::takeBase(RowBatch& batch)
{
    const bool plain = m_base.mapper.identity() && m_truncates.empty();
    if (!m_versionsLeft && plain && m_base.row == 0 && batch.rowCount() == 0) {
        std::swap(batch, m_base.batch);
        m_base.batch.clear();
        return {};
    }
    if (m_versionsLeft || !m_truncates.empty()) {
        ISO_TRY(makeBaseKeys());
    }
    for (; m_base.loaded(); ++m_base.row) {
        if (m_versionsLeft && m_base.key() >= m_merge->current().key) {
            return {};
        }
        if (m_truncates.empty() ||
            truncatedAt(m_truncates, m_base.key(), m_history.target()) == Lsn()) {
            ISO_TRY(appendBaseRow(batch));
        }
    }
    return {};
}

Status HistorySource::takeVersion(const VersionView& version, Delta& delta)
{
    const bool wanted = m_state == State::Unknown || (m_state == State::Incomplete && !m_question);
    if (!wanted || m_history.target() < version.version.commit) {
        return {};
    }
    ISO_ASSIGN(const bool shown, delta.facts->shows(version.version.transaction));
    const bool gone =
        !m_truncates.empty() &&
        version.version.commit < truncatedAt(m_truncates, version.key, m_history.target());
    if (shown || gone) {
        return {};
    }
    if (version.version.kind != VersionKind::Row) {
        if (m_state == State::Incomplete) {
            return m_history.brokenChain(m_key, m_commit);
        }
        m_state = State::Deleted;
        return {};
    }
    ISO_ASSIGN(const std::string_view row, delta.mapper.map(version.row));
    const std::size_t columns = m_history.schema().columns.size();
    bool absent = false;
    if (m_state == State::Unknown) {
        m_commit = version.version.commit;
        m_row = row;
        absent = hasAbsentField(m_row, columns);
    } else {
        absent = fillAbsentFields(m_row, row, columns);
    }
    m_state = absent ? State::Incomplete : State::Complete;
    if (absent && !version.previousKey.empty()) {
        m_question = {std::string(version.previousKey), version.version.commit,
                      version.version.order};
    }
    return {};
}

Status HistorySource::completeRow(const std::optional<std::string>& base)
{
    if (m_question) {
        return m_lookup.fill(m_row, std::move(*m_question));
    }
    if (!base || fillAbsentFields(m_row, *base, m_history.schema().columns.size())) {
        return m_history.brokenChain(m_key, m_commit);
    }
    return {};
}

/// All versions of the next key, and its row in the base.
Status HistorySource::takeKey(RowBatch& batch)
{
    m_key = m_merge->current().key;
    m_state = State::Unknown;
    m_question.reset();
    while (m_versionsLeft && m_merge->current().key == m_key) {
        ISO_TRY(takeVersion(m_merge->current(), m_deltas[m_merge->tag()]));
        ISO_ASSIGN(m_versionsLeft, m_merge->next());
    }
    std::optional<std::string> base;
    if (m_base.loaded() && m_base.key() == m_key) {
        if (m_truncates.empty() || truncatedAt(m_truncates, m_key, m_history.target()) == Lsn()) {
            if (m_state == State::Unknown) {
                ISO_TRY(appendBaseRow(batch));
            } else if (m_state == State::Incomplete && !m_question) {
                ISO_ASSIGN(base, m_base.mapper.map(m_base.batch.row(m_base.row)));
            }
        }
        ++m_base.row;
    }
    if (m_state == State::Incomplete) {
        ISO_TRY(completeRow(base));
        m_state = State::Complete;
    }
    if (m_state == State::Complete) {
        batch.append(m_row);
    }
    return {};
}

Status HistorySource::next(RowBatch& batch)
{
    batch.clear();
    while (batch.bytes.size() < kBatchBytes) {
        ISO_TRY(loadBase());
        if (m_base.loaded()) {
            ISO_TRY(takeBase(batch));
        }
        if (!m_base.loaded() && !m_base.atEnd) {
            continue;
        }
        if (!m_versionsLeft) {
            return {};
        }
        ISO_TRY(takeKey(batch));
    }
    return {};
}

} // namespace isotherm::repository

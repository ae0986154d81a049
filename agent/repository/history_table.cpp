// SPDX-License-Identifier: Apache-2.0
#include "agent/repository/history_table.h"

#include <algorithm>
#include <utility>

namespace isotherm::repository
{
namespace
{

Error tooEarly(Lsn target, const std::string& why)
{
    return makeError(Code::OutOfRange,
                     "the backup does not reach back to " + formatLsn(target) + ": " + why,
                     "choose an older backup, or a later moment");
}

} // namespace

Result<bool> RunFacts::shows(std::uint32_t transaction) const
{
    if (shown.empty()) {
        return false;
    }
    if (transaction >= shown.size()) {
        return makeError(Code::DataLoss, "a version in " + file->name() +
                                             " is of a transaction that is not in its table");
    }
    return static_cast<bool>(shown[transaction]);
}

HistoryTable::HistoryTable(storage::ObjectStore& store, const RepositoryKeys& keys,
                           const Manifest& manifest, std::size_t table, const ReadMoment& moment)
    : m_plain(store, keys, manifest, table), m_shard(manifest.shard), m_range(manifest.range),
      m_manifestLsn(manifest.lsn), m_target(moment.target.value_or(manifest.lsn)),
      m_factory(moment.filter ? moment.filter : visibilityFilter), m_visible(moment.visible),
      m_views(manifest.baseViews())
{
    const ManifestTable& own = m_plain.table();
    m_version = own.versions.empty() ? 0 : versionAt(own.versions, m_target);
    m_schema = own.versions.empty() ? own.schema : own.versions[m_version].schema;
    for (std::size_t i = 0; i < own.runs.size(); ++i) {
        const RunRef& run = own.runs[i];
        // A run of a later schema has only later commits.
        if (run.kind == RunKind::Delta && run.firstLsn < m_target &&
            run.schemaVersion <= m_version) {
            m_deltas.push_back(i);
        }
    }
}

Status HistoryTable::prepare()
{
    if (m_manifestLsn < m_target) {
        return makeError(Code::OutOfRange,
                         "the backup ends at " + formatLsn(m_manifestLsn) + ", before " +
                             formatLsn(m_target),
                         "choose a newer backup");
    }
    Lsn from = m_manifestLsn;
    for (const RunRef& run : table().runs) {
        if (run.kind == RunKind::Delta) {
            from = std::min(from, run.firstLsn);
        } else if (run.schemaVersion > m_version) {
            return tooEarly(m_target, "its base has a newer form of the table");
        }
    }
    for (const BaseView& view : m_views) {
        if (view.cut) {
            m_filters.push_back(cutFilter(*view.cut));
            from = std::max(from, *view.cut);
        } else {
            ISO_ASSIGN(BaseFilter filter, m_factory(view.visibility));
            m_filters.push_back(std::move(filter));
        }
    }
    return m_target < from ? Status(tooEarly(m_target, "it begins at " + formatLsn(from)))
                           : Status();
}

std::optional<std::size_t> HistoryTable::viewOf(std::string_view key) const
{
    for (std::size_t i = 0; i < m_views.size(); ++i) {
        const KeyRange& range = m_views[i].range;
        if (range.begin.encoded() <= key && (!range.end || key < range.end->encoded())) {
            return i;
        }
    }
    return std::nullopt;
}

Result<RowMapper> HistoryTable::mapper(std::size_t run) const
{
    return RowMapper::make(table().versions, table().runs[run].schemaVersion, m_version);
}

/// False when the base certainly shows no transaction of the run.
bool HistoryTable::mayShow(const RunRef& run, std::size_t view) const
{
    const BaseFilter& filter = m_filters[view];
    return !(filter.showsNoneFrom && run.lowestTransaction >= *filter.showsNoneFrom) &&
           !(filter.cut && run.firstLsn >= *filter.cut);
}

Status HistoryTable::checkBase(std::size_t view)
{
    for (std::size_t i = 0; i < table().runs.size() && !m_filters[view].cut; ++i) {
        if (table().runs[i].kind == RunKind::Delta && mayShow(table().runs[i], view)) {
            ISO_TRY(facts(i, view));
        }
    }
    return {};
}

Result<RunFacts> HistoryTable::findFacts(std::size_t run, std::size_t view)
{
    RunFacts facts;
    ISO_ASSIGN(facts.file, m_plain.file(run));
    const RunIndex& index = facts.file->index();
    if (index.kind != RunKind::Delta) {
        return makeError(Code::DataLoss, "run " + facts.file->name() + " is not a delta run");
    }
    const BaseFilter& filter = m_filters[view];
    const bool needless = !mayShow(table().runs[run], view) && !m_visible;
    for (std::size_t frame = 0; frame < index.transactions.size() && !needless; ++frame) {
        ISO_ASSIGN(const std::vector<TransactionRecord> transactions,
                   facts.file->transactions(store(), frame));
        for (const TransactionRecord& transaction : transactions) {
            const bool shown = filter.shows(transaction.id, transaction.commit);
            if (shown && m_target < transaction.commit) {
                return tooEarly(m_target,
                                "its base shows a commit at " + formatLsn(transaction.commit));
            }
            facts.shown.push_back(shown ||
                                  (m_visible && !m_visible(transaction.id, transaction.commit)));
        }
    }
    for (const TruncateEntry& truncate : index.truncates) {
        ISO_ASSIGN(const bool shown, facts.shows(truncate.transaction));
        if (!shown && truncate.commit <= m_target) {
            facts.truncates.push_back(truncate);
        }
    }
    return facts;
}

Result<std::shared_ptr<const RunFacts>> HistoryTable::facts(std::size_t run, std::size_t view)
{
    const auto which = std::make_pair(run, view);
    {
        const std::lock_guard lock(m_mutex);
        if (const auto found = m_facts.find(which); found != m_facts.end()) {
            return found->second;
        }
    }
    // Two threads may both look; the first to finish counts.
    ISO_ASSIGN(RunFacts found, findFacts(run, view));
    const std::lock_guard lock(m_mutex);
    return m_facts.emplace(which, std::make_shared<const RunFacts>(std::move(found))).first->second;
}

Error HistoryTable::brokenChain(std::string_view key, Lsn commit) const
{
    return makeError(Code::DataLoss,
                     "broken chain: row " + formatKey(Key(std::string(key)), m_schema.keyTypes()) +
                         " of " + m_schema.schema + "." + m_schema.name + " in shard " +
                         std::to_string(m_shard.get()) + " was changed at " + formatLsn(commit) +
                         ", and values that did not change then are in no older version",
                     "restore to a moment before that commit, and back the shard up in full");
}

} // namespace isotherm::repository

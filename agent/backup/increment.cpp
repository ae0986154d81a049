// SPDX-License-Identifier: Apache-2.0
#include "agent/backup/increment.h"

#include "agent/backup/chain_survey.h"
#include "agent/backup/table_delta.h"
#include "shared/model/visibility.h"

#include <algorithm>
#include <map>
#include <memory>
#include <set>
#include <utility>

namespace isotherm::backup
{
namespace
{

using journal::Event;
using journal::EventKind;
using repository::Manifest;

class IncrementCut
{
public:
    IncrementCut(const IncrementPorts& ports, const IncrementRequest& request,
                 const std::stop_token& stop)
        : m_ports(ports), m_request(request), m_previous(request.previous), m_stop(stop)
    {
    }

    Result<Increment> run()
    {
        m_started = m_ports.clock.wallNow();
        ISO_TRY(check());
        ISO_ASSIGN(const Lsn first, firstCommit());
        // A commit is known by where its record begins, and the next one may begin where the
        // journal's position is: it is not in it yet.
        Lsn last = std::min(m_request.upTo, justBefore(m_ports.journal.position()));
        if (last < std::max(first, m_previous.lsn)) {
            return makeError(Code::FailedPrecondition,
                             "the journal is behind the backup that is to be continued",
                             "wait until capture has caught up");
        }
        // What a barrier cuts off may be in the writers already: then once more, without it.
        for (;;) {
            ISO_ASSIGN(last, survey(first, last));
            if (m_end && last <= m_previous.lsn) {
                return Increment{std::nullopt, m_end, 0, {}}; // it had ended before
            }
            ISO_ASSIGN(const std::optional<Barrier> barrier, write(first, last));
            if (!barrier) {
                break;
            }
            m_end = ChainEnd{barrier->reason, barrier->last, false};
            last = barrier->last;
        }
        // A chain that was continued before was whole then, and what broke it is the barrier. A
        // base that the journal never continued has a hole behind it, barrier or not, unless the
        // barrier is what the journal has it up to.
        const bool whole = m_continues || (m_wholeBelow && last < *m_wholeBelow);
        if (!whole && !(m_end && m_previous.hasDeltas())) {
            return makeError(Code::FailedPrecondition, m_whyNot, kWantsFull);
        }
        return commit(first, last);
    }

private:
    static constexpr const char* kWantsFull = "it needs a full backup first";

    Status check()
    {
        if (m_previous.leaves.size() != m_previous.tables.size()) {
            return makeError(Code::FailedPrecondition,
                             "the backup before does not say which leaves it is of", kWantsFull);
        }
        const auto state = m_ports.journal.state();
        for (std::size_t i = 0; i < m_previous.tables.size(); ++i) {
            const TableSchema& schema = m_previous.tables[i].schema;
            if (!schema.keyIsUnique) {
                return makeError(Code::FailedPrecondition,
                                 schema.name + " has no unique key: full backups only");
            }
            const std::uint64_t leaf = m_previous.leaves[i].objectId;
            m_tableOf[leaf] = i;
            m_tableIds.push_back(tableIdOf(state, leaf, schema));
            const journal::Requirement requirement =
                m_ports.journal.requirement(leaf, m_tableIds.back());
            if (!requirement.captured) {
                return makeError(Code::FailedPrecondition,
                                 schema.name + " is not captured: " + requirement.reason,
                                 kWantsFull);
            }
            if (!beganAttached(state, m_previous.leaves[i].objectId)) {
                ISO_TRY(checkContinues(requirement));
            }
        }
        return {};
    }

    /// A shard that was made of others: what came before its leaf was attached is in their runs,
    /// and what came after is in the journal.
    [[nodiscard]] bool beganAttached(const journal::State& state, std::uint64_t leaf) const
    {
        const auto known = state.leaves.find(leaf);
        return m_previous.kind != BackupKind::Full && !m_previous.parents.empty() &&
               known != state.leaves.end() && known->second.since <= m_previous.lsn;
    }

    /// A base with a cut is as good as what it was made from, and that was checked then.
    Status checkContinues(const journal::Requirement& requirement)
    {
        for (const repository::BaseView& base : m_previous.baseViews()) {
            if (base.cut) {
                m_continues = m_continues && base.cut->get() >= 1;
                m_wholeBelow = m_continues ? m_wholeBelow : Lsn();
                continue;
            }
            ISO_ASSIGN(const Visibility visibility, Visibility::parse(base.visibility));
            if (m_previous.bases.empty() && visibility.oldestRunning() <= requirement.dropped) {
                // It was slow, or the journal at its limit.
                goesOnBelow(Lsn(), "the journal let go of changes that the backup does not show");
            } else if (!requirement.continues(visibility)) {
                goesOnBelow(requirement.continuesUntil(visibility).value_or(Lsn()),
                            requirement.reason.empty() ? "the backup is older than the capture"
                                                       : requirement.reason);
            }
        }
        return {};
    }

    /// The journal has nothing from the commit `until` on that would continue the base.
    void goesOnBelow(Lsn until, const std::string& why)
    {
        m_continues = false;
        m_wholeBelow = std::min(m_wholeBelow.value_or(until), until);
        m_whyNot = why;
    }

    /// Tables and leaves may have been renamed since: the leaf's number tells.
    static std::uint64_t tableIdOf(const journal::State& state, std::uint64_t leaf,
                                   const TableSchema& schema)
    {
        if (const auto known = state.leaves.find(leaf);
            known != state.leaves.end() && known->second.table != 0) {
            return known->second.table;
        }
        std::uint64_t byName = 0;
        for (const auto& [id, table] : state.tables) {
            if (table.name == schema.schema + "." + schema.name) {
                return id;
            }
            byName = table.name == schema.name ? id : byName;
        }
        return byName;
    }

    [[nodiscard]] std::vector<std::uint64_t> leaves() const
    {
        std::vector<std::uint64_t> ids;
        for (const repository::LeafIdentity& leaf : m_previous.leaves) {
            ids.push_back(leaf.objectId);
        }
        return ids;
    }

    /// Behind which the runs begin. A commit may come before the position of the snapshot and still
    /// not be in it (its record is written before others see it): the journal finds the first one.
    Result<Lsn> firstCommit()
    {
        if (m_previous.hasDeltas() || m_previous.kind == BackupKind::Incremental) {
            return m_previous.lsn;
        }
        for (const repository::BaseView& base : m_previous.baseViews()) {
            if (base.cut) {
                m_shownBy.clear();
                return m_previous.lsn;
            }
            ISO_ASSIGN(Visibility shown, Visibility::parse(base.visibility));
            m_shownBy.push_back(std::move(shown));
        }
        Lsn first = m_previous.lsn;
        for (const Visibility& base : m_shownBy) {
            ISO_ASSIGN(const Lsn start, m_ports.journal.startFor(base, leaves()));
            first = std::min(first, start);
        }
        return first;
    }

    /// All bases have it already; false when that cannot be told from the transaction.
    [[nodiscard]] bool shown(const journal::TransactionHeader& transaction) const
    {
        return !m_shownBy.empty() &&
               std::all_of(m_shownBy.begin(), m_shownBy.end(),
                           [&](const Visibility& base) { return base.shows(transaction.id); });
    }

    /// What markers and gaps say of (first, last]: how far the chain goes, and in which forms.
    Result<Lsn> survey(Lsn first, Lsn last)
    {
        const SurveyRequest request{
            m_previous,
            m_tableIds,
            first,
            last,
            [this](const journal::TransactionHeader& transaction) { return shown(transaction); },
            m_request.tablesNow};
        ISO_ASSIGN(m_survey, surveyChain(m_ports.journal, request));
        if (m_survey->barrier) {
            m_end = ChainEnd{m_survey->barrier->reason, m_survey->barrier->last,
                             m_survey->barrier->leafGone};
        }
        return m_survey->last;
    }

    /// Writes everything in (first, last] anew; the barrier that was met, if any.
    Result<std::optional<Barrier>> write(Lsn first, Lsn last)
    {
        m_tables.clear();
        for (std::size_t i = 0; i < m_previous.tables.size(); ++i) {
            repository::DeltaOptions options;
            options.range = m_previous.range;
            options.first = first;
            options.last = last;
            options.asOf = m_previous.asOf;
            options.compressionLevel = m_request.compressionLevel;
            m_tables.push_back(
                std::make_unique<TableDelta>(m_ports.repository, options, m_survey->forms[i]));
        }
        m_newest.reset();
        m_schemaChanged = false;
        if (last == first) {
            return std::optional<Barrier>();
        }
        journal::ReadRange range{leaves(), first, last};
        range.leaves.insert(range.leaves.end(), m_tableIds.begin(), m_tableIds.end());
        ISO_ASSIGN(const auto cursor, m_ports.journal.read(range));
        for (;;) {
            if (m_stop.stop_requested()) {
                return makeError(Code::Cancelled, "the backup was cancelled");
            }
            ISO_ASSIGN(const Event* const event, cursor->next());
            if (event == nullptr) {
                return std::optional<Barrier>();
            }
            ISO_ASSIGN(auto barrier, take(*event));
            if (barrier) {
                return barrier;
            }
        }
    }

    Result<std::optional<Barrier>> take(const Event& event)
    {
        if (event.kind == EventKind::Gap) {
            return std::optional<Barrier>(); // surveyed
        }
        const Lsn commit = event.transaction->commitLsn;
        if (event.kind == EventKind::Marker) {
            for (std::size_t i = 0; i < m_tables.size(); ++i) {
                if (m_survey->forms[i].changedAt(commit)) {
                    ISO_TRY(m_tables[i]->addTransaction(recordOf(*event.transaction)));
                    m_schemaChanged = true;
                }
            }
            return std::optional<Barrier>();
        }
        if (event.change.kind == engine::ChangeKind::Unreadable) {
            return std::optional(Barrier{justBefore(commit), "changes could not be read"});
        }
        const auto table = m_tableOf.find(event.change.relation->leaf.objectId);
        if (table == m_tableOf.end()) {
            return makeError(Code::Internal, "the journal gave a change of another leaf");
        }
        const Status added = m_tables[table->second]->add(event, recordOf(*event.transaction),
                                                          shown(*event.transaction));
        if (!added.ok() && added.error().code == Code::FailedPrecondition) {
            return std::optional(Barrier{justBefore(commit), added.error().message});
        }
        ISO_TRY(added);
        m_newest = std::max(m_newest.value_or(event.transaction->time), event.transaction->time);
        return std::optional<Barrier>();
    }

    [[nodiscard]] repository::TransactionRecord
    recordOf(const journal::TransactionHeader& header) const
    {
        repository::TransactionRecord record;
        record.id = header.id;
        record.commit = header.commitLsn;
        record.time = header.time;
        record.otherOrigin = header.otherOrigin;
        std::set<ShardId> others;
        for (const std::uint64_t leaf : header.leaves) {
            const auto shard = m_request.shardOf(leaf);
            record.partial = record.partial || !shard;
            if (shard && *shard != m_previous.shard) {
                others.insert(*shard);
            }
        }
        record.otherShards.assign(others.begin(), others.end());
        return record;
    }

    Result<Increment> commit(Lsn first, Lsn last)
    {
        Increment increment;
        increment.end = m_end;
        Manifest manifest = m_previous;
        manifest.previousManifest = m_previous.id;
        manifest.bases = m_previous.baseViews();
        manifest.chainStart.reset();
        manifest.chainStop.reset();
        manifest.sequences = m_request.sequences;
        if (m_end && m_end->leafGone) {
            manifest.chainStop = repository::ChainStop{m_end->reason, m_end->after};
        }
        manifest.started = m_started;
        manifest.lsn = last;
        ISO_ASSIGN(manifest.asOf, momentOf(first, last));
        for (std::size_t i = 0; i < m_tables.size(); ++i) {
            increment.changes += m_tables[i]->changes();
            ISO_TRY(m_tables[i]->finish(manifest.tables[i]));
            increment.stored = ByteCount(increment.stored.get() + m_tables[i]->stored());
        }
        manifest.kind = increment.changes > 0 || m_schemaChanged ? BackupKind::Incremental
                                                                 : BackupKind::Unchanged;
        manifest.finished = m_ports.clock.wallNow();
        ISO_ASSIGN(manifest.id, m_ports.repository.commitManifest(manifest));
        increment.manifest = std::move(manifest);
        return increment;
    }

    /// The server's clock at `last`, never later: from heartbeats and commits.
    Result<WallTime> momentOf(Lsn first, Lsn last)
    {
        WallTime moment = m_previous.asOf;
        if (m_newest) {
            moment = std::max(moment, *m_newest);
        }
        ISO_ASSIGN(const auto moments, m_ports.journal.moments(first, last));
        for (const journal::Moment& known : moments) {
            moment = std::max(moment, known.time);
        }
        return moment;
    }

    const IncrementPorts& m_ports;
    const IncrementRequest& m_request;
    const Manifest& m_previous;
    const std::stop_token& m_stop;
    std::map<std::uint64_t, std::size_t> m_tableOf; ///< by leaf
    std::vector<std::unique_ptr<TableDelta>> m_tables;
    std::vector<std::uint64_t> m_tableIds; ///< one per table; 0: not known
    std::vector<Visibility> m_shownBy;     ///< of a base that was not continued before
    std::optional<Survey> m_survey;
    bool m_schemaChanged = false;
    std::optional<ChainEnd> m_end;
    std::optional<WallTime> m_newest;
    WallTime m_started{};
    bool m_continues = true;
    std::optional<Lsn> m_wholeBelow; ///< of a base that does not: up to this commit it does
    std::string m_whyNot;
};

} // namespace

std::set<std::string> capturedTables(const journal::State& state)
{
    std::set<std::string> names;
    for (const auto& [id, table] : state.tables) {
        if (table.captured) {
            names.insert(table.name);
        }
    }
    return names;
}

Result<Increment> cutIncrement(const IncrementPorts& ports, const IncrementRequest& request,
                               const std::stop_token& stop)
{
    return IncrementCut(ports, request, stop).run();
}

} // namespace isotherm::backup

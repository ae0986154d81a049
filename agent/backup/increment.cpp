// SPDX-License-Identifier: Apache-2.0
#include "agent/backup/increment.h"

#include "agent/backup/row_reshaper.h"
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
using repository::DeltaChange;
using repository::DeltaKind;
using repository::DeltaWriter;
using repository::Manifest;

Lsn before(Lsn commit)
{
    return Lsn(commit.get() - 1);
}

bool sameColumns(const TableSchema& a, const TableSchema& b)
{
    return a.columns == b.columns && a.key == b.key;
}

DeltaKind deltaKindOf(engine::ChangeKind kind)
{
    switch (kind) {
    case engine::ChangeKind::Update:
        return DeltaKind::Update;
    case engine::ChangeKind::Delete:
        return DeltaKind::Delete;
    case engine::ChangeKind::Truncate:
        return DeltaKind::Truncate;
    default:
        return DeltaKind::Insert;
    }
}

/// Where the chain must stop, and why.
struct Barrier
{
    Lsn last; ///< everything up to here can be had
    std::string reason;
};

/// The changes of one table on their way into runs.
class TableDelta
{
public:
    TableDelta(std::unique_ptr<DeltaWriter> writer, const TableSchema& schema)
        : m_writer(std::move(writer)), m_schema(schema)
    {
    }

    /// FailedPrecondition: the columns are not those of the runs.
    Status add(const Event& event, const repository::TransactionRecord& transaction)
    {
        if (!m_transaction || *m_transaction != transaction.commit) {
            ISO_ASSIGN(m_number, m_writer->addTransaction(transaction));
            m_transaction = transaction.commit;
        }
        DeltaChange change{deltaKindOf(event.change.kind), m_number};
        if (change.kind != DeltaKind::Truncate) {
            ISO_ASSIGN(Shapers * shapers, shapersFor(event.change.relation));
            ISO_ASSIGN(change.row, shapers->row.reshape(event.change.row));
            ISO_ASSIGN(change.oldRow, shapers->oldRow.reshape(event.change.oldRow));
        }
        return m_writer->add(change);
    }

    Status finish(repository::ManifestTable& table)
    {
        ISO_ASSIGN(const std::vector<repository::RunRef> runs, m_writer->finish());
        for (const repository::RunRef& run : runs) {
            table.runs.push_back(run);
            table.rows += run.rows;
            table.raw = ByteCount(table.raw.get() + run.raw.get());
            table.checksum.reset();
            m_stored += run.stored.get();
        }
        return {};
    }

    [[nodiscard]] std::uint64_t changes() const { return m_writer->changes(); }
    [[nodiscard]] std::uint64_t stored() const { return m_stored; }

private:
    /// One for each of the two rows that a change may have: both are in use at a time.
    struct Shapers
    {
        RowReshaper row;
        RowReshaper oldRow;
    };

    Result<Shapers*> shapersFor(const std::shared_ptr<const engine::ChangeRelation>& relation)
    {
        auto found = m_shapers.find(relation);
        if (found == m_shapers.end()) {
            ISO_ASSIGN(const RowReshaper shaper, RowReshaper::make(*relation, m_schema));
            found = m_shapers.emplace(relation, Shapers{shaper, shaper}).first;
        }
        return &found->second;
    }

    std::unique_ptr<DeltaWriter> m_writer;
    const TableSchema& m_schema;
    std::map<std::shared_ptr<const engine::ChangeRelation>, Shapers> m_shapers;
    std::optional<Lsn> m_transaction; ///< the last one that was added
    std::uint32_t m_number = 0;
    std::uint64_t m_stored = 0;
};

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
        Lsn last = m_request.upTo;
        if (last < first) {
            return makeError(Code::FailedPrecondition,
                             "the journal is behind the backup that is to be continued",
                             "wait until capture has caught up");
        }
        // What a barrier cuts off may be in the writers already: then once more, without it.
        for (;;) {
            ISO_ASSIGN(const std::optional<Barrier> barrier, write(first, last));
            if (!barrier) {
                break;
            }
            m_end = ChainEnd{barrier->reason, barrier->last};
            last = barrier->last;
            if (last <= m_previous.lsn) {
                return Increment{std::nullopt, m_end, 0, {}}; // it had ended before
            }
        }
        // A chain that was continued before was whole then, and what broke it is the barrier. A
        // base that the journal never continued has a hole behind it, barrier or not.
        if (!m_continues && !(m_end && m_previous.hasDeltas())) {
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
            m_tableOf[m_previous.leaves[i].objectId] = i;
            const journal::Requirement requirement = m_ports.journal.requirement(
                m_previous.leaves[i].objectId, tableIdOf(state, schema));
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
                continue;
            }
            ISO_ASSIGN(const Visibility visibility, Visibility::parse(base.visibility));
            if (!requirement.continues(visibility)) {
                m_continues = false;
                m_whyNot = requirement.reason.empty() ? "the backup is older than the capture"
                                                      : requirement.reason;
            }
        }
        return {};
    }

    static std::uint64_t tableIdOf(const journal::State& state, const TableSchema& schema)
    {
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
    /// not be in it (its record is written before others see it), so everything that the journal
    /// has from before is looked through.
    Result<Lsn> firstCommit()
    {
        if (m_previous.hasDeltas() || m_previous.kind == BackupKind::Incremental) {
            return m_previous.lsn;
        }
        std::vector<Visibility> bases;
        for (const repository::BaseView& base : m_previous.baseViews()) {
            if (base.cut) {
                return m_previous.lsn;
            }
            ISO_ASSIGN(Visibility shown, Visibility::parse(base.visibility));
            bases.push_back(std::move(shown));
        }
        const Lsn oldest = m_ports.journal.usage().oldest;
        if (oldest >= m_previous.lsn) {
            return m_previous.lsn;
        }
        ISO_ASSIGN(const auto cursor, m_ports.journal.read({leaves(), oldest, m_previous.lsn}));
        for (;;) {
            ISO_ASSIGN(const Event* const event, cursor->next());
            if (event == nullptr) {
                return m_previous.lsn;
            }
            const bool missing = event->transaction != nullptr &&
                                 std::any_of(bases.begin(), bases.end(), [&](const auto& base) {
                                     return !base.shows(event->transaction->id);
                                 });
            if (missing) {
                return before(event->transaction->commitLsn);
            }
        }
    }

    /// Writes everything in (first, last] anew; the barrier that was met, if any.
    Result<std::optional<Barrier>> write(Lsn first, Lsn last)
    {
        m_tables.clear();
        for (const repository::ManifestTable& table : m_previous.tables) {
            repository::DeltaOptions options;
            options.schema = table.schema;
            options.range = m_previous.range;
            options.first = first;
            options.last = last;
            options.asOf = m_previous.asOf;
            options.compressionLevel = m_request.compressionLevel;
            ISO_ASSIGN(auto writer, m_ports.repository.openDeltaWriter(options));
            m_tables.push_back(std::make_unique<TableDelta>(std::move(writer), table.schema));
        }
        m_newest.reset();
        if (last == first) {
            return std::optional<Barrier>();
        }
        ISO_ASSIGN(const auto cursor, m_ports.journal.read({leaves(), first, last}));
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
        switch (event.kind) {
        case EventKind::Gap:
            return std::optional<Barrier>({event.gap->after, event.gap->reason});
        case EventKind::Marker:
            return barrierAt(event);
        case EventKind::Change:
            break;
        }
        const Lsn commit = event.transaction->commitLsn;
        if (event.change.kind == engine::ChangeKind::Unreadable) {
            return std::optional<Barrier>({before(commit), "changes could not be read"});
        }
        const auto table = m_tableOf.find(event.change.relation->leaf.objectId);
        if (table == m_tableOf.end()) {
            return makeError(Code::Internal, "the journal gave a change of another leaf");
        }
        const Status added = m_tables[table->second]->add(event, recordOf(*event.transaction));
        if (!added.ok() && added.error().code == Code::FailedPrecondition) {
            return std::optional<Barrier>({before(commit), added.error().message});
        }
        ISO_TRY(added);
        m_newest = std::max(m_newest.value_or(event.transaction->time), event.transaction->time);
        return std::optional<Barrier>();
    }

    /// A changed definition counts when the columns are others now: rows may look different without
    /// having been written (a new column with a default).
    [[nodiscard]] Result<std::optional<Barrier>> barrierAt(const Event& event)
    {
        const Lsn last = before(event.transaction->commitLsn);
        if (event.marker->kind == engine::MarkerKind::Rewritten) {
            return std::optional(Barrier{last, "the table was rewritten: " + event.marker->what});
        }
        if (!m_tablesNow) {
            ISO_ASSIGN(m_tablesNow, m_request.tablesNow());
        }
        for (std::size_t i = 0; i < m_previous.tables.size(); ++i) {
            if (i >= m_tablesNow->size() ||
                !sameColumns(m_previous.tables[i].schema, (*m_tablesNow)[i])) {
                return std::optional(
                    Barrier{last, "the table's columns changed: " + event.marker->what});
            }
        }
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
        manifest.started = m_started;
        manifest.lsn = last;
        ISO_ASSIGN(manifest.asOf, momentOf(first, last));
        for (std::size_t i = 0; i < m_tables.size(); ++i) {
            increment.changes += m_tables[i]->changes();
            ISO_TRY(m_tables[i]->finish(manifest.tables[i]));
            increment.stored = ByteCount(increment.stored.get() + m_tables[i]->stored());
        }
        manifest.kind = increment.changes > 0 ? BackupKind::Incremental : BackupKind::Unchanged;
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
    std::optional<std::vector<TableSchema>> m_tablesNow;
    std::optional<ChainEnd> m_end;
    std::optional<WallTime> m_newest;
    WallTime m_started{};
    bool m_continues = true;
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

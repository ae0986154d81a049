// SPDX-License-Identifier: Apache-2.0
#include "tests/integration/capture/capture_world.h"

#include "shared/base/byte_io.h"

#include <utility>

namespace isotherm::test
{
namespace
{

constexpr auto kPatience = std::chrono::seconds(60);

/// Fills what `row` leaves open from `previous`. An error when nothing can: a broken chain.
Result<std::string> completed(const std::string& row, const std::string* previous,
                              std::size_t columns)
{
    ISO_ASSIGN(const auto fields, splitRow(row, columns));
    std::vector<Field> old;
    if (previous != nullptr) {
        ISO_ASSIGN(old, splitRow(*previous, columns));
    }
    std::string filled;
    for (std::size_t i = 0; i < columns; ++i) {
        const Field& field = fields[i].length == kAbsentField && previous ? old[i] : fields[i];
        if (field.length == kAbsentField) {
            return makeError(Code::Internal, "a value is absent and nothing can give it");
        }
        appendBigEndian(filled, static_cast<std::uint32_t>(field.length));
        filled += field.bytes;
    }
    return filled;
}

/// Applies what the journal says to rows.
class Replayer
{
public:
    Replayer(const TableSchema& schema, LeafRows rows)
        : m_keys(schema), m_columns(schema.columns.size()), m_rows(std::move(rows))
    {
    }

    Status apply(const journal::Change& change)
    {
        switch (change.kind) {
        case engine::ChangeKind::Truncate:
            m_rows.clear();
            return {};
        case engine::ChangeKind::Delete: {
            ISO_ASSIGN(const std::string key, keyOf(change.row));
            return m_rows.erase(key) == 1 ? Status()
                                          : Status(makeError(Code::NotFound, "deleted twice"));
        }
        case engine::ChangeKind::Insert:
        case engine::ChangeKind::Update:
            return put(change);
        default:
            return makeError(Code::Internal, "unexpected change");
        }
    }

    LeafRows take() { return std::move(m_rows); }

private:
    Result<std::string> keyOf(std::string_view row)
    {
        std::string key;
        ISO_TRY(m_keys.append(row, key));
        return key;
    }

    Status put(const journal::Change& change)
    {
        const std::string row(change.row);
        ISO_ASSIGN(const std::string key, keyOf(row));
        std::string oldKey = key;
        if (!change.oldRow.empty()) {
            ISO_ASSIGN(oldKey, keyOf(change.oldRow));
        }
        const auto old = m_rows.find(oldKey);
        const bool known = old != m_rows.end();
        if (change.kind == engine::ChangeKind::Insert && known) {
            return makeError(Code::AlreadyExists, "inserted twice");
        }
        if (change.kind == engine::ChangeKind::Update && !known) {
            return makeError(Code::NotFound, "updated what is not there");
        }
        ISO_ASSIGN(std::string filled, completed(row, known ? &old->second : nullptr, m_columns));
        if (known) {
            m_rows.erase(old);
        }
        m_rows[key] = std::move(filled);
        return {};
    }

    RowKeyEncoder m_keys;
    std::size_t m_columns;
    LeafRows m_rows;
};

} // namespace

Status CaptureWorld::start(std::vector<std::string> tables)
{
    m_tables = std::move(tables);
    m_engine = openEngine(m_cluster.conninfo(), m_clock);
    return restart();
}

void CaptureWorld::stop()
{
    if (m_capture) {
        m_capture->stop();
    }
    m_capture.reset();
    m_journal.reset();
}

Result<Lsn> CaptureWorld::begin()
{
    stop();
    journal::JournalOptions options{m_folder.path() / "journal",
                                    repository::SecretKey(std::string(32, 'k')), m_clock,
                                    ByteCount(1 << 20)};
    ISO_ASSIGN(m_journal, journal::Journal::open(std::move(options)));
    capture::CaptureOptions wishes;
    wishes.spoolFolder = m_folder.path() / "spool";
    wishes.tables = [this] { return m_tables; };
    wishes.lookEvery = std::chrono::milliseconds(500);
    wishes.retryAfter = std::chrono::milliseconds(200);
    m_capture = capture::Capture::make({*m_engine, *m_journal, m_clock, m_log}, std::move(wishes));
    const Lsn position = m_journal->position();
    m_capture->start();
    return position;
}

Status CaptureWorld::restart()
{
    ISO_TRY(begin());
    return waitFor([](const capture::CaptureHealth& health) {
        return health.state == capture::CaptureState::Streaming;
    });
}

Status CaptureWorld::waitFor(const std::function<bool(const capture::CaptureHealth&)>& enough)
{
    const auto deadline = std::chrono::steady_clock::now() + kPatience;
    while (!enough(m_capture->health())) {
        if (std::chrono::steady_clock::now() > deadline) {
            return makeError(Code::DeadlineExceeded,
                             "capture did not get there: " + m_capture->health().error);
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
    return {};
}

Status CaptureWorld::catchUp()
{
    ISO_ASSIGN(const auto rows, m_cluster.exec("select pg_logical_emit_message(false, 'x', 'x'),"
                                               " (pg_current_wal_insert_lsn() - '0/0')::int8"));
    const Lsn now(std::strtoull(rows.front()[1]->c_str(), nullptr, 10));
    return waitFor([now](const capture::CaptureHealth& health) { return health.position >= now; });
}

Result<engine::KeyspaceLayout> CaptureWorld::layout()
{
    return m_engine->describeKeyspace({"k", {m_tables.front()}, {}});
}

Result<TakenBase> CaptureWorld::takeBase(std::size_t shard)
{
    constexpr int kAttempts = 50; // a TRUNCATE is in the way now and then
    for (int attempt = 1;; ++attempt) {
        auto base = tryBase(shard);
        const bool again = !base.ok() && (base.error().code == Code::DeadlineExceeded ||
                                          base.error().code == Code::Aborted ||
                                          base.error().code == Code::Unavailable);
        if (!again || attempt == kAttempts) {
            return base;
        }
    }
}

Result<TakenBase> CaptureWorld::tryBase(std::size_t shard)
{
    ISO_ASSIGN(const auto keyspace, layout());
    ISO_ASSIGN(const auto snapshot, m_engine->openSnapshot(keyspace, keyspace.shards[shard]));
    TakenBase base;
    base.leaf = snapshot->info().leaves[0];
    base.visibility = snapshot->info().visibility;
    base.lsn = snapshot->info().lsn;
    ISO_ASSIGN(const auto rows, readRows(*snapshot, {}));
    RowKeyEncoder keys(snapshot->table(0));
    for (const std::string& row : rows) {
        std::string key;
        ISO_TRY(keys.append(row, key));
        base.rows[key] = row;
    }
    return base;
}

Result<LeafRows> CaptureWorld::replay(const TakenBase& base, Alignment alignment)
{
    ISO_ASSIGN(const Visibility visibility, Visibility::parse(base.visibility));
    ISO_ASSIGN(const auto keyspace, layout());
    const std::vector<std::uint64_t> leaves{base.leaf.objectId};
    Lsn first = base.lsn;
    if (alignment == Alignment::ByVisibility) {
        const journal::State state = m_journal->state();
        const auto leaf = state.leaves.find(base.leaf.objectId);
        const journal::Requirement requirement = m_journal->requirement(
            base.leaf.objectId, leaf == state.leaves.end() ? 0 : leaf->second.table);
        if (!requirement.continues(visibility)) {
            return makeError(Code::FailedPrecondition,
                             "the journal does not continue this base: " + requirement.reason);
        }
        ISO_ASSIGN(first, m_journal->startFor(visibility, leaves));
    }
    ISO_ASSIGN(const auto cursor, m_journal->read({leaves, first, m_journal->position()}));
    Replayer replayer(keyspace.tables[0], base.rows);
    for (;;) {
        ISO_ASSIGN(const journal::Event* event, cursor->next());
        if (event == nullptr) {
            return replayer.take();
        }
        if (event->kind == journal::EventKind::Gap) {
            return makeError(Code::FailedPrecondition, "a gap: " + event->gap->reason);
        }
        const bool inBase =
            alignment == Alignment::ByVisibility && visibility.shows(event->transaction->id);
        if (event->kind == journal::EventKind::Change && !inBase) {
            ISO_TRY(replayer.apply(event->change));
        }
    }
}

} // namespace isotherm::test

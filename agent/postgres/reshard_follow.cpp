// SPDX-License-Identifier: Apache-2.0
#include "agent/postgres/reshard_follow.h"

#include "agent/postgres/change_apply.h"
#include "agent/postgres/reshard_marker.h"
#include "agent/postgres/sql_text.h"

#include <algorithm>
#include <thread>
#include <utility>

namespace isotherm::postgres
{
namespace
{

using Clock = std::chrono::steady_clock;
using pgoutput::MessageKind;

/// A fold is written when it holds this much: enough to make statements worth while, little enough
/// to keep each of them short.
constexpr std::size_t kFoldBytes = std::size_t{4} << 20U;
constexpr auto kPoll = std::chrono::milliseconds(2);
/// Many seconds' worth: no commit takes as long from the log to other sessions' eyes.
constexpr std::size_t kRecent = std::size_t{1} << 17U;
constexpr auto kDurableEvery = std::chrono::milliseconds(500);

Error definitionChanged(const std::string& name)
{
    return makeError(Code::Aborted, "the definition of " + name + " changed",
                     "the change of shards is rolled back; start it again");
}

Error late()
{
    return makeError(Code::DeadlineExceeded, "the change stream did not come through in time",
                     "the server is busy; the agent tries again by itself");
}

} // namespace

Result<std::unique_ptr<ReshardFollower>> ReshardFollower::start(Options options,
                                                                const ReshardBook& book,
                                                                Lsn applied,
                                                                std::uint64_t nextTransaction)
{
    ISO_ASSIGN(Connection marks, Connection::open(options.postgres));
    // What was applied by an agent that died may not be on disk yet; the slot will not go back.
    ISO_TRY(marks.run("SET synchronous_commit = local; SELECT pg_logical_emit_message(true,"
                      " 'isotherm.reshard', 'durable')"));
    const std::string name = reshardFeedName(options.token);
    ReplicationStart start{name, name, applied, StreamForm::Text, options.ahead, "256MB"};
    // The session of an agent that died may still be ending.
    Result<std::unique_ptr<ReplicationLink>> link = ReplicationLink::start(options.postgres, start);
    for (int i = 0; i < 50 && !link.ok() && link.error().code == Code::Unavailable; ++i) {
        std::this_thread::sleep_for(std::chrono::milliseconds(100));
        link = ReplicationLink::start(options.postgres, start);
    }
    if (!link.ok()) {
        return link.error();
    }
    ISO_ASSIGN(Connection connection, Connection::open(options.postgres));
    // Rows and progress are on disk together or not at all; the slot is told only what is.
    ISO_TRY(connection.run("SET synchronous_commit = off; SET statement_timeout = 0"));
    if (options.quietTriggers) {
        ISO_TRY(connection.run("SET session_replication_role = replica"));
    }
    std::unique_ptr<ReshardFollower> follower(
        new ReshardFollower(std::move(options), book, std::move(link).value(),
                            std::move(connection), std::move(marks)));
    follower->m_near = nextTransaction;
    follower->m_applied = applied;
    follower->m_seen = applied;
    follower->m_durable = applied;
    return follower;
}

ReshardFollower::ReshardFollower(Options options, const ReshardBook& book,
                                 std::unique_ptr<ReplicationLink> link, Connection connection,
                                 Connection marks)
    : m_options(std::move(options)), m_book(book), m_link(std::move(link)),
      m_connection(std::move(connection)), m_marks(std::move(marks))
{
    for (const ReshardTable& table : m_book.tables) {
        std::vector<std::size_t> identity;
        for (const std::string& name : table.identity) {
            const auto found =
                std::find_if(table.columns.begin(), table.columns.end(),
                             [&](const ReshardColumn& column) { return column.name == name; });
            identity.push_back(static_cast<std::size_t>(found - table.columns.begin()));
        }
        m_tables.push_back({ChangeFold(std::move(identity)), true});
    }
}

Result<bool> ReshardFollower::follow(Clock::time_point until, const std::stop_token& stop)
{
    for (;;) {
        const std::uint64_t before = m_changes;
        const Lsn seen = m_seen;
        ISO_TRY(takeEntries(kPoll, stop));
        const bool quiet = m_changes == before && m_seen == seen;
        ISO_TRY(m_inside ? Status() : commit());
        if ((quiet && !m_inside) || Clock::now() >= until) {
            return quiet && !m_inside;
        }
    }
}

Status ReshardFollower::drain(Clock::time_point until, const std::stop_token& stop)
{
    const std::string mark = m_options.token + ":" + std::to_string(++m_marksMade) + ":" +
                             std::to_string(Clock::now().time_since_epoch().count());
    ISO_ASSIGN(const bool free, markIsWritten(until)); // one that nobody waited for
    if (!free) {
        return late();
    }
    // A commit that waits for the disk: what others committed without waiting is sent with it. That
    // it is through tells the stream, no later than its own answer.
    ISO_TRY(m_marks.send("SET synchronous_commit = local;"
                         "SELECT pg_logical_emit_message(true, 'isotherm.reshard', " +
                         quoteLiteral(mark) + ")"));
    m_markSent = true;
    // Also to the end of the transaction that is coming in: what is applied is whole ones.
    while (m_mark != mark || m_inside) {
        if (Clock::now() >= until) {
            return late();
        }
        ISO_TRY(takeEntries(kPoll, stop));
        ISO_TRY(markIsWritten(Clock::now())); // else it would never come
    }
    return commit(Disk::Later);
}

/// False: not by `until`.
Result<bool> ReshardFollower::markIsWritten(Clock::time_point until)
{
    if (!m_markSent) {
        return true;
    }
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(until - Clock::now());
    const Status there =
        m_marks.waitSocket(false, std::max(left, std::chrono::milliseconds(0)), nullptr);
    if (!there.ok() && there.error().code == Code::DeadlineExceeded) {
        return false;
    }
    ISO_TRY(there);
    m_markSent = false;
    const auto written = m_marks.collectLong(m_options.postgres.statementTimeout);
    return written.ok() ? Result<bool>(true) : Result<bool>(written.error());
}

bool ReshardFollower::holdBack(Visibility shown)
{
    std::erase_if(m_recent, [&](std::uint64_t id) { return id < shown.oldestRunning(); });
    if (!std::all_of(m_recent.begin(), m_recent.end(),
                     [&](std::uint64_t id) { return shown.shows(id); })) {
        return false;
    }
    m_shown = std::move(shown);
    return true;
}

Status ReshardFollower::release()
{
    m_shown.reset();
    const std::deque<Kept> kept = std::exchange(m_kept, {});
    // What came after them waits in the link: nothing was taken while they were kept.
    for (const Kept& transaction : kept) {
        for (const std::string& message : transaction.messages) {
            ISO_TRY(take(message));
        }
    }
    return m_inside ? Status() : commit();
}

Status ReshardFollower::takeEntries(std::chrono::milliseconds wait, const std::stop_token& stop)
{
    ISO_ASSIGN(const std::string entries, m_link->take(wait, stop));
    std::size_t at = 0;
    while (auto entry = ReplicationLink::nextEntry(entries, at)) {
        if (entry->keepalive) {
            // Traffic of others: nothing of ours lies before it.
            if (!m_inside && m_kept.empty() && !m_open && pendingBytes() == 0 &&
                m_durable == m_seen && entry->endLsn > m_seen) {
                m_link->confirm(entry->endLsn);
            }
            continue;
        }
        ISO_TRY(take(entry->message));
    }
    return {};
}

Status ReshardFollower::take(std::string_view bytes)
{
    const Status decoded = m_decoder.decode(bytes, m_message);
    if (!decoded.ok()) {
        return decoded.error().within("the change stream");
    }
    if (m_message.kind == MessageKind::Begin) {
        m_inside = true;
        const std::uint64_t transaction = extend(m_message.xid);
        m_keeping = m_shown && !m_shown->shows(transaction);
        if (m_keeping) {
            m_kept.emplace_back();
        } else {
            m_recent.push_back(transaction);
            if (m_recent.size() > kRecent) {
                m_recent.pop_front();
            }
        }
    }
    // Descriptions of relations are sent once: they count also when their transaction has to wait.
    if (m_keeping) {
        m_kept.back().messages.emplace_back(bytes);
        if (m_message.kind == MessageKind::Logical) {
            takeLogical();
        }
        if (m_message.kind == MessageKind::Relation) {
            return takeRelation();
        }
        if (m_message.kind == MessageKind::Commit) {
            m_inside = false;
            m_keeping = false;
        }
        return {};
    }
    return takeMessage();
}

Status ReshardFollower::takeMessage()
{
    switch (m_message.kind) {
    case MessageKind::Relation:
        return takeRelation();
    case MessageKind::Insert:
    case MessageKind::Update:
    case MessageKind::Delete:
        ++m_changes;
        ISO_TRY(takeRow());
        return pendingBytes() >= 4 * kFoldBytes ? flush() : Status();
    case MessageKind::Truncate:
        ++m_changes;
        return takeTruncate();
    case MessageKind::Logical:
        takeLogical();
        return {};
    case MessageKind::Commit:
        m_inside = false;
        m_seen = std::max(m_seen, Lsn(m_message.endLsn));
        if (std::exchange(m_switchInside, false)) {
            m_switchSeen = m_seen;
        }
        return {};
    default:
        return {};
    }
}

/// Other changes' messages come by as well.
void ReshardFollower::takeLogical()
{
    if (m_message.prefix != kReshardMessage) {
        return;
    }
    if (m_message.content == "switch " + m_options.token) {
        m_switchInside = true;
    } else if (m_message.content.substr(0, m_options.token.size() + 1) == m_options.token + ":") {
        m_mark = m_message.content;
    }
}

Status ReshardFollower::takeRelation()
{
    for (std::size_t t = 0; t < m_book.tables.size(); ++t) {
        const ReshardTable& table = m_book.tables[t];
        for (const auto* side : {&table.olds, &table.news}) {
            for (const ReshardPart& part : *side) {
                if (part.oid != m_message.relation) {
                    continue;
                }
                Plan plan{t, side == &table.olds, part.range, {}, m_message.replicaIdentity == 'f'};
                for (const pgoutput::Column& column : m_message.columns) {
                    const auto found = std::find_if(
                        table.columns.begin(), table.columns.end(),
                        [&](const ReshardColumn& known) { return known.name == column.name; });
                    if (found == table.columns.end()) {
                        return definitionChanged(part.qualified());
                    }
                    plan.columns.push_back(static_cast<std::size_t>(found - table.columns.begin()));
                }
                if (plan.columns.size() != table.columns.size()) {
                    return definitionChanged(part.qualified());
                }
                m_plans[m_message.relation] = std::move(plan);
                return {};
            }
        }
    }
    return {}; // no part of ours: then no change of it either
}

const ReshardFollower::Plan* ReshardFollower::planOf(std::uint32_t relation) const
{
    const auto found = m_plans.find(relation);
    return found == m_plans.end() ? nullptr : &found->second;
}

FoldedRow ReshardFollower::rowOf(const Plan& plan, const pgoutput::Tuple& tuple, bool keyOnly)
{
    const ReshardTable& table = m_book.tables[plan.table];
    FoldedRow row(table.columns.size());
    for (std::size_t i = 0; i < tuple.size() && i < plan.columns.size(); ++i) {
        const pgoutput::Value& value = tuple[i];
        FoldedValue& to = row[plan.columns[i]];
        if (value.kind == pgoutput::ValueKind::Text || value.kind == pgoutput::ValueKind::Binary) {
            to.kind = FoldedValue::Kind::Text;
            to.text = value.bytes;
        } else if (value.kind == pgoutput::ValueKind::Null && !keyOnly) {
            to.kind = FoldedValue::Kind::Null;
        }
    }
    return row;
}

Status ReshardFollower::takeRow()
{
    const Plan* const plan = planOf(m_message.relation);
    if (plan == nullptr) {
        return {};
    }
    ISO_TRY(turn(plan->table, plan->old));
    ChangeFold& fold = m_tables[plan->table].fold;
    const bool keyOnly = m_message.oldTuple == pgoutput::OldTuple::Key;
    if (m_message.kind == MessageKind::Insert) {
        fold.insert(rowOf(*plan, m_message.newValues, false));
        return {};
    }
    if (m_message.kind == MessageKind::Delete) {
        fold.remove(rowOf(*plan, m_message.oldValues, keyOnly));
        return {};
    }
    std::optional<FoldedRow> old;
    if (m_message.oldTuple != pgoutput::OldTuple::None) {
        old = rowOf(*plan, m_message.oldValues, keyOnly);
    }
    fold.update(old, rowOf(*plan, m_message.newValues, false));
    return {};
}

Status ReshardFollower::takeTruncate()
{
    for (const std::uint32_t relation : m_message.relations) {
        const Plan* const plan = planOf(relation);
        if (plan == nullptr) {
            continue;
        }
        ISO_TRY(turn(plan->table, plan->old));
        ISO_TRY(flush());
        ISO_TRY(beginApply());
        ISO_TRY(emptyRange(m_connection, m_book.tables[plan->table],
                           partsOf(plan->table, plan->old), plan->range));
    }
    return {};
}

/// After a switch changes go the other way: what is still folded goes where it belongs first.
Status ReshardFollower::turn(std::size_t table, bool toNews)
{
    if (m_tables[table].toNews != toNews) {
        ISO_TRY(flush());
        m_tables[table].toNews = toNews;
    }
    return {};
}

const std::vector<ReshardPart>& ReshardFollower::partsOf(std::size_t table, bool news) const
{
    return news ? m_book.tables[table].news : m_book.tables[table].olds;
}

Status ReshardFollower::beginApply()
{
    if (m_open) {
        return {};
    }
    ISO_TRY(m_connection.run("BEGIN"));
    m_open = true;
    return {};
}

Status ReshardFollower::flush()
{
    for (std::size_t t = 0; t < m_tables.size(); ++t) {
        if (!m_tables[t].fold.empty()) {
            ISO_TRY(beginApply());
            ISO_TRY(applyFold(m_connection, m_book.tables[t], partsOf(t, m_tables[t].toNews),
                              m_tables[t].fold));
        }
    }
    return {};
}

/// Between transactions only: then rows and position belong together. While some are kept back it
/// all stays open. The slot is told twice a second, after a commit that waited for the disk: a
/// server that crashed would else come back without the rows and with a slot that is past them.
Status ReshardFollower::commit(Disk disk)
{
    ISO_TRY(flush());
    const auto now = Clock::now();
    const bool durable =
        disk == Disk::MayWait && m_durable != m_seen && now - m_durableAt >= kDurableEvery;
    if (m_shown || (!m_open && m_seen == m_applied && !durable)) {
        return {};
    }
    ISO_TRY(m_connection.run(
        std::string(m_open ? "" : "BEGIN;") +
        (durable ? "SET LOCAL synchronous_commit = local;" : "") +
        reshardAppliedSql(m_options.token, m_seen) +
        (m_switchSeen ? reshardSwitchedSql(m_options.token, *m_switchSeen) : std::string()) +
        "COMMIT"));
    m_open = false;
    m_switchSeen.reset();
    m_applied = m_seen;
    if (durable) {
        m_durable = m_applied;
        m_durableAt = now;
        m_link->confirm(m_applied);
    }
    return {};
}

/// The nearest 64-bit id to those seen last.
std::uint64_t ReshardFollower::extend(std::uint32_t xid)
{
    const auto distance = static_cast<std::int32_t>(xid - static_cast<std::uint32_t>(m_near));
    m_near = m_near + static_cast<std::uint64_t>(static_cast<std::int64_t>(distance));
    return m_near;
}

std::size_t ReshardFollower::pendingBytes() const
{
    std::size_t bytes = 0;
    for (const Table& table : m_tables) {
        bytes += table.fold.bytes();
    }
    return bytes;
}

} // namespace isotherm::postgres

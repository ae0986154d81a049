// SPDX-License-Identifier: Apache-2.0
#include "agent/postgres/reshard_switch.h"

#include "agent/postgres/adoption_script.h"
#include "agent/postgres/part_properties.h"
#include "agent/postgres/reshard_blockers.h"
#include "agent/postgres/reshard_marker.h"
#include "agent/postgres/sql_text.h"

#include <algorithm>
#include <map>
#include <utility>

namespace isotherm::postgres
{
namespace
{

using engine::ReshardSide;
using engine::SwitchLimits;
using engine::SwitchOutcome;
using Clock = std::chrono::steady_clock;

const std::vector<ReshardPart>& leaving(const ReshardTable& table, SwitchTo to)
{
    return to == SwitchTo::New ? table.olds : table.news;
}

const std::vector<ReshardPart>& coming(const ReshardTable& table, SwitchTo to)
{
    return to == SwitchTo::New ? table.news : table.olds;
}

Result<std::vector<IncomingKey>> incomingKeys(Connection& connection, const ReshardTable& table)
{
    ISO_ASSIGN(const QueryRows rows,
               connection.query("SELECT format('%I.%I', n.nspname, c.relname), c.oid,"
                                " quote_ident(k.conname), pg_get_constraintdef(k.oid)"
                                " FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid"
                                " JOIN pg_namespace n ON n.oid = c.relnamespace"
                                " WHERE k.contype = 'f' AND k.confrelid = $1::oid"
                                " AND k.conparentid = 0 ORDER BY c.oid, k.conname",
                                {std::to_string(table.root)}));
    std::vector<IncomingKey> keys;
    for (std::size_t i = 0; i < rows.size(); ++i) {
        keys.push_back({rows.text(i, 0), static_cast<Oid>(rows.integer(i, 1)), rows.text(i, 2),
                        rows.text(i, 3)});
    }
    return keys;
}

/// Statements by the object ids of what they lock: in that order within a group.
using LockGroup = std::map<Oid, std::string>;

class ScriptWriter
{
public:
    ScriptWriter(const ReshardScene& scene, SwitchTo to) : m_scene(scene), m_to(to) {}

    Result<SwitchScript> write()
    {
        for (const ReshardTable& table : m_scene.book.tables) {
            m_parents[table.root] = exclusive("ONLY " + table.qualified());
            if (table.defaultPart) {
                m_leaves[table.defaultPart->oid] =
                    exclusive("ONLY " + table.defaultPart->qualified());
            }
            ISO_TRY(takeIncoming(table));
            for (const ReshardPart& part : leaving(table, m_to)) {
                ISO_TRY(takeLeaving(table, part));
            }
        }
        for (const ReshardTable& table : m_scene.book.tables) {
            for (const ReshardPart& part : coming(table, m_to)) {
                ISO_TRY(takeComing(table, part));
            }
        }
        return finish();
    }

private:
    static std::string exclusive(const std::string& what)
    {
        return "LOCK TABLE " + what + " IN ACCESS EXCLUSIVE MODE;";
    }

    /// A referenced table: its triggers change, its rows do not.
    void lockReferenced(const ModelForeignKey& key)
    {
        m_outer.emplace(key.referenced,
                        "LOCK TABLE " + key.referencedName + " IN SHARE ROW EXCLUSIVE MODE;");
    }

    Status takeIncoming(const ReshardTable& table)
    {
        ISO_ASSIGN(const auto keys, incomingKeys(m_scene.connection, table));
        for (const IncomingKey& key : keys) {
            m_outer[key.tableOid] = exclusive(key.table);
            const bool valid = key.definition.find(" NOT VALID") == std::string::npos;
            if (valid) { // to be validated again
                m_before +=
                    "INSERT INTO isotherm_reshard.foreign_key (token, relid, name) VALUES (" +
                    quoteLiteral(m_scene.plan.token) + ", " + std::to_string(key.tableOid) + ", " +
                    quoteLiteral(key.name) + ");";
            }
            m_before += "ALTER TABLE " + key.table + " DROP CONSTRAINT " + key.name + ";";
            m_after += "ALTER TABLE " + key.table + " ADD CONSTRAINT " + key.name + " " +
                       key.definition + (valid ? " NOT VALID;" : ";");
        }
        return {};
    }

    [[nodiscard]] bool isOurs(Oid oid) const
    {
        return std::any_of(m_scene.book.tables.begin(), m_scene.book.tables.end(),
                           [&](const ReshardTable& table) {
                               const auto has = [&](const std::vector<ReshardPart>& parts) {
                                   return std::any_of(parts.begin(), parts.end(),
                                                      [&](const auto& p) { return p.oid == oid; });
                               };
                               return has(table.olds) || has(table.news);
                           });
    }

    Status takeLeaving(const ReshardTable& table, const ReshardPart& part)
    {
        m_leaves[part.oid] = exclusive("ONLY " + part.qualified());
        m_detach +=
            "ALTER TABLE " + table.qualified() + " DETACH PARTITION " + part.qualified() + ";";
        const std::string away = reshardOldName(part.givenName, m_scene.plan.token);
        m_detach += "ALTER TABLE " + part.qualified() + " RENAME TO " + quoteIdentifier(away) + ";";
        ISO_ASSIGN(const auto keys, foreignKeysOf(m_scene.connection, part.oid));
        bool outer = false;
        for (const ModelForeignKey& key : keys) {
            if (!isOurs(key.referenced)) {
                lockReferenced(key);
                outer = true;
            }
        }
        if (outer) {
            // From now on its rows lag behind: they must not hold on to what they refer to.
            m_detach += quietForeignKeysSql(quoteQualified(part.schema, away), true,
                                            !m_scene.rights.superuser);
        }
        return {};
    }

    Status takeComing(const ReshardTable& table, const ReshardPart& part)
    {
        const std::string name = quoteQualified(part.schema, part.givenName);
        if (part.name != part.givenName) {
            m_attach += "ALTER TABLE " + part.qualified() + " RENAME TO " +
                        quoteIdentifier(part.givenName) + ";";
        }
        m_attach += "ALTER TABLE " + table.qualified() + " ATTACH PARTITION " + name +
                    " FOR VALUES " + table.bound(part.range) + ";ALTER TABLE " + name +
                    " DROP CONSTRAINT IF EXISTS " +
                    quoteIdentifier(reshardCheckName(m_scene.plan.token)) + ";";
        m_published += (m_published.empty() ? "" : ", ") + name;
        ISO_ASSIGN(const auto keys, foreignKeysOf(m_scene.connection, part.oid));
        bool own = false;
        for (const ModelForeignKey& key : keys) {
            if (!isOurs(key.referenced)) {
                lockReferenced(key);
            }
            own = own || !key.inherited;
        }
        if (own) { // those that ATTACH merged with the table's have none of their own any more
            m_attach += quietForeignKeysSql(name, false, !m_scene.rights.superuser);
        }
        return {};
    }

    Result<SwitchScript> finish()
    {
        SwitchScript script;
        for (const LockGroup* group : {&m_outer, &m_parents, &m_leaves}) {
            for (const auto& [oid, statement] : *group) {
                script.locks.push_back(statement);
                script.locked.push_back(oid);
            }
        }
        const std::string feed = reshardFeedName(m_scene.plan.token);
        const ReshardSide side =
            m_to == SwitchTo::New ? ReshardSide::Switched : ReshardSide::Returned;
        script.first = m_before + m_detach;
        script.statements = m_attach + m_after + "ALTER PUBLICATION " + quoteIdentifier(feed) +
                            " SET TABLE " + m_published + ";" +
                            reshardSideSql(m_scene.plan.token, side) +
                            "SELECT pg_logical_emit_message(true, 'isotherm.reshard', " +
                            quoteLiteral("switch " + m_scene.plan.token) + ");";
        return script;
    }

    const ReshardScene& m_scene;
    const SwitchTo m_to;
    LockGroup m_outer;
    LockGroup m_parents;
    LockGroup m_leaves;
    std::string m_before;
    std::string m_detach;
    std::string m_attach;
    std::string m_after;
    std::string m_published;
};

/// The open transaction of an attempt: rolled back unless it was committed.
class Attempt
{
public:
    Attempt(Connection& connection, const SwitchLimits& limits)
        : m_connection(connection), m_limits(limits)
    {
    }
    ~Attempt() { giveUp(); }
    Attempt(const Attempt&) = delete;
    Attempt& operator=(const Attempt&) = delete;

    Status lock(const SwitchScript& script, const ReshardRights& rights)
    {
        // All of the waiting together may take as long as one wait is allowed to.
        const auto wait = std::max<std::int64_t>(
            10, m_limits.lockWait.count() / static_cast<std::int64_t>(script.locks.size()));
        // Nobody waits for the disk with our locks: keep() does, after them. What the application
        // commits on top is never durable before the switch itself is.
        const std::string cap = std::to_string(m_limits.hardCap.count());
        // The server gives up by itself, too: this process may be stopped while it holds the locks.
        std::string sql = "BEGIN; SET LOCAL synchronous_commit = off; SET LOCAL lock_timeout = " +
                          std::to_string(wait) + ";SET LOCAL statement_timeout = " + cap +
                          ";SET LOCAL idle_in_transaction_session_timeout = " + cap + ";";
        if (rights.superuser || rights.deadlockTimeout) {
            sql += "SET LOCAL deadlock_timeout = '5ms';";
        }
        for (const std::string& statement : script.locks) {
            sql += statement;
        }
        m_since = Clock::now();
        m_open = true;
        ISO_TRY(send(sql));
        return collect();
    }

    /// Sends what may go on while something else is done; the answer to what was sent before it
    /// comes first.
    Status send(const std::string& sql)
    {
        ISO_TRY(collect());
        if (sql.empty()) {
            return {};
        }
        m_sent = true;
        return m_connection.send(sql);
    }

    Status commit()
    {
        ISO_TRY(collect());
        if (Clock::now() >= deadline()) {
            return capReached();
        }
        ISO_TRY(m_connection.run("COMMIT"));
        m_open = false;
        m_until = Clock::now();
        return {};
    }

    /// Makes it durable.
    Status keep()
    {
        return m_connection.run(
            "SET synchronous_commit = local; SELECT pg_logical_emit_message(true,"
            " 'isotherm.reshard', 'durable')");
    }

    void giveUp()
    {
        if (!m_open) {
            return;
        }
        if (m_sent) {
            m_connection.cancel();
        }
        (void)collect();
        if (!m_connection.broken()) {
            (void)m_connection.run("ROLLBACK");
        }
        m_until = Clock::now();
        m_open = false;
    }

    [[nodiscard]] Clock::time_point deadline() const { return m_since + m_limits.hardCap; }
    [[nodiscard]] std::chrono::microseconds held() const
    {
        return std::chrono::duration_cast<std::chrono::microseconds>(m_until - m_since);
    }

private:
    static Error capReached()
    {
        return makeError(Code::DeadlineExceeded, "the hard cap was reached");
    }

    /// Each statement has the server's time limit; this is that of all of them together.
    Status collect()
    {
        if (!std::exchange(m_sent, false)) {
            return {};
        }
        const auto done = m_connection.collectUntil(deadline());
        if (!done.ok() && !m_connection.broken() && Clock::now() >= deadline()) {
            return capReached();
        }
        return done.ok() ? Status() : Status(done.error());
    }

    Connection& m_connection;
    const SwitchLimits& m_limits;
    bool m_sent = false; ///< an answer is to come
    Clock::time_point m_since;
    Clock::time_point m_until;
    bool m_open = false;
};

bool isTransient(const Error& error)
{
    return error.code == Code::DeadlineExceeded || error.code == Code::Aborted ||
           error.code == Code::Cancelled;
}

/// Close to the log's end before anybody is made to wait. False: not in time.
Result<bool> catchUp(ReshardFollower& follower, const SwitchLimits& limits)
{
    // A good moment of the disk is looked for. Where there is none its usual one has to do.
    constexpr auto kClose = std::chrono::milliseconds(30);
    constexpr auto kChoosy = std::chrono::seconds(2);
    const auto begin = Clock::now();
    const auto until = begin + std::chrono::seconds(5);
    while (Clock::now() < until) {
        const auto since = Clock::now();
        const auto close = since - begin < kChoosy ? kClose : limits.hardCap / 2;
        const Status drained = follower.drain(since + std::chrono::seconds(5), {});
        if (!drained.ok() && drained.error().code != Code::DeadlineExceeded) {
            return drained.error();
        }
        if (drained.ok() && Clock::now() - since < close) {
            return true;
        }
    }
    return false;
}

/// On a part that nobody uses: only a vacuum can be in the way. The server's own one yields, where
/// we may ask it to; else another time.
Status runBesideVacuum(const ReshardScene& scene, const std::string& sql)
{
    const bool yields = scene.rights.superuser || scene.rights.deadlockTimeout;
    const Status done = scene.connection.runLong(
        "BEGIN; SET LOCAL statement_timeout = 0; SET LOCAL lock_timeout = '500ms';" +
            std::string(yields ? "SET LOCAL deadlock_timeout = '5ms';" : "") + sql + ";COMMIT",
        std::chrono::hours(1));
    if (!scene.connection.broken() && !scene.connection.idle()) {
        ISO_TRY(scene.connection.run("ROLLBACK"));
    }
    return done;
}

Result<SwitchOutcome> notNow(SwitchOutcome outcome, std::string reason)
{
    outcome.reason = std::move(reason);
    return outcome;
}

} // namespace

Result<SwitchScript> switchScript(const ReshardScene& scene, SwitchTo to)
{
    if (scene.plan.adopts()) {
        return adoptionScript(scene, to == SwitchTo::New);
    }
    return ScriptWriter(scene, to).write();
}

Result<SwitchOutcome> attemptSwitch(const ReshardScene& scene, SwitchTo to,
                                    ReshardFollower& follower, std::uint64_t horizon,
                                    const SwitchLimits& limits)
{
    SwitchOutcome outcome;
    ISO_ASSIGN(outcome.blockers, oldSnapshots(scene.connection, horizon));
    if (!outcome.blockers.empty()) {
        return notNow(std::move(outcome), "a transaction is older than the new partitions");
    }
    ISO_ASSIGN(const SwitchScript script, switchScript(scene, to));
    // A look from outside: the attempt's own session is not free then.
    ISO_ASSIGN(Connection watch, Connection::open(scene.connection.options()));
    ISO_TRY(prepareIdleSnapshots(watch));
    // Asked before anybody has to wait, too: that also loads what the session needs to ask again.
    ISO_ASSIGN(outcome.blockers, idleSnapshots(watch));
    if (!outcome.blockers.empty()) {
        return notNow(std::move(outcome), "a session sits in a transaction with a snapshot");
    }
    ISO_ASSIGN(const bool close, catchUp(follower, limits));
    if (!close) {
        return notNow(std::move(outcome), "the change stream is behind");
    }
    Attempt attempt(scene.connection, limits);
    const auto failed = [&](const Status& status) -> Result<SwitchOutcome> {
        attempt.giveUp();
        outcome.held = attempt.held();
        if (scene.connection.broken() && outcome.held >= limits.hardCap) {
            return notNow(outcome, "the hard cap was reached"); // so the server said
        }
        if (!isTransient(status.error()) || scene.connection.broken()) {
            return status.error();
        }
        return notNow(outcome, status.error().message);
    };
    if (const Status locked = attempt.lock(script, scene.rights); !locked.ok()) {
        auto result = failed(locked);
        if (result.ok()) {
            ISO_ASSIGN(result->blockers, lockHolders(watch, script.locked));
        }
        return result;
    }
    if (const Status begun = attempt.send(script.first); !begun.ok()) {
        return failed(begun);
    }
    if (const Status drained = follower.drain(attempt.deadline(), {}); !drained.ok()) {
        return failed(drained);
    }
    // While that goes on: who took a snapshot before the last rows were there.
    if (const Status sent = attempt.send(script.statements); !sent.ok()) {
        return failed(sent);
    }
    ISO_ASSIGN(outcome.blockers, idleSnapshots(watch));
    if (!outcome.blockers.empty()) {
        attempt.giveUp();
        outcome.held = attempt.held();
        return notNow(std::move(outcome), "a session sits in a transaction with a snapshot");
    }
    if (const Status done = attempt.commit(); !done.ok()) {
        return failed(done);
    }
    // It comes by in the stream when it is durable, and nobody acts on it before.
    if (const Status kept = attempt.keep(); !kept.ok() && scene.connection.broken()) {
        return kept.error();
    }
    outcome.switched = true;
    outcome.held = attempt.held();
    return outcome;
}

Status settleSwitch(const ReshardScene& scene, const std::stop_token& stop)
{
    const std::string check = quoteIdentifier(reshardCheckName(scene.plan.token));
    for (const ReshardTable& table : scene.book.tables) {
        for (const ReshardPart& part : table.olds) {
            if (table.stage) {
                continue; // it comes back by its name
            }
            ISO_ASSIGN(const QueryRows rows,
                       scene.connection.query(
                           "SELECT convalidated FROM pg_constraint WHERE"
                           " conrelid = $1::oid AND conname = $2",
                           {std::to_string(part.oid), reshardCheckName(scene.plan.token)}));
            const std::string alter = "ALTER TABLE " + part.qualified();
            const std::string column = quoteIdentifier(table.keyColumn);
            if (rows.size() == 0) {
                ISO_TRY(runBesideVacuum(scene, alter + " ADD CONSTRAINT " + check + " CHECK (" +
                                                   column + " IS NOT NULL AND " +
                                                   table.condition(part.range, column) +
                                                   ") NOT VALID"));
            }
            if (rows.size() == 0 || !rows.truth(0, 0)) {
                ISO_TRY(runBesideVacuum(scene, alter + " VALIDATE CONSTRAINT " + check));
            }
            if (stop.stop_requested()) {
                return makeError(Code::Cancelled, "stopped");
            }
        }
    }
    return validateForeignKeys(scene.connection, scene.plan.token);
}

} // namespace isotherm::postgres

// SPDX-License-Identifier: Apache-2.0
#include "agent/postgres/reshard_port.h"

#include "agent/postgres/reshard_blockers.h"
#include "agent/postgres/reshard_build.h"
#include "agent/postgres/reshard_copy.h"
#include "agent/postgres/reshard_follow.h"
#include "agent/postgres/reshard_marker.h"
#include "agent/postgres/reshard_preflight.h"
#include "agent/postgres/reshard_switch.h"
#include "agent/postgres/reshard_verify.h"
#include "agent/postgres/sql_text.h"

#include <optional>
#include <utility>

namespace isotherm::postgres
{
namespace
{

using engine::ReshardPlan;
using engine::ReshardSide;

constexpr std::size_t kCopyWorkers = 2;

Status checkToken(const std::string& token)
{
    const bool good =
        !token.empty() && token.size() <= 16 &&
        token.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789") == std::string::npos;
    return good ? Status() : makeError(Code::InvalidArgument, "bad name of a change: " + token);
}

class PostgresReshard final : public engine::Reshard
{
public:
    PostgresReshard(std::shared_ptr<ConnectionPool> pool, ReshardPlan plan)
        : m_pool(std::move(pool)), m_plan(std::move(plan))
    {
    }

    Result<ReshardSide> side() override
    {
        ISO_ASSIGN(const ReshardMarker marker, this->marker());
        return marker.side;
    }

    Status build(std::stop_token stop) override
    {
        ISO_ASSIGN(const ReshardMarker marker, this->marker());
        if (marker.side != ReshardSide::Absent && marker.side != ReshardSide::Building) {
            return makeError(Code::FailedPrecondition, "the new partitions are there already");
        }
        letGo();
        ISO_TRY(removeTraces(*m_control, m_plan.token, stop));
        ISO_TRY(loadBook());
        ISO_TRY(buildParts(scene(), stop));
        return openFeed(stop);
    }

    Status copy(engine::CopyPace& pace, std::stop_token stop) override
    {
        if (!m_exporter) {
            return makeError(Code::FailedPrecondition,
                             "the snapshot to copy is not there any more");
        }
        const Status copied = copyParts(scene(), m_snapshot, kCopyWorkers, pace, stop);
        m_exporter.reset(); // nobody needs the old row versions any more
        return copied;
    }

    Status complete(std::stop_token stop) override
    {
        ISO_TRY(connect());
        return completeParts(scene(), stop);
    }

    Result<ByteCount> follow(std::chrono::milliseconds limit, std::stop_token stop) override
    {
        ISO_TRY(connectFollower());
        ISO_ASSIGN(const ReshardMarker marker, this->marker());
        const auto quiet = m_follower->follow(std::chrono::steady_clock::now() + limit, stop);
        if (!quiet.ok()) {
            m_follower.reset(); // its stream is at an unknown place
            return quiet.error();
        }
        if (marker.side == ReshardSide::Switched && !m_follower->inTransaction()) {
            ISO_TRY(settle(stop)); // after the stream: nothing waits for it
        }
        if (*quiet) {
            return ByteCount(0);
        }
        ISO_ASSIGN(const QueryRows rows,
                   m_control->query("SELECT greatest(0, pg_current_wal_flush_lsn() - " +
                                    lsnLiteral(m_follower->applied()) + ")::int8"));
        return ByteCount(static_cast<std::uint64_t>(rows.integer(0, 0)));
    }

    Result<engine::VerifyOutcome> verify(std::stop_token stop) override
    {
        ISO_TRY(connectFollower());
        ISO_ASSIGN(const ReshardMarker marker, this->marker());
        auto outcome =
            verifySides(scene(), marker.side == ReshardSide::Switched, *m_follower, stop);
        if (!outcome.ok()) {
            m_follower.reset();
        }
        return outcome;
    }

    Result<engine::SwitchOutcome> trySwitch(const engine::SwitchLimits& limits) override
    {
        ISO_TRY(connectFollower());
        ISO_ASSIGN(const ReshardMarker marker, this->marker());
        if (marker.side != ReshardSide::Following && marker.side != ReshardSide::Switched) {
            return makeError(Code::FailedPrecondition, "there is nothing to switch to");
        }
        const SwitchTo to = marker.side == ReshardSide::Following ? SwitchTo::New : SwitchTo::Old;
        if (to == SwitchTo::Old) {
            ISO_TRY(settle({}));
            if (!m_settled) {
                engine::SwitchOutcome outcome;
                outcome.reason = "the old partitions cannot be looked at";
                ISO_ASSIGN(outcome.blockers, lockHolders(*m_control, oldRelations()));
                return outcome;
            }
        }
        if (!m_horizon) {
            // From here on snapshots show all rows of the side that follows.
            ISO_ASSIGN(const QueryRows rows,
                       m_control->query("SELECT pg_current_xact_id()::text::int8"));
            m_horizon = static_cast<std::uint64_t>(rows.integer(0, 0));
        }
        auto outcome = attemptSwitch(scene(), to, *m_follower, *m_horizon, limits);
        if (!outcome.ok()) {
            m_follower.reset();
            m_control.reset();
            return outcome;
        }
        if (outcome->switched) {
            m_horizon.reset();
            m_settled = false;
            ISO_TRY(loadBook()); // names changed
        }
        return outcome;
    }

    Result<bool> canSwitch() override
    {
        ISO_ASSIGN(const ReshardMarker marker, this->marker());
        const bool back = marker.side == ReshardSide::Switched;
        if (!back && marker.side != ReshardSide::Following) {
            return false;
        }
        ISO_ASSIGN(
            const QueryRows rows,
            m_control->query("SELECT count(*) > 0 AND count(*) = count(c.oid) AND EXISTS ("
                             "SELECT FROM pg_replication_slots s WHERE s.slot_name = $3"
                             " AND s.wal_status <> 'lost') FROM isotherm_reshard.part p"
                             " LEFT JOIN pg_class c ON c.oid = p.relid"
                             " WHERE p.token = $1 AND p.side = $2",
                             {m_plan.token, back ? "old" : "new", reshardFeedName(m_plan.token)}));
        return rows.truth(0, 0);
    }

    Status cleanUp() override
    {
        letGo();
        ISO_TRY(openControl());
        const Status removed = removeTraces(*m_control, m_plan.token, {});
        m_control.reset();
        return removed;
    }

    Result<std::vector<std::vector<engine::LeafRef>>> targetParts() override
    {
        ISO_TRY(connect());
        ISO_TRY(loadBook());
        std::vector<std::vector<engine::LeafRef>> parts;
        for (std::size_t target = 0; target < m_plan.targets.size(); ++target) {
            std::vector<engine::LeafRef> leaves;
            for (const ReshardTable& table : m_book.tables) {
                const ReshardPart& part = table.news[target];
                leaves.push_back({part.oid, 0, part.schema, part.name});
            }
            parts.push_back(std::move(leaves));
        }
        return parts;
    }

    Result<Lsn> switchedAt() override
    {
        ISO_ASSIGN(const ReshardMarker marker, this->marker());
        return marker.switchedAt;
    }

private:
    [[nodiscard]] ReshardScene scene() { return {*m_control, m_plan, m_book, m_rights}; }

    void letGo()
    {
        m_follower.reset();
        m_exporter.reset();
    }

    Status openControl()
    {
        if (m_control && !m_control->broken() && m_control->idle()) {
            return {};
        }
        m_control.reset();
        ISO_ASSIGN(Connection connection, Connection::open(m_pool->options()));
        m_control.emplace(std::move(connection));
        m_loaded = false;
        return {};
    }

    Status loadBook()
    {
        ISO_ASSIGN(m_rights, loadReshardRights(*m_control));
        ISO_ASSIGN(m_book, loadReshardBook(*m_control, m_plan));
        m_loaded = true;
        return {};
    }

    Status connect()
    {
        ISO_TRY(openControl());
        return m_loaded ? Status() : loadBook();
    }

    Result<ReshardMarker> marker()
    {
        ISO_TRY(openControl());
        return loadReshardMarker(*m_control, m_plan.token);
    }

    /// The slot whose first moment the copy shows, and the stream from there on.
    Status openFeed(const std::stop_token& stop)
    {
        ISO_ASSIGN(Connection exporter, Connection::open(m_pool->options(), Session::Replication));
        ISO_TRY(exporter.run("SET statement_timeout = 0; SET lock_timeout = 0"));
        ISO_TRY(exporter.send("CREATE_REPLICATION_SLOT " +
                              quoteIdentifier(reshardFeedName(m_plan.token)) +
                              " LOGICAL pgoutput (SNAPSHOT 'export')"));
        ISO_TRY(waitForSlot(exporter, stop));
        ISO_ASSIGN(const QueryRows rows, exporter.collectLong(std::chrono::seconds(10)));
        m_snapshot = rows.text(0, 2);
        m_exporter.emplace(std::move(exporter));
        ISO_ASSIGN(const QueryRows start,
                   m_control->query("UPDATE isotherm_reshard.progress SET applied = $2::pg_lsn"
                                    " WHERE token = $1 RETURNING applied - '0/0'::pg_lsn",
                                    {m_plan.token, rows.text(0, 1)}));
        return startFollower(Lsn(static_cast<std::uint64_t>(start.integer(0, 0))));
    }

    /// It comes when every transaction that is open now has ended.
    Status waitForSlot(Connection& exporter, const std::stop_token& stop)
    {
        const StopSignal signal(stop);
        constexpr auto kLimit = std::chrono::minutes(5);
        const Status waited = exporter.waitSocket(false, kLimit, &signal);
        if (waited.ok()) {
            return {};
        }
        exporter.cancel();
        if (waited.error().code != Code::DeadlineExceeded) {
            return waited;
        }
        const auto rows = m_control->query(
            "SELECT coalesce(string_agg(who, ', '), 'open transactions') FROM (SELECT 'process ' ||"
            " pid AS who FROM pg_stat_activity WHERE backend_xid IS NOT NULL"
            " AND pid <> pg_backend_pid() UNION ALL SELECT 'prepared transaction ' || gid"
            " FROM pg_prepared_xacts LIMIT 5) x");
        return makeError(Code::DeadlineExceeded,
                         "the feed of changes waits for " +
                             (rows.ok() ? rows->text(0, 0) : std::string("open transactions")),
                         "let these transactions end, then try again");
    }

    Status startFollower(Lsn applied)
    {
        ISO_ASSIGN(const QueryRows next,
                   m_control->query("SELECT pg_snapshot_xmax(pg_current_snapshot())::text::int8"));
        ReshardFollower::Options options{m_pool->options(), m_plan.token,
                                         m_rights.superuser || m_rights.replicaRole};
        ISO_ASSIGN(m_follower,
                   ReshardFollower::start(std::move(options), m_book, applied,
                                          static_cast<std::uint64_t>(next.integer(0, 0))));
        return {};
    }

    Status connectFollower()
    {
        ISO_TRY(connect());
        if (m_follower) {
            return {};
        }
        ISO_TRY(loadBook());
        ISO_ASSIGN(const ReshardMarker marker, loadReshardMarker(*m_control, m_plan.token));
        return startFollower(marker.applied);
    }

    [[nodiscard]] std::vector<Oid> oldRelations() const
    {
        std::vector<Oid> oids;
        for (const ReshardTable& table : m_book.tables) {
            for (const ReshardPart& part : table.olds) {
                oids.push_back(part.oid);
            }
        }
        return oids;
    }

    /// Once; not as long as somebody is in the way, a vacuum mostly.
    Status settle(const std::stop_token& stop)
    {
        if (m_settled) {
            return {};
        }
        const Status settled = settleSwitch(scene(), stop);
        m_settled = settled.ok();
        const bool later = !settled.ok() && !m_control->broken() &&
                           (settled.error().code == Code::DeadlineExceeded ||
                            settled.error().code == Code::Aborted);
        return later ? Status() : settled;
    }

    std::shared_ptr<ConnectionPool> m_pool;
    const ReshardPlan m_plan;
    std::optional<Connection> m_control;
    ReshardBook m_book;
    bool m_loaded = false;
    ReshardRights m_rights;
    std::optional<Connection> m_exporter; ///< keeps the snapshot
    std::string m_snapshot;
    std::optional<std::uint64_t> m_horizon;
    bool m_settled = false;
    std::unique_ptr<ReshardFollower> m_follower; ///< last: refers to m_book
};

class PostgresReshardPort final : public engine::ReshardPort
{
public:
    explicit PostgresReshardPort(std::shared_ptr<ConnectionPool> pool) : m_pool(std::move(pool)) {}

    Result<engine::PreflightReport> preflight(const ReshardPlan& plan) override
    {
        ISO_TRY(checkToken(plan.token));
        return m_pool->with(
            [&](Connection& connection) { return preflightReshard(connection, plan); });
    }

    Result<std::unique_ptr<engine::Reshard>> open(const ReshardPlan& plan) override
    {
        ISO_TRY(checkToken(plan.token));
        return std::unique_ptr<engine::Reshard>(std::make_unique<PostgresReshard>(m_pool, plan));
    }

    Result<std::vector<std::string>> leftovers() override
    {
        return m_pool->with([](Connection& connection) { return reshardTokens(connection); });
    }

    Result<std::uint64_t> committed() override
    {
        return m_pool->with([](Connection& connection) -> Result<std::uint64_t> {
            ISO_ASSIGN(const QueryRows rows,
                       connection.query("SELECT xact_commit FROM pg_stat_database"
                                        " WHERE datname = current_database()"));
            return static_cast<std::uint64_t>(rows.integer(0, 0));
        });
    }

private:
    std::shared_ptr<ConnectionPool> m_pool;
};

} // namespace

std::shared_ptr<engine::ReshardPort> makeReshardPort(std::shared_ptr<ConnectionPool> pool)
{
    return std::make_shared<PostgresReshardPort>(std::move(pool));
}

} // namespace isotherm::postgres

// SPDX-License-Identifier: Apache-2.0
#include "agent/postgres/change_feed.h"

#include "agent/postgres/feed_capture.h"
#include "agent/postgres/feed_state.h"
#include "agent/postgres/sql_text.h"
#include "agent/postgres/stream_reader.h"

#include <algorithm>
#include <charconv>
#include <mutex>

namespace isotherm::postgres
{
namespace
{

/// What the journal is late by; it is written for good once a second anyway.
constexpr std::chrono::milliseconds kGather{10};

using engine::FeedCondition;
using engine::FeedState;

/// Who keeps a new slot waiting: everybody with a transaction id, in any database.
std::string whoHoldsUp(Connection& connection)
{
    const auto rows = connection.query(
        "SELECT who FROM (SELECT 'process ' || pid || ' in ' || coalesce(datname, '?') ||"
        "   ' (' || coalesce(usename, '?') || ', since ' || xact_start::timestamptz(0) || ')',"
        "   xact_start FROM pg_stat_activity"
        "   WHERE backend_xid IS NOT NULL AND pid <> pg_backend_pid()"
        " UNION ALL SELECT 'prepared transaction ' || gid || ' in ' || database, prepared"
        "   FROM pg_prepared_xacts) x(who, since) ORDER BY since LIMIT 5");
    std::string who;
    for (std::size_t i = 0; rows.ok() && i < rows->size(); ++i) {
        who += (i == 0 ? "" : ", ") + rows->text(i, 0);
    }
    return who.empty() ? "open transactions" : who;
}

Result<std::vector<engine::TimelineFork>> parseHistory(std::string_view text)
{
    std::vector<engine::TimelineFork> forks;
    while (!text.empty()) {
        const std::string_view line = text.substr(0, text.find('\n'));
        text.remove_prefix(std::min(text.size(), line.size() + 1));
        unsigned timeline = 0;
        unsigned high = 0;
        unsigned low = 0;
        if (std::sscanf(std::string(line).c_str(), "%u %X/%X", &timeline, &high, &low) == 3) {
            forks.push_back({timeline, Lsn(std::uint64_t{high} << 32U | low)});
        }
    }
    return forks;
}

class Feed final : public engine::ChangeFeed
{
public:
    Feed(std::shared_ptr<ConnectionPool> pool, FeedNames names)
        : m_pool(std::move(pool)), m_names(std::move(names))
    {
    }

    Result<FeedState> inspect() override
    {
        return m_pool->with(
            [&](Connection& connection) { return loadFeedState(connection, m_names); });
    }

    /// The publication comes before the slot: decoding what was written before it exists fails for
    /// ever.
    Result<FeedState> create() override
    {
        ISO_ASSIGN(const FeedState state, inspect());
        if (!state.unsupported.empty()) {
            return makeError(Code::FailedPrecondition, "changes cannot be captured",
                             state.unsupported);
        }
        if (state.condition != FeedCondition::Absent) {
            return makeError(Code::AlreadyExists, "the feed of changes exists already",
                             "drop it first if it is lost");
        }
        const Status made = m_pool->with([&](Connection& connection) -> Status {
            ISO_TRY(ensurePublication(connection, m_names));
            return makeSlot(connection);
        });
        ISO_TRY(made);
        return inspect();
    }

    Result<std::vector<engine::TableCoverage>>
    capture(const std::vector<std::string>& tables) override
    {
        return m_pool->with(
            [&](Connection& connection) { return captureTables(connection, m_names, tables); });
    }

    Result<std::unique_ptr<engine::ChangeStream>> open(Lsn after) override
    {
        ISO_ASSIGN(const FeedState state, inspect());
        if (state.condition != FeedCondition::Ready) {
            return makeError(Code::FailedPrecondition,
                             state.condition == FeedCondition::Absent
                                 ? "the feed of changes is gone"
                                 : "the server threw away changes that were not captured yet");
        }
        ReplicationStart start{slotName(m_names, state), m_names.publication, after};
        start.gather = kGather;
        ISO_ASSIGN(auto link, ReplicationLink::start(m_pool->options(), start));
        return std::unique_ptr<engine::ChangeStream>(
            std::make_unique<StreamReader>(std::move(link), m_pool, state.nextTransaction));
    }

    Status heartbeat() override
    {
        return m_pool->with([](Connection& connection) -> Status {
            const auto sent =
                connection.query("SELECT pg_logical_emit_message(false, $1,"
                                 " (extract(epoch FROM clock_timestamp()) * 1000000)::int8::text)",
                                 {std::string(kHeartbeatPrefix)});
            return sent.ok() ? Status() : Status(sent.error());
        });
    }

    Result<std::vector<engine::TimelineFork>> history(std::uint32_t timeline) override
    {
        if (timeline <= 1) {
            return std::vector<engine::TimelineFork>();
        }
        ISO_ASSIGN(Connection connection,
                   Connection::open(m_pool->options(), Session::Replication));
        ISO_ASSIGN(const QueryRows rows,
                   connection.command("TIMELINE_HISTORY " + std::to_string(timeline)));
        return parseHistory(rows.view(0, 1));
    }

    Status drop() override
    {
        return m_pool->with([&](Connection& connection) -> Status {
            ISO_ASSIGN(const FeedState state, loadFeedState(connection, m_names));
            const auto dropped = connection.query(
                "SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots"
                " WHERE slot_name = $1",
                {slotName(m_names, state)});
            return dropped.ok() ? Status() : Status(dropped.error());
        });
    }

private:
    Status makeSlot(Connection& connection)
    {
        const auto made = connection.query(
            "SELECT pg_create_logical_replication_slot($1 || '_' ||"
            " (SELECT oid FROM pg_database WHERE datname = current_database()), 'pgoutput')",
            {m_names.publication});
        if (!made.ok() && made.error().code == Code::DeadlineExceeded) {
            return makeError(Code::DeadlineExceeded,
                             "the feed of changes waits for " + whoHoldsUp(connection),
                             "let these transactions end; the agent tries again by itself");
        }
        return made.ok() ? Status() : Status(made.error());
    }

    std::shared_ptr<ConnectionPool> m_pool;
    const FeedNames m_names;
};

} // namespace

Result<std::shared_ptr<engine::ChangeFeed>> makeChangeFeed(std::shared_ptr<ConnectionPool> pool,
                                                           const engine::FeedSpec& spec)
{
    constexpr std::size_t kLongest = 40; // a slot's name has at most 63, with the number behind
    const bool good =
        !spec.name.empty() && spec.name.size() <= kLongest &&
        spec.name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_") == std::string::npos;
    if (!good) {
        return makeError(Code::InvalidArgument, "bad name of a feed: " + spec.name,
                         "use lower-case letters, digits and underscores");
    }
    return std::shared_ptr<engine::ChangeFeed>(
        std::make_shared<Feed>(std::move(pool), FeedNames{spec.name}));
}

} // namespace isotherm::postgres

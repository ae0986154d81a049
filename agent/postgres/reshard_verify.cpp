// SPDX-License-Identifier: Apache-2.0
#include "agent/postgres/reshard_verify.h"

#include "agent/postgres/sql_text.h"

#include <chrono>
#include <future>
#include <string>
#include <thread>
#include <vector>

namespace isotherm::postgres
{
namespace
{

using engine::VerifyOutcome;

constexpr auto kReadLimit = std::chrono::hours(6);

struct Sum
{
    std::int64_t rows = 0;
    std::string checksum;

    friend bool operator==(const Sum&, const Sum&) = default;
};

/// The sum of the rows' hashes does not depend on their order, nor on how they are parted.
std::string sumSql(const ReshardTable& table, const std::vector<ReshardPart>& parts,
                   const KeyRange& range)
{
    std::string rows;
    for (const ReshardPart& part : parts) {
        const KeyRange common = part.range.intersection(range);
        if (common.empty()) {
            continue;
        }
        rows += (rows.empty() ? "SELECT " : " UNION ALL SELECT ") +
                std::string("hashtextextended((ROW(") + table.columnList() +
                "))::text, 0) AS h FROM ONLY " + part.qualified() + " WHERE " +
                table.condition(common, quoteIdentifier(table.keyColumn));
    }
    return "SELECT count(*), coalesce(sum(h::numeric), 0) FROM (" + rows + ") x";
}

Result<std::vector<Sum>> sumsOf(Connection& connection, const ReshardBook& book, bool news)
{
    std::vector<Sum> sums;
    for (const ReshardTable& table : book.tables) {
        for (const ReshardPart& target : table.news) {
            ISO_TRY(connection.send(sumSql(table, news ? table.news : table.olds, target.range)));
            ISO_ASSIGN(const QueryRows rows, connection.collectLong(kReadLimit));
            sums.push_back({rows.integer(0, 0), rows.text(0, 1)});
        }
    }
    return sums;
}

VerifyOutcome compare(const ReshardBook& book, const std::vector<Sum>& serving,
                      const std::vector<Sum>& following)
{
    VerifyOutcome outcome;
    std::size_t at = 0;
    for (const ReshardTable& table : book.tables) {
        for (const ReshardPart& target : table.news) {
            outcome.parts.push_back(
                {table.schema + "." + table.name + " " + formatRange(target.range, {table.keyType}),
                 static_cast<std::uint64_t>(serving[at].rows), serving[at] == following[at]});
            ++at;
        }
    }
    return outcome;
}

/// Of a transaction that stays open; the follower holds back what it does not show.
Status takeSnapshot(Connection& serving, ReshardFollower& follower, const std::stop_token& stop)
{
    constexpr auto kPatience = std::chrono::seconds(30);
    constexpr auto kPause = std::chrono::milliseconds(20);
    const auto until = std::chrono::steady_clock::now() + kPatience;
    for (;;) {
        ISO_TRY(serving.run("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY;"
                            "SET LOCAL statement_timeout = 0"));
        ISO_ASSIGN(const QueryRows shown, serving.query("SELECT pg_current_snapshot()"));
        ISO_ASSIGN(Visibility visibility, Visibility::parse(shown.text(0, 0)));
        if (follower.holdBack(std::move(visibility))) {
            return {};
        }
        ISO_TRY(serving.run("ROLLBACK"));
        if (stop.stop_requested()) {
            return makeError(Code::Cancelled, "stopped");
        }
        if (std::chrono::steady_clock::now() > until) {
            return makeError(Code::DeadlineExceeded,
                             "a committed transaction does not become visible",
                             "it may wait for a synchronous standby: see pg_stat_replication");
        }
        std::this_thread::sleep_for(kPause);
    }
}

} // namespace

Result<VerifyOutcome> verifySides(const ReshardScene& scene, bool newsServe,
                                  ReshardFollower& follower, const std::stop_token& stop)
{
    Connection& serving = scene.connection;
    const auto work = [&]() -> Result<VerifyOutcome> {
        ISO_TRY(takeSnapshot(serving, follower, stop));
        ISO_TRY(follower.drain(std::chrono::steady_clock::now() + std::chrono::minutes(10), stop));
        auto other =
            std::async(std::launch::async, [&] { return sumsOf(serving, scene.book, newsServe); });
        const auto mine = sumsOf(follower.connection(), scene.book, !newsServe);
        const auto theirs = other.get();
        ISO_TRY(mine);
        ISO_TRY(theirs);
        return compare(scene.book, *theirs, *mine);
    };
    auto outcome = work();
    if (!serving.broken()) {
        (void)serving.run("ROLLBACK");
    }
    if (outcome.ok()) {
        ISO_TRY(follower.release());
    }
    return outcome;
}

} // namespace isotherm::postgres

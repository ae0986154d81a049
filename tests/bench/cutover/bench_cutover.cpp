// SPDX-License-Identifier: Apache-2.0
// How long writers wait when a shard is split under them, beside the way of one transaction.
// ISOTHERM_CUTOVER_ROWS (default 200,000), ISOTHERM_CUTOVER_ROUNDS (3), ISOTHERM_CUTOVER_RATE
// (1,600 statements a second through the parent by 8 writers).
#include "tests/bench/bench_kit.h"
#include "tests/integration/reshard/reshard_world.h"
#include "tests/integration/reshard/writer_crew.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <iterator>
#include <thread>

using namespace isotherm;
using namespace isotherm::test;
using namespace std::chrono_literals;

namespace
{

using Clock = std::chrono::steady_clock;

class QuietLog final : public Log
{
public:
    void write(LogLevel, std::string_view, std::string_view, std::vector<LogField>) override {}
};

double wish(const char* name, double otherwise)
{
    const char* const text = std::getenv(name);
    return text == nullptr ? otherwise : std::atof(text);
}

double inMillis(std::chrono::microseconds time)
{
    return static_cast<double>(time.count()) / 1'000;
}

/// Slowest statements and counts by slices of 50 ms.
class Watch
{
public:
    explicit Watch(WriterCrew& crew)
        : m_crew(crew), m_thread([this](const std::stop_token& stop) {
              while (!stop.stop_requested()) {
                  std::this_thread::sleep_for(50ms);
                  const std::lock_guard lock(m_mutex);
                  m_slices.push_back({Clock::now(), m_crew.takeSlowest(), m_crew.statements()});
              }
          })
    {
    }

    double slowestBetween(Clock::time_point from, Clock::time_point to)
    {
        const std::lock_guard lock(m_mutex);
        std::chrono::microseconds slowest{0};
        for (const Slice& slice : m_slices) {
            if (slice.at >= from && slice.at <= to) {
                slowest = std::max(slowest, slice.slowest);
            }
        }
        return inMillis(slowest);
    }

    double rateBetween(Clock::time_point from, Clock::time_point to)
    {
        const std::lock_guard lock(m_mutex);
        const Slice* first = nullptr;
        const Slice* last = nullptr;
        for (const Slice& slice : m_slices) {
            if (slice.at >= from && slice.at <= to) {
                first = first == nullptr ? &slice : first;
                last = &slice;
            }
        }
        if (first == nullptr || last == first) {
            return 0;
        }
        return static_cast<double>(last->statements - first->statements) /
               std::chrono::duration<double>(last->at - first->at).count();
    }

private:
    struct Slice
    {
        Clock::time_point at;
        std::chrono::microseconds slowest;
        std::uint64_t statements = 0;
    };

    WriterCrew& m_crew;
    std::mutex m_mutex;
    std::deque<Slice> m_slices;
    std::jthread m_thread;
};

struct Figures
{
    std::vector<double> slowest;
    std::vector<double> ordinary; ///< the same in as long a time before the change
    std::vector<double> kept;
    std::vector<double> seconds;
    std::vector<double> held;
    std::vector<double> oneTransaction;
    std::vector<std::string> errors;      ///< while ours ran
    std::size_t oneTransactionErrors = 0; ///< while the peer's did
};

constexpr auto kAround = 600ms; ///< of a switch: its window

constexpr const char* kOneTransaction =
    "begin; lock table only accounts in access exclusive mode;"
    "lock table accounts_p2 in access exclusive mode;"
    "create table other_a (like accounts_p2 including all);"
    "create table other_b (like accounts_p2 including all);"
    "insert into other_a select * from accounts_p2 where customer_id < 1500;"
    "insert into other_b select * from accounts_p2 where customer_id >= 1500;"
    "alter table accounts detach partition accounts_p2;"
    "alter table accounts attach partition other_a for values from (1000) to (1500);"
    "alter table accounts attach partition other_b for values from (1500) to (2000);"
    "drop table accounts_p2; commit";
constexpr const char* kOneTransactionBack =
    "begin; lock table accounts in access exclusive mode;"
    "create table accounts_p2 (like other_a including all);"
    "insert into accounts_p2 select * from accounts where customer_id >= 1000;"
    "drop table other_a, other_b;"
    "alter table accounts attach partition accounts_p2 for values from (1000) to (2000); commit";

/// One change by the engine; nothing when it failed.
bool change(ReshardWorld& world, const reshard::ReshardRequest& request, Watch& watch,
            double normal, Figures* figures)
{
    if (figures != nullptr) {
        std::this_thread::sleep_for(2 * kAround);
        figures->ordinary.push_back(watch.slowestBetween(Clock::now() - 2 * kAround, Clock::now()));
    }
    const auto begun = Clock::now();
    const auto job = world.submit(request);
    if (!job.ok()) {
        return false;
    }
    auto copying = begun;
    auto copied = begun;
    auto switching = begun;
    std::string phase;
    for (;;) {
        const auto record = world.jobs().job(*job);
        if (!record.ok() || isFinished(record->state)) {
            std::fprintf(stderr, "failed: %s\n", record.ok() ? record->error.c_str() : "?");
            return false;
        }
        if (record->phase != phase) {
            phase = record->phase;
            copying = phase == "copy rows" ? Clock::now() : copying;
            copied = phase == "build indexes" ? Clock::now() : copied;
            switching = phase == "verify" ? Clock::now() : switching;
        }
        if (phase == "grace") {
            break;
        }
        std::this_thread::sleep_for(1ms);
    }
    const auto switched = Clock::now();
    std::this_thread::sleep_for(700ms);
    (void)world.control().finish(*job);
    const auto done = world.wait(*job);
    if (!done.ok() || done->state != JobState::Done) {
        return false;
    }
    bench::tell(done->result);
    if (figures != nullptr) {
        figures->slowest.push_back(watch.slowestBetween(switched - kAround, switched + kAround));
        figures->kept.push_back(watch.rateBetween(copying, copied + 1s) / normal);
        figures->seconds.push_back(std::chrono::duration<double>(switched - begun).count());
        figures->held.push_back(
            std::atof(done->result.substr(done->result.find("most ") + 5).c_str()));
    }
    return true;
}

void append(std::vector<std::string>& to, std::vector<std::string> more)
{
    to.insert(to.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
}

double quantile(std::vector<double> values, double share)
{
    std::sort(values.begin(), values.end());
    return values.empty() ? 0
                          : values[std::min(values.size() - 1,
                                            static_cast<std::size_t>(
                                                share * static_cast<double>(values.size())))];
}

Status makeAccounts(PgCluster& cluster, long rows)
{
    const std::string many = std::to_string(rows);
    ISO_TRY(cluster.exec(
        "create table accounts (customer_id int8 not null, id int8 not null, amount int8, note "
        "text,"
        " big text, primary key (customer_id, id)) partition by range (customer_id);"
        "create table accounts_p1 partition of accounts for values from (0) to (1000);"
        "create table accounts_p2 partition of accounts for values from (1000) to (2000);"
        "insert into accounts select i % 1000, -i, i, md5(i::text), null from generate_series(1, " +
        many +
        ") i; insert into accounts select 1000 + i % 1000, -i, i, md5(i::text), null from"
        " generate_series(1, " +
        many + ") i; create index on accounts (note)"));
    ISO_TRY(cluster.exec("vacuum analyze"));
    return {};
}

void printAll(const Figures& figures)
{
    const double peer = bench::median(figures.oneTransaction);
    const std::size_t n = figures.slowest.size();
    bench::print({"cutover", "slowest write p50", "ms", quantile(figures.slowest, 0.5), peer,
                  "one transaction", n});
    bench::print({"cutover", "slowest write p99", "ms", quantile(figures.slowest, 0.99),
                  quantile(figures.oneTransaction, 0.99), "one transaction", n});
    bench::print({"cutover", "slowest write without a switch p50", "ms",
                  quantile(figures.ordinary, 0.5), 0, "", n});
    bench::print({"cutover", "slowest write without a switch p99", "ms",
                  quantile(figures.ordinary, 0.99), 0, "", n});
    bench::print({"cutover", "slowest write max", "ms", quantile(figures.slowest, 1), 0, "", n});
    bench::print({"cutover", "lock held p50", "ms", quantile(figures.held, 0.5), 0, "", n});
    bench::print({"cutover", "throughput kept while copying", "ratio", bench::median(figures.kept),
                  0.75, "budget", n});
    bench::print({"cutover", "start to switch", "s", bench::median(figures.seconds), 0, "", n});
    bench::print({"cutover", "wrong rows and client errors", "count",
                  static_cast<double>(figures.errors.size()),
                  static_cast<double>(figures.oneTransactionErrors), "one transaction", n});
}

int run()
{
    const auto rows = static_cast<long>(wish("ISOTHERM_CUTOVER_ROWS", 200'000));
    const int rounds = static_cast<int>(wish("ISOTHERM_CUTOVER_ROUNDS", 3));
    const double rate = wish("ISOTHERM_CUTOVER_RATE", 1'600);
    PgClusterOptions options = reshardServer();
    options.fsync = true;
    auto cluster = PgCluster::start(options);
    if (!cluster.ok()) {
        std::fprintf(stderr, "%s\n", cluster.error().text().c_str());
        return 1;
    }
    if (!makeAccounts(**cluster, rows).ok()) {
        return 1;
    }
    QuietLog log;
    TempDir folder("isocut");
    auto world = ReshardWorld::open({(*cluster)->conninfo(), folder.path(), {}}, log);
    if (!world.ok() || !(*world)->adopt("accounts", {"accounts"}).ok()) {
        return 1;
    }
    WriterCrew crew({.conninfo = (*cluster)->conninfo(),
                     .writers = 8,
                     .readers = 2,
                     .readerPause = 250ms, // a count of a million rows has a core to itself
                     .highKey = 2'000,
                     .statementsPerSecond = rate});
    Watch watch(crew);
    std::this_thread::sleep_for(5s);
    const double normal = watch.rateBetween(Clock::now() - 4s, Clock::now());
    Figures figures;
    for (int round = 0; round < rounds; ++round) {
        const bool eight = round % 2 == 1;
        const std::vector<std::int64_t> cuts =
            eight ? std::vector<std::int64_t>{125, 250, 375, 500, 625, 750, 875}
                  : std::vector<std::int64_t>{500};
        auto shards = (*world)->shards("accounts");
        if (!change(**world, (*world)->split(shards[0], cuts), watch, normal, &figures)) {
            return 1;
        }
        shards = (*world)->shards("accounts");
        shards.resize(cuts.size() + 1);
        if (!change(**world, (*world)->merge(shards), watch, normal, nullptr)) {
            return 1;
        }
        append(figures.errors, crew.takeErrors());
        const auto since = Clock::now();
        const auto one = (*cluster)->exec(kOneTransaction);
        const auto until = Clock::now();
        std::this_thread::sleep_for(500ms);
        if (!one.ok()) {
            std::fprintf(stderr, "%s\n", one.error().text().c_str());
            return 1;
        }
        figures.oneTransaction.push_back(watch.slowestBetween(since, until + 500ms));
        if (!(*cluster)->exec(kOneTransactionBack).ok()) {
            return 1;
        }
        std::this_thread::sleep_for(500ms);
        figures.oneTransactionErrors += crew.takeErrors().size();
    }
    append(figures.errors, crew.finish().errors);
    printAll(figures);
    for (const std::string& error : figures.errors) {
        std::fprintf(stderr, "%s\n", error.c_str());
    }
    return figures.errors.empty() ? 0 : 1;
}

} // namespace

int main()
{
    return run();
}

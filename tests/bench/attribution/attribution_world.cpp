// SPDX-License-Identifier: Apache-2.0
#include "tests/bench/attribution/attribution_world.h"

#include "agent/postgres/postgres_engine.h"
#include "agent/postgres/statement_source.h"
#include "tests/harness/keys.h"

#include <chrono>
#include <cmath>
#include <fstream>
#include <thread>
#include <utility>

namespace isotherm::bench
{
namespace
{

constexpr std::int64_t kKeys = 100'000;
constexpr std::int64_t kShards = 8;
constexpr std::int64_t kCellsAShard = 8;
constexpr std::int64_t kCellKeys = kKeys / kShards / kCellsAShard;
constexpr double kZipf = 1.1;
/// The hot spot of `Moving`: a thirtieth of the keys, at four places one after the other.
constexpr int kPlaces = 4;
constexpr std::int64_t kSpot = kKeys / 30;

using test::keyOf;

std::int64_t spotAt(int place)
{
    return 1 + place * (kKeys - kSpot) / (kPlaces - 1);
}

void addUniform(std::vector<double>& cells, std::int64_t low, std::int64_t high, double weight)
{
    for (std::int64_t key = low; key <= high; ++key) {
        cells[static_cast<std::size_t>((key - 1) / kCellKeys)] +=
            weight / static_cast<double>(high - low + 1);
    }
}

/// What pgbench's own distributions put into each cell.
std::vector<double> truthOf(Spread spread)
{
    std::vector<double> cells(kShards * kCellsAShard);
    if (spread == Spread::Uniform) {
        addUniform(cells, 1, kKeys, 1);
    } else if (spread == Spread::Moving) {
        for (int place = 0; place < kPlaces; ++place) {
            addUniform(cells, spotAt(place), spotAt(place) + kSpot - 1, 1.0 / kPlaces);
        }
    } else {
        double total = 0;
        for (std::int64_t key = 1; key <= kKeys; ++key) {
            total += std::pow(static_cast<double>(key), -kZipf);
        }
        for (std::int64_t key = 1; key <= kKeys; ++key) {
            cells[static_cast<std::size_t>((key - 1) / kCellKeys)] +=
                std::pow(static_cast<double>(key), -kZipf) / total;
        }
    }
    return cells;
}

} // namespace

const char* spreadName(Spread spread)
{
    return spread == Spread::Uniform ? "uniform" : spread == Spread::Zipf ? "zipf" : "moving";
}

Result<std::unique_ptr<AttributionWorld>> AttributionWorld::make(const Options& options)
{
    std::unique_ptr<AttributionWorld> world(new AttributionWorld());
    ISO_TRY(world->prepare(options));
    return world;
}

Status AttributionWorld::prepare(const Options& options)
{
    test::PgClusterOptions server;
    server.settings = {{"logging_collector", "on"},
                       {"log_destination", options.logFormat},
                       {"log_min_duration_sample", "0"},
                       {"log_statement_sample_rate", std::to_string(options.sampleRate)},
                       {"shared_preload_libraries", "pg_stat_statements"}};
    server.settings.insert(server.settings.end(), options.settings.begin(), options.settings.end());
    ISO_ASSIGN(m_cluster, test::PgCluster::start(server));
    std::string sql = "create extension pg_stat_statements;"
                      "create table accounts(id bigint primary key, balance bigint not null)"
                      " partition by range (id);";
    for (std::int64_t shard = 0; shard < kShards; ++shard) {
        const std::int64_t low = 1 + shard * kKeys / kShards;
        sql += "create table accounts_" + std::to_string(shard) +
               " partition of accounts for values from (" + std::to_string(low) + ") to (" +
               std::to_string(low + kKeys / kShards) + ");";
    }
    sql += "insert into accounts select id, 0 from generate_series(1, " + std::to_string(kKeys) +
           ") id; analyze accounts;";
    if (const auto made = m_cluster->exec(sql); !made.ok()) {
        return made.error();
    }
    ISO_ASSIGN(m_engine,
               postgres::PostgresEngine::open({.conninfo = m_cluster->conninfo()}, m_clock));
    m_source = postgres::makeStatementSource({.conninfo = m_cluster->conninfo()});
    ISO_ASSIGN(m_database, metadata::Database::open(m_folder.path() / "metadata.db", m_log));
    m_keyspaces = std::make_unique<metadata::KeyspaceStore>(*m_database);
    m_shards = std::make_unique<metadata::ShardStore>(*m_database);
    m_cellStore = std::make_unique<metadata::CellStore>(*m_database);
    m_topology = std::make_unique<topology::Topology>(*m_engine, *m_keyspaces, *m_shards, m_clock);
    metadata::StoredKeyspace keyspace;
    keyspace.record.name = "accounts";
    keyspace.spec = {"accounts", {"accounts"}, {}};
    ISO_TRY(m_topology->adopt(keyspace));
    ISO_ASSIGN(m_cells, heat::CellMap::open(*m_cellStore));
    ISO_TRY(
        m_cells->assign("accounts", m_topology->keyspaces().front()->shards, m_clock.wallNow()));
    heat::CellEdit edit;
    for (const heat::Cell& cell : m_cells->cellsOf("accounts")->cells()) {
        heat::CellSplit split{cell.id, {}};
        const std::int64_t low = std::stoll(formatKey(cell.range.begin, {KeyType::Integer}));
        for (std::int64_t i = 1; i < kCellsAShard; ++i) {
            split.cuts.push_back({keyOf(low + i * kCellKeys),
                                  static_cast<double>(i) / static_cast<double>(kCellsAShard)});
        }
        edit.splits.push_back(std::move(split));
    }
    return m_cells->edit("accounts", edit, m_clock.wallNow());
}

/// Nothing was seen yet; the log counts from here on.
Status AttributionWorld::beginAnew()
{
    heat::KeyTrackerOptions options;
    options.divideHalfLife = std::chrono::hours(1'000); // the whole run counts, not its end
    m_tracker = std::make_unique<heat::KeyTracker>(*m_cells, options);
    m_reads = std::make_unique<attribution::ReadAttribution>(*m_cells, *m_tracker);
    ISO_ASSIGN(m_settings, m_source->logSettings());
    if (!m_settings.trouble.empty()) {
        return makeError(Code::FailedPrecondition, m_settings.trouble, m_settings.hint);
    }
    m_tail = std::make_unique<attribution::LogTail>(
        *m_source, m_settings.format, m_settings.everything,
        attribution::LogTailOptions{.bytesAPoll = std::uint64_t{256} << 20U});
    return follow();
}

Status AttributionWorld::follow()
{
    m_reads->follow(m_topology->keyspaces(), m_settings.database);
    ISO_TRY(m_tail->poll([this](const attribution::LoggedStatement& statement) {
        m_reads->take(statement, {1 / m_settings.sampleRate, true});
    }));
    m_reads->finish(m_clock.wallNow());
    return {};
}

Status AttributionWorld::pgbench(const AttributionLoad& load, std::int64_t low, std::int64_t high,
                                 int transactions)
{
    const std::string draw =
        load.spread == Spread::Zipf
            ? "\\set k random_zipfian(:low, :high, " + std::to_string(kZipf) + ")\n"
            : std::string("\\set k random(:low, :high)\n");
    const auto script = m_folder.path() / "load.sql";
    std::ofstream(script) << draw << "select balance from accounts where id = :k;\n";
    constexpr int kClients = 4;
    ISO_TRY(m_cluster->tool(
        "pgbench", {"-n", "-M", load.mode, "-f", script.string(), "-c", std::to_string(kClients),
                    "-t", std::to_string(transactions / kClients), "-D",
                    "low=" + std::to_string(low), "-D", "high=" + std::to_string(high)}));
    return {};
}

Result<std::vector<std::uint64_t>> AttributionWorld::readsOfShards()
{
    std::vector<std::uint64_t> leaves;
    for (const engine::ShardLayout& shard : keyspace().layout.shards) {
        leaves.push_back(shard.leaves.front().objectId);
    }
    ISO_ASSIGN(const engine::AccessSample sample, m_engine->sampleAccess(leaves));
    std::map<std::uint64_t, std::uint64_t> reads;
    for (const engine::LeafCounters& counters : sample.leaves) {
        reads[counters.objectId] = counters.reads;
    }
    std::vector<std::uint64_t> all;
    for (const std::uint64_t leaf : leaves) {
        all.push_back(reads[leaf]);
    }
    return all;
}

/// As the agent has it: each shard's counters, divided over its cells.
std::vector<double> AttributionWorld::measured(const std::vector<std::uint64_t>& before,
                                               const std::vector<std::uint64_t>& after) const
{
    std::vector<double> cells;
    double total = 0;
    const auto view = m_cells->cellsOf("accounts");
    for (std::size_t i = 0; i < before.size(); ++i) {
        const auto reads = static_cast<double>(after[i] - before[i]);
        total += reads;
        for (const heat::CellUse& use : m_tracker->cellUse(*view, keyspace().shards[i].id)) {
            cells.push_back(reads * use.reads);
        }
    }
    for (double& cell : cells) {
        cell /= total;
    }
    return cells;
}

Result<AttributionOutcome> AttributionWorld::run(const AttributionLoad& load)
{
    ISO_TRY(beginAnew());
    ISO_ASSIGN(const std::vector<std::uint64_t> before, readsOfShards());
    const int phases = load.spread == Spread::Moving ? kPlaces : 1;
    for (int phase = 0; phase < phases; ++phase) {
        const bool all = phases == 1;
        ISO_TRY(pgbench(load, all ? 1 : spotAt(phase), all ? kKeys : spotAt(phase) + kSpot - 1,
                        load.transactions / phases));
        ISO_TRY(follow());
    }
    // The log's collector writes a moment later; backends that ended have told their counters.
    std::this_thread::sleep_for(std::chrono::milliseconds(500));
    ISO_TRY(follow());
    ISO_ASSIGN(const std::vector<std::uint64_t> after, readsOfShards());
    const std::vector<double> cells = measured(before, after);
    const std::vector<double> truth = truthOf(load.spread);
    AttributionOutcome outcome;
    for (std::size_t i = 0; i < truth.size(); ++i) {
        outcome.distance += std::abs(cells[i] - truth[i]) / 2;
    }
    outcome.statements = m_tail->counts().statements;
    const attribution::KeyspaceCounts counts = m_reads->counts("accounts");
    double told = counts.attributed;
    for (const double reason : counts.unattributed) {
        told += reason;
    }
    outcome.attributedShare = told > 0 ? counts.attributed / told : 0;
    return outcome;
}

} // namespace isotherm::bench

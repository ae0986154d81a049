// SPDX-License-Identifier: Apache-2.0
#include "agent/heat/cell_map.h"
#include "agent/heat/heat_store.h"
#include "agent/metadata/cell_store.h"
#include "agent/metadata/database.h"
#include "tests/harness/test_log.h"
#include "tests/integration/agent/agent_world.h"
#include "tests/integration/agent/shop.h"

#include <QtTest/QtTest>
#include <algorithm>
#include <csignal>

using namespace isotherm;
using namespace isotherm::test;
using namespace std::chrono_literals;

namespace
{

constexpr int kDays = 10;
constexpr int kHotIn = 4;    ///< hours from now
constexpr int kHotHours = 2; ///< a day

WallTime fullHour()
{
    return std::chrono::floor<std::chrono::hours>(SystemClock().wallNow());
}

/// Ten days of load as an agent would have measured it: the first shard is hot for two hours a day,
/// the next time in a few hours; the others are idle. The agent must not run.
void writeHistory(const std::filesystem::path& state, const std::vector<ShardId>& shards)
{
    TestLog log;
    const auto database = must(metadata::Database::open(state / "metadata.db", log));
    metadata::HeatBlockStore blocks(*database);
    metadata::CellStore cellStore(*database);
    const auto cells = must(heat::CellMap::open(cellStore));
    heat::HeatStoreOptions options;
    options.cells = cells.get();
    const auto store = must(heat::HeatStore::open(blocks, log, options));
    const std::vector<heat::CellId> wholes = cells->wholesOf(shards);
    ISO_CHECK(std::count(wholes.begin(), wholes.end(), heat::CellId()) == 0);
    const WallTime now = fullHour();
    for (int hour = -24 * kDays; hour < 0; ++hour) {
        heat::RateSample sample;
        sample.start = now + 1h * hour;
        sample.end = sample.start + 1h;
        const int sinceHot = ((hour - kHotIn) % 24 + 24) % 24;
        for (std::size_t i = 0; i < wholes.size(); ++i) {
            const bool hot = i == 0 && sinceHot < kHotHours;
            sample.cells.push_back({wholes[i], {0, 5, hot ? 2'000.0F : 20.0F, 0}});
        }
        ISO_CHECK(store->record(sample).ok());
    }
    ISO_CHECK(store->flush().ok());
}

} // namespace

/// Forecasts in a real agent, told in order: each slot goes on where the one before it ended.
class TestAgentForecast : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase()
    {
        m_world = must(AgentWorld::make(
            {.tables = {"shop.orders", "shop.order_lines"}, .rpo = "48h"}, shopSql(1)));
        QVERIFY(m_world->setUp().ok());
        QVERIFY(m_world->startAgent().ok());
        auto agent = m_world->connect("operator");
        QVERIFY2(eventually([&] {
                     const auto shards = agent->shards({});
                     return shards.ok() && shards->size() == kShopShards &&
                            std::all_of(shards->begin(), shards->end(), [](const auto& shard) {
                                // Once it is measured, the cell that keeps its history is known.
                                return shard.lastBackup && shard.rowsPerSecond;
                            });
                 }),
                 m_world->logText().c_str());
        for (const ShardRecord& shard : must(agent->shards({}))) {
            m_shards.push_back(shard.id);
        }
        agent.reset();
        QVERIFY(m_world->stopAgent().ok());
        writeHistory(m_world->stateFolder(), m_shards);
        QVERIFY(m_world->startAgent().ok());
        m_agent = m_world->connect("operator");
    }

    void cleanupTestCase()
    {
        QVERIFY(m_world->errorLines().empty());
        m_agent.reset();
        m_world.reset();
    }

    void start_withHistory_catchesUpByItself()
    {
        const auto live = [&] {
            const auto quality = m_agent->forecast().forecastQuality();
            return quality.ok() && quality->size() == 1 && quality->front().state == "live";
        };
        QVERIFY2(eventually(live, 480s), m_world->logText().c_str());
        const ForecastQuality quality = must(m_agent->forecast().forecastQuality()).front();
        QCOMPARE(quality.series, std::uint64_t{2 * kShopShards});
        QCOMPARE(quality.horizons.size(), std::size_t{5});
        QVERIFY(quality.horizons[1].outcomes > 0);
        QVERIFY(*quality.learned <= fullHour() - 24h * (kDays - 1));
    }

    void forecasts_ofTheHotShard_expectItsHours()
    {
        const auto series = must(m_agent->forecast().forecasts({{}, {m_shards[0]}}));
        QCOMPARE(series.size(), std::size_t{1});
        QCOMPARE(series[0].mean.size(), std::size_t{24});
        const auto rateIn = [&](int hours) {
            const auto at = (fullHour() + 1h * hours - series[0].start) / 1h;
            return series[0].mean[static_cast<std::size_t>(at)];
        };
        QVERIFY2(rateIn(kHotIn) > 500, qPrintable(QString::number(rateIn(kHotIn))));
        QVERIFY2(rateIn(kHotIn + 6) < 100, qPrintable(QString::number(rateIn(kHotIn + 6))));
        QCOMPARE(must(m_agent->forecast().forecasts({})).size(), std::size_t{kShopShards});
        QCOMPARE(m_agent->forecast().forecasts({"nothing", {}}).error().code, Code::NotFound);
    }

    void explain_theHotShard_namesTheCrossing()
    {
        QVERIFY(eventually([&] { // until the load now is known, too
            const auto told = m_agent->forecast().explain(m_shards[0]);
            return told.ok() && told->temperature && told->crossing;
        }));
        const ShardExplanation told = must(m_agent->forecast().explain(m_shards[0]));
        QVERIFY(*told.temperature < 0.5);
        QVERIFY(told.referenceWhy.find("99th percentile") != std::string::npos);
        QVERIFY(std::abs((*told.crossing - (fullHour() + 1h * kHotIn)) / 1min) <= 60);
        QVERIFY2(told.crossingWhat.starts_with("hot ("), told.crossingWhat.c_str());
        QVERIFY(*told.predictedTemperature > 0.8); // its horizon is until the next backup
        QCOMPARE(told.points.size(), std::size_t{5});
        double weights = 0;
        for (const ModelShare& model : told.models) {
            weights += model.weight;
        }
        QVERIFY(std::abs(weights - 1) < 0.01);
        QCOMPARE(m_agent->forecast().explain(ShardId(99'999)).error().code, Code::NotFound);
    }

    void schedule_beforeTheCrossing_isBroughtForward()
    {
        const ScheduleEntry hot = entryOf(m_shards[0]);
        QVERIFY2(hot.reason.find("brought forward from") != std::string::npos, hot.reason.c_str());
        QVERIFY(hot.due <= fullHour() + 1h * (kHotIn + 1));
        const ScheduleEntry cold = entryOf(m_shards[1]);
        QVERIFY2(cold.reason.find("brought forward") == std::string::npos, cold.reason.c_str());
        QVERIFY(cold.due > fullHour() + 12h);
    }

    void heat_behindNow_hasForecastColumns()
    {
        const WallTime now = SystemClock().wallNow();
        const HeatMatrix matrix =
            must(m_agent->heat({HeatMetric::Rows, now - 2h, now + 6h, 400, {}, {}}));
        QVERIFY(matrix.forecastFrom < matrix.columns);
        QVERIFY(matrix.columnStart(matrix.forecastFrom) <= SystemClock().wallNow() + matrix.step);
        QVERIFY(matrix.end() >= now + 6h);
        float hottest = 0;
        for (std::size_t column = matrix.forecastFrom; column < matrix.columns; ++column) {
            hottest = std::max(hottest, matrix.meanAt(0, column));
        }
        QVERIFY2(hottest > 500, qPrintable(QString::number(hottest)));
    }

    void ctl_everyCommand_showsIt()
    {
        QVERIFY(told({"forecast", "show"}).find("BUSIEST") != std::string::npos);
        const std::string hours =
            told({"forecast", "show", "--shard", std::to_string(m_shards[0].get()), "-o", "csv"});
        QCOMPARE(std::count(hours.begin(), hours.end(), '\n'), 25);
        QVERIFY(told({"forecast", "quality"}).find("SEASONAL NAIVE") != std::string::npos);
        const std::string why = told({"shards", "explain", std::to_string(m_shards[0].get())});
        QVERIFY2(why.find("brought forward") != std::string::npos, why.c_str());
        QVERIFY(told({"heat", "show", "--to", "+2h"}).find("forecast") != std::string::npos);
        QVERIFY(told({"status"}).find("SEASONAL NAIVE") != std::string::npos);
    }

    void reload_forecastOnly_nothingFollows()
    {
        m_world->writeConfig("[forecast]\nmode = \"only\"");
        m_world->agent().signal(SIGHUP);
        QVERIFY(eventually([&] {
            return entryOf(m_shards[0]).reason.find("brought forward") == std::string::npos;
        }));
        const ShardExplanation told = must(m_agent->forecast().explain(m_shards[0]));
        QVERIFY(!told.acted);
        QVERIFY(told.crossing); // it is still said
    }

private:
    ScheduleEntry entryOf(ShardId shard)
    {
        for (const ScheduleEntry& entry : must(m_agent->schedule())) {
            if (entry.shard == shard) {
                return entry;
            }
        }
        return {};
    }
    std::string told(const std::vector<std::string>& arguments)
    {
        const ProcessResult result = must(m_world->ctl("viewer", arguments));
        ISO_CHECK(result.exitCode == 0);
        return result.standardOutput;
    }

    std::unique_ptr<AgentWorld> m_world;
    std::unique_ptr<client::AgentClient> m_agent;
    std::vector<ShardId> m_shards;
};

QTEST_GUILESS_MAIN(TestAgentForecast)
#include "tst_agent_forecast.moc"

// SPDX-License-Identifier: Apache-2.0
// Everything that can happen to a keyspace, while the real agent captures it, backs it up, compacts
// it and is killed; then every moment of which a copy was taken is brought back, in random order.
#include "agent/repository/repository.h"
#include "agent/storage/directory_store.h"
#include "shared/base/file.h"
#include "tests/integration/agent/agent_world.h"
#include "tests/integration/oracle/oracle_history.h"
#include "tests/integration/oracle/oracle_points.h"
#include "tests/integration/oracle/oracle_workload.h"

#include <QtTest/QtTest>
#include <algorithm>
#include <fstream>
#include <optional>
#include <random>
#include <set>
#include <sstream>

using namespace isotherm;
using namespace isotherm::test;
using std::chrono::milliseconds;
using std::chrono::seconds;

namespace
{

std::size_t pointsWanted()
{
    const int wanted = qEnvironmentVariableIntValue("ISOTHERM_ORACLE_POINTS");
    return wanted > 0 ? static_cast<std::size_t>(wanted) : 8;
}

std::uint64_t seedWanted()
{
    const std::string given = qgetenv("ISOTHERM_SEED").toStdString();
    return given.empty() ? std::random_device{}() : std::stoull(given);
}

std::string listed(const std::map<std::string, int>& events)
{
    std::ostringstream text;
    for (const auto& [event, times] : events) {
        text << (text.tellp() == 0 ? "" : ", ") << event << " " << times;
    }
    return text.str();
}

/// Of a table as its newest moment; nullopt when it cannot be put together.
std::optional<repository::RowChecksum> checksumOf(repository::Repository& repository,
                                                  const repository::Manifest& manifest,
                                                  std::size_t table,
                                                  const repository::BaseFilterFactory& filter)
{
    const auto reader = repository.openTableAt(manifest, table, {.target = {}, .filter = filter});
    if (!reader.ok()) {
        return std::nullopt;
    }
    const auto rows = (*reader)->openRows({}, {});
    repository::RowChecksum sum;
    RowBatch batch;
    do {
        if (!rows.ok() || !(*rows)->next(batch).ok()) {
            return std::nullopt;
        }
        sum.add(batch);
    } while (batch.rowCount() > 0);
    return sum;
}

} // namespace

class TestOracle : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void cleanupTestCase();
    void workloadBackupsAndKills_pointsTaken();
    void everyPoint_restoredInRandomOrder_isWhatItWas();
    void droppedPartition_isRestoredAsItWasBefore();
    void lsnRuleInstead_losesRows();
    void afterwards_nothingIsDamaged();

private:
    void backUp(bool full);
    void killAndStart();
    bool caughtUp(Lsn lsn);
    void learnHistory();
    std::string restoreAndCompare(const OraclePoint& point);
    JobRecord finished(JobId id);

    std::uint64_t m_seed = 0;
    std::mt19937_64 m_random;
    std::unique_ptr<AgentWorld> m_world;
    std::unique_ptr<OracleWorkload> m_load;
    std::optional<OraclePoints> m_oracle;
    std::unique_ptr<client::AgentClient> m_client;
    std::vector<OraclePoint> m_points;
    OracleHistory m_history;
    std::map<std::string, int> m_gapsFor; ///< leaves of points that no history holds, by reason
    int m_parts = 0;                      ///< leaves of points that were compared
    int m_kills = 0;
};

void TestOracle::initTestCase()
{
    m_seed = seedWanted();
    qInfo("seed %llu (ISOTHERM_SEED repeats it), %zu points",
          static_cast<unsigned long long>(m_seed), pointsWanted());
    m_random.seed(m_seed);
    AgentWorldOptions options;
    options.keyspace = "odd";
    options.tables = {"o.a", "o.b"};
    options.key = "k";
    options.rpo = "24h";
    options.database.fsync = true; // commits take their time
    options.database.settings = {{"wal_level", "logical"},
                                 {"logical_decoding_work_mem", "64kB"},
                                 {"max_prepared_transactions", "20"},
                                 {"commit_delay", "10000"},
                                 {"commit_siblings", "0"}};
    // The workload needs no server to say what it wants.
    m_world = must(AgentWorld::make(options, OracleWorkload("", m_seed).setupSql()));
    m_load = std::make_unique<OracleWorkload>(m_world->database().conninfo(), m_seed);
    const Status ready = m_world->setUp();
    QVERIFY2(ready.ok(), ready.ok() ? "" : ready.error().text().c_str());
    m_oracle = must(OraclePoints::open(m_world->database().conninfo()));
    m_client = m_world->connect("operator");
    QVERIFY(m_world->startAgent().ok());
    QVERIFY2(eventually(
                 [this] {
                     const auto shards = m_client->shards({});
                     return shards.ok() && shards->size() == kOracleLeaves &&
                            std::all_of(shards->begin(), shards->end(), [](const auto& shard) {
                                return shard.lastBackup.has_value();
                            });
                 },
                 seconds(120)),
             m_world->logText().c_str());
    backUp(true); // the first may be older than capture
}

void TestOracle::cleanupTestCase()
{
    if (m_world && qEnvironmentVariableIsSet("ISOTHERM_ORACLE_LOG")) {
        std::ofstream(qgetenv("ISOTHERM_ORACLE_LOG").toStdString()) << m_world->logText();
    }
    m_load.reset();
    m_client.reset();
    m_oracle.reset();
    m_world.reset();
}

JobRecord TestOracle::finished(JobId id)
{
    JobRecord record;
    (void)eventually(
        [&] {
            const auto job = m_client->job(id);
            record = job.ok() ? *job : record;
            return isFinished(record.state);
        },
        seconds(120));
    return record;
}

/// All shards at once when `full`, else some.
void TestOracle::backUp(bool full)
{
    BackupRequest request;
    request.keyspace = "odd";
    request.full = full;
    const auto shards = m_client->shards({});
    if (!shards.ok()) {
        return; // killed a moment ago
    }
    for (const ShardRecord& shard : *shards) {
        if (full || m_random() % 2 == 0) {
            request.shards.push_back(shard.id);
        }
    }
    const auto jobs = m_client->runBackup(request);
    for (std::size_t i = 0; full && jobs.ok() && i < jobs->size(); ++i) {
        (void)finished((*jobs)[i]);
    }
}

void TestOracle::killAndStart()
{
    m_world->killAgent();
    ++m_kills;
    if (m_random() % 3 == 0) { // and while it takes up what was left
        QVERIFY(m_world->launchAgent().ok());
        std::this_thread::sleep_for(milliseconds(m_random() % 700));
        m_world->killAgent();
        ++m_kills;
    }
    const Status started = m_world->startAgent();
    QVERIFY2(started.ok(), started.ok() ? "" : started.error().text().c_str());
}

/// Every shard's history reaches the position, or ends before it.
bool TestOracle::caughtUp(Lsn lsn)
{
    backUp(false);
    return eventually(
        [&] {
            std::this_thread::sleep_for(milliseconds(300));
            const auto active = m_client->jobs({/*activeOnly=*/true, 100});
            if (!active.ok() || !active->empty()) {
                return false; // a slow machine would never see the end of ever more jobs
            }
            const auto shards = m_client->shards({});
            const bool reached =
                shards.ok() &&
                std::all_of(shards->begin(), shards->end(), [&](const ShardRecord& shard) {
                    return shard.lastBackup && shard.lastBackupLsn >= lsn;
                });
            if (!reached) {
                backUp(false);
            }
            return reached;
        },
        seconds(300));
}

void TestOracle::workloadBackupsAndKills_pointsTaken()
{
    m_load->start(4);
    // Bases meet commits on their way: what the wrong rule loses is in the chains that follow.
    for (int round = 0; round < (pointsWanted() < 20 ? 2 : 4); ++round) {
        m_load->whileCommitsWait([this] {
            std::this_thread::sleep_for(milliseconds(200)); // until each client waits
            backUp(true);
        });
        QVERIFY(caughtUp(Lsn(1)));
    }
    std::size_t failures = 0;
    while (m_points.size() < pointsWanted() && failures < 20) {
        std::this_thread::sleep_for(milliseconds(m_random() % 350));
        auto point = m_oracle->take(m_load->gate());
        if (!point.ok()) {
            qWarning("%s", point.error().text().c_str());
            ++failures;
            continue;
        }
        m_points.push_back(std::move(point).value());
        if (m_random() % 2 == 0) {
            BackupRequest request;
            request.keyspace = "odd";
            request.full =
                m_random() % 4 == 0 && qEnvironmentVariableIsSet("ISOTHERM_ORACLE_FULLS");
            (void)m_client->runBackup(request).ok(); // those that run already go on
        }
        if (m_points.size() % 13 == 5) {
            killAndStart();
        }
    }
    m_load->stop();
    QVERIFY(m_load->settle().ok());
    qInfo("%llu transactions, %d kills; %s", static_cast<unsigned long long>(m_load->committed()),
          m_kills, listed(m_load->events()).c_str());
    QCOMPARE(m_points.size(), pointsWanted());
    QVERIFY2(caughtUp(m_points.back().lsn), m_world->logText().c_str());
    // Partitions that are gone have their last piece of history backed up by the agent itself.
    std::this_thread::sleep_for(seconds(3));
    learnHistory();
}

void TestOracle::learnHistory()
{
    m_history = must(OracleHistory::learn(*m_client, "odd"));
}

/// All of it, or what is not in a gap: a rewrite's new base, a partition's first one.
std::string TestOracle::restoreAndCompare(const OraclePoint& point)
{
    RestoreRequest request;
    request.keyspace = "odd";
    request.lsn = point.lsn;
    std::set<ShardId> held;
    std::vector<std::string> missing;
    for (const OracleTable& table : point.tables) {
        for (const std::string& leaf : table.leaves) {
            if (m_history.holds(leaf, point.lsn)) {
                held.insert(*m_history.shardOf(leaf));
                ++m_parts;
            } else {
                missing.push_back(leaf);
                ++m_gapsFor[m_history.whyNot(leaf, point.lsn)];
            }
        }
    }
    if (held.empty()) {
        return {};
    }
    if (!missing.empty()) {
        request.shards.assign(held.begin(), held.end());
    }
    const auto plan = m_client->planRestore(request);
    if (!plan.ok()) {
        return "plan: " + plan.error().text();
    }
    const auto job = m_client->runRestore({plan->id, {}});
    if (!job.ok()) {
        return "run: " + job.error().text();
    }
    const JobRecord ended = finished(*job);
    if (ended.state != JobState::Done) {
        std::string parts;
        for (const RestorePlanPart& part : plan->parts) {
            parts += "; " + part.table + " of " + part.rangeText + " from " + part.backupId +
                     " at " + formatLsn(part.lsn);
        }
        return "restore: " + ended.error + parts;
    }
    const RestoreReceipt receipt = must(m_client->receipt(*job));
    std::string differences;
    for (const OracleTable& expected : point.tables) {
        const auto restored =
            std::find_if(receipt.tables.begin(), receipt.tables.end(),
                         [&](const RestoredTable& table) { return table.source == expected.name; });
        if (restored == receipt.tables.end()) {
            differences += expected.name + " did not come back; ";
            continue;
        }
        const std::string different =
            must(m_oracle->compare(expected, restored->sideTable, missing));
        differences += different.empty() ? "" : expected.name + ": " + different + "; ";
        (void)m_oracle->session().exec("drop table " + restored->sideTable).ok();
    }
    return differences + (receipt.verified ? "" : "not verified");
}

void TestOracle::everyPoint_restoredInRandomOrder_isWhatItWas()
{
    std::vector<OraclePoint> points = m_points;
    std::shuffle(points.begin(), points.end(), m_random);
    std::size_t different = 0;
    for (const OraclePoint& point : points) {
        const std::string difference = restoreAndCompare(point);
        if (!difference.empty()) {
            ++different;
            qWarning("point %zu at %s: %s", point.number, formatLsn(point.lsn).c_str(),
                     difference.c_str());
        }
    }
    int gaps = 0;
    for (const auto& [reason, times] : m_gapsFor) {
        gaps += times;
    }
    qInfo("%zu points restored, %zu differences; %d of their %d leaves lie in gaps that the agent"
          " names (%s)",
          points.size(), different, gaps, gaps + m_parts, listed(m_gapsFor).c_str());
    qInfo("gaps: %s", m_history.gaps().c_str());
    QCOMPARE(different, std::size_t{0});
    // Between a rewrite, or an attachment with rows, and the next base nothing can exist: how much
    // that is, is a matter of the machine. That there is a reason is not, but for a base that
    // came too early, or a killed one: one part in a hundred at most. A full backup that is asked
    // for while a table is rewritten cannot know it yet: with such ones, one in ten.
    const int unexplained = m_gapsFor[OracleHistory::kUnexplained];
    const int most = qEnvironmentVariableIsSet("ISOTHERM_ORACLE_FULLS") ? 10 : 100;
    QVERIFY2(most * unexplained <= gaps + m_parts, "gaps without a reason");
    QVERIFY2(m_parts >= gaps, "more than half of the history is gaps");
}

/// The keyspace's history after its end: nobody asks the agent for it.
void TestOracle::droppedPartition_isRestoredAsItWasBefore()
{
    PgSession& session = m_oracle->session();
    for (const std::string table : {"a", "b"}) {
        const std::string name = "o." + table + "_99";
        QVERIFY(session
                    .exec("create table " + name + " partition of o." + table +
                          " for values from (90000) to (91000)")
                    .ok());
    }
    const auto shardOfLeaf = [&]() -> std::optional<ShardRecord> {
        const auto shards = m_client->shards({"odd", /*includeRetired=*/true});
        for (std::size_t i = 0; shards.ok() && i < shards->size(); ++i) {
            const auto& leaves = (*shards)[i].leaves;
            if (std::find(leaves.begin(), leaves.end(), "o.a_99") != leaves.end()) {
                return (*shards)[i];
            }
        }
        return std::nullopt;
    };
    QVERIFY(eventually([&] { return shardOfLeaf() && shardOfLeaf()->lastBackup; }, seconds(120)));
    const ShardId shard = shardOfLeaf()->id;
    QVERIFY(session
                .exec("insert into o.a (k, s, v) select 90000 + g, g, 'late' from"
                      " generate_series(1, 50) g; insert into o.b (k, s, l) values (90001, 1, 1)")
                .ok());
    const OraclePoint point = must(m_oracle->take(m_load->gate()));
    QVERIFY(session.exec("drop table o.a_99; drop table o.b_99").ok());
    QVERIFY2(eventually(
                 [&] {
                     const auto ranges = m_client->restorableRanges({"odd", true});
                     return ranges.ok() &&
                            std::any_of(ranges->begin(), ranges->end(), [&](const auto& range) {
                                return range.shard == shard && range.toLsn >= point.lsn;
                            });
                 },
                 seconds(120)),
             m_world->logText().c_str());
    QVERIFY(caughtUp(point.lsn));
    learnHistory();
    QVERIFY(m_history.holds("o.a_99", point.lsn));
    const std::string before = restoreAndCompare(point);
    QVERIFY2(before.empty(), before.c_str());
    // And a moment after the drop has nothing of it.
    const OraclePoint after = must(m_oracle->take(m_load->gate()));
    QVERIFY(session.exec("update o.a set v = 'later'").ok());
    QVERIFY(caughtUp(after.lsn));
    learnHistory();
    const std::string later = restoreAndCompare(after);
    QVERIFY2(later.empty(), later.c_str());
}

/// Cutting base and stream at the base's LSN, instead of by visibility, is what would be wrong.
void TestOracle::lsnRuleInstead_losesRows()
{
    const auto store = must(storage::DirectoryStore::open(m_world->repository()));
    const SystemClock clock;
    repository::RepositoryOptions options{.clock = clock, .access = repository::Access::ReadOnly};
    const auto passphrase = must(readFile(m_world->passphraseFile()));
    const auto repository = must(
        repository::Repository::open(*store, passphrase.substr(0, passphrase.find('\n')), options));
    std::map<std::string, Lsn> bases; ///< position of the snapshot behind each backup
    std::size_t wrong = 0;
    std::size_t checked = 0;
    for (const repository::ManifestName& name : must(repository->listManifests(std::nullopt))) {
        const repository::Manifest manifest = must(repository->loadManifest(name.id));
        bases[name.id] =
            manifest.kind == BackupKind::Full ? manifest.lsn : bases[manifest.previousManifest];
        const bool synthetic = manifest.baseViews().front().cut.has_value();
        for (std::size_t i = 0; manifest.hasDeltas() && !synthetic && i < manifest.tables.size();
             ++i) {
            const auto right = checksumOf(*repository, manifest, i, {});
            QVERIFY2(right, name.id.c_str());
            const Lsn cut = bases[name.id];
            const auto byLsn = checksumOf(*repository, manifest, i, [cut](const std::string&) {
                return Result<repository::BaseFilter>(repository::cutFilter(cut));
            });
            ++checked;
            wrong += byLsn == right ? 0 : 1;
        }
    }
    qInfo("by LSN, %zu of %zu tables would be wrong", wrong, checked);
    QVERIFY2(checked >= 20 && wrong * 25 >= checked,
             "the negative control passed: nothing would find lost rows");
}

void TestOracle::afterwards_nothingIsDamaged()
{
    const auto verified = m_world->ctl("operator", {"backups", "verify", "--wait"});
    QVERIFY(verified.ok());
    QVERIFY2(verified->exitCode == 0, verified->standardError.c_str());
    for (const std::string& line : m_world->errorLines()) {
        QVERIFY2(false, line.c_str());
    }
    QCOMPARE(must(m_world->stopAgent()).exitCode, 0);
}

int main(int argc, char** argv)
{
    qputenv("QTEST_FUNCTION_TIMEOUT", "3600000"); // the long variant restores for many minutes
    QCoreApplication application(argc, argv);
    TestOracle test;
    return QTest::qExec(&test, argc, argv);
}
#include "tst_oracle.moc"

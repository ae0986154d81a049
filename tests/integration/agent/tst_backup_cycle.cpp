// SPDX-License-Identifier: Apache-2.0
#include "agent/repository/repository.h"
#include "agent/storage/directory_store.h"
#include "tests/integration/agent/agent_world.h"
#include "tests/integration/agent/busy_shop.h"
#include "tests/integration/agent/shop.h"

#include <QtTest/QtTest>
#include <algorithm>
#include <map>
#include <random>
#include <set>

using namespace isotherm;
using namespace isotherm::test;
using std::chrono::milliseconds;
using std::chrono::seconds;

namespace
{

/// A rotation of seconds: the whole life of backups in a minute.
constexpr const char* kSections = R"([rotation]
slot = "4s"
database_every = 3
[retention]
chains = 2
every = "1h"
grace = "2s"
[drill]
every = "365d"
)";

std::uint64_t seedWanted()
{
    const std::string given = qgetenv("ISOTHERM_CYCLE_SEED").toStdString();
    return given.empty() ? std::random_device{}() : std::stoull(given);
}

} // namespace

/// The life of backups under the real agent: rotation with synthetic fulls, retention, garbage,
/// drills, and the agent killed in the middle of each, while customers write all the time.
class TestBackupCycle : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void cleanupTestCase();
    void schedule_ahead_listsARotationBeforeItHappens();
    void rotation_whileCustomersWrite_givesEachShardSyntheticAndDatabaseFulls();
    void killedDuringSyntheticFulls_losesNothing();
    void prune_dryRunThenRun_removesWhatItSaid();
    void killedDuringUpkeep_noBackupNamesAMissingRun();
    void drill_everyShard_isWhatTheDatabaseShows();
    void verify_provenRuns_areNotReadAgain();
    void verify_levelCompared_isShownInTheList();
    void drill_aRowLostBehindTheStream_isFound();
    void check_rpo_endsAsMonitoringExpects();
    void intruder_sameRepository_isRefusedUntilTheHolderIsGone();
    void rebuild_fromTheRepositoryAlone_knowsEveryBackup();

private:
    int ctl(std::vector<std::string> arguments, const std::string& who = "operator");
    [[nodiscard]] bool quiet();
    void restart();
    /// Every manifest loads and every run that it names is there, with the right sums.
    void checkRepository();
    /// Of writers that are at work, or were killed.
    [[nodiscard]] std::size_t unfinishedRuns() const;
    [[nodiscard]] std::vector<BackupRecord> backupsOf(ShardId shard, BackupKind kind);
    [[nodiscard]] bool historyHasNoHole(ShardId shard);
    [[nodiscard]] bool drillPasses(ShardId shard);

    AgentWorldOptions m_options;
    std::unique_ptr<AgentWorld> m_world;
    std::unique_ptr<client::AgentClient> m_client;
    std::unique_ptr<Customers> m_customers;
    std::mt19937_64 m_random;
    std::string m_output;
    std::string m_errors;
    std::set<std::string> m_expectedErrors;
};

void TestBackupCycle::initTestCase()
{
    const std::uint64_t seed = seedWanted();
    qInfo("seed %llu (repeat with ISOTHERM_CYCLE_SEED)", static_cast<unsigned long long>(seed));
    m_random.seed(seed);
    m_options.tables = {"shop.orders", "shop.order_lines"};
    m_options.rpo = "30d";
    m_options.rotation = "16s";
    m_options.schedule = "hot = \"8h\"\nwarm = \"12h\"\ncold = \"24h\"\nmax_concurrent_jobs = 2";
    m_options.sections = kSections;
    m_options.database.settings = {{"wal_level", "logical"}};
    m_world = must(AgentWorld::make(m_options, shopSql(6)));
    const Status ready = m_world->setUp();
    QVERIFY2(ready.ok(), ready.ok() ? "" : ready.error().text().c_str());
    const Status started = m_world->startAgent();
    QVERIFY2(started.ok(), started.ok() ? "" : started.error().text().c_str());
    m_client = m_world->connect("operator");
    QVERIFY2(eventually(
                 [this] {
                     const auto shards = m_client->shards({});
                     return shards.ok() && shards->size() == kShopShards &&
                            std::all_of(shards->begin(), shards->end(), [](const auto& shard) {
                                return shard.lastBackup.has_value();
                            });
                 },
                 seconds(120)),
             m_world->logText().c_str());
    m_customers = std::make_unique<Customers>(m_world->database(), 1, seed);
}

void TestBackupCycle::cleanupTestCase()
{
    m_customers.reset();
    if (m_world) {
        for (const std::string& line : m_world->errorLines()) {
            const bool expected =
                std::any_of(m_expectedErrors.begin(), m_expectedErrors.end(),
                            [&](const auto& event) { return line.find(event) != line.npos; });
            QVERIFY2(expected, line.c_str());
        }
    }
    m_client.reset();
    m_world.reset();
}

int TestBackupCycle::ctl(std::vector<std::string> arguments, const std::string& who)
{
    const ProcessResult ended = must(m_world->ctl(who, std::move(arguments)));
    m_output = ended.standardOutput;
    m_errors = ended.standardError;
    return ended.exitCode;
}

bool TestBackupCycle::quiet()
{
    return eventually(
        [this] {
            const auto active = m_client->jobs({true, 100});
            return active.ok() && active->empty();
        },
        seconds(180));
}

void TestBackupCycle::restart()
{
    const Status started = m_world->startAgent();
    QVERIFY2(started.ok(), started.ok() ? "" : started.error().text().c_str());
    QVERIFY(eventually([this] {
        const auto shards = m_client->shards({});
        return shards.ok() && shards->size() == kShopShards;
    }));
}

void TestBackupCycle::checkRepository()
{
    const SystemClock clock;
    const auto store = must(storage::DirectoryStore::open(m_world->repository()));
    const std::string content = must(readFile(m_world->passphraseFile()));
    const auto repository = must(repository::Repository::open(
        *store, content.substr(0, content.find('\n')),
        {.clock = clock, .access = repository::Access::ReadOnly, .cost = {}}));
    for (const auto& name : must(repository->listManifests(std::nullopt))) {
        const auto manifest = repository->loadManifest(name.id);
        if (!manifest.ok() && manifest.error().code == Code::NotFound) {
            continue; // removed meanwhile
        }
        QVERIFY2(manifest.ok(), manifest.ok() ? "" : manifest.error().text().c_str());
        const auto report = must(repository->verify(*manifest, VerifyLevel::Checksums, {}, {}));
        QVERIFY2(report.ok(), report.ok() ? "" : report.damages.front().text().c_str());
    }
}

std::vector<BackupRecord> TestBackupCycle::backupsOf(ShardId shard, BackupKind kind)
{
    BackupFilter filter;
    filter.shards = {shard};
    std::vector<BackupRecord> found;
    for (BackupRecord& backup : must(m_client->backups(filter))) {
        if (backup.kind == kind) {
            found.push_back(std::move(backup));
        }
    }
    return found; // newest first
}

/// Each full goes on where the chain before it ended. The very first base may be older than
/// capture: then nothing goes on from it.
bool TestBackupCycle::historyHasNoHole(ShardId shard)
{
    BackupFilter filter;
    filter.shards = {shard};
    auto backups = must(m_client->backups(filter));
    std::reverse(backups.begin(), backups.end());
    auto backup = std::find_if(backups.begin(), backups.end(),
                               [](const auto& one) { return !isFull(one.kind); });
    if (backup == backups.end()) {
        return false;
    }
    for (Lsn reached = backup->lsn; backup != backups.end(); ++backup) {
        if (isFull(backup->kind) && reached < backup->lsn) {
            return false;
        }
        reached = std::max(reached, backup->lsn);
    }
    return true;
}

bool TestBackupCycle::drillPasses(ShardId shard)
{
    int ended = 0;
    for (int i = 0; i < 5; ++i) { // a rotation of seconds may begin a new chain under it
        ended = ctl({"drill", "run", "--shard", std::to_string(shard.get()), "--wait"});
        if (ended == 0 || m_errors.find("begun anew meanwhile") == std::string::npos) {
            break;
        }
    }
    if (ended != 0) {
        qWarning("%s", m_errors.c_str());
    }
    return ended == 0;
}

void TestBackupCycle::schedule_ahead_listsARotationBeforeItHappens()
{
    RotationQuery query;
    query.keyspace = "orders";
    query.fullsOnly = true;
    std::vector<ScheduleEntry> ahead;
    QVERIFY(eventually([&] { // as soon as changes are captured
        ahead = must(m_client->upkeep().scheduleAhead(query));
        return ahead.size() >= kShopShards;
    }));
    std::map<ShardId, int> turns;
    for (const ScheduleEntry& entry : ahead) {
        QVERIFY(isFull(entry.kind));
        QVERIFY2(entry.reason.find("its full of this rotation") != std::string::npos,
                 entry.reason.c_str());
        ++turns[entry.shard];
    }
    QCOMPARE(turns.size(), std::size_t(kShopShards));
    for (const auto& [shard, count] : turns) {
        QVERIFY(count == 1 || count == 2); // of the coming rotation, perhaps of this one
    }
    QCOMPARE(ctl({"schedule", "show", "--rotation", "--fulls"}, "viewer"), 0);
    QVERIFY2(m_output.find("synthetic") != std::string::npos, m_output.c_str());
    QCOMPARE(ctl({"schedule", "show", "--until", "+2h", "-o", "json"}, "viewer"), 0);
    query.keyspace = "nowhere";
    QVERIFY(!m_client->upkeep().scheduleAhead(query).ok());
}

void TestBackupCycle::rotation_whileCustomersWrite_givesEachShardSyntheticAndDatabaseFulls()
{
    const std::vector<ShardRecord> shards = must(m_client->shards({}));
    // Two synthetic fulls, then one from the database: the third rotation from here.
    QVERIFY2(eventually(
                 [&] {
                     return std::all_of(shards.begin(), shards.end(), [this](const auto& shard) {
                         return backupsOf(shard.id, BackupKind::Synthetic).size() >= 2 &&
                                backupsOf(shard.id, BackupKind::Full).size() >= 2;
                     });
                 },
                 seconds(240)),
             m_world->logText().c_str());
    for (const ShardRecord& shard : shards) {
        BackupFilter filter;
        filter.shards = {shard.id};
        auto backups = must(m_client->backups(filter));
        std::reverse(backups.begin(), backups.end());
        std::map<std::int64_t, int> fulls; // by rotation
        std::uint32_t since = 0;
        for (const BackupRecord& backup : backups) {
            if (isFull(backup.kind)) {
                since = backup.kind == BackupKind::Full ? 0 : since + 1;
                QCOMPARE(backup.sinceDatabase, since);
                QVERIFY(since < 3);
                QCOMPARE(backup.deltas, 0U);
                ++fulls[std::chrono::duration_cast<seconds>(backup.started.time_since_epoch()) /
                        seconds(16)];
            }
        }
        for (const auto& [rotation, count] : fulls) {
            QVERIFY2(count <= 2, "more than its turn and one that was late");
        }
        // A chain is continued up to the next one's base just after that is there.
        QVERIFY(eventually([&] { return historyHasNoHole(shard.id); }, seconds(60)));
    }
    QVERIFY(m_customers->committed() > 0);
    QCOMPARE(m_customers->failed(), std::uint64_t(0));
    checkRepository();
}

/// Runs are being written every few seconds, by increments and by the compactions after them: the
/// agent is killed as soon as one is seen, or a moment later, when another may be.
void TestBackupCycle::killedDuringSyntheticFulls_losesNothing()
{
    int killedInside = 0;
    for (int round = 0; round < 6; ++round) {
        const auto deadline = std::chrono::steady_clock::now() + seconds(30);
        while (unfinishedRuns() == 0 && std::chrono::steady_clock::now() < deadline) {
            std::this_thread::sleep_for(milliseconds(1));
        }
        std::this_thread::sleep_for(milliseconds(m_random() % 40));
        m_world->killAgent();
        killedInside += unfinishedRuns() > 0 ? 1 : 0;
        checkRepository();
        restart();
        QVERIFY(!QTest::currentTestFailed());
    }
    qInfo("6 kills, %d in the middle of a run", killedInside);
    for (const JobRecord& job : must(m_client->jobs({}))) {
        // One that every kill meets is given up; the schedule makes another one.
        QVERIFY2(job.state != JobState::Failed ||
                     job.error.find("interrupted too often") != std::string::npos,
                 (job.title + ": " + job.error).c_str());
    }
    QCOMPARE(ctl({"backups", "run", "--wait"}), 0);
    QVERIFY(drillPasses(must(m_client->shards({})).front().id));
}

std::size_t TestBackupCycle::unfinishedRuns() const
{
    std::error_code none;
    std::size_t count = 0;
    for (const auto& file :
         std::filesystem::directory_iterator(m_world->repository() / ".uncommitted", none)) {
        count += file.path().empty() ? 0 : 1;
    }
    return count;
}

void TestBackupCycle::prune_dryRunThenRun_removesWhatItSaid()
{
    // The rotation stands still from here on.
    QCOMPARE(must(m_world->stopAgent()).exitCode, 0);
    m_options.rotation = "7d";
    std::string text = must(readFile(m_world->configFile()));
    const std::size_t at = text.find("rotation = \"16s\"");
    text.replace(at, std::string("rotation = \"16s\"").size(), "rotation = \"7d\"");
    QVERIFY(writeFileDurably(m_world->configFile(), text).ok());
    restart();
    QVERIFY(quiet());
    for (int i = 0; i < 3; ++i) { // more chains than are kept, whatever was pruned before
        QCOMPARE(ctl({"backups", "run", "--full", "--wait"}), 0);
    }
    const auto plan = m_client->upkeep().planPrune({"orders"});
    QVERIFY2(plan.ok(), plan.ok() ? "" : plan.error().text().c_str());
    QVERIFY(plan->removed > 0);
    QVERIFY(plan->freed.get() > 0);
    QCOMPARE(ctl({"backups", "prune", "--dry-run"}, "viewer"), 0);
    QVERIFY2(m_output.find("remove") != std::string::npos, m_output.c_str());
    QCOMPARE(ctl({"backups", "prune"}, "viewer"), 9);
    const std::size_t before = must(m_client->backups({})).size();
    QCOMPARE(ctl({"backups", "prune", "--wait"}), 0);
    std::set<std::string> left;
    for (const BackupRecord& backup : must(m_client->backups({}))) {
        left.insert(backup.id);
    }
    QVERIFY(left.size() < before);
    for (const PruneEntry& entry : plan->entries) {
        QCOMPARE(left.contains(entry.backup.id), entry.keep);
    }
    checkRepository();
    const auto ranges = must(m_client->restorableRanges({}));
    QVERIFY(ranges.size() >= std::size_t(kShopShards)); // the chains that stay still restore
}

void TestBackupCycle::killedDuringUpkeep_noBackupNamesAMissingRun()
{
    for (int round = 0; round < 4; ++round) {
        for (int i = 0; i < 2; ++i) { // something to prune
            QVERIFY(ctl({"backups", "run", "--full", "--wait"}) == 0);
        }
        std::this_thread::sleep_for(seconds(2)); // the grace of what was marked before
        QVERIFY(m_client->upkeep().runPrune({}, "").ok());
        std::this_thread::sleep_for(milliseconds(m_random() % 60));
        m_world->killAgent();
        checkRepository();
        restart();
        QVERIFY(quiet());
        checkRepository();
        if (QTest::currentTestFailed()) {
            qWarning("round %d", round);
            return;
        }
    }
    QCOMPARE(ctl({"backups", "prune", "--wait"}), 0);
    std::this_thread::sleep_for(seconds(3));
    QCOMPARE(ctl({"backups", "prune", "--wait"}), 0);
    checkRepository();
}

void TestBackupCycle::drill_everyShard_isWhatTheDatabaseShows()
{
    for (const ShardRecord& shard : must(m_client->shards({}))) {
        QVERIFY(drillPasses(shard.id));
    }
    const auto receipts = must(m_client->upkeep().drills(kShopShards));
    QCOMPARE(receipts.size(), std::size_t(kShopShards));
    for (const DrillReceipt& receipt : receipts) {
        QVERIFY(receipt.passed);
        QCOMPARE(receipt.level, VerifyLevel::Compared);
        QVERIFY(receipt.rows > 0 && receipt.bytes.get() > 0 && receipt.restoreTook.count() > 0);
    }
    QCOMPARE(ctl({"drill", "list", "-o", "csv"}, "viewer"), 0);
    // Nothing of it is left in the database, and plans learn how long restores take.
    QCOMPARE(m_world->database().value("select count(*) from pg_class where relnamespace ="
                                       " 'isotherm_restore'::regnamespace and relkind = 'r'"),
             std::string("0"));
    RestoreRequest request;
    request.keyspace = "orders";
    QVERIFY(must(m_client->planRestore(request)).slowest.has_value());
}

void TestBackupCycle::verify_provenRuns_areNotReadAgain()
{
    m_customers.reset(); // no new runs from here on
    QCOMPARE(ctl({"backups", "run", "--wait"}), 0);
    QCOMPARE(ctl({"backups", "verify", "--wait"}), 0);
    const auto newest = [this] {
        for (const JobRecord& job : must(m_client->jobs({}))) {
            if (job.kind == JobKind::Verify) {
                return job;
            }
        }
        return JobRecord();
    };
    const std::uint64_t all = newest().bytesDone;
    QCOMPARE(ctl({"backups", "verify", "--wait"}), 0);
    QVERIFY2(newest().bytesDone < all, newest().result.c_str());
    QCOMPARE(ctl({"backups", "verify", "--again", "--wait"}), 0);
    QVERIFY2(newest().bytesDone >= all, newest().result.c_str());
}

void TestBackupCycle::verify_levelCompared_isShownInTheList()
{
    const ShardId shard = must(m_client->shards({})).front().id;
    QCOMPARE(ctl({"backups", "verify", "--level", "compared", "--shard",
                  std::to_string(shard.get()), "--wait"}),
             0);
    BackupFilter filter;
    filter.shards = {shard};
    filter.limit = 1;
    QCOMPARE(must(m_client->backups(filter)).front().verified, VerifyLevel::Compared);
    QCOMPARE(ctl({"backups", "verify", "--level", "rubbish"}), 2);
}

void TestBackupCycle::drill_aRowLostBehindTheStream_isFound()
{
    m_expectedErrors = {"drill.failed"};
    const ShardRecord shard = must(m_client->shards({})).back();
    const std::string leaf = "shop.orders_" + std::to_string(kShopShards - 1);
    QVERIFY(m_world->database().exec("create extension pg_surgery").ok());
    // In a statement of its own: what kills a row must not hold its page.
    const std::string place = m_world->database().value("select ctid from " + leaf + " limit 1");
    const auto killed = m_world->database().exec("select heap_force_kill('" + leaf +
                                                 "'::regclass, array['" + place + "'::tid])");
    QVERIFY2(killed.ok(), killed.ok() ? "" : killed.error().text().c_str());
    QVERIFY(!drillPasses(shard.id));
    const DrillReceipt receipt = must(m_client->upkeep().drills(1)).front();
    QVERIFY(!receipt.passed);
    QVERIFY2(receipt.outcome.find("shop.orders") != std::string::npos, receipt.outcome.c_str());
    QCOMPARE(m_world->database().value("select count(*) from pg_class where relnamespace ="
                                       " 'isotherm_restore'::regnamespace and relkind = 'r'"),
             std::string("0"));
    // A full backup shows the database as it is again.
    QCOMPARE(ctl({"backups", "run", "--full", "--shard", std::to_string(shard.id.get()), "--wait"}),
             0);
    QVERIFY(drillPasses(shard.id));
}

void TestBackupCycle::check_rpo_endsAsMonitoringExpects()
{
    QCOMPARE(ctl({"check", "rpo"}, "viewer"), 0);
    QVERIFY2(m_output.starts_with("RPO OK: 4 shards within their objective"), m_output.c_str());
    QCOMPARE(ctl({"check", "rpo", "--warning", "1ms"}, "viewer"), 1);
    QCOMPARE(ctl({"check", "rpo", "--warning", "nonsense"}, "viewer"), 3);
    QCOMPARE(ctl({"check", "rpo", "-k", "nowhere"}, "viewer"), 3);
}

void TestBackupCycle::intruder_sameRepository_isRefusedUntilTheHolderIsGone()
{
    const auto other = must(PgCluster::start());
    ProcessOptions options;
    options.program = std::string(qgetenv("ISOTHERM_BIN_DIR")) + "/isotherm-agent";
    options.arguments = {"run", "--config", m_world->writeIntruderConfig(*other).string()};
    const ProcessResult refused = must(Process::run(options, seconds(60)));
    QCOMPARE(refused.exitCode, 1);
    QVERIFY2(refused.standardError.find("repository") != std::string::npos &&
                 refused.standardError.find("agent of shop") != std::string::npos,
             refused.standardError.c_str());
    QVERIFY(m_client->status().ok()); // the holder did not notice
    QCOMPARE(ctl({"backups", "run", "--wait"}), 0);
    // The lock dies with its process, however that ends.
    m_world->killAgent();
    const auto intruder = must(Process::start(options));
    QVERIFY2(intruder->waitForOutput("\"agent.started\"", seconds(60)) ||
                 intruder->standardError().find("agent of shop") == std::string::npos,
             intruder->standardError().c_str());
    intruder->killNow();
    restart();
}

void TestBackupCycle::rebuild_fromTheRepositoryAlone_knowsEveryBackup()
{
    QVERIFY(quiet());
    const auto facts = [this] {
        std::map<std::string, std::pair<ShardId, Lsn>> known;
        for (const BackupRecord& backup : must(m_client->backups({}))) {
            known[backup.id] = {backup.shard, backup.lsn};
        }
        return known;
    };
    const auto before = facts();
    const auto shards = must(m_client->shards({}));
    QCOMPARE(must(m_world->stopAgent()).exitCode, 0);
    for (const char* lost : {"metadata.db", "metadata.db-wal", "metadata.db-shm", "journal"}) {
        std::filesystem::remove_all(m_world->stateFolder() / lost);
    }
    const ProcessResult rebuilt = must(m_world->agentCommand({"rebuild-catalog"}));
    QVERIFY2(rebuilt.exitCode == 0, rebuilt.standardError.c_str());
    restart();
    for (const auto& [id, fact] : before) {
        QVERIFY2(facts().contains(id) && facts().at(id) == fact, id.c_str());
    }
    const auto now = must(m_client->shards({}));
    QCOMPARE(now.size(), shards.size());
    for (std::size_t i = 0; i < now.size(); ++i) { // the same ranges under the same numbers
        QCOMPARE(now[i].id, shards[i].id);
        QCOMPARE(now[i].rangeText, shards[i].rangeText);
    }
    // The journal is gone: the next backup starts a chain anew, and every shard is proven again.
    QCOMPARE(ctl({"backups", "run", "--wait"}), 0);
    QVERIFY(eventually([this] { return quiet(); }));
    for (const ShardRecord& shard : now) {
        QVERIFY(drillPasses(shard.id));
    }
    QCOMPARE(must(m_world->stopAgent()).exitCode, 0);
}

int main(int argc, char** argv)
{
    qputenv("QTEST_FUNCTION_TIMEOUT", "900000"); // a rotation takes its time on a busy machine
    QCoreApplication application(argc, argv);
    TestBackupCycle test;
    return QTest::qExec(&test, argc, argv);
}
#include "tst_backup_cycle.moc"

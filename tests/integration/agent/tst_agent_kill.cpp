// SPDX-License-Identifier: Apache-2.0
#include "agent/repository/repository.h"
#include "agent/storage/directory_store.h"
#include "tests/integration/agent/agent_world.h"
#include "tests/integration/agent/busy_shop.h"
#include "tests/integration/agent/shop.h"

#include <QtTest/QtTest>
#include <algorithm>
#include <csignal>
#include <map>
#include <random>
#include <set>

using namespace isotherm;
using namespace isotherm::test;
using std::chrono::milliseconds;
using std::chrono::seconds;

namespace
{

/// Enough for CI; ISOTHERM_KILL_ROUNDS=50 for a campaign.
int roundsWanted()
{
    const int wanted = qEnvironmentVariableIntValue("ISOTHERM_KILL_ROUNDS");
    return wanted > 0 ? wanted : 12;
}

std::uint64_t seedWanted()
{
    const std::string given = qgetenv("ISOTHERM_KILL_SEED").toStdString();
    return given.empty() ? std::random_device{}() : std::stoull(given);
}

/// The repository as somebody else reads it, who knows the passphrase and takes no lock.
class Reader
{
public:
    explicit Reader(const AgentWorld& world)
        : m_store(must(storage::DirectoryStore::open(world.repository()))),
          m_repository(openReadOnly(world)), m_folder(world.repository())
    {
    }

    [[nodiscard]] std::vector<std::string> manifests()
    {
        std::vector<std::string> ids;
        for (const repository::ManifestName& name :
             must(m_repository->listManifests(std::nullopt))) {
            ids.push_back(name.id);
        }
        return ids;
    }

    [[nodiscard]] repository::Manifest load(const std::string& id)
    {
        return must(m_repository->loadManifest(id));
    }

    /// "" or what is wrong with a backup.
    [[nodiscard]] std::string damageOf(const std::string& id)
    {
        const auto manifest = m_repository->loadManifest(id);
        if (!manifest.ok()) {
            return manifest.error().text();
        }
        const auto report = m_repository->verify(*manifest, VerifyLevel::Checksums,
                                                 [](ByteCount, ByteCount) {}, {});
        if (!report.ok()) {
            return report.error().text();
        }
        return report->ok() ? "" : report->damages.front().text();
    }

    /// Runs that no manifest names.
    [[nodiscard]] std::vector<std::string> unreferenced()
    {
        std::set<std::string> named;
        for (const std::string& id : manifests()) {
            const repository::Manifest manifest = load(id);
            for (const repository::ManifestTable& table : manifest.tables) {
                for (const repository::RunRef& run : table.runs) {
                    named.insert(run.object);
                }
            }
        }
        std::vector<std::string> lost;
        for (const storage::ObjectInfo& run : must(m_store->list("run/"))) {
            if (!named.contains(run.name)) {
                lost.push_back(run.name);
            }
        }
        return lost;
    }

    /// Files of writers that did not finish.
    [[nodiscard]] std::vector<std::string> leftovers() const
    {
        std::vector<std::string> files;
        std::error_code none;
        for (const auto& entry :
             std::filesystem::directory_iterator(m_folder / ".uncommitted", none)) {
            files.push_back(entry.path().string());
        }
        return files;
    }

private:
    std::unique_ptr<repository::Repository> openReadOnly(const AgentWorld& world)
    {
        const std::string content = must(readFile(world.passphraseFile()));
        return must(repository::Repository::open(
            *m_store, content.substr(0, content.find('\n')),
            {.clock = m_clock, .access = repository::Access::ReadOnly, .cost = {}}));
    }

    SystemClock m_clock;
    std::unique_ptr<storage::DirectoryStore> m_store;
    std::unique_ptr<repository::Repository> m_repository;
    std::filesystem::path m_folder;
};

Moment momentOf(const repository::Manifest& manifest)
{
    // The ranges of the shop's shards, whose first and last are open.
    for (int shard = 0; shard < kShopShards; ++shard) {
        Key begin;
        if (shard > 0) {
            std::string encoded;
            appendKeyInteger(encoded, std::int64_t{shard} * kCustomersPerShard);
            begin = Key(std::move(encoded));
        }
        if (begin == manifest.range.begin) {
            return {std::int64_t{shard} * kCustomersPerShard,
                    std::int64_t{shard + 1} * kCustomersPerShard, manifest.visibility};
        }
    }
    return {};
}

} // namespace

/// kill -9 of the agent at random moments of backups and restores, while customers write.
/// FoundationDB's way: one invariant, faults as data.
class TestAgentKill : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void cleanupTestCase();
    void killedAtRandomMoments_losesNothing();
    void everyAcknowledgedBackup_restoresWhatItsSnapshotShowed();
    void oracle_ofALaterMoment_differs();
    void afterwards_chainAndBackupsAreIntact();

private:
    void submitWork();
    void killAfter(milliseconds delay);
    void checkQuietWorld();
    /// Restores the whole keyspace as of `at` and compares; the backups that it used.
    std::set<std::string> restoreAndCompare(WallTime at);
    std::vector<Moment> momentsOf(const RestorePlan& plan, std::set<std::string>& used);
    void compareTables(const RestoreReceipt& receipt, const RestorePlan& plan);
    JobRecord finished(JobId id);
    milliseconds randomDelay(int below)
    {
        return milliseconds(m_random() % static_cast<std::uint64_t>(below));
    }

    std::mt19937_64 m_random;
    std::unique_ptr<AgentWorld> m_world;
    std::unique_ptr<Reader> m_reader;
    std::unique_ptr<PgSession> m_session;
    std::unique_ptr<Customers> m_customers;
    std::unique_ptr<client::AgentClient> m_client;
    std::map<JobId, RestorePlan> m_restores; ///< submitted, not compared yet
    std::set<std::string> m_verified;
    int m_kills = 0;
    int m_interruptedJobs = 0;
    int m_restoresCompared = 0;
    std::size_t m_backupsCompared = 0;
    std::int64_t m_differences = 0;
};

void TestAgentKill::initTestCase()
{
    const std::uint64_t seed = seedWanted();
    qInfo("seed %llu (repeat with ISOTHERM_KILL_SEED), %d rounds",
          static_cast<unsigned long long>(seed), roundsWanted());
    m_random.seed(seed);
    std::string sql = shopSql(6);
    // The triggers come between the tables and their first rows.
    sql.insert(sql.find("insert into"), historySql());
    m_world =
        must(AgentWorld::make({.tables = {"shop.orders", "shop.order_lines"}, .rpo = "24h"}, sql));
    m_session = must(PgSession::open(m_world->database().conninfo()));
    const Status ready = m_world->setUp();
    QVERIFY2(ready.ok(), ready.ok() ? "" : ready.error().text().c_str());
    m_reader = std::make_unique<Reader>(*m_world);
    m_client = m_world->connect("operator");
    m_customers = std::make_unique<Customers>(m_world->database(), 2, seed);
}

void TestAgentKill::cleanupTestCase()
{
    m_customers.reset();
    if (m_world) {
        for (const std::string& line : m_world->errorLines()) {
            QVERIFY2(false, line.c_str());
        }
    }
    m_client.reset();
    m_session.reset();
    m_reader.reset();
    m_world.reset();
}

/// Backups of all shards, and restores of what there is already.
void TestAgentKill::submitWork()
{
    (void)m_client->runBackup({}); // those that run already go on
    if (m_random() % 2 == 0) {
        RestoreRequest request;
        request.keyspace = "orders";
        const auto plan = m_client->planRestore(request);
        if (plan.ok() && plan->parts.size() == 2U * kShopShards) {
            const auto job = m_client->runRestore({plan->id, {}});
            if (job.ok()) {
                m_restores[*job] = *plan;
            }
        }
    }
}

void TestAgentKill::killAfter(milliseconds delay)
{
    std::this_thread::sleep_for(delay);
    m_world->killAgent();
    ++m_kills;
    // Nothing that was acknowledged, or only made, may be bad now, however it ended.
    for (const std::string& id : m_reader->manifests()) {
        if (m_verified.insert(id).second) {
            const std::string damage = m_reader->damageOf(id);
            QVERIFY2(damage.empty(), damage.c_str());
        }
    }
}

void TestAgentKill::killedAtRandomMoments_losesNothing()
{
    for (int round = 0; round < roundsWanted(); ++round) {
        if (m_random() % 3 == 0) { // killed while it recovers, too
            QVERIFY(m_world->launchAgent().ok());
            killAfter(randomDelay(1'000));
        }
        const Status started = m_world->startAgent();
        QVERIFY2(started.ok(), started.ok() ? "" : started.error().text().c_str());
        QVERIFY(eventually([this] {
            const auto shards = m_client->shards({});
            return shards.ok() && shards->size() == kShopShards;
        }));
        submitWork();
        killAfter(randomDelay(1'200));
        QVERIFY(m_world->startAgent().ok());
        checkQuietWorld();
        if (QTest::currentTestFailed()) {
            qWarning("round %d", round);
            return;
        }
        m_world->killAgent();
    }
    const std::string log = m_world->logText();
    for (std::size_t at = log.find("\"agent.recovered\""); at != std::string::npos;
         at = log.find("\"agent.recovered\"", at + 1)) {
        ++m_interruptedJobs;
    }
    qInfo(
        "%d kills, %d of them in the middle of jobs; %llu transactions committed, %llu rolled back",
        m_kills, m_interruptedJobs, static_cast<unsigned long long>(m_customers->committed()),
        static_cast<unsigned long long>(m_customers->rolledBack()));
    QVERIFY(m_interruptedJobs > 0);
    QVERIFY(m_customers->committed() > 0);
    QCOMPARE(m_customers->failed(), std::uint64_t(0));
}

/// Once all jobs have come to their end, nothing of their interruptions is left.
void TestAgentKill::checkQuietWorld()
{
    QVERIFY2(eventually(
                 [this] {
                     const auto shards = m_client->shards({});
                     const auto active = m_client->jobs({true, 100});
                     return shards.ok() && active.ok() && active->empty() &&
                            std::all_of(shards->begin(), shards->end(), [](const auto& shard) {
                                return shard.lastBackup.has_value();
                            });
                 },
                 seconds(120)),
             m_world->logText().c_str());
    for (const JobRecord& job : must(m_client->jobs({}))) {
        QVERIFY2(job.state == JobState::Done, (job.title + ": " + job.error).c_str());
    }
    const auto unreferenced = m_reader->unreferenced();
    QVERIFY2(unreferenced.empty(), unreferenced.empty() ? "" : unreferenced.front().c_str());
    const auto leftovers = m_reader->leftovers();
    QVERIFY2(leftovers.empty(), leftovers.empty() ? "" : leftovers.front().c_str());
    QCOMPARE(m_session->value("select count(*) from pg_class where relnamespace ="
                              " 'isotherm_restore'::regnamespace and"
                              " obj_description(oid, 'pg_class') like 'isotherm-restore job%'"),
             std::string("0"));
    // Manifests and the agent's list are the same set.
    std::set<std::string> listed;
    for (const BackupRecord& backup : must(m_client->backups({}))) {
        listed.insert(backup.id);
    }
    const auto manifests = m_reader->manifests();
    QCOMPARE(listed, std::set<std::string>(manifests.begin(), manifests.end()));
    // Restores that were interrupted have come to their end as well.
    for (const auto& [job, plan] : m_restores) {
        const auto receipt = m_client->receipt(job);
        QVERIFY2(receipt.ok(), receipt.ok() ? "" : receipt.error().text().c_str());
        QVERIFY(receipt->verified);
        compareTables(*receipt, plan);
    }
    m_restores.clear();
    // What there is now in the schema would be orphans.
    QCOMPARE(m_session->value("select count(*) from pg_class where relnamespace ="
                              " 'isotherm_restore'::regnamespace and relkind = 'r'"),
             std::string("0"));
}

std::vector<Moment> TestAgentKill::momentsOf(const RestorePlan& plan, std::set<std::string>& used)
{
    std::vector<Moment> moments;
    for (const RestorePlanPart& part : plan.parts) {
        if (used.insert(part.backupId).second) {
            moments.push_back(momentOf(m_reader->load(part.backupId)));
        }
    }
    return moments;
}

/// Compares what came back with the history, both ways, and takes it away.
void TestAgentKill::compareTables(const RestoreReceipt& receipt, const RestorePlan& plan)
{
    std::set<std::string> used;
    const std::vector<Moment> moments = momentsOf(plan, used);
    QCOMPARE(receipt.tables.size(), std::size_t(2));
    for (const RestoredTable& table : receipt.tables) {
        const std::string source = table.source.substr(table.source.find('.') + 1);
        const std::int64_t differences =
            differencesFromHistory(*m_session, table.sideTable, source, moments);
        QVERIFY2(differences == 0,
                 (table.sideTable + " differs from the history of its snapshot in " +
                  std::to_string(differences) + " rows")
                     .c_str());
        m_differences += differences;
        QCOMPARE(m_session->value("select count(*) from " + table.sideTable),
                 std::to_string(table.rows));
        QVERIFY(m_session->exec("drop table " + table.sideTable).ok());
    }
    ++m_restoresCompared;
}

JobRecord TestAgentKill::finished(JobId id)
{
    JobRecord record;
    (void)eventually([&] {
        const auto job = m_client->job(id);
        record = job.ok() ? *job : record;
        return isFinished(record.state);
    });
    return record;
}

std::set<std::string> TestAgentKill::restoreAndCompare(WallTime at)
{
    std::set<std::string> used;
    RestoreRequest request;
    request.keyspace = "orders";
    request.at = at;
    const RestorePlan plan = must(m_client->planRestore(request));
    const JobId job = must(m_client->runRestore({plan.id, {}}));
    const JobRecord ended = finished(job);
    if (ended.state != JobState::Done) {
        QTest::qFail(ended.error.c_str(), __FILE__, __LINE__);
        return used;
    }
    compareTables(must(m_client->receipt(job)), plan);
    for (const RestorePlanPart& part : plan.parts) {
        used.insert(part.backupId);
    }
    return used;
}

void TestAgentKill::everyAcknowledgedBackup_restoresWhatItsSnapshotShowed()
{
    QVERIFY(m_world->startAgent().ok());
    checkQuietWorld();
    std::vector<BackupRecord> backups = must(m_client->backups({})); // newest first
    std::reverse(backups.begin(), backups.end());
    std::set<std::string> compared;
    for (std::size_t i = 0; i < backups.size(); ++i) {
        // As of the newest moment at which this one still is the newest of its shard: that takes
        // the others along.
        const auto next = std::find_if(
            backups.begin() + static_cast<std::ptrdiff_t>(i) + 1, backups.end(),
            [&](const BackupRecord& backup) { return backup.shard == backups[i].shard; });
        if (compared.contains(backups[i].id)) {
            continue;
        }
        const auto used = restoreAndCompare(std::prev(next)->asOf);
        QVERIFY(used.contains(backups[i].id));
        compared.insert(used.begin(), used.end());
        if (QTest::currentTestFailed()) {
            return;
        }
    }
    m_backupsCompared = compared.size();
    QCOMPARE(compared.size(), backups.size());
    qInfo("%zu backups restored and compared in %d restores, %lld differences", m_backupsCompared,
          m_restoresCompared, static_cast<long long>(m_differences));
}

/// An oracle that cannot fail proves nothing.
void TestAgentKill::oracle_ofALaterMoment_differs()
{
    RestoreRequest request;
    request.keyspace = "orders";
    const RestorePlan plan = must(m_client->planRestore(request));
    const JobId job = must(m_client->runRestore({plan.id, {}}));
    QCOMPARE(finished(job).state, JobState::Done);
    const auto committed = m_customers->committed();
    QVERIFY(eventually([&] { return m_customers->committed() > committed + 50; }));
    const std::string later = m_session->value("select pg_current_snapshot()");
    std::set<std::string> used;
    std::vector<Moment> moments = momentsOf(plan, used);
    for (Moment& moment : moments) {
        moment.visibility = later;
    }
    for (const RestoredTable& table : must(m_client->receipt(job)).tables) {
        const std::string source = table.source.substr(table.source.find('.') + 1);
        QVERIFY(differencesFromHistory(*m_session, table.sideTable, source, moments) > 0);
    }
}

void TestAgentKill::afterwards_chainAndBackupsAreIntact()
{
    const auto audit = m_client->auditTrail().verifyAudit();
    QVERIFY(audit.ok());
    QVERIFY2(audit->intact, std::to_string(audit->firstBad).c_str());
    const auto verified = m_world->ctl("operator", {"backups", "verify", "--wait"});
    QVERIFY(verified.ok());
    QVERIFY2(verified->exitCode == 0, verified->standardError.c_str());
    QCOMPARE(must(m_world->stopAgent()).exitCode, 0);
}

QTEST_GUILESS_MAIN(TestAgentKill)
#include "tst_agent_kill.moc"

// SPDX-License-Identifier: Apache-2.0
#include "agent/metadata/backup_store.h"
#include "agent/metadata/database.h"
#include "agent/runtime/maintenance.h"
#include "agent/runtime/setup.h"
#include "shared/base/file.h"
#include "tests/harness/test_log.h"
#include "tests/unit/repository/samples.h"

#include <QTest>
#include <filesystem>

using namespace isotherm;
using repository::Repository;

namespace
{

/// An agent's folders, as `isotherm-agent init` makes them.
struct AgentFolders
{
    test::TempDir folder{"maintenance"};
    test::FakeClock clock;
    config::AgentConfig config;
    std::string passphrase;

    AgentFolders()
    {
        config.agent.stateDir = folder.path() / "state";
        config.repository.passphraseFile = folder.path() / "passphrase";
        config.clusters.emplace_back();
        config.clusters.front().name = "shop";
        config.tiers.emplace_back();
        config.tiers.front().name = "local";
        config.tiers.front().path = folder.path() / "repository";
        ISO_CHECK(runtime::initialise(config, clock).ok());
        passphrase = runtime::repositoryPassphrase(config).value();
    }

    [[nodiscard]] Code openedWith(const std::string& secret) const
    {
        const auto store = std::move(storage::DirectoryStore::open(config.tiers.front().path));
        const auto opened = Repository::open(
            *store.value(), secret, {.clock = clock, .access = repository::Access::ReadOnly});
        return opened.ok() ? Code::Unknown : opened.error().code;
    }
};

constexpr Code kOpens = Code::Unknown;

} // namespace

class TestMaintenance : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void rotatePassphrase_newOne_isTheOnlyOne()
    {
        AgentFolders agent;
        QVERIFY(runtime::rotatePassphrase(agent.config, "another", agent.clock).ok());
        QCOMPARE(agent.openedWith("another"), kOpens);
        QCOMPARE(agent.openedWith(agent.passphrase), Code::Unauthenticated);
        QCOMPARE(runtime::repositoryPassphrase(agent.config).value(), std::string("another"));
        QVERIFY(!std::filesystem::exists(agent.config.repository.passphraseFile.string() + ".new"));
        QCOMPARE(runtime::rotatePassphrase(agent.config, "", agent.clock).error().code,
                 Code::InvalidArgument);
        QCOMPARE(runtime::rotatePassphrase(agent.config, "two\nlines", agent.clock).error().code,
                 Code::InvalidArgument);
    }

    void rotatePassphrase_interrupted_isCompletedByCallingAgain()
    {
        // The repository has the new one, the file still the old one.
        AgentFolders agent;
        {
            auto store = std::move(storage::DirectoryStore::open(agent.config.tiers.front().path));
            auto opened =
                Repository::open(*store.value(), agent.passphrase, {.clock = agent.clock});
            QVERIFY(opened.value()->changePassphrase("another").ok());
        }
        QCOMPARE(runtime::rotatePassphrase(agent.config, "a third", agent.clock).error().code,
                 Code::Unauthenticated);
        QVERIFY(runtime::rotatePassphrase(agent.config, "another", agent.clock).ok());
        QCOMPARE(runtime::repositoryPassphrase(agent.config).value(), std::string("another"));
        QCOMPARE(agent.openedWith("another"), kOpens);
    }

    void rotatePassphrase_agentRuns_isRefused()
    {
        AgentFolders agent;
        auto store = std::move(storage::DirectoryStore::open(agent.config.tiers.front().path));
        const auto opened =
            Repository::open(*store.value(), agent.passphrase, {.clock = agent.clock});
        QVERIFY(opened.ok());
        QCOMPARE(runtime::rotatePassphrase(agent.config, "another", agent.clock).error().code,
                 Code::FailedPrecondition);
        QCOMPARE(runtime::repositoryPassphrase(agent.config).value(), agent.passphrase);
    }

    void rebuildCatalogue_metadataLost_knowsEveryBackupAgain()
    {
        AgentFolders agent;
        test::TestLog log;
        std::string id;
        {
            auto store = std::move(storage::DirectoryStore::open(agent.config.tiers.front().path));
            auto opened =
                Repository::open(*store.value(), agent.passphrase, {.clock = agent.clock});
            const auto written =
                test::writeTable(*opened.value(), test::noteRows(test::ascending(0, 20)),
                                 test::runOptions(test::notesSchema()));
            id = opened.value()
                     ->commitManifest(
                         test::manifestOf({written.value().table}, agent.clock.wallNow()))
                     .value();
        }
        auto changes = runtime::rebuildCatalogue(agent.config, agent.clock, log);
        QVERIFY2(changes.ok(), changes.ok() ? "" : changes.error().text().c_str());
        QCOMPARE(changes.value().added, 1U);
        std::filesystem::remove(runtime::statePaths(agent.config).metadata);
        changes = runtime::rebuildCatalogue(agent.config, agent.clock, log);
        QCOMPARE(changes.value().added, 1U);
        auto database = metadata::Database::open(runtime::statePaths(agent.config).metadata, log);
        metadata::BackupStore backups(*database.value());
        const auto records = backups.list({}).value();
        QCOMPARE(records.size(), std::size_t{1});
        QCOMPARE(records[0].id, id);
        QCOMPARE(records[0].shard, ShardId(7));
    }
};

QTEST_GUILESS_MAIN(TestMaintenance)
#include "tst_maintenance.moc"

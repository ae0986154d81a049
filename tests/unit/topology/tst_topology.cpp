// SPDX-License-Identifier: Apache-2.0
#include "agent/metadata/database.h"
#include "agent/topology/topology.h"
#include "tests/harness/fake_clock.h"
#include "tests/harness/temp_dir.h"
#include "tests/harness/test_log.h"
#include "tests/unit/backup/memory_engine.h"

#include <QtTest/QtTest>
#include <algorithm>
#include <memory>

using namespace isotherm;
using namespace isotherm::test;
using topology::KeyspaceView;
using topology::Topology;

namespace
{

/// Real stores on a real file, and an engine in memory.
class World
{
public:
    World() { startAgain(); }

    /// The agent ends and comes back.
    void startAgain()
    {
        m_topology.reset();
        m_shards.reset();
        m_keyspaces.reset();
        m_database.reset();
        auto opened = metadata::Database::open(m_folder.path() / "metadata.db", m_log);
        ISO_CHECK(opened.ok());
        m_database = std::move(*opened);
        m_keyspaces = std::make_unique<metadata::KeyspaceStore>(*m_database);
        m_shards = std::make_unique<metadata::ShardStore>(*m_database);
        m_topology = std::make_unique<Topology>(engine, *m_keyspaces, *m_shards, clock);
    }

    Status adopt(const std::string& name)
    {
        metadata::StoredKeyspace keyspace;
        keyspace.spec = {name, {"items"}, {}};
        keyspace.record.name = name;
        const auto adopted = m_topology->adopt(keyspace);
        return adopted.ok() ? Status() : Status(adopted.error());
    }

    [[nodiscard]] std::vector<ShardId> ids(const std::string& name) const
    {
        std::vector<ShardId> ids;
        for (const ShardRecord& shard : view(name)->shards) {
            ids.push_back(shard.id);
        }
        return ids;
    }

    [[nodiscard]] std::shared_ptr<const KeyspaceView> view(const std::string& name) const
    {
        for (const auto& view : m_topology->keyspaces()) {
            if (view->stored.record.name == name) {
                return view;
            }
        }
        return nullptr;
    }

    [[nodiscard]] Topology& topology() { return *m_topology; }
    [[nodiscard]] metadata::KeyspaceStore& keyspaces() { return *m_keyspaces; }

    FakeClock clock;
    MemoryEngine engine{clock};

private:
    TempDir m_folder;
    TestLog m_log;
    std::unique_ptr<metadata::Database> m_database;
    std::unique_ptr<metadata::KeyspaceStore> m_keyspaces;
    std::unique_ptr<metadata::ShardStore> m_shards;
    std::unique_ptr<Topology> m_topology;
};

} // namespace

class TstTopology : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void refresh_nothingChanged_idsStay()
    {
        World world;
        world.engine.define("a", {10, 20});
        QVERIFY(world.adopt("a").ok());
        const auto before = world.ids("a");
        QCOMPARE(before.size(), std::size_t(3));
        world.engine.put("a", 0, 5, "x");
        world.engine.rewrite("a", 1);
        QVERIFY(world.topology().refresh().ok());
        QCOMPARE(world.ids("a"), before);
        QCOMPARE(world.view("a")->layout.shards.size(), std::size_t(3));
    }

    void refresh_afterARestart_idsStay()
    {
        World world;
        world.engine.define("a", {10, 20});
        QVERIFY(world.adopt("a").ok());
        const auto before = world.ids("a");
        world.startAgain();
        QVERIFY(world.topology().keyspaces().empty());
        QVERIFY(world.topology().refresh().ok());
        QCOMPARE(world.ids("a"), before);
    }

    void refresh_afterASplit_othersKeepTheirIdsAndNoneIsReused()
    {
        World world;
        world.engine.define("a", {10, 20});
        QVERIFY(world.adopt("a").ok());
        const auto before = world.ids("a");
        world.engine.split("a", 15);
        QVERIFY(world.topology().refresh().ok());
        const auto after = world.ids("a");
        QCOMPARE(after.size(), std::size_t(4));
        QCOMPARE(after.front(), before.front());
        QCOMPARE(after.back(), before.back());
        for (const std::size_t child : {std::size_t(1), std::size_t(2)}) {
            QVERIFY(std::find(before.begin(), before.end(), after[child]) == before.end());
            QCOMPARE(world.view("a")->shards[child].parents, std::vector<ShardId>{before[1]});
        }
        QVERIFY(!world.topology().find(before[1]).ok());
        QCOMPARE(world.topology().find(before[1]).error().code, Code::NotFound);
    }

    void refresh_oneKeyspaceInTrouble_keepsItsLastViewAndTheOthersMoveOn()
    {
        World world;
        world.engine.define("bad", {10});
        world.engine.define("good", {10});
        QVERIFY(world.adopt("bad").ok());
        QVERIFY(world.adopt("good").ok());
        const auto badIds = world.ids("bad");
        const WallTime seen = world.view("bad")->seen;
        world.clock.advance(std::chrono::minutes(1));
        world.engine.breakDescribe("bad", makeError(Code::FailedPrecondition, "it was dropped"));
        world.engine.split("good", 5);
        const Status refreshed = world.topology().refresh();
        QVERIFY(!refreshed.ok());
        QVERIFY(refreshed.error().message.find("bad") != std::string::npos);
        QCOMPARE(world.ids("bad"), badIds);
        QCOMPARE(world.view("bad")->seen, seen); // what is old must not look fresh
        QVERIFY(world.view("bad")->trouble.find("it was dropped") != std::string::npos);
        QVERIFY(world.topology().find(badIds.front()).ok());
        QCOMPARE(world.ids("good").size(), std::size_t(3));

        world.engine.breakDescribe("bad", std::nullopt);
        QVERIFY(world.topology().refresh().ok());
        QVERIFY(world.view("bad")->trouble.empty());
        QCOMPARE(world.ids("bad"), badIds);
    }

    void refresh_troubleFromTheStart_isShownWithoutShards()
    {
        World world;
        world.engine.define("a", {10});
        QVERIFY(world.adopt("a").ok());
        world.startAgain();
        world.engine.breakDescribe("a", makeError(Code::Unavailable, "no connection"));
        QVERIFY(!world.topology().refresh().ok());
        QVERIFY(world.view("a") != nullptr);
        QVERIFY(world.view("a")->shards.empty());
        QVERIFY(!world.view("a")->trouble.empty());
    }

    void adopt_whatCannotBeDescribed_leavesNoTrace()
    {
        World world;
        const Status adopted = world.adopt("nowhere");
        QVERIFY(!adopted.ok());
        QCOMPARE(adopted.error().code, Code::FailedPrecondition);
        QVERIFY(world.topology().keyspaces().empty());
        QVERIFY(world.keyspaces().list().value().empty());
    }

    void keyspaces_heldAcrossARefresh_isNotTouched()
    {
        World world;
        world.engine.define("a", {10});
        QVERIFY(world.adopt("a").ok());
        const auto held = world.view("a");
        const auto ids = world.ids("a");
        world.engine.split("a", 5);
        QVERIFY(world.topology().refresh().ok());
        QCOMPARE(held->shards.size(), std::size_t(2));
        QCOMPARE(held->shards.front().id, ids.front());
    }
};

QTEST_APPLESS_MAIN(TstTopology)
#include "tst_topology.moc"

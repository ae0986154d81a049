// SPDX-License-Identifier: Apache-2.0
// clang-format off
#include <string>

#include "agent/recovery/lanes.h"
// clang-format on

#include <QtTest/QtTest>
#include <vector>

using namespace isotherm;
using namespace isotherm::recovery;

namespace
{

KeyRange range(std::optional<int> from, std::optional<int> to)
{
    KeyRange result;
    if (from) {
        std::string begin;
        appendKeyInteger(begin, *from);
        result.begin = Key(begin);
    }
    if (to) {
        std::string end;
        appendKeyInteger(end, *to);
        result.end = Key(end);
    }
    return result;
}

engine::ShardLayout shard(const KeyRange& keys)
{
    engine::ShardLayout layout;
    layout.range = keys;
    return layout;
}

std::vector<engine::ShardLayout> liveShards()
{
    std::vector<engine::ShardLayout> shards = {shard(range(0, 10)), shard(range(10, 20)),
                                               shard(KeyRange{})};
    shards.back().isDefault = true;
    return shards;
}

using Ranges = std::vector<KeyRange>;

} // namespace

class TestLanes : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void ordinary_isCutToTheShard();
    void ordinary_ofTwoOldShards_isUnited();
    void default_isWhatNoOtherShardTakes();
    void default_notAsked_hasOnlyWhatOldShardsHeld();
};

void TestLanes::ordinary_isCutToTheShard()
{
    const Scope scope{{range(5, 15)}, {}};
    QVERIFY(rangesFor(liveShards(), 0, scope) == Ranges{range(5, 10)});
    QVERIFY(rangesFor(liveShards(), 1, scope) == Ranges{range(10, 15)});
    QVERIFY(rangesFor(liveShards(), 2, scope).empty());
}

void TestLanes::ordinary_ofTwoOldShards_isUnited()
{
    // After a merge: two backups together are the live shard, one overlaps the other.
    const Scope scope{{range(4, 9), range(0, 5)}, {}};
    const Ranges ranges = rangesFor(liveShards(), 0, scope);
    for (int key = 0; key < 10; ++key) {
        int holders = 0;
        std::string encoded;
        appendKeyInteger(encoded, key);
        for (const KeyRange& one : ranges) {
            holders += one.contains(Key(encoded)) ? 1 : 0;
        }
        QCOMPARE(holders, key < 9 ? 1 : 0);
    }
}

void TestLanes::default_isWhatNoOtherShardTakes()
{
    const Scope scope{{range(0, 10), range(10, 20)}, {KeyRange{}}};
    QVERIFY(rangesFor(liveShards(), 2, scope) ==
            (Ranges{range(std::nullopt, 0), range(20, std::nullopt)}));
}

void TestLanes::default_notAsked_hasOnlyWhatOldShardsHeld()
{
    // A shard [20, 30) was there then; its rows would be the default's now.
    const Scope scope{{range(10, 30)}, {}};
    QVERIFY(rangesFor(liveShards(), 2, scope) == Ranges{range(20, 30)});
}

QTEST_APPLESS_MAIN(TestLanes)
#include "tst_lanes.moc"

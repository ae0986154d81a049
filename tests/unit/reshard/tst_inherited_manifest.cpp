// SPDX-License-Identifier: Apache-2.0
#include "agent/reshard/child_history.h"

#include <QTest>

using namespace isotherm;
using namespace isotherm::reshard;
using repository::Manifest;
using repository::RunKind;
using repository::RunRef;

namespace
{

Key key(std::int64_t value)
{
    std::string encoded;
    appendKeyInteger(encoded, value);
    return Key(encoded);
}

RunRef run(const std::string& name, RunKind kind, std::int64_t least, std::int64_t most)
{
    RunRef ref;
    ref.object = name;
    ref.kind = kind;
    ref.rows = 10;
    ref.minKey = key(least);
    ref.maxKey = key(most);
    return ref;
}

Manifest oldShard(std::uint64_t shard, std::int64_t begin, std::int64_t end)
{
    Manifest manifest;
    manifest.id = "of " + std::to_string(shard);
    manifest.keyspace = "orders";
    manifest.shard = ShardId(shard);
    manifest.range = {key(begin), key(end)};
    manifest.visibility = std::to_string(shard) + ":" + std::to_string(shard) + ":";
    manifest.tables.emplace_back();
    manifest.tables[0].schema.name = "orders";
    return manifest;
}

std::vector<std::string> names(const Manifest& manifest)
{
    std::vector<std::string> list;
    for (const RunRef& ref : manifest.tables[0].runs) {
        list.push_back(ref.object);
    }
    return list;
}

} // namespace

class TestInheritedManifest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void split_takesTheRunsThatTouchTheRange()
    {
        Manifest old = oldShard(7, 0, 100);
        old.tables[0].runs = {run("low", RunKind::Base, 0, 49), run("edge", RunKind::Base, 40, 50),
                              run("high", RunKind::Base, 51, 99),
                              run("delta", RunKind::Delta, 10, 20)};
        const auto low = inheritedManifest({old}, ShardId(8), {key(0), key(50)}, Lsn(500));
        const auto high = inheritedManifest({old}, ShardId(9), {key(50), key(100)}, Lsn(500));
        QVERIFY(low.ok() && high.ok());
        QCOMPARE(names(*low), (std::vector<std::string>{"low", "edge", "delta"}));
        QCOMPARE(names(*high), (std::vector<std::string>{"edge", "high"}));
        QCOMPARE(low->shard, ShardId(8));
        QVERIFY(low->range == (KeyRange{key(0), key(50)}));
        QCOMPARE(low->lsn, Lsn(500));
        QCOMPARE(low->parents, std::vector<ShardId>{ShardId(7)});
        QVERIFY(low->kind == BackupKind::Incremental && low->previousManifest.empty());
        QVERIFY(!low->tables[0].checksum);
        QCOMPARE(low->bases.size(), 1U);
        QCOMPARE(low->bases[0].visibility, std::string("7:7:"));
        QVERIFY(low->bases[0].range == low->range);
    }

    void merge_keepsEachParentsViewForItsPart()
    {
        Manifest first = oldShard(1, 0, 50);
        first.tables[0].runs = {run("a", RunKind::Base, 0, 49)};
        Manifest second = oldShard(2, 50, 100);
        second.tables[0].runs = {run("b", RunKind::Base, 50, 99), run("d", RunKind::Delta, 60, 60)};
        const auto merged =
            inheritedManifest({first, second}, ShardId(3), {key(0), key(100)}, Lsn(9));
        QVERIFY(merged.ok());
        QCOMPARE(merged->bases.size(), 2U);
        QCOMPARE(merged->bases[1].visibility, std::string("2:2:"));
        QVERIFY(merged->bases[1].range == second.range);
        QCOMPARE(merged->tables[0].runs[0].baseView, 0U);
        QCOMPARE(merged->tables[0].runs[1].baseView, 1U);
        QCOMPARE(merged->parents.size(), 2U);
    }

    void splitOfAMergedShard_dropsTheViewThatIsCutAway()
    {
        Manifest merged = oldShard(3, 0, 100);
        merged.bases = {{{key(0), key(50)}, "1:1:", std::nullopt},
                        {{key(50), key(100)}, "2:2:", std::nullopt}};
        merged.tables[0].runs = {run("a", RunKind::Base, 0, 49), run("b", RunKind::Base, 50, 99)};
        merged.tables[0].runs[1].baseView = 1;
        const auto high = inheritedManifest({merged}, ShardId(4), {key(60), key(100)}, Lsn(9));
        QVERIFY(high.ok());
        QCOMPARE(high->bases.size(), 1U);
        QCOMPARE(high->bases[0].visibility, std::string("2:2:"));
        QCOMPARE(names(*high), std::vector<std::string>{"b"});
        QCOMPARE(high->tables[0].runs[0].baseView, 0U);
    }

    void merge_ofTablesOfDifferentForms_isRefused()
    {
        Manifest first = oldShard(1, 0, 50);
        Manifest second = oldShard(2, 50, 100);
        second.tables[0].schema.columns.push_back(
            {"extra", "int4", ValueEncoding::Binary, false, ""});
        const auto merged =
            inheritedManifest({first, second}, ShardId(3), {key(0), key(100)}, Lsn(9));
        QVERIFY(!merged.ok());
        QCOMPARE(merged.error().code, Code::FailedPrecondition);
    }

    void truncate_isNeverCutAway()
    {
        Manifest old = oldShard(7, 0, 100);
        RunRef truncated = run("t", RunKind::Delta, 90, 90);
        truncated.truncates = 1;
        old.tables[0].runs = {truncated};
        const auto low = inheritedManifest({old}, ShardId(8), {key(0), key(50)}, Lsn(5));
        QVERIFY(low.ok());
        QCOMPARE(names(*low), std::vector<std::string>{"t"});
    }
};

QTEST_APPLESS_MAIN(TestInheritedManifest)
#include "tst_inherited_manifest.moc"

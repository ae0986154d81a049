// SPDX-License-Identifier: Apache-2.0
// moc 6.4 cannot parse <compare>, which the header needs, unless it met <string> before it.
// clang-format off
#include <string>

#include "agent/sharding/draft.h"
#include "tests/unit/sharding/shard_world.h"
// clang-format on

#include <QtTest/QtTest>
#include <array>

using namespace isotherm;
using namespace isotherm::sharding;
using namespace isotherm::sharding::test;

namespace
{

Result<ChangeRecord> byHand(const std::vector<ShardFacts>& shards, ProposeRequest request)
{
    const ShardingState state = stateOf(shards);
    std::vector<const ShardFacts*> sources;
    for (const ShardFacts& shard : state.shards) {
        sources.push_back(&shard);
    }
    return draftByHand(request, sources, state);
}

} // namespace

class TestDraft : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void draftOf_split_hasEvidenceAndParts();
    void draftOf_merge_isOnePart();
    void draftByHand_cuts_asAsked();
    void draftByHand_noCuts_chosenFromKeysOrRows();
    void draftByHand_badRequests_data();
    void draftByHand_badRequests();
    void draftByHand_merge_sortsNeighbours();
    void draftOfUndo_split_mergesTheParts();
    void planHashOf_changesWithThePlanOnly();
    void keyFromText_composite_fillsUpWithLowest();
};

void TestDraft::draftOf_split_hasEvidenceAndParts()
{
    ShardFacts shard = shardOf(1, 1.5);
    shard.forecast = flatForecast(1.8);
    const ShardingState state = stateOf({shard});
    const auto sign = hotSign(shard, state);
    QVERIFY(sign);
    const auto decided = decideSplit(shard, *sign, state);
    QVERIFY(std::holds_alternative<SplitPlan>(decided));
    const ChangeRecord change = draftOf(std::get<SplitPlan>(decided), shard, state);
    QCOMPARE(change.kind, ChangeKind::Split);
    QCOMPARE(change.sources, std::vector<ShardId>{ShardId(1)});
    QCOMPARE(change.parts.size(), std::size_t{4});
    QCOMPARE(change.cuts, (std::vector<std::string>{"1250", "1500", "1750"}));
    QCOMPARE(change.parts.front().rangeText, std::string("[1000, 1250)"));
    QCOMPARE(change.parts.back().range.end, shard.range.end);
    double load = 0;
    double forecast = 0;
    std::uint64_t rows = 0;
    for (const ChangePart& part : change.parts) {
        load += *part.load;
        forecast += *part.forecastLoad;
        rows += part.rows;
    }
    QVERIFY(std::abs(load - 1.5) < 1e-9);
    QVERIFY(std::abs(forecast - 1.8) < 1e-9);
    QCOMPARE(rows, std::uint64_t{1'000'000});
    QCOMPARE(change.evidence.histogram.size(), std::size_t{100});
    QVERIFY(std::abs(change.evidence.histogram[3].rowShare - 0.01) < 1e-9);
    QVERIFY(change.expectedTime.count() > 0);
    QCOMPARE(*change.expiresAt, state.now + state.policy.lifetime);
    QCOMPARE(change.planHash, planHashOf(change));
}

void TestDraft::draftOf_merge_isOnePart()
{
    const ShardFacts left = shardOf(1, 0.1);
    const ShardFacts right = shardOf(2, 0.1);
    const ShardingState state = stateOf({left, right});
    const auto decided = decideMerge(left, right, state);
    QVERIFY(std::holds_alternative<MergePlan>(decided));
    const ChangeRecord change = draftOf(std::get<MergePlan>(decided), left, right, state);
    QCOMPARE(change.sources, (std::vector<ShardId>{ShardId(1), ShardId(2)}));
    QCOMPARE(change.parts.size(), std::size_t{1});
    QCOMPARE(change.parts.front().range, rangeOf(1000, 3000));
    QCOMPARE(change.rows, std::uint64_t{2'000'000});
    QVERIFY(change.cuts.empty());
}

void TestDraft::draftByHand_cuts_asAsked()
{
    ProposeRequest request;
    request.cuts = {"1100", "1700"};
    request.reason = "the sale begins";
    request.caller.name = "ana";
    const auto change = byHand({shardOf(1, 0.5)}, request);
    QVERIFY(change.ok());
    QCOMPARE(change->cuts, request.cuts);
    QCOMPARE(change->proposedBy, std::string("ana"));
    QCOMPARE(change->evidence.why, std::string("the sale begins"));
    QVERIFY(std::abs(change->parts[1].share - 0.6) < 1e-9);
    QCOMPARE(change->parts[1].rows, std::uint64_t{600'000});
}

void TestDraft::draftByHand_noCuts_chosenFromKeysOrRows()
{
    ProposeRequest request;
    request.parts = 4;
    ShardFacts shard = shardOf(1, 0.1); // not hot: a person may all the same
    const auto known = byHand({shard}, request);
    QVERIFY(known.ok());
    QCOMPARE(known->parts.size(), std::size_t{4});
    QVERIFY(known->evidence.notes.empty());

    shard.keys = {};
    const auto rows = byHand({shard}, request);
    QVERIFY(rows.ok());
    QCOMPARE(rows->cuts, (std::vector<std::string>{"1250", "1500", "1750"}));
    QCOMPARE(rows->evidence.notes.size(), std::size_t{1});
    QCOMPARE(rows->evidence.histogram.size(), std::size_t{100});

    shard.rowBounds.clear();
    const auto nothing = byHand({shard}, request);
    QVERIFY(!nothing.ok());
    QCOMPARE(nothing.error().code, Code::FailedPrecondition);
    QVERIFY(nothing.error().hint.find("--cut") != std::string::npos);
}

void TestDraft::draftByHand_badRequests_data()
{
    QTest::addColumn<QStringList>("cuts");
    QTest::addColumn<int>("parts");
    QTest::addColumn<int>("shards");
    QTest::newRow("not a key") << QStringList{"abc"} << 0 << 1;
    QTest::newRow("below the range") << QStringList{"999"} << 0 << 1;
    QTest::newRow("the range's begin") << QStringList{"1000"} << 0 << 1;
    QTest::newRow("the range's end") << QStringList{"2000"} << 0 << 1;
    QTest::newRow("not ascending") << QStringList{"1500", "1500"} << 0 << 1;
    QTest::newRow("two components") << QStringList{"(1500, 3)"} << 0 << 1;
    QTest::newRow("one part") << QStringList{} << 1 << 1;
    QTest::newRow("cuts of a merge") << QStringList{"1500"} << 0 << 2;
    QTest::newRow("no neighbours") << QStringList{} << 0 << 3;
    QTest::newRow("none") << QStringList{} << 0 << 0;
}

void TestDraft::draftByHand_badRequests()
{
    QFETCH(QStringList, cuts);
    QFETCH(int, parts);
    QFETCH(int, shards);
    std::vector<ShardFacts> sources;
    for (int i = 0; i < std::min(shards, 2); ++i) {
        sources.push_back(shardOf(static_cast<std::uint64_t>(shards == 3 ? 1 + 2 * i : 1 + i), 1));
    }
    ProposeRequest request;
    for (const QString& cut : cuts) {
        request.cuts.push_back(cut.toStdString());
    }
    request.parts = static_cast<std::uint32_t>(parts);
    const auto change = byHand(sources, request);
    QVERIFY(!change.ok());
    QCOMPARE(change.error().code, Code::InvalidArgument);
}

void TestDraft::draftByHand_merge_sortsNeighbours()
{
    const auto change = byHand({shardOf(3, 1), shardOf(1, 1), shardOf(2, 1)}, {});
    QVERIFY(change.ok());
    QCOMPARE(change->kind, ChangeKind::Merge);
    QCOMPARE(change->sources, (std::vector<ShardId>{ShardId(1), ShardId(2), ShardId(3)}));
    QCOMPARE(change->parts.front().range, rangeOf(1000, 4000));
}

void TestDraft::draftOfUndo_split_mergesTheParts()
{
    ProposeRequest request;
    request.cuts = {"1500"};
    auto done = byHand({shardOf(1, 1)}, request);
    QVERIFY(done.ok());
    done->id = ChangeId(7);
    ShardFacts left = shardOf(8, 1);
    left.range = rangeOf(1000, 1500);
    ShardFacts right = shardOf(9, 1);
    right.range = rangeOf(1500, 2000);
    const ShardingState state = stateOf({left, right});
    const std::array<const ShardFacts*, 2> parts = {&state.shards[0], &state.shards[1]};
    const ChangeRecord undo = draftOfUndo(*done, parts, state);
    QCOMPARE(undo.kind, ChangeKind::Merge);
    QCOMPARE(undo.parts.size(), std::size_t{1});
    QCOMPARE(undo.parts.front().range, rangeOf(1000, 2000));
    QCOMPARE(undo.evidence.trigger, ChangeTrigger::DidNotHelp);
    QVERIFY(undo.evidence.why.find("change 7") != std::string::npos);
}

void TestDraft::planHashOf_changesWithThePlanOnly()
{
    ProposeRequest request;
    request.cuts = {"1500"};
    const auto change = byHand({shardOf(1, 1)}, request);
    QVERIFY(change.ok());
    ChangeRecord other = *change;
    other.evidence.why = "something else";
    other.parts[0].load = 0.1;
    QCOMPARE(planHashOf(other), change->planHash);
    QCOMPARE(change->planHash.size(), std::size_t{32});
    request.cuts = {"1501"};
    const auto moved = byHand({shardOf(1, 1)}, request);
    QVERIFY(moved.ok());
    QVERIFY(moved->planHash != change->planHash);
    other.sources = {ShardId(2)};
    QVERIFY(planHashOf(other) != change->planHash);
}

void TestDraft::keyFromText_composite_fillsUpWithLowest()
{
    const std::vector<KeyType> types = {KeyType::Integer, KeyType::Text};
    const auto both = keyFromText("(42, abc)", types);
    QVERIFY(both.ok());
    QCOMPARE(formatKey(*both, types), std::string("(42, abc)"));
    const auto first = keyFromText("42", types);
    QVERIFY(first.ok());
    QCOMPARE(formatKey(*first, types), std::string("(42, min)"));
    QVERIFY(*first < *both);
    QVERIFY(!keyFromText("(1, a, b)", types).ok());
    QCOMPARE(*keyFromText("42", {KeyType::Integer}), keyOf(42));
}

QTEST_APPLESS_MAIN(TestDraft)
#include "tst_draft.moc"

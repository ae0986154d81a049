// SPDX-License-Identifier: Apache-2.0
// moc 6.4 cannot parse <compare>, which the header needs, unless it met <string> before it.
// clang-format off
#include <string>

#include "shared/proto/convert_changes.h"
#include "tests/unit/api/fake_changes.h"
// clang-format on

#include <QtTest/QtTest>

using namespace isotherm;

namespace
{

/// Over the wire and back: through the bytes, not just the message.
template <class Message, class Record>
auto throughBytes(const Record& record)
{
    Message message;
    if (!message.ParseFromString(proto::toProto(record).SerializeAsString())) {
        qFatal("the message cannot be parsed");
    }
    return proto::fromProto(message);
}

/// Every field differs from its default.
ChangeRecord fullChange()
{
    ChangeRecord change = test::sampleChanges().changes.front();
    change.evidence.probability = 0.9;
    change.evidence.expectedAt = fromUnixMicros(5);
    change.evidence.notes = {"a", "b"};
    change.evidence.histogram[1].singleKey = true;
    change.parts[0].oneKey = true;
    change.approvalsNeeded = 2;
    change.phase = "catch up";
    change.progress = 0.0;
    change.lag = std::chrono::milliseconds(0);
    change.outcome->undo = ChangeId(5);
    change.preflight.push_back({FindingLevel::Blocks, "x", "y"});
    return change;
}

} // namespace

class TestConvertChanges : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void change_full_survives();
    void change_empty_survives();
    void refusalAndPlan_survive();
    void requests_survive();
    void change_hostile_isRead();
};

void TestConvertChanges::change_full_survives()
{
    const ChangeRecord change = fullChange();
    QCOMPARE(throughBytes<proto::v1::Change>(change), change);
}

void TestConvertChanges::change_empty_survives()
{
    const ChangeRecord nothing;
    QCOMPARE(throughBytes<proto::v1::Change>(nothing), nothing);
}

void TestConvertChanges::refusalAndPlan_survive()
{
    const test::FakeChangeState state = test::sampleChanges();
    QCOMPARE(throughBytes<proto::v1::ChangeRefusal>(state.refusals[0]), state.refusals[0]);
    KeyspacePlan plan = state.plan;
    plan.bytesPerDay = ByteCount(0);
    plan.shards[0].loadShare = 0.25;
    plan.warnings = {"w"};
    QCOMPARE(throughBytes<proto::v1::KeyspacePlan>(plan), plan);
}

void TestConvertChanges::requests_survive()
{
    const ChangeFilter filter =
        throughBytes<proto::v1::ListChangesRequest>(ChangeFilter{"orders", true, 7});
    QCOMPARE(filter.keyspace, std::string("orders"));
    QCOMPARE(filter.limit, std::size_t{7});
    QVERIFY(filter.openOnly);
    ProposeRequest request;
    request.sources = {ShardId(3), ShardId(4)};
    request.cuts = {"42", "(1, x)"};
    request.parts = 5;
    request.reason = "r";
    request.caller.name = "mallory"; // never on the wire
    const ProposeRequest read = throughBytes<proto::v1::ProposeChangeRequest>(request);
    QCOMPARE(read.sources, request.sources);
    QCOMPARE(read.cuts, request.cuts);
    QCOMPARE(read.parts, 5U);
    QCOMPARE(read.reason, std::string("r"));
    QVERIFY(read.caller.name.empty());
    const ChangeDecision decision = throughBytes<proto::v1::DecideChangeRequest>(
        ChangeDecision{ChangeId(9), "hash", "why", {"mallory", Role::Admin}});
    QCOMPARE(decision.change, ChangeId(9));
    QCOMPARE(decision.planHash, std::string("hash"));
    QVERIFY(decision.caller.name.empty());
    KeyspacePlanRequest plan;
    plan.tables = {"a", "b"};
    plan.keyColumns = {"k"};
    plan.targetSize = ByteCount(0);
    plan.shards = 3;
    const KeyspacePlanRequest planned = throughBytes<proto::v1::PlanKeyspaceRequest>(plan);
    QCOMPARE(planned.tables, plan.tables);
    QCOMPARE(planned.targetSize, plan.targetSize);
    QCOMPARE(planned.shards, plan.shards);
}

void TestConvertChanges::change_hostile_isRead()
{
    proto::v1::Change message;
    message.set_kind(4'000'000'000U);
    message.set_state(77);
    message.mutable_evidence()->set_trigger(9'999);
    const ChangeRecord change = proto::fromProto(message);
    QCOMPARE(changeStateName(change.state), std::string_view("unknown"));
    QCOMPARE(changeTriggerName(change.evidence.trigger), std::string_view("unknown"));
    QVERIFY(!isOpen(change.state));
    ChangeRecord bad;
    bad.keyspace = "\xFF\xFE"; // a name that is no UTF-8 must not drop the whole message
    QVERIFY(!throughBytes<proto::v1::Change>(bad).keyspace.empty());
}

QTEST_APPLESS_MAIN(TestConvertChanges)
#include "tst_convert_changes.moc"

// SPDX-License-Identifier: Apache-2.0
#include "shared/proto/convert_recovery.h"

#include <QtTest/QtTest>

using namespace isotherm;

namespace
{

/// Over the wire and back: through the bytes, not just the message.
template <class Message, class Record>
Record throughBytes(const Record& record)
{
    Message message;
    if (!message.ParseFromString(proto::toProto(record).SerializeAsString())) {
        qFatal("the message cannot be parsed");
    }
    return proto::fromProto(message);
}

} // namespace

class TestConvertRecovery : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void diff_survives();
    void page_keepsNullApartFromEmpty();
    void page_rowOfNoTable_isLeftOut();
    void plan_andReceipt_survive();
    void request_unknownEnums_areKept();
    void cuts_survive();
};

void TestConvertRecovery::diff_survives()
{
    RowDiff diff;
    diff.job = JobId(17);
    diff.planId = "abc";
    diff.keyspace = "bestellungen ä";
    diff.moment = "before transaction 812";
    diff.started = fromUnixMicros(-5);
    diff.finished = fromUnixMicros(7);
    diff.nowAsOf = fromUnixMicros(6);
    diff.tables = {{"shop.orders", 1, 2, 3, 4, {"gone"}, {"new"}}};
    diff.rowsKept = 6;
    diff.complete = false;
    diff.keptUntil = fromUnixMicros(99);
    diff.warnings = {"careful"};
    QVERIFY(throughBytes<proto::v1::RowDiff>(diff) == diff);
    QVERIFY(throughBytes<proto::v1::RowDiff>(RowDiff()) == RowDiff());
}

void TestConvertRecovery::page_keepsNullApartFromEmpty()
{
    DiffPage page;
    page.tables = {{"shop.orders", {"k", "a", "b"}, {"k"}}};
    page.rows = {{1,
                  0,
                  ShardId(3),
                  RowDifference::Changed,
                  {"1", "", std::nullopt},
                  {"1", std::nullopt, ""}},
                 {2, 0, ShardId(3), RowDifference::Missing, {"2", "x", "y"}, {}}};
    page.next = 2;
    QVERIFY(throughBytes<proto::v1::DiffPage>(page) == page);
    DiffQuery query{JobId(4), "t", {RowDifference::Extra}, 5, 6};
    const DiffQuery back = throughBytes<proto::v1::ListDiffRowsRequest>(query);
    QVERIFY(back.job == query.job && back.table == "t" && back.kinds == query.kinds &&
            back.after == 5 && back.limit == 6);
}

void TestConvertRecovery::page_rowOfNoTable_isLeftOut()
{
    DiffPage page;
    page.rows = {{1, 9, ShardId(3), RowDifference::Missing, {"1"}, {}}};
    QVERIFY(throughBytes<proto::v1::DiffPage>(page).rows.empty());
}

void TestConvertRecovery::plan_andReceipt_survive()
{
    RecoveryPlan plan;
    plan.id = "p";
    plan.request = {
        RecoveryMode::CopyBack, JobId(3),         "r", "reports", RowChoice::Picked, {1, 5},
        ConflictRule::Skip,     TriggerRule::Fire};
    plan.made = fromUnixMicros(4);
    plan.title = "copy 2 rows back";
    plan.confirmName = "orders";
    plan.steps = {{ShardId(1), "shop.orders_1", 1, 2, 3, 4, {"BEGIN", "COMMIT"}}};
    plan.warnings = {"w"};
    QVERIFY(throughBytes<proto::v1::RecoveryPlan>(plan) == plan);

    RecoveryReceipt receipt;
    receipt.job = JobId(8);
    receipt.planId = "p";
    receipt.mode = RecoveryMode::Replace;
    receipt.started = fromUnixMicros(1);
    receipt.finished = fromUnixMicros(2);
    receipt.tables = {{ShardId(1), "t", 1, 2, 3, 4, 5, 6, "sum", "kept"}};
    receipt.conflicts = {"t (1): changed since"};
    receipt.notes = {"n"};
    receipt.verified = true;
    receipt.undoOf = JobId(7);
    receipt.undoneBy = JobId(9);
    receipt.undoUntil = fromUnixMicros(3);
    QVERIFY(throughBytes<proto::v1::RecoveryReceipt>(receipt) == receipt);
    QVERIFY(throughBytes<proto::v1::RecoveryReceipt>(RecoveryReceipt()) == RecoveryReceipt());
}

void TestConvertRecovery::request_unknownEnums_areKept()
{
    proto::v1::RecoveryRequest message;
    message.set_mode(static_cast<proto::v1::RecoveryMode>(77));
    message.set_choice(static_cast<proto::v1::RowChoice>(100'000));
    const RecoveryRequest request = proto::fromProto(message);
    QCOMPARE(static_cast<int>(request.mode), 77);
    QCOMPARE(static_cast<int>(request.choice), 0);
    QCOMPARE(recoveryModeName(request.mode), std::string_view("unknown"));
}

void TestConvertRecovery::cuts_survive()
{
    CutList cuts;
    cuts.undone = 3;
    cuts.halved = 4;
    TransactionSummary transaction;
    transaction.id = 812;
    transaction.commit = Lsn(55);
    transaction.shards = {ShardId(1), ShardId(2)};
    cuts.nearest = {{transaction, true, {ShardId(2)}}};
    QVERIFY(throughBytes<proto::v1::CutList>(cuts) == cuts);
}

QTEST_APPLESS_MAIN(TestConvertRecovery)
#include "tst_convert_recovery.moc"

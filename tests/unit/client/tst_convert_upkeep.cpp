// SPDX-License-Identifier: Apache-2.0
#include "shared/proto/convert_upkeep.h"

#include <QtTest/QtTest>

using namespace isotherm;

namespace
{

template <class Message, class Record>
Record throughBytes(const Record& record)
{
    Message message;
    if (!message.ParseFromString(proto::toProto(record).SerializeAsString())) {
        qFatal("what was written cannot be read");
    }
    return proto::fromProto(message);
}

} // namespace

class TestConvertUpkeep : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void plan_full_roundTrip()
    {
        PrunePlan plan;
        PruneEntry going;
        going.backup.id = "7-x";
        going.backup.kind = BackupKind::Synthetic;
        going.backup.deltas = 3;
        going.backup.sinceDatabase = 2;
        going.keep = false;
        going.reason = "older than every rule asks for";
        plan.entries = {going, PruneEntry()};
        plan.kept = 4;
        plan.removed = 5;
        plan.freed = ByteCount(6);
        QVERIFY(throughBytes<proto::v1::PrunePlan>(plan) == plan);
    }

    void receipt_full_roundTrip()
    {
        DrillReceipt receipt;
        receipt.job = JobId(1);
        receipt.shard = ShardId(2);
        receipt.keyspace = "orders";
        receipt.backup = "2-x";
        receipt.level = VerifyLevel::Compared;
        receipt.asOf = fromUnixMicros(3);
        receipt.lsn = Lsn(4);
        receipt.started = fromUnixMicros(5);
        receipt.finished = fromUnixMicros(6);
        receipt.restoreTook = std::chrono::microseconds(7);
        receipt.rows = 8;
        receipt.bytes = ByteCount(9);
        receipt.passed = true;
        receipt.outcome = "8 rows";
        QVERIFY(throughBytes<proto::v1::DrillReceipt>(receipt) == receipt);
        QVERIFY(throughBytes<proto::v1::DrillReceipt>(DrillReceipt()) == DrillReceipt());
    }

    void requests_full_roundTrip()
    {
        const auto query = throughBytes<proto::v1::ListScheduleAheadRequest>(
            RotationQuery{"orders", fromUnixMicros(5), true, 6});
        QVERIFY(query.keyspace == "orders" && query.until == fromUnixMicros(5));
        QVERIFY(query.fullsOnly && query.limit == 6);
        QVERIFY(!throughBytes<proto::v1::ListScheduleAheadRequest>(RotationQuery()).until);
        QCOMPARE(throughBytes<proto::v1::PruneRequest>(PruneRequest{"orders"}).keyspace,
                 std::string("orders"));
        const auto drill = throughBytes<proto::v1::RunDrillRequest>(
            DrillRequest{"orders", {ShardId(3), ShardId(4)}});
        QVERIFY(drill.keyspace == "orders" && drill.shards.size() == 2);
        QCOMPARE(drill.shards.back(), ShardId(4));
    }
};

QTEST_GUILESS_MAIN(TestConvertUpkeep)
#include "tst_convert_upkeep.moc"

// SPDX-License-Identifier: Apache-2.0
#include "agent/metadata/database.h"
#include "agent/metadata/recovery_json.h"
#include "agent/metadata/recovery_store.h"
#include "tests/harness/temp_dir.h"
#include "tests/harness/test_log.h"

#include <QtTest/QtTest>
#include <memory>

using namespace isotherm;
using namespace isotherm::metadata;

namespace
{

RowDiff diffOf(std::uint64_t job)
{
    RowDiff diff;
    diff.job = JobId(job);
    diff.planId = "abc";
    diff.keyspace = "orders";
    diff.moment = "before transaction 812";
    diff.finished = fromUnixMicros(static_cast<std::int64_t>(job));
    diff.nowAsOf = fromUnixMicros(-4);
    diff.tables = {{"shop.orders", 1, 2, 3, 4, {"gone"}, {"new \"quoted\""}}};
    diff.rowsKept = 6;
    diff.complete = false;
    diff.warnings = {"careful"};
    return diff;
}

RecoveryPlan planOf(const std::string& id)
{
    RecoveryPlan plan;
    plan.id = id;
    plan.request.mode = RecoveryMode::CopyBack;
    plan.request.job = JobId(3);
    plan.request.choice = RowChoice::Picked;
    plan.request.picked = {1, 5};
    plan.request.conflicts = ConflictRule::Overwrite;
    plan.request.triggers = TriggerRule::Fire;
    plan.made = fromUnixMicros(1'000);
    plan.title = "copy 2 rows back";
    plan.confirmName = "orders";
    plan.steps = {{ShardId(1), "shop.orders_1", 1, 2, 3, 4, {"BEGIN", "COMMIT"}}};
    return plan;
}

} // namespace

class TestRecoveryStore : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init()
    {
        m_folder = std::make_unique<test::TempDir>();
        auto opened = Database::open(m_folder->path() / "metadata.sqlite", m_log);
        QVERIFY(opened.ok());
        m_database = std::move(*opened);
        m_store = std::make_unique<RecoveryStore>(*m_database);
    }
    void cleanup()
    {
        m_store.reset();
        m_database.reset();
        m_folder.reset();
    }
    void diffs_comeBack_newestFirst();
    void plan_isCarriedOutOnce();
    void plans_arePruned_withTheirClaims();
    void receipt_isReplaced();
    void damagedText_isAnError();

private:
    test::TestLog m_log;
    std::unique_ptr<test::TempDir> m_folder;
    std::unique_ptr<Database> m_database;
    std::unique_ptr<RecoveryStore> m_store;
};

void TestRecoveryStore::diffs_comeBack_newestFirst()
{
    for (const std::uint64_t job : {2, 9, 5}) {
        QVERIFY(m_store->putDiff(diffOf(job)).ok());
    }
    QVERIFY(m_store->diff(JobId(9)).value() == diffOf(9));
    const auto newest = m_store->diffs(2);
    QVERIFY(newest.ok());
    QVERIFY(*newest == (std::vector<RowDiff>{diffOf(9), diffOf(5)}));
    QVERIFY(m_store->removeDiff(JobId(9)).ok());
    QVERIFY(m_store->diff(JobId(9)).error().code == Code::NotFound);
}

void TestRecoveryStore::plan_isCarriedOutOnce()
{
    QVERIFY(m_store->putPlan(planOf("p")).ok());
    QVERIFY(m_store->plan("p").value() == planOf("p"));
    QVERIFY(m_store->claimPlan("p", planOf("p").made).ok());
    const Status again = m_store->claimPlan("p", planOf("p").made);
    QVERIFY(!again.ok());
    QVERIFY(again.error().code == Code::FailedPrecondition);
}

void TestRecoveryStore::plans_arePruned_withTheirClaims()
{
    QVERIFY(m_store->putPlan(planOf("old")).ok());
    QVERIFY(m_store->claimPlan("old", planOf("old").made).ok());
    QVERIFY(m_store->prunePlans(fromUnixMicros(1'000)).ok());
    QVERIFY(m_store->plan("old").ok()); // made at that moment, not before it
    QVERIFY(m_store->prunePlans(fromUnixMicros(1'001)).ok());
    QVERIFY(m_store->plan("old").error().code == Code::NotFound);
    QVERIFY(m_store->claimPlan("old", planOf("old").made).ok());
}

void TestRecoveryStore::receipt_isReplaced()
{
    RecoveryReceipt receipt;
    receipt.job = JobId(8);
    receipt.planId = "p";
    receipt.mode = RecoveryMode::Replace;
    receipt.finished = fromUnixMicros(2);
    receipt.tables = {{ShardId(1), "t", 1, 2, 3, 4, 5, 6, "sum", "kept"}};
    receipt.conflicts = {"t (1): changed since"};
    receipt.undoUntil = fromUnixMicros(3);
    QVERIFY(m_store->putReceipt(receipt).ok());
    receipt.undoneBy = JobId(9);
    receipt.undoUntil.reset();
    QVERIFY(m_store->putReceipt(receipt).ok());
    QVERIFY(m_store->receipt(JobId(8)).value() == receipt);
    QCOMPARE(m_store->receipts(10)->size(), 1U);
}

void TestRecoveryStore::damagedText_isAnError()
{
    QVERIFY(diffFromJson("{}").error().code == Code::Internal);
    QVERIFY(recoveryPlanFromJson("not json").error().code == Code::Internal);
    QVERIFY(recoveryReceiptFromJson("[1]").error().code == Code::Internal);
}

QTEST_APPLESS_MAIN(TestRecoveryStore)
#include "tst_recovery_store.moc"

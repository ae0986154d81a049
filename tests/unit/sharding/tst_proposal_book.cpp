// SPDX-License-Identifier: Apache-2.0
// moc 6.4 cannot parse <compare>, which the header needs, unless it met <string> before it.
// clang-format off
#include <string>

#include "agent/sharding/draft.h"
#include "agent/sharding/proposal_book.h"
#include "tests/harness/fake_clock.h"
#include "tests/harness/temp_dir.h"
#include "tests/harness/test_log.h"
#include "tests/unit/sharding/shard_world.h"
// clang-format on

#include <QtTest/QtTest>
#include <memory>

using namespace isotherm;
using namespace isotherm::sharding;
using namespace isotherm::sharding::test;
using namespace std::chrono_literals;

namespace
{

ChangeRecord draft(std::uint64_t shard, const std::string& by)
{
    ProposeRequest request;
    request.parts = 2;
    request.caller.name = by;
    const ShardingState state = stateOf({shardOf(shard, 1.5)});
    const std::vector<const ShardFacts*> sources = {&state.shards[0]};
    auto change = draftByHand(request, sources, state);
    if (!change.ok()) {
        qFatal("%s", change.error().text().c_str());
    }
    return *std::move(change);
}

JobRecord jobOf(const ChangeRecord& change, JobState state)
{
    JobRecord job;
    job.id = JobId(100 + change.id.get());
    job.kind = JobKind::Reshard;
    job.state = state;
    job.title = jobTitleOf(change);
    job.result = "1,000 rows";
    job.error = state == JobState::Failed ? "no room" : "";
    return job;
}

} // namespace

class TestProposalBook : public QObject
{
    Q_OBJECT

    isotherm::test::TempDir m_folder;
    isotherm::test::TestLog m_log;
    isotherm::test::FakeClock m_clock;
    std::unique_ptr<metadata::Database> m_database;
    std::unique_ptr<metadata::ChangeStore> m_store;
    std::unique_ptr<ProposalBook> m_book;
    std::vector<ChangeRecord> m_started;
    bool m_startFails = false;

    void makeBook(const ApprovalRules& rules = {})
    {
        m_book = std::make_unique<ProposalBook>(
            ProposalBook::Parts{*m_store, m_clock, m_log,
                                [this](const ChangeRecord& change) -> Result<JobId> {
                                    if (m_startFails) {
                                        return makeError(Code::ResourceExhausted, "too many jobs");
                                    }
                                    m_started.push_back(change);
                                    return JobId(100 + change.id.get());
                                }},
            rules);
    }

    ChangeRecord proposed(std::uint64_t shard, const std::string& by = "ana")
    {
        auto change = m_book->add(draft(shard, by));
        if (!change.ok()) {
            qFatal("%s", change.error().text().c_str());
        }
        return *std::move(change);
    }

    static ChangeDecision by(const std::string& who, const ChangeRecord& change,
                             Role role = Role::Operator)
    {
        return {change.id, change.planHash, "looks right", {who, role}};
    }

private Q_SLOTS:
    void init();
    void cleanup();
    void add_storesEverything();
    void add_sharedShard_refusedUntilDecided();
    void approve_startsTheJobOfThePlanThatWasReviewed();
    void approve_anotherPlan_aborted();
    void approve_twice_startsOneJob();
    void approve_jobCannotStart_waitsAgain();
    void approve_byPolicy_roleAndSecondPerson();
    void reject_needsAReason();
    void noteJob_endsTheChange_data();
    void noteJob_endsTheChange();
    void noteApplied_thenTakenBack();
    void expire_onlyWaitingOnes();
    void recover_jobWasSubmitted_findsIt();
    void recover_jobWasNot_waitsAgain();
};

void TestProposalBook::init()
{
    static int number = 0;
    auto opened =
        metadata::Database::open(m_folder.path() / ("metadata-" + std::to_string(++number)), m_log);
    QVERIFY(opened.ok());
    m_database = std::move(opened).value();
    m_store = std::make_unique<metadata::ChangeStore>(*m_database);
    m_started.clear();
    m_startFails = false;
    makeBook();
}

void TestProposalBook::cleanup()
{
    m_book.reset();
    m_store.reset();
    m_database.reset();
}

void TestProposalBook::add_storesEverything()
{
    ChangeRecord wanted = draft(1, "ana");
    wanted.preflight = {{FindingLevel::Blocks, "no room", "make some"}};
    wanted.evidence.probability = 0.875;
    wanted.evidence.expectedAt = kNow;
    wanted.outcome = ChangeOutcome{ChangeVerdict::Helped, 0.9, 0.5, "text", kNow, ChangeId(3)};
    const auto added = m_book->add(wanted);
    QVERIFY(added.ok());
    wanted.id = added->id;
    const auto stored = m_book->get(added->id);
    QVERIFY(stored.ok());
    QCOMPARE(*stored, wanted);
    QVERIFY(!m_book->get(ChangeId(99)).ok());
}

void TestProposalBook::add_sharedShard_refusedUntilDecided()
{
    const ChangeRecord first = proposed(1);
    const auto second = m_book->add(draft(1, "ben"));
    QVERIFY(!second.ok());
    QCOMPARE(second.error().code, Code::FailedPrecondition);
    QVERIFY(m_book->add(draft(2, "ben")).ok());
    QVERIFY(m_book->reject(by("ben", first)).ok());
    QVERIFY(m_book->add(draft(1, "ben")).ok());
}

void TestProposalBook::approve_startsTheJobOfThePlanThatWasReviewed()
{
    const ChangeRecord change = proposed(1);
    const auto approved = m_book->approve(by("ana", change));
    QVERIFY(approved.ok());
    QCOMPARE(approved->state, ChangeState::Running);
    QCOMPARE(m_started.size(), std::size_t{1});
    QCOMPARE(m_started.front().planHash, change.planHash);
    QCOMPARE(m_started.front().parts, change.parts);
    QCOMPARE(m_book->get(change.id)->job, JobId(100 + change.id.get()));
    QCOMPARE(m_book->get(change.id)->voices.front().who, std::string("ana"));
}

void TestProposalBook::approve_anotherPlan_aborted()
{
    const ChangeRecord change = proposed(1);
    ChangeDecision decision = by("ana", change);
    for (const std::string hash : {"", "0123"}) {
        decision.planHash = hash;
        const auto approved = m_book->approve(decision);
        QVERIFY(!approved.ok());
        QCOMPARE(approved.error().code, Code::Aborted);
    }
    QVERIFY(m_started.empty());
}

void TestProposalBook::approve_twice_startsOneJob()
{
    const ChangeRecord change = proposed(1);
    QVERIFY(m_book->approve(by("ana", change)).ok());
    const auto again = m_book->approve(by("ben", change));
    QVERIFY(!again.ok());
    QCOMPARE(again.error().code, Code::FailedPrecondition);
    QCOMPARE(m_started.size(), std::size_t{1});
}

void TestProposalBook::approve_jobCannotStart_waitsAgain()
{
    const ChangeRecord change = proposed(1);
    m_startFails = true;
    QCOMPARE(m_book->approve(by("ana", change)).error().code, Code::ResourceExhausted);
    QCOMPARE(m_book->get(change.id)->state, ChangeState::Proposed);
    m_startFails = false;
    QVERIFY(m_book->approve(by("ana", change)).ok());
}

void TestProposalBook::approve_byPolicy_roleAndSecondPerson()
{
    m_book->setRules({Role::Admin, /*secondPerson=*/true});
    const ChangeRecord byHand = proposed(1, "ana");
    QCOMPARE(m_book->approve(by("ben", byHand)).error().code, Code::PermissionDenied);
    QCOMPARE(m_book->approve(by("ana", byHand, Role::Admin)).error().code, Code::PermissionDenied);
    QCOMPARE(m_book->approve(by("ben", byHand, Role::Admin))->state, ChangeState::Running);

    const ChangeRecord planned = proposed(2, std::string(kPlannerName));
    QCOMPARE(planned.approvalsNeeded, 2U);
    QCOMPARE(m_book->approve(by("ana", planned, Role::Admin))->state, ChangeState::Proposed);
    QCOMPARE(m_book->approve(by("ana", planned, Role::Admin)).error().code,
             Code::FailedPrecondition);
    QCOMPARE(m_started.size(), std::size_t{1});
    QCOMPARE(m_book->approve(by("ben", planned, Role::Admin))->state, ChangeState::Running);

    const ChangeRecord automatic = proposed(3, std::string(kPlannerName));
    QCOMPARE(m_book->approveByPolicy(automatic.id, "in the window")->state, ChangeState::Running);
}

void TestProposalBook::reject_needsAReason()
{
    const ChangeRecord change = proposed(1);
    ChangeDecision decision = by("ana", change);
    decision.reason.clear();
    QCOMPARE(m_book->reject(decision).error().code, Code::InvalidArgument);
    const auto rejected = m_book->reject(by("ana", change));
    QVERIFY(rejected.ok());
    QCOMPARE(rejected->state, ChangeState::Rejected);
    QVERIFY(rejected->stateReason.find("looks right") != std::string::npos);
    QVERIFY(!m_book->approve(by("ana", change)).ok());
}

void TestProposalBook::noteJob_endsTheChange_data()
{
    QTest::addColumn<int>("job");
    QTest::addColumn<int>("change");
    const auto row = [](const char* name, JobState job, ChangeState change) {
        QTest::newRow(name) << static_cast<int>(job) << static_cast<int>(change);
    };
    row("runs", JobState::Running, ChangeState::Running);
    row("done", JobState::Done, ChangeState::Done);
    row("failed", JobState::Failed, ChangeState::Failed);
    row("cancelled", JobState::Cancelled, ChangeState::Cancelled);
    row("rolled back", JobState::RolledBack, ChangeState::Cancelled);
}

void TestProposalBook::noteJob_endsTheChange()
{
    QFETCH(int, job);
    QFETCH(int, change);
    const ChangeRecord wanted = proposed(1);
    QVERIFY(m_book->approve(by("ana", wanted)).ok());
    QVERIFY(m_book->noteJob(jobOf(wanted, static_cast<JobState>(job))).ok());
    QCOMPARE(static_cast<int>(m_book->get(wanted.id)->state), change);
}

void TestProposalBook::noteApplied_thenTakenBack()
{
    const ChangeRecord change = proposed(1);
    QVERIFY(m_book->approve(by("ana", change)).ok());
    QVERIFY(m_book->noteApplied(change.id).ok());
    QCOMPARE(m_book->get(change.id)->state, ChangeState::Done);
    QCOMPARE(m_book->get(change.id)->finishedAt, std::optional(m_clock.wallNow()));
    QVERIFY(m_book->noteJob(jobOf(change, JobState::RolledBack)).ok());
    QCOMPARE(m_book->get(change.id)->state, ChangeState::Cancelled);
    QVERIFY(m_book->get(change.id)->stateReason.starts_with("taken back"));
}

void TestProposalBook::expire_onlyWaitingOnes()
{
    const ChangeRecord waiting = proposed(1);
    const ChangeRecord running = proposed(2);
    QVERIFY(m_book->approve(by("ana", running)).ok());
    QVERIFY(m_book->expire(waiting.id, "the load is gone").ok());
    QVERIFY(m_book->expire(running.id, "the load is gone").ok());
    QCOMPARE(m_book->get(waiting.id)->state, ChangeState::Expired);
    QCOMPARE(m_book->get(running.id)->state, ChangeState::Running);
    QCOMPARE(m_book->list({"", true, 10})->size(), std::size_t{1});
    QCOMPARE(m_book->list({"orders", false, 10})->size(), std::size_t{2});
    QCOMPARE(m_book->list({"other", false, 10})->size(), std::size_t{0});
}

void TestProposalBook::recover_jobWasSubmitted_findsIt()
{
    ChangeRecord change = proposed(1);
    change.state = ChangeState::Running; // what a crash leaves between job and record
    QVERIFY(m_store->update(change).ok());
    makeBook();
    QVERIFY(m_book->recover({jobOf(change, JobState::Done)}).ok());
    QCOMPARE(m_book->get(change.id)->state, ChangeState::Done);
    QVERIFY(m_started.empty());
}

void TestProposalBook::recover_jobWasNot_waitsAgain()
{
    ChangeRecord change = proposed(1);
    change.state = ChangeState::Running;
    QVERIFY(m_store->update(change).ok());
    ChangeRecord other = change;
    other.id = ChangeId(change.id.get() + 10);
    makeBook();
    QVERIFY(m_book->recover({jobOf(other, JobState::Done)}).ok()); // of another change
    QCOMPARE(m_book->get(change.id)->state, ChangeState::Proposed);
    QVERIFY(m_book->approve(by("ana", change)).ok());
}

QTEST_GUILESS_MAIN(TestProposalBook)
#include "tst_proposal_book.moc"

// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/connection/agent_session.h"
#include "tests/gui/fake_console_agent.h"

#include <QSignalSpy>
#include <QTest>
#include <QThread>

using namespace isotherm;
using namespace std::chrono_literals;

namespace
{

std::shared_ptr<test::FakeConsoleAgent> makeAgent(std::size_t shards)
{
    const auto now =
        std::chrono::time_point_cast<std::chrono::microseconds>(std::chrono::system_clock::now());
    return std::make_shared<test::FakeConsoleAgent>(
        test::DemoWorld({.shards = shards}, now - 600s));
}

AgentIdentity identity()
{
    return {QStringLiteral("db-a:7443"), QStringLiteral("ana"), Role::Operator,
            QStringLiteral("c")};
}

} // namespace

class TestAgentSession : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void open_agent_bringsSnapshotAndHeat()
    {
        ClusterState state;
        AgentSession session(state);
        session.followHeat(HeatMetric::Rows, 60s, 1000ms);
        QSignalSpy heat(&session, &AgentSession::heatArrived);
        session.open(makeAgent(5), identity());
        QTRY_VERIFY(state.connected() && state.status().has_value());
        QCOMPARE(state.shards().size(), std::size_t{5});
        QTRY_VERIFY(heat.count() >= 2);
        QCOMPARE(heat.at(0).at(1).toBool(), true);
        QCOMPARE(heat.at(1).at(1).toBool(), false);
    }

    void ask_answer_arrivesOnTheGuiThread()
    {
        ClusterState state;
        AgentSession session(state);
        session.open(makeAgent(3), identity());
        QThread* answered = nullptr;
        QThread* called = nullptr;
        session.ask<ClusterStatus>(
            this,
            [&called](AgentService& agent) {
                called = QThread::currentThread();
                return agent.status();
            },
            [&answered](const Result<ClusterStatus>&) { answered = QThread::currentThread(); });
        QTRY_VERIFY(answered != nullptr);
        QCOMPARE(answered, thread());
        QVERIFY(called != thread());
    }

    void ask_contextGone_isNotAnswered()
    {
        ClusterState state;
        AgentSession session(state);
        session.open(makeAgent(3), identity());
        bool answered = false;
        bool marker = false;
        auto* context = new QObject;
        session.ask<ClusterStatus>(
            context, [](AgentService& agent) { return agent.status(); },
            [&answered](const Result<ClusterStatus>&) { answered = true; });
        delete context;
        session.ask<ClusterStatus>(
            this,
            [](AgentService& agent) {
                QThread::msleep(50);
                return agent.status();
            },
            [&marker](const Result<ClusterStatus>&) { marker = true; });
        QTRY_VERIFY(marker);
        QVERIFY(!answered);
    }

    void open_anotherAgent_dropsAnswersOfTheFirst()
    {
        ClusterState state;
        AgentSession session(state);
        session.open(makeAgent(3), identity());
        QTRY_VERIFY(state.status().has_value());
        bool answered = false;
        session.ask<ClusterStatus>(
            this,
            [](AgentService& agent) {
                QThread::msleep(80);
                return agent.status();
            },
            [&answered](const Result<ClusterStatus>&) { answered = true; });
        session.open(makeAgent(7), identity());
        QTRY_COMPARE(state.shards().size(), std::size_t{7});
        QTest::qWait(150);
        QVERIFY(!answered);
    }

    void disconnect_agent_isToldWithItsReasonAndHealsByItself()
    {
        ClusterState state;
        AgentSession session(state);
        auto agent = makeAgent(3);
        session.open(agent, identity());
        QTRY_VERIFY(state.connected());
        agent->disconnect("connection refused");
        QTRY_COMPARE(state.link(), LinkState::Disconnected);
        QCOMPARE(state.linkReason(), QStringLiteral("connection refused"));
        QVERIFY(state.retryIn() > 0ms);
        QCOMPARE(state.shards().size(), std::size_t{3}); // the last data stays
        agent->reconnect();
        QTRY_VERIFY(state.connected());
    }
};

QTEST_GUILESS_MAIN(TestAgentSession)
#include "tst_agent_session.moc"

// SPDX-License-Identifier: Apache-2.0
#include "agent/reshard/throttle.h"

#include <QTest>

using namespace isotherm::reshard;
using namespace std::chrono_literals;

class TestThrottle : public QObject
{
    Q_OBJECT

private:
    /// Ten seconds at `rate`, with answers that take `answer`.
    static void pass(Throttle& throttle, Throttle::Look& now, double rate,
                     std::chrono::microseconds answer)
    {
        for (int i = 0; i < 10; ++i) {
            now.at += 1'100ms;
            now.committed += static_cast<std::uint64_t>(rate * 1.1);
            now.answer = answer;
            throttle.look(now);
        }
    }

    static Throttle taught(Throttle::Look& now)
    {
        Throttle throttle;
        throttle.learn(now);
        now.at += 2s;
        now.committed += 2'000;
        throttle.learn(now);
        return throttle;
    }

private Q_SLOTS:
    void look_applicationSlows_copyYields()
    {
        Throttle::Look now{1s, 10, 1ms};
        Throttle throttle = taught(now);
        pass(throttle, now, 700, 1ms);
        QCOMPARE(throttle.share(), Throttle::kLeast);
        QVERIFY(throttle.restAfter(10ms) >= 189ms);
    }

    void look_applicationKeepsItsPace_copySpeedsUp()
    {
        Throttle::Look now{1s, 10, 1ms};
        Throttle throttle = taught(now);
        pass(throttle, now, 1'000, 1ms);
        QCOMPARE(throttle.share(), 1.0);
        QCOMPARE(throttle.restAfter(10ms).count(), 0);
    }

    void look_serverAnswersLate_copyYields()
    {
        Throttle::Look now{1s, 10, 1ms};
        Throttle throttle = taught(now);
        pass(throttle, now, 1'000, 50ms);
        QCOMPARE(throttle.share(), Throttle::kLeast);
    }

    void look_idleApplication_isNotInTheWay()
    {
        Throttle throttle;
        Throttle::Look now{1s, 0, 1ms};
        throttle.learn(now);
        now.at += 2s;
        throttle.learn(now);
        pass(throttle, now, 0, 1ms);
        QCOMPARE(throttle.share(), 1.0);
    }

    void look_tooSoon_countsForNothing()
    {
        Throttle::Look now{1s, 10, 1ms};
        Throttle throttle = taught(now);
        throttle.look(now);
        const double before = throttle.share();
        now.at += 300ms; // the server counts in lumps: nothing was committed, it seems
        throttle.look(now);
        QCOMPARE(throttle.share(), before);
    }
};

QTEST_APPLESS_MAIN(TestThrottle)
#include "tst_throttle.moc"

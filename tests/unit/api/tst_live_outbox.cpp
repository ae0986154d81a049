// SPDX-License-Identifier: Apache-2.0
#include "agent/api/live_outbox.h"
#include "agent/api/worker_pool.h"
#include "shared/base/result.h"

#include <QtTest/QtTest>
#include <atomic>
#include <latch>

using namespace isotherm;
using namespace isotherm::api;

namespace
{

LiveMessage message(std::uint64_t sequence)
{
    auto made = std::make_shared<v1::LiveUpdate>();
    made->set_sequence(sequence);
    return made;
}

} // namespace

class TestLiveOutbox : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void push_take_keepsTheOrder();
    void push_beyondCapacity_closesAndDropsAll();
    void close_firstReason_counts();
    void wake_everyChange_isTold();
    void workers_fullQueue_refuses();
    void workers_destroyed_runWhatIsQueued();
};

void TestLiveOutbox::push_take_keepsTheOrder()
{
    LiveOutbox outbox(3);
    QVERIFY(!outbox.take());
    for (std::uint64_t number = 1; number <= 3; ++number) {
        outbox.push(message(number));
    }
    QVERIFY(!outbox.closed());
    for (std::uint64_t number = 1; number <= 3; ++number) {
        QCOMPARE(outbox.take()->sequence(), number);
    }
    QVERIFY(!outbox.take());
}

void TestLiveOutbox::push_beyondCapacity_closesAndDropsAll()
{
    LiveOutbox outbox(2);
    for (std::uint64_t number = 1; number <= 3; ++number) {
        outbox.push(message(number));
    }
    QCOMPARE(outbox.closed()->code, Code::ResourceExhausted);
    QVERIFY(!outbox.take()); // a part of the queue would only look like a whole
    outbox.push(message(4));
    QVERIFY(!outbox.take());
}

void TestLiveOutbox::close_firstReason_counts()
{
    LiveOutbox outbox(2);
    outbox.close(makeError(Code::Unavailable, "first"));
    outbox.close(makeError(Code::Cancelled, "second"));
    QVERIFY(outbox.closed()->message == "first");
}

void TestLiveOutbox::wake_everyChange_isTold()
{
    LiveOutbox outbox(2);
    int woken = 0;
    outbox.setWake([&] { ++woken; });
    outbox.push(message(1));
    outbox.close(makeError(Code::Cancelled, "x"));
    QCOMPARE(woken, 2);
    outbox.push(message(2)); // closed: nothing new
    outbox.setWake({});
    QCOMPARE(woken, 2);
}

void TestLiveOutbox::workers_fullQueue_refuses()
{
    std::latch begun(1);
    std::latch release(1);
    WorkerPool pool(1, 2);
    QVERIFY(pool.submit([&] {
        begun.count_down();
        release.wait();
    }));
    begun.wait();
    QVERIFY(pool.submit([] {}));
    QVERIFY(pool.submit([] {}));
    QVERIFY(!pool.submit([] {}));
    release.count_down();
}

void TestLiveOutbox::workers_destroyed_runWhatIsQueued()
{
    std::atomic<int> ran = 0;
    {
        WorkerPool pool(2, 100);
        for (int task = 0; task < 50; ++task) {
            QVERIFY(pool.submit([&] { ++ran; }));
        }
    }
    QCOMPARE(ran.load(), 50);
}

QTEST_GUILESS_MAIN(TestLiveOutbox)
#include "tst_live_outbox.moc"

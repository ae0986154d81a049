// SPDX-License-Identifier: Apache-2.0
#include "shared/base/bounded_queue.h"

#include <QtTest/QtTest>
#include <atomic>
#include <memory>
#include <thread>
#include <vector>

using namespace isotherm;

class TstBoundedQueue : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void tryPush_full_isRefused()
    {
        BoundedQueue<int> queue(2);
        QVERIFY(queue.tryPush(1));
        QVERIFY(queue.tryPush(2));
        QVERIFY(!queue.tryPush(3));
        QVERIFY(queue.pop({}) == 1);
        QVERIFY(queue.tryPush(3));
        QVERIFY(queue.pop({}) == 2);
        QVERIFY(queue.pop({}) == 3);
    }

    void pop_closed_givesWhatIsLeftThenNothing()
    {
        BoundedQueue<std::unique_ptr<int>> queue(4);
        QVERIFY(queue.tryPush(std::make_unique<int>(7)));
        queue.close();
        QVERIFY(!queue.tryPush(nullptr));
        QVERIFY(!queue.push(nullptr, {}));
        QCOMPARE(**queue.pop({}), 7);
        QVERIFY(!queue.pop({}));
    }

    void wait_stopped_returns()
    {
        BoundedQueue<int> queue(1);
        QVERIFY(queue.tryPush(1));
        std::atomic<int> returned = 0;
        BoundedQueue<int> empty(1);
        {
            std::jthread producer(
                [&](const std::stop_token& stop) { returned += queue.push(2, stop) ? 0 : 1; });
            std::jthread consumer(
                [&](const std::stop_token& stop) { returned += empty.pop(stop) ? 0 : 1; });
        } // stops and joins: would hang otherwise
        QCOMPARE(returned.load(), 2);
    }

    void push_manyThreads_everyValueArrivesOnce()
    {
        BoundedQueue<int> queue(3);
        constexpr int kThreads = 4;
        constexpr int kEach = 2'000;
        std::vector<std::atomic<int>> seen(kThreads * kEach);
        std::vector<std::jthread> consumers;
        for (int i = 0; i < kThreads; ++i) {
            consumers.emplace_back([&] {
                while (const auto value = queue.pop({})) {
                    ++seen[static_cast<std::size_t>(*value)];
                }
            });
        }
        {
            std::vector<std::jthread> producers;
            for (int i = 0; i < kThreads; ++i) {
                producers.emplace_back([&, i] {
                    for (int n = 0; n < kEach; ++n) {
                        if (!queue.push(i * kEach + n, {})) {
                            return;
                        }
                    }
                });
            }
        }
        queue.close();
        consumers.clear();
        for (const auto& count : seen) {
            QCOMPARE(count.load(), 1);
        }
    }
};

QTEST_GUILESS_MAIN(TstBoundedQueue)
#include "tst_bounded_queue.moc"

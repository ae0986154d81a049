// SPDX-License-Identifier: Apache-2.0
// Splits and merges while an application writes: every row is there, once, as it was left.
#include "tests/integration/reshard/reshard_fixture.h"

#include <cstdlib>

using namespace isotherm;
using namespace isotherm::test;
using namespace std::chrono_literals;

namespace
{

int rounds()
{
    const char* const wish = std::getenv("ISOTHERM_RESHARD_ROUNDS");
    return wish == nullptr ? 1 : std::max(1, std::atoi(wish));
}

} // namespace

class TestReshard : public QObject, private ReshardFixture
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { startServer(); }
    void init()
    {
        beginEmpty();
        begin(accountsSql(40'000));
    }
    void cleanup() { end(); }

    void split_writersThroughTheParent_nothingIsLostAndMergedBack()
    {
        WriterCrew crew({.conninfo = m_cluster->conninfo(), .readers = 2, .highKey = 2'000});
        for (int round = 0; round < rounds(); ++round) {
            verifyDone(m_world->run(m_world->split(shards()[0], {500})));
            QCOMPARE(shards().size(), 3U);
            verifyDone(m_world->run(m_world->merge({shards()[0], shards()[1]})));
            QCOMPARE(shards().size(), 2U);
            verifyDone(
                m_world->run(m_world->split(shards()[0], {125, 250, 375, 500, 625, 750, 875})));
            QCOMPARE(shards().size(), 9U);
            verifyDone(
                m_world->run(m_world->merge({shards()[0], shards()[1], shards()[2], shards()[3],
                                             shards()[4], shards()[5], shards()[6], shards()[7]})));
        }
        verifyCrew(crew);
        QCOMPARE(m_cluster->value("select count(*) from accounts where id < 0"),
                 std::string("40000"));
    }
};

QTEST_GUILESS_MAIN(TestReshard)
#include "tst_reshard.moc"

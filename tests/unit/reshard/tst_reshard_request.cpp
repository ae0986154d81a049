// SPDX-License-Identifier: Apache-2.0
#include "agent/reshard/reshard_request.h"
#include "agent/reshard/reshard_state.h"

#include <QTest>

using namespace isotherm;
using namespace isotherm::reshard;

namespace
{

Key key(std::int64_t value)
{
    std::string encoded;
    appendKeyInteger(encoded, value);
    return Key(encoded);
}

ReshardRequest sample()
{
    ReshardRequest request;
    request.keyspace = "orders";
    request.sources = {ShardId(7), ShardId(9)};
    request.targets = targetsOf({Key(), std::nullopt}, {key(-5), key(100)});
    request.grace = std::chrono::minutes(5);
    return request;
}

} // namespace

class TestReshardRequest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void params_roundTrip()
    {
        const auto back = fromParams(toParams(sample()));
        QVERIFY(back.ok());
        QVERIFY(*back == sample());
    }

    void fromParams_damaged_isRefused_data()
    {
        QTest::addColumn<QByteArray>("params");
        QTest::newRow("empty") << QByteArray();
        QTest::newRow("no json") << QByteArray("{");
        QTest::newRow("no targets") << QByteArray(R"({"keyspace":"a","sources":[],"grace_ms":1})");
        QTest::newRow("a key that is none") << QByteArray(
            R"({"keyspace":"a","sources":[1],"targets":[{"begin":"zz"}],"grace_ms":1})");
        QTest::newRow("a shard that is none")
            << QByteArray(R"({"keyspace":"a","sources":["x"],"targets":[],"grace_ms":1})");
    }

    void fromParams_damaged_isRefused()
    {
        QFETCH(const QByteArray, params);
        const auto read = fromParams(params.toStdString());
        QVERIFY(!read.ok());
        QCOMPARE(read.error().code, Code::InvalidArgument);
    }

    void checkTargets_mustBeExactlyTheSources()
    {
        const KeyRange whole{key(0), key(100)};
        QVERIFY(checkTargets(targetsOf(whole, {key(10), key(50)}), whole).ok());
        QVERIFY(!checkTargets({}, whole).ok());
        QVERIFY(!checkTargets(targetsOf(whole, {key(50), key(10)}), whole).ok()); // not ascending
        QVERIFY(!checkTargets(targetsOf(whole, {key(50), key(50)}), whole).ok()); // empty
        QVERIFY(!checkTargets(targetsOf(whole, {key(0)}), whole).ok());
        QVERIFY(!checkTargets(targetsOf(whole, {key(100)}), whole).ok());
        QVERIFY(!checkTargets({{key(0), key(50)}, {key(60), key(100)}}, whole).ok()); // a gap
        QVERIFY(!checkTargets({{key(0), key(50)}}, whole).ok());
        QVERIFY(!checkTargets({{key(0), std::nullopt}}, whole).ok()); // beyond the end
        QVERIFY(!checkTargets({{key(0), std::nullopt}, {key(50), key(100)}}, whole).ok());
        QVERIFY(!checkTargets({{key(1), key(100)}}, whole).ok());
    }

    void state_roundTrip()
    {
        ReshardState state;
        state.plan.token = "r12ab34";
        state.plan.tables = {"public.orders", "public.lines"};
        state.plan.sources = {{key(0), key(100)}};
        state.plan.targets = targetsOf({key(0), key(100)}, {key(7)});
        state.switchedAt = fromUnixMicros(1'700'000'000'000'001);
        state.heldMicros = 12'345;
        state.note = "said";
        const auto back = decodeState(encodeState(state));
        QVERIFY(back.ok());
        QVERIFY(*back == state);
        QVERIFY(!decodeState("{}").ok());
        QVERIFY(!decodeState("").ok());
    }
};

QTEST_APPLESS_MAIN(TestReshardRequest)
#include "tst_reshard_request.moc"

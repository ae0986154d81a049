// SPDX-License-Identifier: Apache-2.0
#include "agent/api/metrics_endpoint.h"
#include "agent/api/metrics_source.h"
#include "tests/harness/fake_clock.h"
#include "tests/harness/test_log.h"
#include "tests/unit/api/fake_agent_service.h"

#include <QtTest/QtTest>
#include <arpa/inet.h>
#include <cmath>
#include <sys/socket.h>
#include <unistd.h>

using namespace isotherm;
using namespace isotherm::api;
using namespace isotherm::test;

namespace
{

using Labels = std::map<std::string, std::string>;

std::optional<double> valueOf(const std::vector<MetricFamily>& families, const std::string& name,
                              const Labels& labels = {})
{
    for (const MetricFamily& family : families) {
        for (const MetricFamily::Sample& sample : family.samples) {
            if (family.name == name && sample.labels == labels) {
                return sample.value;
            }
        }
    }
    return std::nullopt;
}

/// A plain HTTP/1.0 request, as a scraper sends it.
QString scrape(int port, const QByteArray& path)
{
    const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    ::inet_pton(AF_INET, "127.0.0.1", &address.sin_addr);
    QByteArray answer;
    if (::connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0) {
        const QByteArray request = "GET " + path + " HTTP/1.0\r\n\r\n";
        if (::send(fd, request.data(), static_cast<std::size_t>(request.size()), 0) > 0) {
            char buffer[4096];
            for (ssize_t got = 0; (got = ::recv(fd, buffer, sizeof buffer, 0)) > 0;) {
                answer.append(buffer, got);
            }
        }
    }
    ::close(fd);
    return QString::fromUtf8(answer);
}

} // namespace

class TestMetrics : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void collect_sample_hasTheFamilies();
    void collect_noBackup_isInfinitelyOld();
    void collect_unknown_isLeftOut();
    void collect_manyShards_seriesAreOmitted();
    void collect_serviceDown_saysUpIsZero();
    void collect_audit_isCheckedEveryFiveMinutes();
    void collect_extraGauges_areMerged();
    void endpoint_scrape_isPrometheusText();
    void endpoint_notLoopback_isRefused();
    void endpoint_portTaken_isUnavailable();

private:
    MetricsSource source(AgentService& service)
    {
        return MetricsSource({.service = service,
                              .clock = m_clock,
                              .version = "1.2.3",
                              .extraGauges = {},
                              .shardLimit = 100});
    }
    FakeClock m_clock;
};

void TestMetrics::collect_sample_hasTheFamilies()
{
    FakeAgentService fake;
    const auto drill = [](std::int64_t second, bool passed) {
        DrillReceipt receipt;
        receipt.keyspace = "orders";
        receipt.finished = fromUnixMicros(second * 1'000'000);
        receipt.passed = passed;
        return receipt;
    };
    fake.fakeUpkeep.receipts = {drill(50, false), drill(40, true), drill(30, true)};
    MetricsSource metrics = source(fake);
    const auto families = metrics.collect();
    const Labels first = {{"keyspace", "accounts"}, {"shard", "1"}};
    QCOMPARE(valueOf(families, "isotherm_up"), 1.0);
    QCOMPARE(valueOf(families, "isotherm_build_info", {{"version", "1.2.3"}}), 1.0);
    QCOMPARE(valueOf(families, "isotherm_shard_temperature_ratio", first), 0.9);
    QCOMPARE(valueOf(families, "isotherm_shard_size_bytes", first), 16e6);
    QCOMPARE(valueOf(families, "isotherm_shard_rpo_seconds", first), 1'800.0);
    QCOMPARE(valueOf(families, "isotherm_shard_rpo_objective_seconds", first), 3'600.0);
    QCOMPARE(
        valueOf(families, "isotherm_backup_last_success_timestamp_seconds", {{"kind", "full"}}),
        1'772'366'400.0 - 1'796.0);
    QCOMPARE(valueOf(families, "isotherm_jobs", {{"kind", "backup"}, {"state", "running"}}), 1.0);
    QCOMPARE(valueOf(families, "isotherm_jobs", {{"kind", "restore"}, {"state", "running"}}), 0.0);
    QCOMPARE(valueOf(families, "isotherm_shard_recovery_gaps", {{"keyspace", ""}, {"shard", "1"}}),
             1.0);
    QCOMPARE(valueOf(families, "isotherm_drill_last_success_timestamp_seconds",
                     {{"keyspace", "orders"}}),
             40.0);
    QCOMPARE(valueOf(families, "isotherm_audit_chain_ok"), 1.0);
    QCOMPARE(valueOf(families, "isotherm_diagnostic", {{"code", "repository.unencrypted"}}), 1.0);
}

void TestMetrics::collect_noBackup_isInfinitelyOld()
{
    FakeAgentService fake;
    fake.edit([](FakeState& state) { state.shards[0].lastBackup.reset(); });
    const auto age = valueOf(source(fake).collect(), "isotherm_shard_rpo_seconds",
                             {{"keyspace", "accounts"}, {"shard", "1"}});
    QVERIFY(age.has_value() && std::isinf(*age));
}

void TestMetrics::collect_unknown_isLeftOut()
{
    FakeAgentService fake;
    fake.edit([](FakeState& state) { state.shards[0].temperature.reset(); });
    QVERIFY(!valueOf(source(fake).collect(), "isotherm_shard_temperature_ratio",
                     {{"keyspace", "accounts"}, {"shard", "1"}}));
}

void TestMetrics::collect_manyShards_seriesAreOmitted()
{
    FakeAgentService fake(sampleState(101));
    const auto families = source(fake).collect();
    QCOMPARE(valueOf(families, "isotherm_shard_series_omitted"), 1.0);
    QVERIFY(!valueOf(families, "isotherm_shard_size_bytes",
                     {{"keyspace", "accounts"}, {"shard", "1"}}));
    QCOMPARE(valueOf(families, "isotherm_shards"), 101.0);
}

void TestMetrics::collect_serviceDown_saysUpIsZero()
{
    FakeAgentService fake;
    fake.edit([](FakeState& state) { state.failWith = makeError(Code::Unavailable, "x"); });
    const auto families = source(fake).collect();
    QCOMPARE(valueOf(families, "isotherm_up"), 0.0);
    QVERIFY(!valueOf(families, "isotherm_audit_chain_ok")); // unknown is never drawn as healthy
    QVERIFY(!valueOf(families, "isotherm_shards"));
}

void TestMetrics::collect_audit_isCheckedEveryFiveMinutes()
{
    FakeAgentService fake;
    MetricsSource metrics = source(fake);
    (void)metrics.collect();
    fake.edit([](FakeState& state) { state.verification.intact = false; });
    m_clock.advance(std::chrono::minutes(4));
    QCOMPARE(valueOf(metrics.collect(), "isotherm_audit_chain_ok"), 1.0);
    m_clock.advance(std::chrono::minutes(1));
    QCOMPARE(valueOf(metrics.collect(), "isotherm_audit_chain_ok"), 0.0);
}

void TestMetrics::collect_extraGauges_areMerged()
{
    FakeAgentService fake;
    MetricsSource metrics({.service = fake,
                           .clock = m_clock,
                           .version = "1",
                           .extraGauges =
                               [] {
                                   return std::vector<ExtraGauge>{
                                       {"isotherm_x_seconds", "x", {{"a", "1"}}, 2.0},
                                       {"isotherm_x_seconds", "x", {{"a", "2"}}, 3.0}};
                               },
                           .shardLimit = 10});
    const auto families = metrics.collect();
    QCOMPARE(valueOf(families, "isotherm_x_seconds", {{"a", "2"}}), 3.0);
    QCOMPARE(std::count_if(families.begin(), families.end(),
                           [](const auto& family) { return family.name == "isotherm_x_seconds"; }),
             1);
}

void TestMetrics::endpoint_scrape_isPrometheusText()
{
    TestLog log;
    FakeAgentService fake;
    fake.edit([](FakeState& state) { state.shards[0].keyspace = "a\"b\\c"; });
    const auto endpoint = MetricsEndpoint::start({.listen = "127.0.0.1:0",
                                                  .service = fake,
                                                  .clock = m_clock,
                                                  .log = log,
                                                  .version = "1.2.3"});
    QVERIFY2(endpoint.ok(), endpoint.ok() ? "" : endpoint.error().text().c_str());
    const QString page = scrape(endpoint.value()->port(), "/metrics");
    QVERIFY2(page.startsWith(QStringLiteral("HTTP/1.1 200")), qPrintable(page.left(200)));
    QVERIFY(page.contains(QStringLiteral("# TYPE isotherm_shard_temperature_ratio gauge")));
    QVERIFY(page.contains(QStringLiteral(
        "isotherm_shard_size_bytes{keyspace=\"a\\\"b\\\\c\",shard=\"1\"} 16000000")));
}

void TestMetrics::endpoint_notLoopback_isRefused()
{
    TestLog log;
    FakeAgentService fake;
    for (const char* listen : {"0.0.0.0:0", "192.0.2.1:9857", "[::]:0", "9857", ""}) {
        const auto refused = MetricsEndpoint::start(
            {.listen = listen, .service = fake, .clock = m_clock, .log = log, .version = "1"});
        QVERIFY(!refused.ok());
        QCOMPARE(refused.error().code, Code::InvalidArgument);
    }
}

void TestMetrics::endpoint_portTaken_isUnavailable()
{
    TestLog log;
    FakeAgentService fake;
    MetricsEndpointOptions options{
        .listen = "127.0.0.1:0", .service = fake, .clock = m_clock, .log = log, .version = "1"};
    const auto first = MetricsEndpoint::start(options);
    QVERIFY(first.ok());
    options.listen = "127.0.0.1:" + std::to_string(first.value()->port());
    const auto second = MetricsEndpoint::start(options);
    QVERIFY(!second.ok());
    QCOMPARE(second.error().code, Code::Unavailable);
}

QTEST_GUILESS_MAIN(TestMetrics)
#include "tst_metrics.moc"

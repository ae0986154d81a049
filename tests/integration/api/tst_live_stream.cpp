// SPDX-License-Identifier: Apache-2.0
#include "tests/harness/test_log.h"
#include "tests/integration/api/quiet_relay.h"
#include "tests/unit/api/fake_agent_service.h"
#include "tests/unit/api/loopback_agent.h"

#include <QtTest/QtTest>
#include <arpa/inet.h>
#include <cstring>
#include <grpcpp/create_channel.h>
#include <grpcpp/security/credentials.h>
#include <grpcpp/security/server_credentials.h>
#include <grpcpp/server_builder.h>
#include <isotherm/v1/agent.grpc.pb.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>

using namespace isotherm;
using namespace isotherm::test;
using client::ConnectionState;
using client::LiveUpdate;

namespace
{

QString text(const std::string& value)
{
    return QString::fromStdString(value);
}

/// Keeps all that a live stream tells.
class Recorder
{
public:
    client::LiveObserver observer()
    {
        return {.onUpdate =
                    [this](LiveUpdate update) {
                        const std::lock_guard lock(m_mutex);
                        m_updates.push_back(std::move(update));
                    },
                .onState =
                    [this](ConnectionState state, const std::string& reason,
                           std::chrono::milliseconds) {
                        const std::lock_guard lock(m_mutex);
                        m_states.push_back({state, reason});
                    }};
    }

    std::vector<LiveUpdate> updates() const
    {
        const std::lock_guard lock(m_mutex);
        return m_updates;
    }
    std::size_t snapshots() const
    {
        const auto all = updates();
        return static_cast<std::size_t>(std::count_if(
            all.begin(), all.end(), [](const LiveUpdate& update) { return update.snapshot; }));
    }
    bool wasTold(ConnectionState state, const QString& reason = {}) const
    {
        const std::lock_guard lock(m_mutex);
        return std::any_of(m_states.begin(), m_states.end(), [&](const auto& told) {
            return told.first == state && text(told.second).contains(reason);
        });
    }
    /// The first delta that satisfies `test`.
    template <class Test>
    bool anyDelta(Test&& test) const
    {
        const auto all = updates();
        return std::any_of(all.begin(), all.end(), [&](const LiveUpdate& update) {
            return !update.snapshot && test(update);
        });
    }

private:
    mutable std::mutex m_mutex;
    std::vector<LiveUpdate> m_updates;
    std::vector<std::pair<ConnectionState, std::string>> m_states;
};

/// A picture as a client keeps it: a snapshot replaces it, a delta's columns go in by their time.
struct Picture
{
    std::map<WallTime, std::vector<float>> columns;

    void apply(const LiveUpdate& update)
    {
        if (update.snapshot) {
            columns.clear();
        }
        if (!update.heat) {
            return;
        }
        const std::size_t rows = update.heat->rows.size();
        for (std::size_t column = 0; column < update.heat->columns; ++column) {
            const auto begin = update.heat->mean.begin() + static_cast<long>(column * rows);
            columns[update.heat->columnStart(column)] = {begin, begin + static_cast<long>(rows)};
        }
    }
};

/// An agent that misbehaves on its live stream, to see what the client makes of it.
class BrokenAgent final : public v1::Agent::Service
{
public:
    explicit BrokenAgent(std::vector<v1::LiveUpdate> messages) : m_messages(std::move(messages)) {}

    grpc::Status Watch(grpc::ServerContext* context, const v1::WatchRequest*,
                       grpc::ServerWriter<v1::LiveUpdate>* writer) override
    {
        ++subscriptions;
        for (const v1::LiveUpdate& message : m_messages) {
            writer->Write(message);
        }
        while (!context->IsCancelled()) { // the client must end it by itself
            std::this_thread::sleep_for(std::chrono::milliseconds(5));
        }
        return grpc::Status::OK;
    }

    std::atomic<int> subscriptions{0};

private:
    const std::vector<v1::LiveUpdate> m_messages;
};

v1::LiveUpdate numbered(std::uint64_t sequence, bool snapshot)
{
    v1::LiveUpdate message;
    message.set_sequence(sequence);
    message.set_snapshot(snapshot);
    return message;
}

v1::LiveUpdate withBrokenHeat(std::uint64_t sequence)
{
    v1::LiveUpdate message = numbered(sequence, false);
    message.mutable_heat()->add_rows()->set_shard(1);
    message.mutable_heat()->set_columns(10); // and not one value
    message.mutable_heat()->set_step_millis(1'000);
    return message;
}

} // namespace

class TestLiveStream : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init();
    void cleanup();
    void watch_start_isASnapshotOfAll();
    void watch_changes_comeAsDeltas();
    void watch_heat_columnsFollowTheService();
    void watch_oneColumnChanged_onlyItIsSent();
    void watch_sequence_hasNoGaps();
    void watch_brokenSequence_asksForAFreshSnapshot_data();
    void watch_brokenSequence_asksForAFreshSnapshot();
    void watch_serverRestart_reconnectsWithAFreshSnapshot();
    void watch_fallsSilent_reconnects();
    void watch_silentForAWhile_reconnects();
    void watch_revokedMeanwhile_endsAndIsAudited();
    void watch_refused_saysWhy();
    void watch_secondSampling_isAskedForOnlyWhileWatched();
    void watch_serviceFailing_keepsTheStream();
    void watch_slowClient_isCutAndHoldsUpNobody();
    void watch_tooManyStreams_areRefused();
    void watch_nobodyFollows_serviceIsLeftAlone();
    void watch_destroyed_callsBackNoMore();

private:
    void restartWith(LoopbackAgent::Options options);

    std::unique_ptr<TestLog> m_log;
    std::unique_ptr<FakeAgentService> m_fake;
    std::unique_ptr<LoopbackAgent> m_agent;
    client::Profile m_profile;
    std::unique_ptr<client::AgentClient> m_client;
    std::atomic<int> m_sampling{0}; ///< 1 while second sampling is asked for
    std::atomic<int> m_samplingChanges{0};
};

void TestLiveStream::init()
{
    m_log = std::make_unique<TestLog>();
    m_fake = std::make_unique<FakeAgentService>();
    m_sampling = 0;
    m_samplingChanges = 0;
    restartWith({});
}

void TestLiveStream::cleanup()
{
    m_client.reset();
    m_agent.reset();
    m_fake.reset();
    m_log.reset();
}

void TestLiveStream::restartWith(LoopbackAgent::Options options)
{
    m_client.reset();
    m_agent.reset();
    options.onSecondSampling = [this](bool wanted) {
        m_sampling = wanted ? 1 : 0;
        ++m_samplingChanges;
    };
    m_agent = std::make_unique<LoopbackAgent>(*m_fake, *m_log, options);
    m_profile = m_agent->enroll("vera", Role::Viewer);
    m_client = LoopbackAgent::connect(m_profile);
}

void TestLiveStream::watch_start_isASnapshotOfAll()
{
    Recorder recorder;
    const auto stream = m_client->watch({}, recorder.observer());
    QTRY_VERIFY(!recorder.updates().empty());
    const LiveUpdate first = recorder.updates().front();
    QVERIFY(first.snapshot);
    QCOMPARE(first.sequence, std::uint64_t{1});
    QVERIFY(first.status == m_fake->status().value());
    QVERIFY(first.shards == m_fake->shards({}).value());
    QCOMPARE(first.jobs.size(), std::size_t{3});
    QCOMPARE(first.backups.size(), std::size_t{4});
    QVERIFY(first.scheduleChanged);
    QVERIFY(first.schedule == m_fake->schedule().value());
    QVERIFY(first.heat.has_value());
    QCOMPARE(first.heat->columns, std::size_t{600});
    QVERIFY(first.heat->step == std::chrono::milliseconds(1000));
    QVERIFY(first.heat->end() > m_fake->state().now);
    QVERIFY(recorder.wasTold(ConnectionState::Connected));
}

void TestLiveStream::watch_changes_comeAsDeltas()
{
    Recorder recorder;
    const auto stream = m_client->watch({}, recorder.observer());
    QTRY_VERIFY(recorder.updates().size() > 1);
    m_fake->edit([](FakeState& state) {
        state.shards[1].temperature = 0.99;
        state.shards.pop_back();
        state.jobs[2].phase = "write manifest";
        state.schedule.clear();
        state.jobs[2].state = JobState::Done;
        state.backups[0].verified = VerifyLevel::Decodes;
    });
    m_agent->server().notifyChanged();
    QTRY_VERIFY(recorder.anyDelta([](const LiveUpdate& update) {
        return update.shards.size() == 1 && update.shards[0].id == ShardId(2) &&
               update.removedShards == std::vector{ShardId(4)} && update.jobs.size() == 1 &&
               update.backups.size() == 1 && update.scheduleChanged && update.schedule.empty();
    }));
}

void TestLiveStream::watch_heat_columnsFollowTheService()
{
    Recorder recorder;
    const auto stream = m_client->watch({}, recorder.observer());
    QTRY_VERIFY(!recorder.updates().empty());
    WallTime now = m_fake->state().now;
    for (int step = 0; step < 30; ++step) {
        now += std::chrono::milliseconds(700);
        m_fake->edit([&](FakeState& state) { state.now = now; });
        m_agent->server().notifyChanged();
        QTest::qWait(20);
    }
    // Each look may be late, but in the end the picture is the service's own.
    HeatQuery query;
    query.from = now - std::chrono::seconds(25);
    query.to = now;
    query.columnLimit = 26;
    const HeatMatrix expected = m_fake->heat(query).value();
    const auto pictureIsRight = [&] {
        Picture picture;
        for (const LiveUpdate& update : recorder.updates()) {
            picture.apply(update);
        }
        for (std::size_t column = 0; column < expected.columns; ++column) {
            const auto found = picture.columns.find(expected.columnStart(column));
            if (found == picture.columns.end() ||
                std::memcmp(found->second.data(), &expected.mean[column * expected.rows.size()],
                            expected.rows.size() * sizeof(float)) != 0) {
                return false;
            }
        }
        return true;
    };
    QTRY_VERIFY(pictureIsRight());
}

void TestLiveStream::watch_oneColumnChanged_onlyItIsSent()
{
    Recorder recorder;
    const auto stream = m_client->watch({}, recorder.observer());
    QTRY_VERIFY(recorder.updates().size() > 2);
    m_fake->edit([](FakeState& state) { state.now += std::chrono::seconds(1); });
    QTRY_VERIFY(
        recorder.anyDelta([](const LiveUpdate& update) { return update.heat.has_value(); }));
    for (const LiveUpdate& update : recorder.updates()) {
        if (!update.snapshot && update.heat) {
            // The fake measures a column at its start: the one that was still missing came.
            QVERIFY(update.heat->columns <= 2);
        }
    }
}

void TestLiveStream::watch_sequence_hasNoGaps()
{
    Recorder recorder;
    const auto stream = m_client->watch({}, recorder.observer());
    QTRY_VERIFY(recorder.updates().size() >= 10);
    std::uint64_t expected = 1;
    for (const LiveUpdate& update : recorder.updates()) {
        QCOMPARE(update.sequence, expected++);
        QVERIFY(update.status.has_value()); // the heartbeat
    }
}

void TestLiveStream::watch_brokenSequence_asksForAFreshSnapshot_data()
{
    QTest::addColumn<int>("kind");
    QTest::addColumn<int>("good");
    QTest::addColumn<QString>("reason");
    QTest::newRow("gap") << 0 << 2 << QStringLiteral("lost updates: expected number 3, got 4");
    QTest::newRow("repeated") << 1 << 2 << QStringLiteral("lost updates: expected number 3, got 2");
    QTest::newRow("no snapshot") << 2 << 0 << QStringLiteral("did not begin with a snapshot");
    QTest::newRow("broken matrix") << 3 << 1 << QStringLiteral("heat matrix");
}

void TestLiveStream::watch_brokenSequence_asksForAFreshSnapshot()
{
    QFETCH(int, kind);
    QFETCH(int, good);
    QFETCH(QString, reason);
    const std::vector<std::vector<v1::LiveUpdate>> streams = {
        {numbered(1, true), numbered(2, false), numbered(4, false), numbered(5, false)},
        {numbered(1, true), numbered(2, false), numbered(2, false)},
        {numbered(1, false), numbered(2, false)},
        {numbered(1, true), withBrokenHeat(2), numbered(3, false)}};
    BrokenAgent broken(streams[static_cast<std::size_t>(kind)]);
    grpc::SslServerCredentialsOptions tls;
    tls.pem_root_certs = m_agent->tls().caPem;
    tls.pem_key_cert_pairs.push_back(
        {m_agent->tls().server.privateKeyPem, m_agent->tls().server.certificatePem});
    int port = 0;
    grpc::ServerBuilder builder;
    builder.AddListeningPort("127.0.0.1:0", grpc::SslServerCredentials(tls), &port);
    builder.RegisterService(&broken);
    const auto server = builder.BuildAndStart();
    QVERIFY(server != nullptr);
    client::Profile profile = m_profile;
    profile.address = "127.0.0.1:" + std::to_string(port);
    const auto client = LoopbackAgent::connect(profile);
    Recorder recorder;
    auto stream = client->watch({}, recorder.observer());
    QTRY_VERIFY(broken.subscriptions >= 2);
    stream.reset();
    QVERIFY(recorder.wasTold(ConnectionState::Disconnected, reason));
    // Nothing behind the break was handed on: each subscription gave the good ones at most.
    std::uint64_t expected = 1;
    for (const LiveUpdate& update : recorder.updates()) {
        expected = update.snapshot ? 1 : expected;
        QCOMPARE(update.sequence, expected++);
        QVERIFY(update.sequence <= static_cast<std::uint64_t>(good));
    }
    server->Shutdown(std::chrono::system_clock::now());
}

void TestLiveStream::watch_serverRestart_reconnectsWithAFreshSnapshot()
{
    Recorder recorder;
    const auto stream = m_client->watch({}, recorder.observer());
    QTRY_COMPARE(recorder.snapshots(), std::size_t{1});
    m_agent->stopServer();
    QTRY_VERIFY(
        recorder.wasTold(ConnectionState::Disconnected, QStringLiteral("the agent is going down")));
    QTRY_VERIFY(
        recorder.wasTold(ConnectionState::Disconnected, QStringLiteral("nothing listens there")));
    m_fake->edit([](FakeState& state) { state.shards.pop_back(); });
    m_agent->startServer();
    QTRY_COMPARE_WITH_TIMEOUT(recorder.snapshots(), std::size_t{2}, 10'000);
    for (const LiveUpdate& update : recorder.updates()) {
        if (update.snapshot) {
            QCOMPARE(update.sequence, std::uint64_t{1});
        }
    }
}

/// An established stream on which nothing comes any more, and nothing ends it.
void TestLiveStream::watch_fallsSilent_reconnects()
{
    const auto colon = m_profile.address.rfind(':');
    QuietRelay relay(static_cast<std::uint16_t>(std::stoi(m_profile.address.substr(colon + 1))));
    client::Profile profile = m_profile;
    profile.address = relay.address();
    const auto client = LoopbackAgent::connect(profile);
    Recorder recorder;
    const auto stream = client->watch({}, recorder.observer());
    QTRY_COMPARE(recorder.snapshots(), std::size_t{1});
    QTRY_VERIFY(recorder.updates().size() > 2);
    relay.hush(true);
    QTRY_VERIFY_WITH_TIMEOUT(recorder.wasTold(ConnectionState::Disconnected), 40'000);
    const std::size_t seen = recorder.updates().size();
    QTest::qWait(300);
    QCOMPARE(recorder.updates().size(), seen);
    relay.hush(false);
    QTRY_COMPARE_WITH_TIMEOUT(recorder.snapshots(), std::size_t{2}, 30'000);
}

/// A host that takes connections and says nothing, as a frozen agent or a firewall does.
void TestLiveStream::watch_silentForAWhile_reconnects()
{
    // Between its attempts nobody waits on the channel, as in a console that is offline.
    client::ClientOptions options;
    options.firstRetry = std::chrono::seconds(7);
    options.lastRetry = options.firstRetry;
    const auto patient = client::connectAgent(m_profile, options);
    QVERIFY(patient.ok());
    Recorder recorder;
    const auto stream = (*patient)->watch({}, recorder.observer());
    QTRY_COMPARE(recorder.snapshots(), std::size_t{1});
    m_agent->stopServer();
    const int silent = ::socket(AF_INET, SOCK_STREAM, 0);
    const int yes = 1;
    QCOMPARE(::setsockopt(silent, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes), 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const auto colon = m_profile.address.rfind(':');
    address.sin_port =
        htons(static_cast<std::uint16_t>(std::stoi(m_profile.address.substr(colon + 1))));
    QCOMPARE(::bind(silent, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
    QCOMPARE(::listen(silent, 16), 0);
    QTRY_VERIFY_WITH_TIMEOUT(
        recorder.wasTold(ConnectionState::Disconnected, QStringLiteral("andshake")), 30'000);
    ::close(silent);
    m_agent->startServer();
    QTRY_COMPARE_WITH_TIMEOUT(recorder.snapshots(), std::size_t{2}, 30'000);
}

void TestLiveStream::watch_revokedMeanwhile_endsAndIsAudited()
{
    Recorder recorder;
    const auto stream = m_client->watch({}, recorder.observer());
    QTRY_VERIFY(recorder.updates().size() > 1);
    QVERIFY(m_agent->clients().revoke("vera", SystemClock().wallNow()).ok());
    QTRY_VERIFY(recorder.wasTold(ConnectionState::Disconnected, QStringLiteral("was revoked at")));
    const std::size_t seen = recorder.updates().size();
    const auto entries = m_agent->auditEntries();
    QVERIFY(!entries.empty());
    QCOMPARE(text(entries[0].who), QStringLiteral("vera"));
    QCOMPARE(text(entries[0].action), QStringLiteral("live.watch"));
    QTest::qWait(300); // a few retries
    QCOMPARE(recorder.updates().size(), seen);
}

void TestLiveStream::watch_refused_saysWhy()
{
    QVERIFY(m_agent->clients().revoke("vera", SystemClock().wallNow()).ok());
    Recorder recorder;
    const auto stream = m_client->watch({}, recorder.observer());
    QTRY_VERIFY(recorder.wasTold(ConnectionState::Disconnected, QStringLiteral("; hint: ")));
    QVERIFY(recorder.updates().empty());
    QVERIFY(!recorder.wasTold(ConnectionState::Connected));
}

void TestLiveStream::watch_secondSampling_isAskedForOnlyWhileWatched()
{
    Recorder recorder;
    auto quiet = m_client->watch({.wantSecondSampling = false}, recorder.observer());
    QTRY_VERIFY(!recorder.updates().empty());
    QCOMPARE(m_samplingChanges.load(), 0);
    auto first = m_client->watch({}, recorder.observer());
    QTRY_COMPARE(m_sampling.load(), 1);
    auto second = m_client->watch({}, recorder.observer());
    QTRY_VERIFY(recorder.snapshots() >= 3);
    first.reset();
    QTest::qWait(100);
    QCOMPARE(m_sampling.load(), 1);
    second.reset();
    QTRY_COMPARE(m_sampling.load(), 0);
    QCOMPARE(m_samplingChanges.load(), 2);
}

void TestLiveStream::watch_serviceFailing_keepsTheStream()
{
    Recorder recorder;
    const auto stream = m_client->watch({}, recorder.observer());
    QTRY_VERIFY(recorder.updates().size() > 1);
    m_fake->edit([](FakeState& state) {
        state.failWith = makeError(Code::Unavailable, "the metadata is locked");
    });
    QTRY_VERIFY(m_log->has("api.live_failing"));
    const std::size_t before = recorder.updates().size();
    m_fake->edit([](FakeState& state) { state.failWith.reset(); });
    QTRY_VERIFY(recorder.updates().size() > before + 2);
    QCOMPARE(recorder.snapshots(), std::size_t{1});
}

void TestLiveStream::watch_slowClient_isCutAndHoldsUpNobody()
{
    m_fake->edit([](FakeState& state) { state = sampleState(2'000); });
    restartWith({.liveInterval = std::chrono::milliseconds(5), .liveQueue = 4});
    // A client that subscribes and then does not read: the bare stub, with small windows.
    grpc::SslCredentialsOptions tls;
    tls.pem_root_certs = m_profile.caPem;
    tls.pem_cert_chain = m_profile.certificatePem;
    tls.pem_private_key = m_profile.privateKeyPem;
    const auto stub =
        v1::Agent::NewStub(grpc::CreateChannel(m_agent->address(), grpc::SslCredentials(tls)));
    grpc::ClientContext context;
    v1::WatchRequest request;
    request.set_metric(v1::HEAT_METRIC_ROWS);
    request.set_heat_window_millis(600'000);
    request.set_heat_step_millis(1'000);
    const auto reader = stub->Watch(&context, request);

    Recorder recorder;
    const auto stream =
        m_client->watch({.heatWindow = std::chrono::seconds(0)}, recorder.observer());
    // Every shard changes at every look, which fills the slow one's outbox.
    std::atomic<bool> stop = false;
    std::jthread editor([&] {
        double heat = 0;
        while (!stop) {
            heat += 0.001;
            m_fake->edit([&](FakeState& state) {
                for (ShardRecord& shard : state.shards) {
                    shard.rowsPerSecond = heat;
                }
            });
            std::this_thread::sleep_for(std::chrono::milliseconds(5));
        }
    });
    QTRY_VERIFY_WITH_TIMEOUT(recorder.updates().size() > 60, 60'000);
    stop = true;
    editor.join();
    QCOMPARE(recorder.snapshots(), std::size_t{1}); // the quick one never lost its place
    v1::LiveUpdate message;
    std::uint64_t got = 0;
    while (reader->Read(&message)) {
        ++got;
        QCOMPARE(message.sequence(), got); // what came is without a gap
    }
    QVERIFY(!reader->Finish().ok()); // and then it was cut
    QVERIFY(got < recorder.updates().size());
}

void TestLiveStream::watch_tooManyStreams_areRefused()
{
    restartWith({.liveStreams = 1});
    Recorder first;
    auto stream = m_client->watch({}, first.observer());
    QTRY_VERIFY(!first.updates().empty());
    Recorder second;
    const auto refused = m_client->watch({}, second.observer());
    QTRY_VERIFY(second.wasTold(ConnectionState::Disconnected,
                               QStringLiteral("there are 1 live streams already")));
    stream.reset(); // room again: the second comes in by itself
    QTRY_VERIFY(!second.updates().empty());
}

void TestLiveStream::watch_nobodyFollows_serviceIsLeftAlone()
{
    Recorder recorder;
    auto stream = m_client->watch({}, recorder.observer());
    QTRY_VERIFY(!recorder.updates().empty());
    stream.reset();
    // The hub notices at its next look.
    QTRY_COMPARE(m_sampling.load(), 0);
    const std::size_t calls = m_fake->calls();
    m_agent->server().notifyChanged();
    QTest::qWait(200);
    QCOMPARE(m_fake->calls(), calls);
}

void TestLiveStream::watch_destroyed_callsBackNoMore()
{
    for (int round = 0; round < 20; ++round) {
        auto recorder = std::make_unique<Recorder>();
        auto stream = m_client->watch({}, recorder->observer());
        if (round % 2 == 0) {
            QTRY_VERIFY(!recorder->updates().empty());
        }
        stream.reset();
        recorder.reset(); // a callback now would touch freed memory
    }
}

QTEST_GUILESS_MAIN(TestLiveStream)
#include "tst_live_stream.moc"

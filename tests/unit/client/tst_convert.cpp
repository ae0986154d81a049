// SPDX-License-Identifier: Apache-2.0
#include "shared/base/result.h"
#include "shared/proto/convert.h"
#include "shared/proto/convert_audit.h"
#include "shared/proto/convert_hotkeys.h"
#include "tests/harness/fake_hotkeys.h"

#include <QtTest/QtTest>
#include <cmath>
#include <cstring>

using namespace isotherm;

namespace
{

QString text(const std::string& value)
{
    return QString::fromStdString(value);
}

/// Over the wire and back: through the bytes, not just the message.
template <class Message, class Record>
auto throughBytes(const Record& record)
{
    Message message;
    if (!message.ParseFromString(proto::toProto(record).SerializeAsString())) {
        qFatal("the message cannot be parsed");
    }
    return proto::fromProto(message);
}

KeyRange range(const std::string& begin, const std::optional<std::string>& end)
{
    KeyRange made;
    made.begin = Key(begin);
    if (end) {
        made.end = Key(*end);
    }
    return made;
}

ShardRecord fullShard()
{
    ShardRecord shard;
    shard.id = ShardId(0xFFFFFFFFFFFFFFFFULL);
    shard.keyspace = "kund:innen";
    shard.range = range(std::string("\x00\xFF\x80", 3), std::string("\xFF\x00", 2));
    shard.rangeText = "[1, 2)";
    shard.isDefault = true;
    shard.leaves = {"public.\"a b\"", "x.y"};
    shard.node = "db-a:5432";
    shard.rows = 1'234'567'890'123ULL;
    shard.size = ByteCount(5);
    shard.state = ShardState::Retired;
    shard.temperature = 0.0;
    shard.predictedTemperature = 1.0;
    shard.rowsPerSecond = 12.5;
    shard.lastBackup = fromUnixMicros(-1);
    shard.lastBackupLsn = Lsn(7);
    shard.rpoObjective = std::chrono::milliseconds(0);
    shard.parents = {ShardId(1), ShardId(2)};
    shard.notCovered = {"unlogged table x"};
    return shard;
}

JobRecord fullJob()
{
    JobRecord job;
    job.id = JobId(9);
    job.kind = JobKind::Verify;
    job.state = JobState::RolledBack;
    job.title = "t";
    job.phase = "p";
    job.bytesDone = 1;
    job.bytesTotal = 2;
    job.rowsDone = 3;
    job.bytesPerSecond = 4.5;
    job.created = fromUnixMicros(5);
    job.started = fromUnixMicros(6);
    job.finished = fromUnixMicros(7);
    job.heartbeat = fromUnixMicros(8);
    job.shards = {ShardId(10), ShardId(11)};
    job.requestedBy = "ana";
    job.error = "e";
    job.result = "r";
    return job;
}

} // namespace

class TestConvert : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void keyRange_openAndClosed_roundTrip();
    void keyspace_full_roundTrip();
    void shard_fullAndEmpty_roundTrip();
    void backup_fullAndEmpty_roundTrip();
    void job_fullAndEmpty_roundTrip();
    void schedule_fullAndEmpty_roundTrip();
    void plan_full_roundTrip();
    void receipt_full_roundTrip();
    void audit_full_roundTrip();
    void hotKeys_full_roundTrip();
    void status_full_roundTrip();
    void requests_full_roundTrip();
    void error_everyCode_roundTrips();
    void heat_values_roundTripBitForBit();
    void heat_sizesDisagree_isRefused();
    void enum_unknownValue_isKept();
    void enum_valueBeyondTheType_becomesZero();
    void text_invalidUtf8_isReplaced_data();
    void text_invalidUtf8_isReplaced();
};

void TestConvert::keyRange_openAndClosed_roundTrip()
{
    for (const KeyRange& made : {range("", {}), range("", ""), range("a", "b"), range("a", {})}) {
        QVERIFY(throughBytes<proto::v1::KeyRange>(made) == made);
    }
}

void TestConvert::keyspace_full_roundTrip()
{
    KeyspaceRecord record{.name = "orders",
                          .tables = {"public.orders", "public.order_lines"},
                          .keyColumns = {"customer_id", "region"},
                          .keyTypes = {KeyType::Integer, KeyType::Opaque},
                          .rpo = std::chrono::minutes(5),
                          .shardCount = 8};
    QVERIFY(throughBytes<proto::v1::Keyspace>(record) == record);
    record.rpo.reset();
    QVERIFY(throughBytes<proto::v1::Keyspace>(record) == record);
}

void TestConvert::shard_fullAndEmpty_roundTrip()
{
    QVERIFY(throughBytes<proto::v1::Shard>(fullShard()) == fullShard());
    QVERIFY(throughBytes<proto::v1::Shard>(ShardRecord()) == ShardRecord());
}

void TestConvert::backup_fullAndEmpty_roundTrip()
{
    const BackupRecord record{.id = "m-1",
                              .shard = ShardId(3),
                              .keyspace = "orders",
                              .kind = BackupKind::Unchanged,
                              .started = fromUnixMicros(1),
                              .finished = fromUnixMicros(2),
                              .asOf = fromUnixMicros(3),
                              .lsn = Lsn(4),
                              .rows = 5,
                              .rawBytes = ByteCount(6),
                              .storedBytes = ByteCount(7),
                              .tier = "local",
                              .verified = VerifyLevel::Compared,
                              .verifiedAt = fromUnixMicros(0),
                              .deltas = 8,
                              .sinceDatabase = 9};
    QVERIFY(throughBytes<proto::v1::Backup>(record) == record);
    QVERIFY(throughBytes<proto::v1::Backup>(BackupRecord()) == BackupRecord());
}

void TestConvert::job_fullAndEmpty_roundTrip()
{
    QVERIFY(throughBytes<proto::v1::Job>(fullJob()) == fullJob());
    QVERIFY(throughBytes<proto::v1::Job>(JobRecord()) == JobRecord());
}

void TestConvert::schedule_fullAndEmpty_roundTrip()
{
    const ScheduleEntry entry{.shard = ShardId(3),
                              .keyspace = "orders",
                              .rangeText = "[1, 2)",
                              .due = fromUnixMicros(4),
                              .kind = BackupKind::Incremental,
                              .temperature = 0.91,
                              .interval = std::chrono::hours(1),
                              .reason = "hot (0.91 > 0.8): every 1h"};
    QVERIFY(throughBytes<proto::v1::ScheduleEntry>(entry) == entry);
    QVERIFY(throughBytes<proto::v1::ScheduleEntry>(ScheduleEntry()) == ScheduleEntry());
}

void TestConvert::plan_full_roundTrip()
{
    RestorePlan plan;
    plan.id = "abc";
    plan.request = {.keyspace = "orders",
                    .tables = {"a", "b"},
                    .predicate = "k > 1",
                    .shards = {ShardId(1)},
                    .at = fromUnixMicros(2),
                    .sideSchema = "side",
                    .lsn = Lsn(21),
                    .beforeTransaction = 22};
    plan.made = fromUnixMicros(3);
    plan.parts = {{.shard = ShardId(1),
                   .rangeText = "[1, 2)",
                   .table = "public.a",
                   .backupId = "m",
                   .asOf = fromUnixMicros(4),
                   .lsn = Lsn(5),
                   .runs = 6,
                   .rows = 7,
                   .bytesToRead = ByteCount(8),
                   .tier = "t"}};
    plan.sideTables = {"side.a", "side.b"};
    plan.bytesToRead = ByteCount(9);
    plan.rows = 10;
    plan.fastest = std::chrono::milliseconds(11);
    plan.slowest = std::chrono::milliseconds(12);
    plan.warnings = {"w"};
    const RestorePlan back = throughBytes<proto::v1::RestorePlan>(plan);
    QCOMPARE(text(back.id), text(plan.id));
    QCOMPARE(text(back.request.keyspace), text(plan.request.keyspace));
    QVERIFY(back.request.tables == plan.request.tables);
    QCOMPARE(text(back.request.predicate), text(plan.request.predicate));
    QVERIFY(back.request.shards == plan.request.shards);
    QVERIFY(back.request.at == plan.request.at);
    QCOMPARE(text(back.request.sideSchema), text(plan.request.sideSchema));
    QVERIFY(back.request.lsn == plan.request.lsn);
    QVERIFY(back.request.beforeTransaction == plan.request.beforeTransaction);
    QVERIFY(back.made == plan.made);
    QVERIFY(back.parts == plan.parts);
    QVERIFY(back.sideTables == plan.sideTables);
    QVERIFY(back.bytesToRead == plan.bytesToRead);
    QCOMPARE(back.rows, plan.rows);
    QVERIFY(back.fastest == plan.fastest && back.slowest == plan.slowest);
    QVERIFY(back.warnings == plan.warnings);
    QVERIFY(!throughBytes<proto::v1::RestorePlan>(RestorePlan()).fastest.has_value());
    QVERIFY(!throughBytes<proto::v1::RestorePlan>(RestorePlan()).request.at.has_value());
}

void TestConvert::receipt_full_roundTrip()
{
    RestoreReceipt receipt;
    receipt.job = JobId(1);
    receipt.planId = "p";
    receipt.started = fromUnixMicros(2);
    receipt.finished = fromUnixMicros(3);
    receipt.tables = {{"a", "side.a", 4, "00ff", true}, {"b", "side.b", 5, "ff00", false}};
    receipt.bytesRead = ByteCount(6);
    receipt.verified = true;
    const RestoreReceipt back = throughBytes<proto::v1::RestoreReceipt>(receipt);
    QCOMPARE(back.job, receipt.job);
    QCOMPARE(text(back.planId), text(receipt.planId));
    QVERIFY(back.started == receipt.started && back.finished == receipt.finished);
    QCOMPARE(back.tables.size(), std::size_t{2});
    QCOMPARE(text(back.tables[1].source), QStringLiteral("b"));
    QCOMPARE(text(back.tables[1].sideTable), QStringLiteral("side.b"));
    QCOMPARE(back.tables[1].rows, std::uint64_t{5});
    QCOMPARE(text(back.tables[1].checksum), QStringLiteral("ff00"));
    QVERIFY(back.tables[0].verified && !back.tables[1].verified);
    QVERIFY(back.bytesRead == receipt.bytesRead && back.verified);
}

void TestConvert::audit_full_roundTrip()
{
    const AuditEntry entry{.sequence = 1,
                           .time = fromUnixMicros(2),
                           .who = "w",
                           .role = "r",
                           .action = "a",
                           .target = "t",
                           .outcome = "o",
                           .peer = "p",
                           .hash = "h"};
    QVERIFY(throughBytes<proto::v1::AuditEntry>(entry) == entry);
    const auto verification = throughBytes<proto::v1::AuditVerification>(
        AuditVerification{.intact = true, .entries = 5, .firstBad = 3});
    QVERIFY(verification.intact && verification.entries == 5 && verification.firstBad == 3);
}

void TestConvert::hotKeys_full_roundTrip()
{
    const ShardHotKeys record = test::FakeHotKeys::sample();
    QVERIFY(throughBytes<proto::v1::ShardHotKeys>(record) == record);
    const auto query = throughBytes<proto::v1::GetHotKeysRequest>(
        HotKeysQuery{.shard = ShardId(7), .keys = 8, .quantiles = 9, .statements = 10});
    QVERIFY(query.shard == ShardId(7) && query.keys == 8 && query.quantiles == 9 &&
            query.statements == 10);
}

void TestConvert::status_full_roundTrip()
{
    ClusterStatus status;
    status.cluster = "c";
    status.environment = "production";
    status.engine = "postgresql";
    status.serverVersion = "15.20";
    status.databaseReachable = true;
    status.agentVersion = "0.1.0";
    status.agentStarted = fromUnixMicros(1);
    status.now = fromUnixMicros(2);
    status.lastSample = fromUnixMicros(3);
    status.shards = 4;
    status.shardsWithoutBackup = 5;
    status.rpoBreached = 6;
    status.jobsRunning = 7;
    status.repositoryBytes = ByteCount(8);
    status.backups = 9;
    status.hotAbove = 0.7;
    status.warmAbove = 0.4;
    status.diagnostics = {{DiagnosticLevel::Critical, "code", "message", "hint"}};
    QVERIFY(throughBytes<proto::v1::ClusterStatus>(status) == status);
    QVERIFY(throughBytes<proto::v1::ClusterStatus>(ClusterStatus()) == ClusterStatus());
}

void TestConvert::requests_full_roundTrip()
{
    const auto shards = throughBytes<proto::v1::ListShardsRequest>(
        ShardFilter{.keyspace = "k", .includeRetired = true});
    QVERIFY(shards.keyspace == "k" && shards.includeRetired);
    HeatQuery query;
    query.metric = HeatMetric::Temperature;
    query.from = fromUnixMicros(1);
    query.to = fromUnixMicros(2);
    query.columnLimit = 3;
    query.shards = {ShardId(4)};
    query.keyspace = "k";
    const HeatQuery heat = throughBytes<proto::v1::GetHeatRequest>(query);
    QVERIFY(heat.metric == query.metric && heat.from == query.from && heat.to == query.to &&
            heat.columnLimit == 3 && heat.shards == query.shards && heat.keyspace == "k");
    const auto backups =
        throughBytes<proto::v1::ListBackupsRequest>(BackupFilter{.keyspace = "k",
                                                                 .shards = {ShardId(1)},
                                                                 .from = fromUnixMicros(2),
                                                                 .to = fromUnixMicros(3),
                                                                 .limit = 4});
    QVERIFY(backups.keyspace == "k" && backups.shards == std::vector{ShardId(1)} &&
            backups.from == fromUnixMicros(2) && backups.to == fromUnixMicros(3) &&
            backups.limit == 4);
    QVERIFY(!throughBytes<proto::v1::ListBackupsRequest>(BackupFilter()).from);
    const auto jobs =
        throughBytes<proto::v1::ListJobsRequest>(JobFilter{.activeOnly = true, .limit = 5});
    QVERIFY(jobs.activeOnly && jobs.limit == 5);
    const auto audit =
        throughBytes<proto::v1::ListAuditRequest>(AuditFilter{.afterSequence = 6, .limit = 7});
    QVERIFY(audit.afterSequence == 6 && audit.limit == 7);
    const auto backup = throughBytes<proto::v1::RunBackupRequest>(
        BackupRequest{.keyspace = "k", .shards = {ShardId(8)}, .caller = {"liar"}});
    QVERIFY(backup.keyspace == "k" && backup.shards == std::vector{ShardId(8)});
    QVERIFY(backup.caller.name.empty()); // never from the wire
    const auto verify = throughBytes<proto::v1::VerifyBackupsRequest>(VerifyRequest{
        .keyspace = "k", .shards = {ShardId(9)}, .level = VerifyLevel::Decodes, .caller = {}});
    QVERIFY(verify.keyspace == "k" && verify.level == VerifyLevel::Decodes &&
            verify.shards == std::vector{ShardId(9)});
    const auto adopt = throughBytes<proto::v1::AdoptKeyspaceRequest>(
        AdoptRequest{.name = "n",
                     .tables = {"t"},
                     .keyColumns = {"c"},
                     .rpo = std::chrono::milliseconds(10),
                     .caller = {}});
    QVERIFY(adopt.name == "n" && adopt.tables == std::vector<std::string>{"t"} &&
            adopt.keyColumns == std::vector<std::string>{"c"} &&
            adopt.rpo == std::chrono::milliseconds(10));
}

void TestConvert::error_everyCode_roundTrips()
{
    for (int code = 0; code <= static_cast<int>(Code::Unauthenticated); ++code) {
        const Error error = makeError(static_cast<Code>(code), "m", "h");
        QVERIFY(throughBytes<proto::v1::ErrorDetail>(error) == error);
    }
    QCOMPARE(proto::toWireCode(Code::Cancelled), 1);
    QCOMPARE(proto::toWireCode(Code::Unauthenticated), 16);
    for (const int unknown : {-1, 0, 17, 1'000}) {
        QCOMPARE(proto::fromWireCode(unknown), Code::Unknown);
    }
}

void TestConvert::heat_values_roundTripBitForBit()
{
    HeatMatrix matrix;
    matrix.metric = HeatMetric::Bytes;
    matrix.start = fromUnixMicros(1'000'000);
    matrix.step = std::chrono::seconds(1);
    matrix.columns = 3;
    matrix.rows = {{ShardId(1), "k", "[1, 2)"}, {ShardId(2), "k", "[2, 3)"}};
    matrix.mean = {0.0F, -0.0F, 1.5F, kMissingHeat, 1e30F, INFINITY};
    matrix.max = {1.0F, 2.0F, kMissingHeat, 4.0F, 5.0F, 6.0F};
    matrix.forecastFrom = 2;
    const HeatMatrix back = throughBytes<proto::v1::HeatMatrix>(matrix).value();
    QCOMPARE(back.metric, matrix.metric);
    QVERIFY(back.start == matrix.start && back.step == matrix.step);
    QCOMPARE(back.columns, matrix.columns);
    QVERIFY(back.rows == matrix.rows);
    QCOMPARE(back.forecastFrom, matrix.forecastFrom);
    QCOMPARE(back.mean.size(), matrix.mean.size());
    QVERIFY(std::memcmp(back.mean.data(), matrix.mean.data(), 24) == 0);
    QVERIFY(std::memcmp(back.max.data(), matrix.max.data(), 24) == 0);
    HeatMatrix empty;
    empty.step = std::chrono::seconds(1);
    QVERIFY(throughBytes<proto::v1::HeatMatrix>(empty).ok());
}

void TestConvert::heat_sizesDisagree_isRefused()
{
    HeatMatrix matrix;
    matrix.step = std::chrono::seconds(1);
    matrix.columns = 2;
    matrix.forecastFrom = 2;
    matrix.rows = {{ShardId(1), "k", "r"}};
    matrix.mean = matrix.max = {1.0F, 2.0F};
    const proto::v1::HeatMatrix good = proto::toProto(matrix);
    QVERIFY(proto::fromProto(good).ok());
    proto::v1::HeatMatrix bad = good;
    bad.mutable_mean()->pop_back();
    QVERIFY(!proto::fromProto(bad).ok());
    bad = good;
    bad.mutable_max()->append("xxxx");
    QVERIFY(!proto::fromProto(bad).ok());
    bad = good;
    bad.set_columns(0x80000000U);
    QVERIFY(!proto::fromProto(bad).ok());
    bad = good;
    bad.set_forecast_from(3);
    QVERIFY(!proto::fromProto(bad).ok());
    for (const std::int64_t step : {std::int64_t{0}, std::int64_t{-1}, INT64_MAX}) {
        bad = good;
        bad.set_step_millis(step);
        QVERIFY(!proto::fromProto(bad).ok());
    }
}

void TestConvert::enum_unknownValue_isKept()
{
    proto::v1::Job message;
    message.set_state(static_cast<proto::v1::JobState>(77));
    message.set_kind(static_cast<proto::v1::JobKind>(200));
    proto::v1::Job parsed;
    QVERIFY(parsed.ParseFromString(message.SerializeAsString()));
    const JobRecord job = proto::fromProto(parsed);
    QCOMPARE(static_cast<int>(job.state), 77);
    QVERIFY(jobStateName(job.state) == "unknown");
    QVERIFY(jobKindName(job.kind) == "unknown");
    QVERIFY(throughBytes<proto::v1::Job>(job) == job);
}

void TestConvert::enum_valueBeyondTheType_becomesZero()
{
    proto::v1::Job message;
    message.set_state(static_cast<proto::v1::JobState>(256 + 3)); // would look like Done
    QCOMPARE(static_cast<int>(proto::fromProto(message).state), 0);
    message.set_state(static_cast<proto::v1::JobState>(-1));
    QCOMPARE(static_cast<int>(proto::fromProto(message).state), 0);
}

void TestConvert::text_invalidUtf8_isReplaced_data()
{
    QTest::addColumn<QByteArray>("given");
    QTest::addColumn<QByteArray>("expected");
    const QByteArray r("\xEF\xBF\xBD");
    QTest::newRow("valid") << QByteArray("aß€😀") << QByteArray("aß€😀");
    QTest::newRow("latin-1") << QByteArray("caf\xE9") << "caf" + r;
    QTest::newRow("cut") << QByteArray("\xE2\x82") << r + r;
    QTest::newRow("overlong") << QByteArray("\xC0\xAF") << r + r;
    QTest::newRow("surrogate") << QByteArray("\xED\xA0\x80") << r + r + r;
    QTest::newRow("beyond") << QByteArray("\xF4\x90\x80\x80") << r + r + r + r;
    QTest::newRow("lone continuation") << QByteArray("a\x80z") << "a" + r + "z";
    QTest::newRow("NUL") << QByteArray("a\0b", 3) << QByteArray("a\0b", 3);
}

void TestConvert::text_invalidUtf8_isReplaced()
{
    QFETCH(QByteArray, given);
    QFETCH(QByteArray, expected);
    QCOMPARE(QByteArray::fromStdString(proto::validUtf8(given.toStdString())), expected);
    AuditEntry entry;
    entry.target = given.toStdString();
    QCOMPARE(QByteArray::fromStdString(throughBytes<proto::v1::AuditEntry>(entry).target),
             expected);
}

QTEST_GUILESS_MAIN(TestConvert)
#include "tst_convert.moc"

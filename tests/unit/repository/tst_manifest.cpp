// SPDX-License-Identifier: Apache-2.0
#include "agent/repository/compression.h"
#include "agent/repository/manifest.h"
#include "agent/repository/object_names.h"
#include "samples.h"

#include <QTest>

using namespace isotherm;
using repository::decodeManifest;
using repository::encodeManifest;
using repository::Manifest;
using repository::ManifestTable;
using repository::RunRef;

namespace
{

Manifest sampleManifest()
{
    RunRef run;
    run.object = "run/20260202/024000-00112233445566778899aabbccddeeff";
    run.stored = ByteCount(1234);
    run.raw = ByteCount(5678);
    run.rows = run.versions = 9;
    run.minKey = test::idKey(-5);
    run.maxKey = test::idKey(500);
    run.checksum = repository::RowChecksum(9, 1, ~0ULL);
    run.digest = std::string(32, '\x80');
    ManifestTable table;
    table.schema = test::notesSchema();
    table.schema.columns[0].number = 300;
    table.schema.columns[1].collation = "pg_catalog.\"C\"";
    table.rows = 9;
    table.raw = ByteCount(5678);
    table.checksum = run.checksum;
    table.runs = {run, run};
    ManifestTable shared = table;
    shared.checksum.reset();
    Manifest manifest = test::manifestOf({table, shared}, fromUnixMicros(1'770'000'000'123'456));
    manifest.range = test::idRange(0, 1000);
    manifest.isDefault = true;
    manifest.kind = BackupKind::Unchanged;
    manifest.previousManifest = "7-20260101t000000.000000z-00000000";
    manifest.parents = {ShardId(3), ShardId(~0ULL)};
    manifest.started = fromUnixMicros(-1);
    manifest.sequences = {{"public", "notes_id_seq", "public.notes", -7, -2, 20}};
    manifest.chainStop = {"dropped: DROP TABLE notes_1", Lsn(77)};
    manifest.sinceDatabase = 3;
    return manifest;
}

std::string repack(const std::string& encoded, const std::string& more)
{
    repository::Compression compression(1);
    return compression.packContainer(compression.unpackContainer(encoded).value() + more);
}

std::string futureField(bool critical)
{
    std::string field;
    appendVarint(field, 900U << 1U | (critical ? 1U : 0U));
    appendSized(field, "?");
    return field;
}

} // namespace

class TestManifest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void roundTrip_everyField_isExact()
    {
        const Manifest manifest = sampleManifest();
        QVERIFY(decodeManifest(encodeManifest(manifest)).value() == manifest);
        // Not a part of what rows look like, hence of no comparison.
        const Manifest back = decodeManifest(encodeManifest(manifest)).value();
        QCOMPARE(back.tables[0].schema.columns[0].number, 300U);
        QCOMPARE(back.tables[0].schema.columns[1].number, 0U);
        Manifest open = manifest;
        open.range.end.reset();
        open.tables.clear();
        QVERIFY(decodeManifest(encodeManifest(open)).value() == open);
        QCOMPARE(manifest.rows(), std::uint64_t{18});
        QCOMPARE(manifest.storedBytes().get(), std::uint64_t{4 * 1234});
    }

    void decode_futureFields_criticalOnesAreRefused()
    {
        const std::string encoded = encodeManifest(sampleManifest());
        QVERIFY(decodeManifest(repack(encoded, futureField(false))).value() == sampleManifest());
        const auto refused = decodeManifest(repack(encoded, futureField(true)));
        QCOMPARE(refused.error().code, Code::Unimplemented);
        QVERIFY(!refused.error().hint.empty());
    }

    void decode_badRunName_isDataLoss()
    {
        Manifest manifest = sampleManifest();
        manifest.tables[0].runs[0].object = "../../etc/passwd";
        QCOMPARE(decodeManifest(encodeManifest(manifest)).error().code, Code::DataLoss);
    }

    void id_toNameAndBack_isTheSame()
    {
        const WallTime asOf = fromUnixMicros(1'770'000'000'123'456);
        const std::string id = repository::makeManifestId(ShardId(26), asOf).value();
        QVERIFY(
            QString::fromStdString(id).startsWith(QStringLiteral("26-20260202t024000.123456z-")));
        const std::string name = repository::manifestObjectName(id).value();
        QVERIFY(QString::fromStdString(name).startsWith(
            QStringLiteral("manifest/000000000000001a/20260202t024000.123456z-")));
        const auto parsed = repository::parseManifestObjectName(name);
        QVERIFY(parsed && parsed->id == id && parsed->shard == ShardId(26) && parsed->asOf == asOf);
    }

    void id_bad_isRefused()
    {
        for (const char* id :
             {"", "7", "x-20260202t024000.123456z-00112233", "7-20260202t024000.123456z-0011223",
              "7-20261302t024000.123456z-00112233", "07-20260202t024000.123456z-00112233",
              "7-20260202t024000.123456z-0011223G", "-7-20260202t024000.123456z-00112233",
              "7-20260202t024000.123456z-00112233/.."}) {
            QVERIFY(!repository::manifestObjectName(id).ok());
        }
        for (const char* name : {"manifest/", "manifest/1a/20260202t024000.123456z-00112233",
                                 "run/20260202/024000-00112233445566778899aabbccddeeff",
                                 "manifest/000000000000001a/x"}) {
            QVERIFY(!repository::parseManifestObjectName(name));
        }
    }

    void names_sort_byShardThenTime()
    {
        const auto name = [](std::uint64_t shard, std::int64_t seconds) {
            return repository::manifestObjectName(
                       repository::makeManifestId(ShardId(shard),
                                                  fromUnixMicros(seconds * 1'000'000))
                           .value())
                .value();
        };
        QVERIFY(name(2, 2'000'000'000) < name(10, 1));
        QVERIFY(name(10, 999) < name(10, 1000));
    }

    void runName_time_isReadBack()
    {
        const WallTime time = fromUnixMicros(1'770'000'000'000'000);
        const std::string name = repository::runObjectName(time, std::string(16, '\x01')).value();
        QVERIFY(repository::runObjectTime(name) == time);
        QVERIFY(!repository::runObjectTime("run/x"));
    }
};

QTEST_GUILESS_MAIN(TestManifest)
#include "tst_manifest.moc"

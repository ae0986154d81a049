// SPDX-License-Identifier: Apache-2.0
// Tables that changed while their history was kept.
#include "agent/repository/schema_history.h"
#include "agent/repository/synthetic.h"
#include "samples.h"

#include <QTest>

using namespace isotherm;
using repository::Manifest;
using repository::RowMapper;
using repository::SchemaVersion;
using test::RepositoryFixture;

namespace
{

/// id, note → id, note, rank (5 in old rows) → id, rank, extra (NULL in old rows).
std::vector<SchemaVersion> threeVersions()
{
    std::vector<SchemaVersion> versions(3);
    versions[0].schema = test::notesSchema();
    versions[1].from = Lsn(100);
    versions[1].schema = versions[0].schema;
    versions[1].schema.columns.push_back({"rank", "bigint", ValueEncoding::Binary, true, {}});
    std::string five;
    appendBigEndian(five, std::uint64_t{5});
    versions[1].origins = {{0, std::nullopt}, {1, std::nullopt}, {std::nullopt, five}};
    versions[2].from = Lsn(200);
    versions[2].schema = versions[1].schema;
    versions[2].schema.columns.erase(versions[2].schema.columns.begin() + 1);
    versions[2].schema.columns.push_back({"extra", "text", ValueEncoding::Binary, false, {}});
    versions[2].origins = {{0, std::nullopt}, {2, std::nullopt}, {std::nullopt, std::nullopt}};
    return versions;
}

std::string row(std::int64_t id, const std::vector<std::optional<std::string>>& texts,
                std::optional<std::int64_t> rank)
{
    std::string bytes;
    test::appendInt8(bytes, id);
    for (const auto& text : texts) {
        text ? test::appendField(bytes, *text) : test::appendNull(bytes);
    }
    if (rank) {
        test::appendInt8(bytes, *rank);
    }
    return bytes;
}

std::string lastForm(std::int64_t id, std::int64_t rank, const std::optional<std::string>& extra)
{
    std::string bytes;
    test::appendInt8(bytes, id);
    test::appendInt8(bytes, rank);
    extra ? test::appendField(bytes, *extra) : test::appendNull(bytes);
    return bytes;
}

/// One transaction with one change, as a delta.
Result<std::vector<repository::RunRef>>
oneChange(repository::Repository& repository, const SchemaVersion& version, Lsn first, Lsn commit,
          const std::string& changed,
          std::vector<std::unique_ptr<repository::DeltaWriter>>& writers)
{
    repository::DeltaOptions options;
    options.schema = version.schema;
    options.first = first;
    options.last = commit;
    ISO_ASSIGN(auto writer, repository.openDeltaWriter(options));
    repository::TransactionRecord transaction;
    transaction.id = 1000 + commit.get();
    transaction.commit = commit;
    ISO_ASSIGN(const std::uint32_t number, writer->addTransaction(transaction));
    ISO_TRY(writer->add({repository::DeltaKind::Update, number, changed}));
    ISO_ASSIGN(auto runs, writer->finish());
    writers.push_back(std::move(writer));
    return runs;
}

} // namespace

class TestSchemaHistory : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void mapper_overTwoChanges_mapsEveryColumn()
    {
        auto mapper = RowMapper::make(threeVersions(), 0, 2).value();
        QCOMPARE(std::string(mapper.map(row(3, {"text"}, std::nullopt)).value()),
                 lastForm(3, 5, std::nullopt));
        QVERIFY(RowMapper::make(threeVersions(), 1, 1).value().identity());
        QCOMPARE(RowMapper::make(threeVersions(), 2, 1).error().code, Code::FailedPrecondition);
        QCOMPARE(mapper.map("short").error().code, Code::InvalidArgument);
    }

    void origins_byName_endTheChainWhereTheyMust()
    {
        const auto versions = threeVersions();
        const auto origins =
            repository::originsByName(versions[1].schema, versions[2].schema).value();
        QCOMPARE(origins.size(), std::size_t{3});
        QVERIFY(origins[1].previous == 2U && !origins[2].previous);
        TableSchema other = versions[0].schema;
        other.columns[1].encoding = ValueEncoding::Text;
        QCOMPARE(repository::originsByName(versions[0].schema, other).error().code,
                 Code::FailedPrecondition);
        other = versions[0].schema;
        other.key = {{1, KeyType::Text}};
        QCOMPARE(repository::originsByName(versions[0].schema, other).error().code,
                 Code::FailedPrecondition);
    }

    void read_acrossChanges_hasTheFormOfItsMoment()
    {
        RepositoryFixture fixture;
        const auto versions = threeVersions();
        RowBatch base;
        base.append(row(1, {"one"}, std::nullopt));
        base.append(row(2, {"two"}, std::nullopt));
        auto options = test::runOptions(versions[0].schema);
        auto written = test::writeTable(*fixture.repository, base, options);
        Manifest manifest = test::manifestOf({written.value().table}, fixture.clock.wallNow());
        manifest.visibility = "10:20:15";
        manifest.lsn = Lsn(250);
        manifest.kind = BackupKind::Incremental;
        auto& table = manifest.tables[0];
        table.checksum.reset();
        table.versions = versions;
        table.schema = versions[2].schema;
        std::vector<std::unique_ptr<repository::DeltaWriter>> writers;
        const std::vector<std::string> changes{row(1, {"uno"}, std::nullopt), row(2, {"due"}, 7),
                                               lastForm(1, 9, "x")};
        const std::vector<Lsn> commits{Lsn(50), Lsn(150), Lsn(250)};
        for (std::uint32_t i = 0; i < 3; ++i) {
            auto runs =
                oneChange(*fixture.repository, versions[i], i == 0 ? Lsn(1) : commits[i - 1],
                          commits[i], changes[i], writers);
            runs.value().front().schemaVersion = i;
            table.runs.push_back(runs.value().front());
        }
        const std::string id = fixture.repository->commitManifest(manifest).value();
        manifest = fixture.repository->loadManifest(id).value();
        QVERIFY(manifest.tables[0].versions == versions);

        const auto read = [&](Lsn target) {
            auto reader =
                std::move(fixture.repository->openTableAt(manifest, 0, {.target = target})).value();
            return test::readAll(*reader->openRows({}, {}).value()).value();
        };
        using Rows = std::vector<std::string>;
        QCOMPARE(read(Lsn(60)), (Rows{changes[0], row(2, {"two"}, std::nullopt)}));
        QCOMPARE(read(Lsn(120)), (Rows{row(1, {"uno"}, 5), row(2, {"two"}, 5)}));
        QCOMPARE(read(Lsn(160)), (Rows{row(1, {"uno"}, 5), changes[1]}));
        QCOMPARE(read(Lsn(210)),
                 (Rows{lastForm(1, 5, std::nullopt), lastForm(2, 7, std::nullopt)}));
        QCOMPARE(read(Lsn(250)), (Rows{changes[2], lastForm(2, 7, std::nullopt)}));

        // A compaction in the middle keeps the forms that are still to come.
        const Manifest full = repository::writeSyntheticFull(*fixture.repository, manifest,
                                                             {.cut = Lsn(160)}, fixture.clock, {})
                                  .value();
        manifest = full;
        QCOMPARE(read(Lsn(160)), (Rows{row(1, {"uno"}, 5), changes[1]}));
        QCOMPARE(read(Lsn(250)), (Rows{changes[2], lastForm(2, 7, std::nullopt)}));
    }
};

QTEST_GUILESS_MAIN(TestSchemaHistory)
#include "tst_schema_history.moc"

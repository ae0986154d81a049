// SPDX-License-Identifier: Apache-2.0
// A shard at any commit equals what an oracle in memory held then: over random changes with values
// left out, keys that move, truncates, several deltas, bases that do not see the last commits.
#include "agent/repository/synthetic.h"
#include "history_world.h"
#include "shared/model/visibility.h"

#include <QTest>
#include <random>
#include <set>

using namespace isotherm;
using repository::Manifest;
using repository::RunKind;
using repository::RunRef;
using test::HistoryWorld;
using test::RepositoryFixture;

namespace
{

constexpr std::size_t kTransactions = 220;

/// A base and the deltas after it, in a repository.
struct Chain
{
    RepositoryFixture& fixture;
    HistoryWorld world;
    HistoryWorld::Base base;
    Manifest manifest;

    Chain(RepositoryFixture& in, std::uint64_t seed) : fixture(in), world(seed, kTransactions)
    {
        base = world.baseAt(20 + world.below(60));
        RowBatch rows;
        for (const auto& [id, row] : base.rows) {
            rows.append(row);
        }
        auto options = test::runOptions(HistoryWorld::schema());
        options.visibility = base.visibility;
        auto written = test::writeTable(*fixture.repository, rows, options);
        ISO_CHECK(written.ok());
        manifest = test::manifestOf({written.value().table}, fixture.clock.wallNow());
        manifest.visibility = base.visibility;
        manifest.kind = BackupKind::Incremental;
        manifest.lsn = world.transactions().back().record.commit;
        manifest.tables[0].checksum.reset();
        std::vector<std::unique_ptr<repository::DeltaWriter>> writers;
        for (std::size_t at = base.firstHidden - world.below(3); at < kTransactions;) {
            const std::size_t end = std::min(kTransactions, at + 1 + world.below(60));
            repository::DeltaOptions delta;
            delta.blockSize = ByteCount(1024 + world.below(8000));
            delta.objectSize = ByteCount(2000 + world.below(30000));
            delta.sortMemory = ByteCount(world.below(2) == 0 ? 3000 : 1U << 20U);
            auto runs = test::writeDelta(*fixture.repository, world, at, end, delta, writers);
            if (!runs.ok()) {
                qFatal("%s", runs.error().text().c_str());
            }
            manifest.tables[0].runs.insert(manifest.tables[0].runs.end(), runs.value().begin(),
                                           runs.value().end());
            at = end;
        }
        commit();
    }

    void commit()
    {
        const auto id = fixture.repository->commitManifest(manifest);
        ISO_CHECK(id.ok());
        manifest = fixture.repository->loadManifest(id.value()).value();
    }

    [[nodiscard]] Result<std::vector<std::string>>
    read(const Manifest& from, Lsn target, const KeyRange& range = {},
         const repository::BaseFilterFactory& filter = {})
    {
        ISO_ASSIGN(const auto reader, fixture.repository->openTableAt(from, 0, {target, filter}));
        ISO_ASSIGN(const auto source, reader->openRows(range, {}));
        return test::readAll(*source);
    }

    [[nodiscard]] std::vector<std::string> expected(std::size_t at, std::int64_t begin,
                                                    std::int64_t end) const
    {
        std::vector<std::string> rows;
        for (const auto& [id, row] : world.transactions()[at].after) {
            if (begin <= id && id < end) {
                rows.push_back(row);
            }
        }
        return rows;
    }

    [[nodiscard]] Lsn commitOf(std::size_t at) const
    {
        return world.transactions()[at].record.commit;
    }
};

/// "" when the chain reads right at every commit from `from` on, else what is wrong.
std::string compareAll(Chain& chain, const Manifest& manifest, std::size_t from)
{
    for (std::size_t at = from; at < kTransactions; ++at) {
        const auto rows = chain.read(manifest, chain.commitOf(at));
        if (!rows.ok()) {
            return "commit " + std::to_string(at) + ": " + rows.error().text();
        }
        if (rows.value() != chain.expected(at, -1000, 1000)) {
            return "commit " + std::to_string(at) + " differs";
        }
        const auto begin = static_cast<std::int64_t>(chain.world.below(100)) - 40;
        const std::int64_t end = begin + static_cast<std::int64_t>(chain.world.below(30));
        const auto part = chain.read(manifest, chain.commitOf(at), test::idRange(begin, end));
        if (!part.ok() || part.value() != chain.expected(at, begin, end)) {
            return "a range at commit " + std::to_string(at) + " differs";
        }
    }
    return {};
}

repository::TransactionRecord transaction(std::uint64_t id, std::uint64_t commit)
{
    repository::TransactionRecord record;
    record.id = id;
    record.commit = Lsn(commit);
    return record;
}

} // namespace

class TestHistory : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void read_everyCommit_equalsTheOracle()
    {
        RepositoryFixture fixture;
        for (std::uint64_t seed = 20261122; seed < 20261122 + 12; ++seed) {
            Chain chain(fixture, seed);
            const std::string wrong = compareAll(chain, chain.manifest, chain.base.lastShown);
            QVERIFY2(
                wrong.empty(),
                qPrintable(
                    QStringLiteral("seed %1: %2").arg(seed).arg(QString::fromStdString(wrong))));
            const auto report =
                fixture.repository->verify(chain.manifest, VerifyLevel::Checksums, {}, {});
            QVERIFY2(report.value().ok(),
                     report.value().ok() ? "" : report.value().damages[0].text().c_str());
        }
    }

    /// A snapshot shows transactions, not a position: read at the end, without those it does not
    /// show.
    void read_asASnapshotShowsIt_equalsTheOracle()
    {
        RepositoryFixture fixture;
        int told = 0;
        for (std::uint64_t seed = 300; seed < 306; ++seed) {
            Chain chain(fixture, seed);
            for (std::size_t at = chain.base.lastShown; at < kTransactions; at += 7) {
                std::set<std::uint64_t> shown;
                for (std::size_t i = 0; i <= at; ++i) {
                    shown.insert(chain.world.transactions()[i].record.id);
                }
                repository::ReadMoment moment;
                moment.visible = [&shown](std::uint64_t transaction, Lsn) {
                    return shown.contains(transaction);
                };
                const auto reader = fixture.repository->openTableAt(chain.manifest, 0, moment);
                const auto source = reader.value()->openRows({}, {});
                const auto rows = test::readAll(*source.value());
                QVERIFY2(rows.ok(), rows.ok() ? "" : rows.error().text().c_str());
                QVERIFY2(rows.value() == chain.expected(at, -1000, 1000),
                         qPrintable(QStringLiteral("seed %1, as of %2").arg(seed).arg(at)));
                told += rows.value() != chain.expected(kTransactions - 1, -1000, 1000) ? 1 : 0;
            }
        }
        QVERIFY(told > 0); // else it would not matter
    }

    void read_cutByLsnInsteadOfVisibility_losesRows()
    {
        // The negative control: what many tools do must be seen to fail.
        RepositoryFixture fixture;
        int wrong = 0;
        int fogs = 0;
        for (std::uint64_t seed = 1; seed <= 15; ++seed) {
            Chain chain(fixture, seed);
            const Lsn cut = chain.base.lsn;
            const auto byLsn = [cut](const std::string&) {
                return Result<repository::BaseFilter>(repository::BaseFilter{
                    [cut](std::uint64_t, Lsn commit) { return commit <= cut; }});
            };
            const std::size_t at = chain.base.lastShown + 1;
            const auto rows = chain.read(chain.manifest, chain.commitOf(at), {}, byLsn);
            wrong += !rows.ok() || rows.value() != chain.expected(at, -1000, 1000) ? 1 : 0;
            fogs += chain.base.fog ? 1 : 0;
        }
        qInfo("the LSN rule is wrong in %d of 15, commits were hidden in %d", wrong, fogs);
        QVERIFY(wrong > 0);
    }

    void read_beforeTheBase_isOutOfRange()
    {
        RepositoryFixture fixture;
        Chain chain(fixture, 7);
        for (std::size_t at = 0; at < chain.base.lastShown; ++at) {
            const auto rows = chain.read(chain.manifest, chain.commitOf(at));
            QVERIFY(!rows.ok());
            QCOMPARE(rows.error().code, Code::OutOfRange);
        }
        const auto later = chain.read(chain.manifest, Lsn(chain.manifest.lsn.get() + 1));
        QCOMPARE(later.error().code, Code::OutOfRange);
    }

    void read_missingDelta_isABrokenChainNeverNull()
    {
        // Without its older runs some value must be missing: then there is an error, not a row.
        RepositoryFixture fixture;
        int broken = 0;
        for (std::uint64_t seed = 40; seed < 50; ++seed) {
            Chain chain(fixture, seed);
            Manifest manifest = chain.manifest;
            std::erase_if(manifest.tables[0].runs,
                          [](const RunRef& run) { return run.kind == RunKind::Base; });
            const auto rows = chain.read(manifest, chain.commitOf(chain.base.lastShown + 10));
            if (!rows.ok()) {
                QCOMPARE(rows.error().code, Code::DataLoss);
                QVERIFY(rows.error().message.find("broken chain") != std::string::npos);
                QVERIFY(rows.error().message.find("shard 7") != std::string::npos);
                ++broken;
            }
        }
        QVERIFY(broken > 0);
    }

    void synthetic_atAnyCut_readsLikeTheChain()
    {
        RepositoryFixture fixture;
        for (std::uint64_t seed = 100; seed < 110; ++seed) {
            Chain chain(fixture, seed);
            const std::size_t span = kTransactions - chain.base.lastShown;
            const std::size_t cut = chain.base.lastShown + chain.world.below(span);
            repository::SyntheticOptions options;
            options.cut = chain.commitOf(cut);
            options.objectSize = ByteCount(4000);
            options.blockSize = ByteCount(1024);
            const auto made = repository::writeSyntheticFull(*fixture.repository, chain.manifest,
                                                             options, fixture.clock, {});
            QVERIFY2(made.ok(), made.ok() ? "" : made.error().text().c_str());
            const Manifest manifest = fixture.repository->loadManifest(made.value().id).value();
            QVERIFY(manifest.kind == BackupKind::Full);
            const std::string wrong = compareAll(chain, manifest, cut);
            QVERIFY2(
                wrong.empty(),
                qPrintable(
                    QStringLiteral("seed %1: %2").arg(seed).arg(QString::fromStdString(wrong))));
            if (cut > 0) {
                QCOMPARE(chain.read(manifest, chain.commitOf(cut - 1)).error().code,
                         Code::OutOfRange);
            }
            // And once more, from there to the end: no delta is left.
            const auto last = repository::writeSyntheticFull(*fixture.repository, manifest, {},
                                                             fixture.clock, {});
            QVERIFY(last.ok() || cut + 1 == kTransactions);
            if (last.ok()) {
                QVERIFY(!last.value().hasDeltas());
                QCOMPARE(last.value().tables[0].rows,
                         chain.world.transactions().back().after.size());
                const auto rows = chain.read(last.value(), last.value().lsn);
                QVERIFY(rows.value() == chain.expected(kTransactions - 1, -1000, 1000));
            }
        }
    }

    void transactions_list_isWhatHappened()
    {
        RepositoryFixture fixture;
        Chain chain(fixture, 3);
        const std::size_t from = chain.base.lastShown + 2;
        const std::size_t to = kTransactions - 10;
        const auto listed = fixture.repository->listTransactions(
            chain.manifest, {.after = chain.commitOf(from), .upTo = chain.commitOf(to)});
        QVERIFY(listed.ok());
        QCOMPARE(listed.value().size(), to - from);
        for (std::size_t i = 0; i < listed.value().size(); ++i) {
            const auto& expected = chain.world.transactions()[from + 1 + i];
            const auto& found = listed.value()[i];
            QCOMPARE(found.id, expected.record.id);
            QVERIFY(found.commit == expected.record.commit && found.time == expected.record.time);
            QCOMPARE(found.inserted + found.updated + found.deleted + found.truncates,
                     std::uint64_t{expected.changes.size()});
        }
        const auto limited = fixture.repository->listTransactions(chain.manifest, {.limit = 3});
        QCOMPARE(limited.error().code, Code::ResourceExhausted);
    }

    void garbage_runsOfAnyManifest_stay()
    {
        RepositoryFixture fixture;
        Chain chain(fixture, 5);
        auto report = fixture.repository->collectGarbage({}).value();
        QCOMPARE(report.removed, 0U);
        QVERIFY(chain.read(chain.manifest, chain.manifest.lsn).ok());
        QVERIFY(fixture.repository->removeManifest(chain.manifest.id).ok());
        report = fixture.repository->collectGarbage({}).value();
        QCOMPARE(std::size_t{report.removed}, chain.manifest.tables[0].runs.size());
        QVERIFY(fixture.objects("run/").empty());
    }

    void writer_destroyedOrRefused_leavesNothing()
    {
        RepositoryFixture fixture;
        HistoryWorld world(1, 60);
        {
            std::vector<std::unique_ptr<repository::DeltaWriter>> writers;
            repository::DeltaOptions options;
            options.sortMemory = ByteCount(2000);
            QVERIFY(test::writeDelta(*fixture.repository, world, 0, 60, options, writers).ok());
            QVERIFY(!fixture.objects("run/").empty());
        }
        QVERIFY(fixture.objects("run/").empty());
        repository::DeltaOptions options;
        options.schema = test::notesSchema(false);
        options.last = Lsn(5);
        QCOMPARE(fixture.repository->openDeltaWriter(options).error().code,
                 Code::FailedPrecondition);
        options.schema = test::notesSchema();
        options.range = test::idRange(0, 10);
        auto writer = std::move(fixture.repository->openDeltaWriter(options)).value();
        QCOMPARE(writer->addTransaction(transaction(1, 6)).error().code, Code::InvalidArgument);
        QVERIFY(writer->addTransaction(transaction(1, 4)).ok());
        QCOMPARE(writer->addTransaction(transaction(2, 4)).error().code, Code::InvalidArgument);
        QCOMPARE(writer->add({repository::DeltaKind::Insert, 0, test::noteRow(10)}).error().code,
                 Code::InvalidArgument);
    }
};

QTEST_GUILESS_MAIN(TestHistory)
#include "tst_history.moc"

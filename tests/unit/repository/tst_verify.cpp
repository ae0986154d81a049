// SPDX-License-Identifier: Apache-2.0
// One bit flipped in every class of bytes: detected, named, and nobody else hurt.
#include "agent/repository/run_index.h"
#include "agent/repository/sealed_object.h"
#include "samples.h"
#include "shared/base/file.h"

#include <QTest>
#include <filesystem>
#include <set>

using namespace isotherm;
using repository::Damage;
using repository::Manifest;
using repository::ObjectPart;
using repository::RunRef;
using test::RepositoryFixture;

namespace
{

/// A backup of several runs, each of several blocks.
struct Backup
{
    RepositoryFixture fixture;
    Manifest manifest;

    Backup()
    {
        const auto written =
            test::writeTable(*fixture.repository, test::noteRows(test::ascending(0, 3000), 60),
                             test::runOptions(test::notesSchema()));
        const std::string id =
            fixture.repository
                ->commitManifest(test::manifestOf({written.value().table}, fixture.clock.wallNow()))
                .value();
        manifest = fixture.repository->loadManifest(id).value();
    }

    [[nodiscard]] const RunRef& run(std::size_t index) const
    {
        return manifest.tables[0].runs.at(index);
    }

    repository::VerifyReport verify(VerifyLevel level = VerifyLevel::Checksums)
    {
        return fixture.repository->verify(manifest, level, {}, {}).value();
    }

    /// Rows that can be read in the run's range; -1: none, for damage.
    std::int64_t readable(const RunRef& of)
    {
        auto reader = std::move(fixture.repository->openTable(manifest, 0)).value();
        auto source =
            std::move(reader->openRows({of.minKey, keyAfterPrefix(of.maxKey)}, {})).value();
        const auto rows = test::readAll(*source);
        if (!rows.ok()) {
            return rows.error().code == Code::DataLoss ? -1 : -2;
        }
        return static_cast<std::int64_t>(rows.value().size());
    }

    /// The rows of all runs but number `hurt` come back.
    void othersAreReadable(std::size_t hurt)
    {
        for (std::size_t i = 0; i < manifest.tables[0].runs.size(); ++i) {
            if (i != hurt) {
                QCOMPARE(readable(run(i)), static_cast<std::int64_t>(run(i).rows));
            }
        }
    }
};

std::string contentOf(const std::filesystem::path& path)
{
    return readFile(path).value();
}

repository::RunTrailer trailerOf(const Backup& backup, const RunRef& run)
{
    const std::string bytes = contentOf(backup.fixture.path(run.object));
    return repository::decodeRunTrailer(
               std::string_view(bytes).substr(bytes.size() - repository::kTrailerBytes),
               bytes.size())
        .value();
}

/// Offsets of the frames before the index, from their headers.
std::vector<std::pair<std::uint64_t, std::uint64_t>> framesOf(const Backup& backup,
                                                              const RunRef& run)
{
    const std::string bytes = contentOf(backup.fixture.path(run.object));
    const std::uint64_t end = trailerOf(backup, run).indexOffset;
    std::vector<std::pair<std::uint64_t, std::uint64_t>> frames;
    for (std::uint64_t at = repository::kObjectHeaderBytes; at < end;) {
        const std::uint64_t length =
            loadBigEndian<std::uint64_t>(bytes.data() + at) + repository::kFrameOverhead;
        frames.emplace_back(at, length);
        at += length;
    }
    return frames;
}

} // namespace

class TestVerify : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void verify_soundBackup_isProvenAtEachLevel()
    {
        Backup backup;
        QVERIFY(backup.manifest.tables[0].runs.size() >= 3);
        for (const VerifyLevel level :
             {VerifyLevel::Present, VerifyLevel::Decodes, VerifyLevel::Checksums}) {
            const auto report = backup.verify(level);
            QVERIFY(report.ok() && report.status().ok());
            QVERIFY(report.level == level);
            QCOMPARE(report.rows, std::uint64_t{level == VerifyLevel::Present ? 0U : 3000U});
        }
        QVERIFY(backup.fixture.repository->verifyHeader().value().ok());
        QVERIFY(backup.fixture.repository->verifyManifests({}).value().ok());
    }

    void verify_headerByte_isNamedAndRowsStillRead()
    {
        for (std::uint64_t byte = 0; byte < repository::kObjectHeaderBytes; byte += 5) {
            Backup backup;
            test::flipBit(backup.fixture.path(backup.run(1).object), byte, byte % 8);
            const auto report = backup.verify();
            QCOMPARE(report.damages.size(), std::size_t{1});
            QVERIFY(report.damages[0].part == ObjectPart::Header);
            QCOMPARE(report.damages[0].object, backup.run(1).object);
            QVERIFY(backup.readable(backup.run(1)) > 0);
            backup.othersAreReadable(1);
        }
    }

    void verify_eachBlock_isNamedWithItsKeys()
    {
        Backup backup;
        const auto frames = framesOf(backup, backup.run(1));
        QVERIFY(frames.size() > 3);
        for (std::size_t block = 0; block < frames.size(); ++block) {
            const auto [offset, length] = frames[block];
            // Its frame header, its ciphertext, its tag.
            for (const std::uint64_t at : {offset + 3, offset + 11, offset + 12, offset + 13,
                                           offset + 40, offset + length - 1}) {
                test::flipBit(backup.fixture.path(backup.run(1).object), at, 3);
                const auto report = backup.verify(VerifyLevel::Decodes);
                QCOMPARE(report.damages.size(), std::size_t{1});
                const Damage& damage = report.damages[0];
                QVERIFY(damage.part == ObjectPart::Block);
                QCOMPARE(*damage.block, static_cast<std::uint32_t>(block));
                QCOMPARE(damage.shard, ShardId(7));
                QCOMPARE(damage.table, std::string("public.notes"));
                QVERIFY(!damage.range.empty() && !(damage.range.begin < backup.run(1).minKey));
                QVERIFY(report.level == VerifyLevel::None);
                const Status status = report.status();
                QCOMPARE(status.error().code, Code::DataLoss);
                QVERIFY(status.error().message.find("block " + std::to_string(block) + " of " +
                                                    backup.run(1).object) != std::string::npos);
                QVERIFY(status.error().message.find(damage.rangeText) != std::string::npos);
                QCOMPARE(backup.readable(backup.run(1)), std::int64_t{-1});
                test::flipBit(backup.fixture.path(backup.run(1).object), at, 3);
            }
        }
        backup.othersAreReadable(99);
        QVERIFY(backup.verify().ok());
    }

    void verify_damagedBlock_leavesTheRestOfItsRunReadable()
    {
        Backup backup;
        const auto frames = framesOf(backup, backup.run(1));
        test::flipBit(backup.fixture.path(backup.run(1).object), frames[2].first + 50);
        const auto report = backup.verify();
        QCOMPARE(report.damages.size(), std::size_t{1});
        auto reader = std::move(backup.fixture.repository->openTable(backup.manifest, 0)).value();
        const KeyRange before{Key(), report.damages[0].range.begin};
        auto source = std::move(reader->openRows(before, {})).value();
        QVERIFY(!test::readAll(*source).value().empty());
        auto after =
            std::move(reader->openRows({*report.damages[0].range.end, std::nullopt}, {})).value();
        QVERIFY(!test::readAll(*after).value().empty());
        backup.othersAreReadable(1);
    }

    void verify_indexByte_isNamed()
    {
        Backup probe;
        const repository::RunTrailer trailer = trailerOf(probe, probe.run(1));
        for (const std::uint64_t at :
             {std::uint64_t{0}, std::uint64_t{9}, std::uint64_t{12}, std::uint64_t{13},
              std::uint64_t{16}, trailer.indexBytes / 2, trailer.indexBytes - 1}) {
            Backup backup;
            const repository::RunTrailer own = trailerOf(backup, backup.run(1));
            test::flipBit(backup.fixture.path(backup.run(1).object),
                          own.indexOffset + std::min(at, own.indexBytes - 1));
            const auto report = backup.verify();
            QCOMPARE(report.damages.size(), std::size_t{1});
            QVERIFY(report.damages[0].part == ObjectPart::Index);
            QCOMPARE(backup.readable(backup.run(1)), std::int64_t{-1});
            backup.othersAreReadable(1);
        }
    }

    void verify_trailerByte_isNamed()
    {
        for (std::uint64_t back = 1; back <= repository::kTrailerBytes; back += 7) {
            Backup backup;
            test::flipBit(backup.fixture.path(backup.run(1).object),
                          backup.run(1).stored.get() - back, back % 8);
            const auto report = backup.verify();
            QCOMPARE(report.damages.size(), std::size_t{1});
            QVERIFY(report.damages[0].part == ObjectPart::Trailer);
            QCOMPARE(backup.readable(backup.run(1)), std::int64_t{-1});
            backup.othersAreReadable(1);
        }
    }

    void verify_everyByteOfASmallRun_isDetected()
    {
        RepositoryFixture fixture;
        const auto written =
            test::writeTable(*fixture.repository, test::noteRows(test::ascending(0, 60)),
                             test::runOptions(test::notesSchema()));
        const Manifest manifest =
            test::manifestOf({written.value().table}, fixture.clock.wallNow());
        const RunRef& run = manifest.tables[0].runs.at(0);
        for (std::uint64_t byte = 0; byte < run.stored.get(); ++byte) {
            test::flipBit(fixture.path(run.object), byte, byte % 8);
            const auto report =
                fixture.repository->verify(manifest, VerifyLevel::Decodes, {}, {}).value();
            QVERIFY2(report.damages.size() == 1, qPrintable(QStringLiteral("byte %1").arg(byte)));
            test::flipBit(fixture.path(run.object), byte, byte % 8);
        }
    }

    void verify_everyByteOfASmallDelta_isDetectedAndNamed()
    {
        RepositoryFixture fixture;
        repository::DeltaOptions options;
        options.schema = test::notesSchema();
        options.last = Lsn(100);
        auto writer = std::move(fixture.repository->openDeltaWriter(options)).value();
        for (std::uint64_t i = 1; i <= 20; ++i) {
            repository::TransactionRecord transaction;
            transaction.id = i;
            transaction.commit = Lsn(i * 5);
            const auto number = writer->addTransaction(transaction);
            const auto id = static_cast<std::int64_t>(i);
            QVERIFY(writer->add({repository::DeltaKind::Insert, number.value(), test::noteRow(id)})
                        .ok());
        }
        Manifest manifest = test::manifestOf({{}}, fixture.clock.wallNow());
        manifest.tables[0].schema = options.schema;
        manifest.tables[0].runs = writer->finish().value();
        const RunRef& run = manifest.tables[0].runs.at(0);
        QVERIFY(fixture.repository->verify(manifest, VerifyLevel::Checksums, {}, {}).value().ok());
        std::set<ObjectPart> seen;
        for (std::uint64_t byte = 0; byte < run.stored.get(); ++byte) {
            test::flipBit(fixture.path(run.object), byte, byte % 8);
            const auto report =
                fixture.repository->verify(manifest, VerifyLevel::Decodes, {}, {}).value();
            QVERIFY2(report.damages.size() == 1, qPrintable(QStringLiteral("byte %1").arg(byte)));
            seen.insert(report.damages[0].part);
            test::flipBit(fixture.path(run.object), byte, byte % 8);
        }
        QCOMPARE(seen, (std::set<ObjectPart>{ObjectPart::Header, ObjectPart::Block,
                                             ObjectPart::Transactions, ObjectPart::Index,
                                             ObjectPart::Trailer}));
        // Sound bytes that are not what the manifest recorded.
        manifest.tables[0].runs[0].lastLsn = Lsn(101);
        const auto report =
            fixture.repository->verify(manifest, VerifyLevel::Checksums, {}, {}).value();
        QCOMPARE(report.damages.size(), std::size_t{1});
        QVERIFY(report.damages[0].part == ObjectPart::Content);
    }

    void verify_manifestByte_isNamedAndOthersLoad()
    {
        Backup backup;
        Manifest other = backup.manifest;
        other.asOf += std::chrono::hours(1);
        const std::string otherId = backup.fixture.repository->commitManifest(other).value();
        const std::string name = repository::manifestObjectName(backup.manifest.id).value();
        const std::uint64_t size = backup.fixture.store->stat(name).value().size.get();
        for (std::uint64_t byte = 0; byte < size; ++byte) {
            test::flipBit(backup.fixture.path(name), byte, byte % 8);
            const auto loaded = backup.fixture.repository->loadManifest(backup.manifest.id);
            QCOMPARE(loaded.error().code, Code::DataLoss);
            QVERIFY(loaded.error().message.find(name) != std::string::npos);
            test::flipBit(backup.fixture.path(name), byte, byte % 8);
        }
        test::flipBit(backup.fixture.path(name), 100);
        const auto report = backup.fixture.repository->verifyManifests({}).value();
        QCOMPARE(report.damages.size(), std::size_t{1});
        QCOMPARE(report.damages[0].object, name);
        QVERIFY(backup.fixture.repository->loadManifest(otherId).ok());
    }

    void verify_missingAndShortened_areNamed()
    {
        Backup backup;
        const std::filesystem::path path = backup.fixture.path(backup.run(0).object);
        std::filesystem::resize_file(path, backup.run(0).stored.get() - 1);
        QVERIFY(backup.fixture.store->remove(backup.run(1).object).ok());
        const auto report = backup.verify(VerifyLevel::Present);
        QCOMPARE(report.damages.size(), std::size_t{2});
        QVERIFY(report.damages[0].part == ObjectPart::Whole);
        QCOMPARE(report.damages[0].object, backup.run(0).object);
        QCOMPARE(report.damages[1].object, backup.run(1).object);
        QCOMPARE(backup.readable(backup.run(0)), std::int64_t{-1});
        QCOMPARE(backup.readable(backup.run(1)), std::int64_t{-1});
        QCOMPARE(backup.readable(backup.run(2)), static_cast<std::int64_t>(backup.run(2).rows));
    }

    void verify_swappedBlocksAndRuns_areDetected()
    {
        Backup backup;
        const auto frames = framesOf(backup, backup.run(1));
        std::string bytes = contentOf(backup.fixture.path(backup.run(1).object));
        const std::string original = bytes;
        const auto write = [&](const std::string& content, std::size_t run) {
            return writeFileDurably(backup.fixture.path(backup.run(run).object), content,
                                    FileMode::Private)
                .ok();
        };
        // A block of the same run in another's place.
        const std::uint64_t length = std::min(frames[0].second, frames[1].second);
        bytes.replace(frames[1].first, length, original, frames[0].first, length);
        QVERIFY(write(bytes, 1));
        auto report = backup.verify(VerifyLevel::Decodes);
        QVERIFY(!report.ok() && report.damages[0].part == ObjectPart::Block);
        QCOMPARE(*report.damages[0].block, 1U);
        // Another run's block.
        const std::string other = contentOf(backup.fixture.path(backup.run(0).object));
        bytes = original;
        bytes.replace(frames[0].first, length, other, frames[0].first, length);
        QVERIFY(write(bytes, 1));
        report = backup.verify(VerifyLevel::Decodes);
        QVERIFY(!report.ok() && report.damages[0].part == ObjectPart::Block);
        // A whole other run, cut or filled to size.
        bytes = other;
        bytes.resize(original.size());
        QVERIFY(write(bytes, 1));
        QVERIFY(!backup.verify(VerifyLevel::Decodes).ok());
        QVERIFY(write(original, 1));
        QVERIFY(backup.verify().ok());
    }

    void verify_soundRunOfWrongContent_isNamed()
    {
        // Everything authentic, but not what the manifest recorded: only level Checksums can tell.
        Backup backup;
        backup.manifest.tables[0].runs[1].checksum = repository::RowChecksum(
            backup.run(1).rows, backup.run(1).checksum.high(), backup.run(1).checksum.low() + 1);
        QVERIFY(backup.verify(VerifyLevel::Decodes).ok());
        auto report = backup.verify();
        QCOMPARE(report.damages.size(), std::size_t{1});
        QVERIFY(report.damages[0].part == ObjectPart::Content);
        Backup digest;
        digest.manifest.tables[0].runs[1].digest[0] ^= 1;
        report = digest.verify();
        QCOMPARE(report.damages.size(), std::size_t{1});
        QVERIFY(report.damages[0].part == ObjectPart::Content);
        Backup total;
        total.manifest.tables[0].checksum = repository::RowChecksum(3000, 1, 2);
        QVERIFY(!total.verify().ok());
    }

    void verify_stopped_isCancelled()
    {
        Backup backup;
        std::stop_source stop;
        stop.request_stop();
        QCOMPARE(backup.fixture.repository
                     ->verify(backup.manifest, VerifyLevel::Decodes, {}, stop.get_token())
                     .error()
                     .code,
                 Code::Cancelled);
    }

    void verify_progress_reachesTheEnd()
    {
        Backup backup;
        std::uint64_t last = 0;
        const auto progress = [&](ByteCount done, ByteCount total) {
            QVERIFY(done.get() >= last && done.get() <= total.get());
            last = done.get();
        };
        QVERIFY(
            backup.fixture.repository->verify(backup.manifest, VerifyLevel::Decodes, progress, {})
                .ok());
        QVERIFY(last > 0);
    }
};

QTEST_GUILESS_MAIN(TestVerify)
#include "tst_verify.moc"

// SPDX-License-Identifier: Apache-2.0
// Replays mutations of valid plaintexts through the fuzzing targets in every test run: no crash, no
// wild allocation, under the sanitizers too. The seeds are fixed, so that a failure repeats.
#include "agent/repository/block_codec.h"
#include "agent/repository/compression.h"
#include "agent/repository/repository_header.h"
#include "agent/repository/run_index.h"
#include "agent/repository/sealed_object.h"
#include "samples.h"
#include "tests/fuzz/decoder_targets.h"

#include <QTest>
#include <array>
#include <functional>
#include <random>

using namespace isotherm;
using namespace isotherm::repository;

namespace
{

constexpr int kMutations = 20'000;

/// Changes bytes as a fuzzer would: flips, wild values, cuts, repetitions, moved pieces.
class Mutator
{
public:
    explicit Mutator(std::uint64_t seed) : m_random(seed) {}

    std::string mutate(std::string bytes)
    {
        for (std::uint64_t i = 1 + below(4); i > 0 && !bytes.empty(); --i) {
            change(bytes);
        }
        return bytes;
    }

private:
    std::uint64_t below(std::uint64_t limit) { return m_random() % limit; }

    void change(std::string& bytes)
    {
        constexpr std::array<unsigned char, 8> kWild{0, 1, 0x7F, 0x80, 0xFF, 0xFE, 3, 0x40};
        // Heads matter most: half of the changes go there.
        const std::uint64_t reach =
            below(2) == 0 ? std::min<std::uint64_t>(bytes.size(), 64) : bytes.size();
        const std::uint64_t at = below(reach);
        const std::uint64_t length = below(std::min<std::uint64_t>(bytes.size() - at, 20)) + 1;
        switch (below(7)) {
        case 0:
            bytes[at] = static_cast<char>(static_cast<std::uint8_t>(bytes[at]) ^ 1U << below(8));
            break;
        case 1:
            bytes[at] = static_cast<char>(kWild[below(kWild.size())]);
            break;
        case 2:
            bytes.resize(at);
            break;
        case 3:
            bytes.erase(at, length);
            break;
        case 4:
            bytes.insert(at, bytes.substr(below(bytes.size()), length));
            break;
        case 5: // a wild varint
            bytes.insert(at, std::string(below(10), '\xFF'));
            break;
        default:
            bytes.replace(at, length, bytes.substr(below(bytes.size()), length));
        }
    }

    std::mt19937_64 m_random;
};

std::vector<std::string> sampleBlocks()
{
    std::vector<std::string> blocks;
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
        test::RandomTable table(seed);
        const std::size_t columns = table.schema().columns.size();
        BlockBuilder builder(columns, 1);
        for (std::uint32_t row = 0; row < 20 + seed * 6; ++row) {
            const Status status = seed % 5 == 0
                                      ? builder.add(table.row(), {Lsn(row), VersionKind::Row, row})
                                      : builder.add(table.row());
            if (!status.ok()) {
                qFatal("%s", status.error().text().c_str());
            }
        }
        blocks.emplace_back(builder.finish());
    }
    return blocks;
}

RunIndex sampleIndex()
{
    RunIndex index;
    index.schema = test::notesSchema();
    index.visibility = "10:20:15";
    index.lsn = Lsn(99);
    std::uint64_t offset = kObjectHeaderBytes;
    for (std::int64_t i = 0; i < 6; ++i) {
        index.blocks.push_back({offset, 500, 1000, 10, std::string(kTagBytes, 't'),
                                test::idKey(i * 10), test::idKey(i * 10 + 9)});
        offset += 500;
        index.rows += 10;
        index.raw += 1000;
    }
    index.versions = index.rows;
    index.checksum = RowChecksum(index.rows, 1, 2);
    index.minKey = index.blocks.front().first;
    index.maxKey = index.blocks.back().last;
    return index;
}

/// The index behind the two bytes that say where its blocks end, packed and plain.
std::vector<std::string> sampleIndexes()
{
    std::string end;
    appendBigEndian(end, static_cast<std::uint16_t>(kObjectHeaderBytes + 6 * 500));
    const std::string packed = encodeRunIndex(sampleIndex());
    return {end + packed, end + Compression(1).unpackContainer(packed).value()};
}

std::vector<std::string> sampleManifests()
{
    RunRef run;
    run.object = "run/20260202/024000-00112233445566778899aabbccddeeff";
    run.stored = ByteCount(1234);
    run.rows = run.versions = 9;
    run.minKey = test::idKey(-5);
    run.maxKey = test::idKey(500);
    run.digest = std::string(32, '\x80');
    ManifestTable table;
    table.schema = test::notesSchema();
    table.runs = {run, run};
    table.checksum = RowChecksum(9, 1, 2);
    const std::string packed = encodeManifest(test::manifestOf({table, table}, WallTime()));
    return {packed, Compression(1).unpackContainer(packed).value()};
}

std::vector<std::string> sampleEnds()
{
    const RepositoryKeys keys{std::string(kIdBytes, 'r'), SecretKey(std::string(kKeyBytes, 'k'))};
    const ObjectHeader header = makeObjectHeader(keys, ObjectKind::Run, fromUnixMicros(5)).value();
    const RunTrailer trailer{header.encode(), 143000, 856, 144000, 9};
    const RepositoryHeader repository{
        keys.repositoryId, WallTime(), 1, {10, 1, 1, std::string(32, 's')}};
    return {header.encode(), trailer.encode(),
            wrapDataKey(repository, keys.dataKey, "passphrase").value()};
}

void replay(const std::vector<std::string>& samples,
            const std::function<void(std::string_view)>& target, std::uint64_t seed)
{
    qInfo("seed %llu", static_cast<unsigned long long>(seed));
    Mutator mutator(seed);
    for (const std::string& sample : samples) {
        target(sample);
    }
    for (int i = 0; i < kMutations; ++i) {
        target(mutator.mutate(samples[static_cast<std::size_t>(i) % samples.size()]));
    }
}

} // namespace

class TestHostileBytes : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void block_mutations_neverCrash() { replay(sampleBlocks(), fuzz::decodeAnyBlock, 20261122); }
    void runIndex_mutations_neverCrash()
    {
        replay(sampleIndexes(), fuzz::decodeAnyRunIndex, 20261123);
    }
    void manifest_mutations_neverCrash()
    {
        replay(sampleManifests(), fuzz::decodeAnyManifest, 20261124);
    }
    void runEnds_mutations_neverCrash() { replay(sampleEnds(), fuzz::decodeAnyRunEnds, 20261125); }

    void container_wildLengths_areRefusedBeforeMemoryIsTaken()
    {
        for (const std::uint64_t length : {std::uint64_t{kContainerLimit} + 1,
                                           std::uint64_t{kContainerLimit}, ~std::uint64_t{0}}) {
            for (const char codec : {'\0', '\1'}) {
                std::string bytes(1, codec);
                appendVarint(bytes, length);
                bytes += "short";
                QCOMPARE(Compression(1).unpackContainer(bytes).error().code, Code::DataLoss);
            }
        }
    }

    void index_wildBlockCount_isRefused()
    {
        std::string record;
        appendVarint(record, 12U << 1U | 1U);
        std::string blocks;
        appendVarint(blocks, ~0ULL >> 8U);
        appendSized(record, blocks);
        std::string container(1, '\0');
        appendSized(container, record);
        QCOMPARE(decodeRunIndex(container, 1000).error().code, Code::DataLoss);
    }
};

QTEST_GUILESS_MAIN(TestHostileBytes)
#include "tst_hostile_bytes.moc"

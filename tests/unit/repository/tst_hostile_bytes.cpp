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

std::vector<std::string> sampleVersionBlocks()
{
    std::vector<std::string> blocks;
    for (std::uint64_t seed = 31; seed <= 40; ++seed) {
        test::RandomTable table(seed);
        BlockBuilder builder(table.schema().columns.size(), 1);
        for (std::uint32_t row = 0; row < 90; ++row) {
            const std::string previous = row % 9 == 0 ? test::idKey(row).encoded() : std::string();
            const VersionKind kind = row % 4 == 0 ? VersionKind::Moved : VersionKind::Row;
            const Status status =
                builder.add(table.row(), {Lsn(1000 - row), kind, row / 3, row % 5}, previous);
            if (!status.ok()) {
                qFatal("%s", status.error().text().c_str());
            }
        }
        blocks.emplace_back(builder.finish());
    }
    return blocks;
}

std::vector<std::string> sampleTransactions()
{
    std::vector<std::string> samples;
    for (std::size_t count : {1U, 2U, 50U, 400U}) {
        std::vector<TransactionRecord> transactions(count);
        for (std::size_t i = 0; i < count; ++i) {
            transactions[i].commit = Lsn(i / 2); // from 0, as the target expects
            transactions[i].id = i * 7;
            transactions[i].updated = i % 3;
            transactions[i].otherShards.resize(i % 4, ShardId(i));
        }
        samples.push_back(encodeTransactions(transactions, 1).plain);
    }
    return samples;
}

std::vector<std::string> sampleBlocks()
{
    std::vector<std::string> blocks = sampleVersionBlocks();
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

RunIndex sampleDeltaIndex()
{
    RunIndex index = sampleIndex();
    index.kind = RunKind::Delta;
    index.first = Lsn(10);
    index.last = Lsn(200);
    for (BlockEntry& block : index.blocks) {
        block.lowestCommit = Lsn(11);
        block.highestCommit = Lsn(200);
    }
    index.rows -= 7;
    index.transactions = {{kObjectHeaderBytes + 6 * 500, 600, 5, 400, Lsn(11)}};
    index.truncates = {{Lsn(15), 2, test::idRange(0, 30)}, {Lsn(16), 3, {}}};
    index.lowestTransaction = 5;
    index.highestTransaction = 9;
    return index;
}

/// The index behind the two bytes that say where its blocks end, packed and plain.
std::vector<std::string> sampleIndexes()
{
    std::string end;
    appendBigEndian(end, static_cast<std::uint16_t>(kObjectHeaderBytes + 6 * 500));
    const std::string packed = encodeRunIndex(sampleIndex());
    std::string deltaEnd;
    appendBigEndian(deltaEnd, static_cast<std::uint16_t>(kObjectHeaderBytes + 6 * 500 + 600));
    const std::string delta = encodeRunIndex(sampleDeltaIndex());
    if (!decodeRunIndex(delta, kObjectHeaderBytes + 6 * 500 + 600).ok()) {
        qFatal("the sample of a delta's index is none");
    }
    return {end + packed, end + Compression(1).unpackContainer(packed).value(), deltaEnd + delta,
            deltaEnd + Compression(1).unpackContainer(delta).value()};
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
    RunRef delta = run;
    delta.kind = RunKind::Delta;
    delta.firstLsn = Lsn(4);
    delta.lastLsn = Lsn(9);
    delta.truncates = 1;
    delta.schemaVersion = 1;
    delta.lowestTransaction = 77;
    table.runs = {run, delta};
    table.versions = {{Lsn(), table.schema, {}},
                      {Lsn(5), table.schema, {{0, std::nullopt}, {std::nullopt, "new"}}}};
    table.checksum = RowChecksum(9, 1, 2);
    Manifest manifest = test::manifestOf({table, table}, WallTime());
    manifest.bases = {{test::idRange(0, 9), "1:2:", std::nullopt},
                      {{test::idKey(9), std::nullopt}, {}, Lsn(3)}};
    manifest.chainStart = ChainStart{"the slot was dropped", Lsn(2)};
    const std::string packed = encodeManifest(manifest);
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
    void transactions_mutations_neverCrash()
    {
        replay(sampleTransactions(), fuzz::decodeAnyTransactions, 20261126);
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

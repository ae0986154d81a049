// SPDX-License-Identifier: Apache-2.0
// Restoring to a commit: row changes a second and core, and bytes, of base and deltas merged by the
// repository; beside them the same changes as sorted text under zstd -3, merged by sort and reduced
// by awk, which is about the least that a text based tool would have to do.
// isotherm-bench-merge [CHANGES]
#include "agent/repository/repository.h"
#include "agent/storage/directory_store.h"
#include "tests/bench/codec/sample_rows.h"
#include "tests/harness/temp_dir.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <memory>
#include <random>
#include <string>
#include <sys/resource.h>
#include <vector>

namespace isotherm::bench
{
namespace
{

using repository::Manifest;
using repository::Repository;

constexpr std::size_t kDeltas = 8;
constexpr std::size_t kChangesPerTransaction = 20;
constexpr int kRepetitions = 3;

void must(const Status& status)
{
    if (!status.ok()) {
        std::fprintf(stderr, "%s\n", status.error().text().c_str());
        std::exit(1);
    }
}

template <class T>
T must(Result<T> result)
{
    must(result.ok() ? Status() : Status(result.error()));
    return std::move(result).value();
}

double cpuOf(int who)
{
    rusage usage = {};
    ::getrusage(who, &usage);
    const auto seconds = [](const timeval& time) {
        return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) * 1e-6;
    };
    return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

double median(std::vector<double> values)
{
    std::sort(values.begin(), values.end());
    return values[values.size() / 2];
}

/// The row with its first field, the id, replaced.
std::string withId(std::string_view row, std::uint64_t id)
{
    std::string changed(row);
    const std::uint64_t wire = bigEndian(id);
    std::memcpy(changed.data() + 4, &wire, sizeof(wire));
    return changed;
}

/// The lines of one file of the peer's: key, negated commit, the row; sorted.
class PeerFile
{
public:
    explicit PeerFile(std::filesystem::path path) : m_path(std::move(path)) {}

    void add(std::uint64_t id, std::uint64_t commit, const std::string& line)
    {
        char head[64];
        std::snprintf(head, sizeof(head), "%012llu\t%012llu\t", static_cast<unsigned long long>(id),
                      static_cast<unsigned long long>(999'999'999'999ULL - commit));
        m_lines.push_back(head + line.substr(0, line.find('\n')) + "\n");
    }
    void write()
    {
        std::sort(m_lines.begin(), m_lines.end());
        std::ofstream out(m_path, std::ios::binary);
        for (const std::string& line : m_lines) {
            out << line;
        }
        out.close();
        const std::string command = "zstd -3 -q --rm " + m_path.string();
        if (std::system(command.c_str()) != 0) {
            std::exit(1);
        }
    }

private:
    std::filesystem::path m_path;
    std::vector<std::string> m_lines;
};

class World
{
public:
    explicit World(std::size_t changes) : m_changes(changes), m_rows(changes / 2)
    {
        m_store = must(storage::DirectoryStore::open(m_folder.path() / "store"));
        m_repository = must(Repository::create(*m_store, "bench", {.clock = m_clock}));
        std::filesystem::create_directories(m_folder.path() / "peer");
    }

    void make()
    {
        m_manifest.kind = BackupKind::Incremental;
        m_manifest.keyspace = "bench";
        m_manifest.shard = ShardId(1);
        m_manifest.visibility = "100:100:";
        m_manifest.tables.resize(1);
        m_manifest.tables[0].schema = schema();
        makeBase();
        for (std::size_t i = 0; i < kDeltas; ++i) {
            makeDelta(i);
        }
        m_manifest.lsn = Lsn(m_commit);
        m_manifest.id = must(m_repository->commitManifest(m_manifest));
        m_writers.clear();
        m_baseWriter.reset();
    }

    void report()
    {
        std::uint64_t base = 0;
        std::uint64_t deltas = 0;
        for (const auto& run : m_manifest.tables[0].runs) {
            (run.kind == repository::RunKind::Base ? base : deltas) += run.stored.get();
        }
        std::uint64_t peer = 0;
        for (const auto& file : std::filesystem::directory_iterator(m_folder.path() / "peer")) {
            peer += file.path().filename() == "base.zst" ? 0 : file.file_size();
        }
        std::printf("%zu row changes in %zu deltas over %zu base rows\n", m_changes, kDeltas,
                    m_rows);
        std::printf("writing the deltas: %.0f changes/s/core\n",
                    static_cast<double>(m_changes) / m_writeSeconds);
        std::printf("bytes: base %.1f MB; deltas %.1f MB (%.1f B a change), as text + zstd -3 "
                    "%.1f MB\n",
                    static_cast<double>(base) / 1e6, static_cast<double>(deltas) / 1e6,
                    static_cast<double>(deltas) / static_cast<double>(m_changes),
                    static_cast<double>(peer) / 1e6);
        std::vector<double> ours;
        std::vector<double> theirs;
        for (int i = 0; i < kRepetitions; ++i) {
            ours.push_back(merge());
            theirs.push_back(mergePeer());
        }
        const auto rate = [this](double seconds) {
            return static_cast<double>(m_changes) / seconds;
        };
        std::printf("merge to the newest commit, CPU: %.2f s, %.0f row changes/s/core\n",
                    median(ours), rate(median(ours)));
        std::printf("zstd -d | sort -m | awk:         %.2f s, %.0f row changes/s/core\n",
                    median(theirs), rate(median(theirs)));
    }

private:
    static TableSchema schema()
    {
        TableSchema schema = SampleRows::schema();
        schema.keyIsUnique = true;
        return schema;
    }

    void makeBase()
    {
        repository::RunOptions options;
        options.schema = schema();
        options.visibility = m_manifest.visibility;
        m_baseWriter = must(m_repository->openRunWriter(options));
        PeerFile peer(m_folder.path() / "peer" / "base");
        for (std::size_t done = 0; done < m_rows; ++done) {
            RowBatch batch;
            std::string text;
            m_sample.next(batch, text);
            RowBatch own;
            own.append(withId(batch.row(0), done));
            must(m_baseWriter->append(own));
            peer.add(done, 0, text);
        }
        m_manifest.tables[0].runs = must(m_baseWriter->finish());
        peer.write();
    }

    void makeDelta(std::size_t number)
    {
        repository::DeltaOptions options;
        options.schema = schema();
        const std::size_t count = m_changes / kDeltas;
        const std::size_t transactions = count / kChangesPerTransaction + 1;
        options.first = Lsn(m_commit);
        options.last = Lsn(m_commit + transactions * 100);
        PeerFile peer(m_folder.path() / "peer" / ("delta" + std::to_string(number)));
        std::vector<std::string> rows;
        std::vector<std::string> texts;
        std::vector<std::uint64_t> ids;
        for (std::size_t i = 0; i < count; ++i) {
            RowBatch batch;
            std::string text;
            m_sample.next(batch, text);
            ids.push_back(m_random() % (m_rows * 5 / 4));
            rows.push_back(withId(batch.row(0), ids.back()));
            texts.push_back(std::move(text));
        }
        const double before = cpuOf(RUSAGE_SELF);
        auto writer = must(m_repository->openDeltaWriter(options));
        std::uint32_t transaction = 0;
        for (std::size_t i = 0; i < count; ++i) {
            if (i % kChangesPerTransaction == 0) {
                m_commit += 100;
                repository::TransactionRecord record;
                record.id = ++m_transaction;
                record.commit = Lsn(m_commit);
                record.time =
                    fromUnixMicros(1'770'000'000'000'000 + static_cast<std::int64_t>(m_commit));
                transaction = must(writer->addTransaction(record));
            }
            must(writer->add({repository::DeltaKind::Update, transaction, rows[i]}));
        }
        const auto runs = must(writer->finish());
        m_writeSeconds += cpuOf(RUSAGE_SELF) - before;
        m_commit = options.last.get();
        m_manifest.tables[0].runs.insert(m_manifest.tables[0].runs.end(), runs.begin(), runs.end());
        m_writers.push_back(std::move(writer));
        for (std::size_t i = 0; i < count; ++i) {
            peer.add(ids[i], options.first.get() + (i / kChangesPerTransaction + 1) * 100,
                     texts[i]);
        }
        peer.write();
    }

    double merge()
    {
        const double before = cpuOf(RUSAGE_SELF);
        const auto reader = must(m_repository->openTableAt(m_manifest, 0, {}));
        const auto source = must(reader->openRows({}, {}));
        RowBatch batch;
        std::uint64_t rows = 0;
        do {
            must(source->next(batch));
            rows += batch.rowCount();
        } while (batch.rowCount() > 0);
        m_merged = rows;
        return cpuOf(RUSAGE_SELF) - before;
    }

    double mergePeer()
    {
        std::string inputs;
        for (const auto& file : std::filesystem::directory_iterator(m_folder.path() / "peer")) {
            inputs += " <(zstd -dcq " + file.path().string() + ")";
        }
        const std::string script = "LC_ALL=C sort -m" + inputs +
                                   " | LC_ALL=C awk -F '\\t' 'NR == 1 || $1 != last { last = $1; "
                                   "rows++ } END { print rows }'";
        const double before = cpuOf(RUSAGE_CHILDREN);
        FILE* pipe = ::popen(("bash -c \"" + escaped(script) + "\"").c_str(), "r");
        unsigned long long rows = 0;
        const bool read = pipe != nullptr && std::fscanf(pipe, "%llu", &rows) == 1;
        if (!read || ::pclose(pipe) != 0 || rows != m_merged) {
            std::fprintf(stderr, "the peer found %llu rows, not %llu\n", rows,
                         static_cast<unsigned long long>(m_merged));
            std::exit(1);
        }
        return cpuOf(RUSAGE_CHILDREN) - before;
    }

    static std::string escaped(const std::string& script)
    {
        std::string text;
        for (const char c : script) {
            if (c == '"' || c == '$' || c == '\\') {
                text.push_back('\\');
            }
            text.push_back(c);
        }
        return text;
    }

    const std::size_t m_changes;
    const std::size_t m_rows;
    test::TempDir m_folder{"bench-merge"};
    SystemClock m_clock;
    std::unique_ptr<storage::DirectoryStore> m_store;
    std::unique_ptr<Repository> m_repository;
    SampleRows m_sample{20261122};
    std::mt19937_64 m_random{1};
    Manifest m_manifest;
    std::unique_ptr<repository::RunWriter> m_baseWriter;
    std::vector<std::unique_ptr<repository::DeltaWriter>> m_writers;
    std::uint64_t m_commit = 1000;
    std::uint64_t m_transaction = 1000;
    std::uint64_t m_merged = 0;
    double m_writeSeconds = 0;
};

} // namespace
} // namespace isotherm::bench

int main(int argc, char** argv)
{
    const unsigned long changes = argc > 1 ? std::strtoul(argv[1], nullptr, 10) : 400'000;
    if (changes < 1000) {
        std::fprintf(stderr, "usage: isotherm-bench-merge [CHANGES, at least 1000]\n");
        return 2;
    }
    isotherm::bench::World world(changes);
    world.make();
    world.report();
    return 0;
}

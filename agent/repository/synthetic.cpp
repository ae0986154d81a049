// SPDX-License-Identifier: Apache-2.0
#include "agent/repository/synthetic.h"

#include <algorithm>
#include <memory>
#include <utility>
#include <vector>

namespace isotherm::repository
{
namespace
{

/// The deltas that the new base does not make needless, and the forms that their rows have.
void keepDeltas(const ManifestTable& from, Lsn cut, ManifestTable& to)
{
    std::copy_if(
        from.runs.begin(), from.runs.end(), std::back_inserter(to.runs),
        [&](const RunRef& run) { return run.kind == RunKind::Delta && cut < run.lastLsn; });
    const bool deltas = std::any_of(to.runs.begin(), to.runs.end(),
                                    [](const RunRef& run) { return run.kind == RunKind::Delta; });
    to.schema = from.schema;
    if (!deltas || from.versions.empty()) {
        return;
    }
    to.versions = from.versions;
    const auto version = static_cast<std::uint32_t>(versionAt(from.versions, cut));
    for (RunRef& run : to.runs) {
        run.schemaVersion = run.kind == RunKind::Base ? version : run.schemaVersion;
    }
}

class Compaction
{
public:
    Compaction(Repository& repository, const Manifest& from, const SyntheticOptions& options,
               const std::stop_token& stop)
        : m_repository(repository), m_from(from), m_options(options), m_stop(stop),
          m_cut(options.cut.value_or(from.lsn))
    {
    }

    [[nodiscard]] Lsn cut() const { return m_cut; }

    [[nodiscard]] Result<ManifestTable> compact(std::size_t number)
    {
        ISO_ASSIGN(const std::unique_ptr<TableReader> reader,
                   m_repository.openTableAt(m_from, number, {.target = m_cut}));
        ISO_ASSIGN(const std::unique_ptr<RowSource> source, reader->openRows({}, m_stop));
        RunOptions options;
        options.schema = reader->schema();
        options.lsn = m_cut;
        options.cut = m_cut;
        options.asOf = m_from.asOf;
        options.compressionLevel = m_options.compressionLevel;
        options.objectSize = m_options.objectSize;
        options.blockSize = m_options.blockSize;
        ISO_ASSIGN(std::unique_ptr<RunWriter> writer, m_repository.openRunWriter(options));
        RowChecksum merged;
        ISO_TRY(copyRows(*source, *writer, merged));
        ManifestTable table;
        ISO_ASSIGN(table.runs, writer->finish());
        table.rows = merged.rows();
        table.raw = writer->rawBytes();
        table.checksum = merged;
        m_writers.push_back(std::move(writer));
        return table;
    }

private:
    [[nodiscard]] Status copyRows(RowSource& source, RunWriter& writer, RowChecksum& merged)
    {
        RowBatch batch;
        for (;;) {
            ISO_TRY(source.next(batch));
            if (batch.rowCount() == 0) {
                return {};
            }
            merged.add(batch);
            ISO_TRY(writer.append(batch));
            if (m_options.onWritten) {
                m_options.onWritten(ByteCount(batch.bytes.size()), batch.rowCount());
            }
        }
    }

    Repository& m_repository;
    const Manifest& m_from;
    const SyntheticOptions& m_options;
    const std::stop_token m_stop;
    const Lsn m_cut;
    std::vector<std::unique_ptr<RunWriter>> m_writers; ///< own the runs until they are named
};

} // namespace

Result<Manifest> writeSyntheticFull(Repository& repository, const Manifest& from,
                                    const SyntheticOptions& options, const Clock& clock,
                                    const std::stop_token& stop)
{
    if (!from.hasDeltas()) {
        return makeError(Code::FailedPrecondition,
                         "backup " + from.id + " has no increments that could be compacted");
    }
    Compaction compaction(repository, from, options, stop);
    Manifest manifest = from;
    manifest.kind = BackupKind::Full;
    manifest.previousManifest = from.id;
    manifest.chainStart.reset();
    manifest.sinceDatabase = from.sinceDatabase + 1;
    manifest.visibility.clear();
    manifest.bases = {{from.range, {}, compaction.cut()}};
    manifest.started = clock.wallNow();
    for (std::size_t i = 0; i < manifest.tables.size(); ++i) {
        ISO_ASSIGN(manifest.tables[i], compaction.compact(i));
    }
    // What was written is read back before anybody relies on it.
    ISO_ASSIGN(const VerifyReport report,
               repository.verify(manifest, VerifyLevel::Checksums, {}, stop));
    ISO_TRY(report.status());
    for (std::size_t i = 0; i < manifest.tables.size(); ++i) {
        ManifestTable& table = manifest.tables[i];
        keepDeltas(from.tables[i], compaction.cut(), table);
        if (compaction.cut() != from.lsn) {
            table.rows = std::max(table.rows, from.tables[i].rows);
            table.checksum.reset(); // of another moment than the manifest's
        }
    }
    manifest.finished = clock.wallNow();
    ISO_ASSIGN(manifest.id, repository.commitManifest(manifest));
    return manifest;
}

} // namespace isotherm::repository

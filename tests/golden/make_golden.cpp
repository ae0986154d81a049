// SPDX-License-Identifier: Apache-2.0
// make_golden FOLDER: writes the golden repository of this version into a new folder. Run once for
// a release that changes the format's minor version; check the folder in; never write it again.
#include "agent/storage/directory_store.h"
#include "tests/golden/golden_content.h"
#include "tests/golden/golden_history.h"
#include "tests/golden/golden_schema.h"

#include <cstdio>
#include <filesystem>

using namespace isotherm;
using repository::Manifest;
using repository::ManifestTable;
using repository::Repository;

namespace
{

/// Stands still, so that names tell nothing of the machine that wrote them.
class GoldenClock final : public Clock
{
public:
    [[nodiscard]] WallTime wallNow() const override { return fromUnixMicros(golden::kFirstAsOf); }
    [[nodiscard]] Instant now() const override { return {}; }
};

Result<ManifestTable> write(Repository& repository, const TableSchema& schema, const RowBatch& rows,
                            std::vector<std::unique_ptr<repository::RunWriter>>& writers)
{
    repository::RunOptions options;
    options.schema = schema;
    options.visibility = "734:740:736,738";
    options.lsn = Lsn(0x16B374D848);
    options.asOf = fromUnixMicros(golden::kFirstAsOf);
    options.blockSize = ByteCount(32 << 10U);
    options.objectSize = ByteCount(60 << 10U);
    ISO_ASSIGN(std::unique_ptr<repository::RunWriter> writer, repository.openRunWriter(options));
    ISO_TRY(writer->append(rows));
    ManifestTable table;
    ISO_ASSIGN(table.runs, writer->finish());
    table.schema = schema;
    table.rows = rows.rowCount();
    table.raw = writer->rawBytes();
    table.checksum = writer->checksum();
    writers.push_back(std::move(writer));
    return table;
}

Status makeGolden(const std::filesystem::path& folder)
{
    const GoldenClock clock;
    ISO_ASSIGN(const std::unique_ptr<storage::DirectoryStore> store,
               storage::DirectoryStore::open(folder));
    ISO_ASSIGN(const std::unique_ptr<Repository> repository,
               Repository::create(*store, golden::kPassphrase, {.clock = clock}));
    std::vector<std::unique_ptr<repository::RunWriter>> writers;
    Manifest manifest = golden::fullManifest();
    ISO_ASSIGN(ManifestTable orders,
               write(*repository, golden::ordersSchema(), golden::ordersRows(), writers));
    ISO_ASSIGN(ManifestTable events,
               write(*repository, golden::eventsSchema(), golden::eventsRows(), writers));
    manifest.tables = {std::move(orders), std::move(events)};
    ISO_ASSIGN(manifest.previousManifest, repository->commitManifest(manifest));
    manifest.kind = BackupKind::Unchanged;
    manifest.asOf += std::chrono::hours(6);
    ISO_TRY(repository->commitManifest(manifest));
    ISO_TRY(golden::writeHistory(*repository, fromUnixMicros(golden::kFirstAsOf)));
    ISO_TRY(golden::writeSchemaHistory(*repository, fromUnixMicros(golden::kFirstAsOf)));
    return {};
}

} // namespace

int main(int argc, char** argv)
{
    if (argc != 2 || std::filesystem::exists(argv[1])) {
        std::fprintf(stderr, "usage: make_golden NEW_FOLDER\n");
        return 2;
    }
    const Status status = makeGolden(argv[1]);
    if (!status.ok()) {
        std::fprintf(stderr, "%s\n", status.error().text().c_str());
    }
    return status.ok() ? 0 : 1;
}

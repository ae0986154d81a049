// SPDX-License-Identifier: Apache-2.0
#include "agent/runtime/maintenance.h"

#include "agent/metadata/backup_store.h"
#include "agent/metadata/cell_store.h"
#include "agent/metadata/database.h"
#include "agent/metadata/heat_block_store.h"
#include "agent/metadata/shard_store.h"
#include "agent/repository/repository.h"
#include "agent/runtime/setup.h"
#include "agent/storage/directory_store.h"
#include "shared/base/file.h"

#include <filesystem>
#include <memory>
#include <system_error>

namespace isotherm::runtime
{
namespace
{

struct OpenRepository
{
    std::unique_ptr<storage::DirectoryStore> store;
    std::unique_ptr<repository::Repository> repository;
};

Result<OpenRepository> openForWriting(const config::AgentConfig& config,
                                      const std::string& passphrase, const Clock& clock)
{
    OpenRepository opened;
    ISO_ASSIGN(opened.store, storage::DirectoryStore::open(config.tiers.front().path));
    repository::RepositoryOptions options{.clock = clock, .cost = {}};
    options.owner = "isotherm-agent, maintenance";
    ISO_ASSIGN(opened.repository, repository::Repository::open(*opened.store, passphrase, options));
    return opened;
}

} // namespace

Status rotatePassphrase(const config::AgentConfig& config, const std::string& passphrase,
                        const Clock& clock)
{
    if (passphrase.empty() || passphrase.find('\n') != std::string::npos) {
        return makeError(Code::InvalidArgument, "a passphrase is one line that is not empty");
    }
    ISO_ASSIGN(const std::string current, repositoryPassphrase(config));
    const std::filesystem::path& file = config.repository.passphraseFile;
    const std::filesystem::path next = file.string() + ".new";
    auto opened = openForWriting(config, current, clock);
    const bool interrupted = !opened.ok() && opened.error().code == Code::Unauthenticated;
    if (interrupted) {
        // The repository has changed already, and the file not yet.
        opened = openForWriting(config, passphrase, clock);
    }
    if (!opened.ok()) {
        return opened.error();
    }
    ISO_TRY(writeFileDurably(next, passphrase + "\n", FileMode::Private));
    if (!interrupted) {
        ISO_TRY(opened.value().repository->changePassphrase(passphrase));
    }
    ISO_TRY(writeFileDurably(file, passphrase + "\n", FileMode::Private));
    std::error_code ignored; // the file has the same content now
    std::filesystem::remove(next, ignored);
    return {};
}

Result<backup::CatalogueChanges> rebuildCatalogue(const config::AgentConfig& config,
                                                  const Clock& clock, Log& log)
{
    ISO_ASSIGN(const std::string passphrase, repositoryPassphrase(config));
    ISO_ASSIGN(const OpenRepository opened, openForWriting(config, passphrase, clock));
    ISO_ASSIGN(const auto database, metadata::Database::open(statePaths(config).metadata, log));
    metadata::BackupStore backups(*database);
    metadata::ShardStore shards(*database);
    return backup::reconcileCatalogue(*opened.repository, {backups, shards},
                                      config.tiers.front().name);
}

Result<ImportedHeat> importRecordedHeat(const config::AgentConfig& config, engine::Engine& engine,
                                        const HeatRecording& recording, const Clock& clock,
                                        Log& log)
{
    ISO_ASSIGN(const std::string passphrase, repositoryPassphrase(config));
    ISO_ASSIGN(const OpenRepository lock, openForWriting(config, passphrase, clock));
    ISO_ASSIGN(const auto database, metadata::Database::open(statePaths(config).metadata, log));
    metadata::KeyspaceStore keyspaces(*database);
    metadata::ShardStore shards(*database);
    metadata::HeatBlockStore blocks(*database);
    metadata::CellStore cellStore(*database);
    topology::Topology topology(engine, keyspaces, shards, clock);
    for (const metadata::StoredKeyspace& keyspace : configuredKeyspaces(config)) {
        ISO_TRY(topology.adopt(keyspace));
    }
    ISO_TRY(topology.refresh());
    ISO_ASSIGN(const auto cells, heat::CellMap::open(cellStore));
    ISO_ASSIGN(const auto heat, heat::HeatStore::open(blocks, log, {.cells = cells.get()}));
    return importHeat(recording, topology.keyspaces(), *cells, *heat, clock.wallNow());
}

} // namespace isotherm::runtime

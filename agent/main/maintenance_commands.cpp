// SPDX-License-Identifier: Apache-2.0
#include "agent/main/commands.h"
#include "agent/main/json_log.h"
#include "agent/main/single_cluster.h"
#include "agent/main/terminal.h"
#include "agent/postgres/postgres_engine.h"
#include "agent/runtime/maintenance.h"
#include "agent/runtime/setup.h"
#include "agent/security/audit_log.h"
#include "shared/base/file.h"
#include "shared/base/time_text.h"

#include <cstdio>

namespace isotherm
{
namespace
{

/// What is done at the agent's own machine is in the audit log too.
Status audit(const config::AgentConfig& config, const std::string& action, const Clock& clock,
             Log& log)
{
    ISO_ASSIGN(const auto chain,
               security::AuditLog::open(runtime::statePaths(config).audit, clock, log));
    security::AuditEvent event;
    event.who = localUser();
    event.role = "local";
    event.action = action;
    event.target = config.tiers.front().name;
    event.outcome = "ok";
    ISO_TRY(chain->append(event));
    return {};
}

Status rotate(const RotatePassphraseChoice& choice)
{
    ISO_ASSIGN(const config::AgentConfig config, loadSingleCluster(choice.config.file));
    std::string passphrase;
    if (choice.passphraseFile.empty()) {
        ISO_ASSIGN(passphrase, askNewSecret("new passphrase for the repository"));
    } else {
        ISO_ASSIGN(const std::string content, readFile(choice.passphraseFile, 4096));
        passphrase = content.substr(0, content.find('\n'));
    }
    const SystemClock clock;
    JsonLog log(stderr, clock, LogLevel::Warning);
    ISO_TRY(runtime::rotatePassphrase(config, passphrase, clock));
    ISO_TRY(audit(config, "repository.rotate-passphrase", clock, log));
    std::printf("the repository opens with the new passphrase only, which is in %s: keep a copy "
                "elsewhere\n",
                config.repository.passphraseFile.c_str());
    return {};
}

Status rebuild(const ConfigChoice& choice)
{
    ISO_ASSIGN(const config::AgentConfig config, loadSingleCluster(choice.file));
    const SystemClock clock;
    JsonLog log(stderr, clock, LogLevel::Warning);
    ISO_ASSIGN(const backup::CatalogueChanges changes,
               runtime::rebuildCatalogue(config, clock, log));
    ISO_TRY(audit(config, "repository.rebuild-catalog", clock, log));
    std::printf("%u backups added to the catalogue, %u removed from it\n", changes.added,
                changes.removed);
    if (changes.unreadable > 0) {
        return makeError(Code::DataLoss,
                         std::to_string(changes.unreadable) +
                             " manifests cannot be read: " + changes.firstUnreadable,
                         "verify the repository");
    }
    return {};
}

Status takeUpHeat(const ImportHeatChoice& choice)
{
    ISO_ASSIGN(const config::AgentConfig config, loadSingleCluster(choice.config.file));
    SystemClock clock;
    JsonLog log(stderr, clock, LogLevel::Warning);
    ISO_ASSIGN(const auto engine,
               postgres::PostgresEngine::open({.conninfo = config.clusters.front().dsn}, clock));
    ISO_ASSIGN(const runtime::ImportedHeat imported,
               runtime::importRecordedHeat(config, *engine, {choice.trace, choice.stepMinutes},
                                           clock, log));
    ISO_TRY(audit(config, "heat.import", clock, log));
    std::printf("%zu steps of %zu shards, %s to %s, are their past now\n", imported.steps,
                imported.shards, formatUtc(imported.from).c_str(), formatUtc(imported.to).c_str());
    for (const std::string& series : imported.unknown) {
        std::fprintf(stderr, "left out: %s, of no managed leaf\n", series.c_str());
    }
    return {};
}

int tell(const Status& status)
{
    if (!status.ok()) {
        printError(status.error());
        return status.error().code == Code::InvalidArgument ? 2 : 1;
    }
    return 0;
}

} // namespace

int rotatePassphrase(const RotatePassphraseChoice& choice)
{
    return tell(rotate(choice));
}

int rebuildCatalog(const ConfigChoice& choice)
{
    return tell(rebuild(choice));
}

int importHeat(const ImportHeatChoice& choice)
{
    return tell(takeUpHeat(choice));
}

} // namespace isotherm

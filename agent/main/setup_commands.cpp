// SPDX-License-Identifier: Apache-2.0
#include "agent/main/commands.h"
#include "agent/main/json_log.h"
#include "agent/main/single_cluster.h"
#include "agent/main/terminal.h"
#include "agent/postgres/init_sql.h"
#include "agent/runtime/setup.h"
#include "agent/security/audit_log.h"
#include "agent/security/client_registry.h"
#include "shared/base/file.h"
#include "shared/base/time_text.h"

#include <cstdio>
#include <set>

namespace isotherm
{
namespace
{

int tell(const Status& status)
{
    if (status.ok()) {
        return 0;
    }
    printError(status.error());
    return status.error().code == Code::InvalidArgument ? 2 : 1;
}

/// What is done at the agent's own machine is in the audit log too.
Status audit(const config::AgentConfig& config, const security::AuditEvent& event)
{
    SystemClock clock;
    JsonLog log(stderr, clock, LogLevel::Warning);
    ISO_ASSIGN(const auto chain,
               security::AuditLog::open(runtime::statePaths(config).audit, clock, log));
    ISO_TRY(chain->append(event));
    return {};
}

Status check(const ConfigChoice& choice)
{
    ISO_ASSIGN(const config::AgentConfig config, loadSingleCluster(choice.file));
    const config::ClusterSection& cluster = config.clusters.front();
    std::printf("%s is fine\n", choice.file.c_str());
    std::printf("  cluster   %s (%s, %s)\n", cluster.name.c_str(), cluster.kind.c_str(),
                cluster.environment.c_str());
    for (const config::KeyspaceSection& keyspace : cluster.keyspaces) {
        std::printf("  keyspace  %s, rpo %s\n", keyspace.name.c_str(),
                    keyspace.rpo ? formatDuration(*keyspace.rpo).c_str() : "none");
    }
    std::printf(
        "  schedule  hot %s, warm %s, cold %s\n", formatDuration(config.schedule.hot).c_str(),
        formatDuration(config.schedule.warm).c_str(), formatDuration(config.schedule.cold).c_str());
    std::printf("  tier      %s in %s\n", config.tiers.front().name.c_str(),
                config.tiers.front().path.c_str());
    return {};
}

Status init(const ConfigChoice& choice)
{
    ISO_ASSIGN(const config::AgentConfig config, loadSingleCluster(choice.file));
    SystemClock clock;
    ISO_ASSIGN(const std::vector<std::string> made, runtime::initialise(config, clock));
    for (const std::string& line : made) {
        std::printf("made %s\n", line.c_str());
    }
    std::printf(made.empty() ? "everything was there already\n"
                             : "next: isotherm-agent init-db --print-sql, then isotherm-agent "
                               "enroll NAME --role admin --out FILE\n");
    return {};
}

Status printSql(const InitDatabaseChoice& choice)
{
    ISO_ASSIGN(const config::AgentConfig config, loadSingleCluster(choice.config.file));
    std::set<std::string> schemas;
    for (const config::KeyspaceSection& keyspace : config.clusters.front().keyspaces) {
        for (const std::string& table : keyspace.tables) {
            const std::size_t dot = table.find('.');
            schemas.insert(dot == std::string::npos ? "public" : table.substr(0, dot));
        }
    }
    postgres::InitSqlOptions options;
    options.role = choice.role;
    options.reshard = choice.reshard;
    options.rights =
        choice.writeBack ? postgres::TableRights::WriteBack : postgres::TableRights::Read;
    options.readLog = choice.readLog;
    options.schemas.assign(schemas.begin(), schemas.end());
    std::printf("%s", postgres::initSql(options).c_str());
    return {};
}

Result<std::string> newPassphrase(const EnrolChoice& choice)
{
    if (choice.withoutPassphrase) {
        return std::string();
    }
    if (!choice.passphraseFile.empty()) {
        ISO_ASSIGN(const std::string content, readFile(choice.passphraseFile, 4096));
        return content.substr(0, content.find('\n'));
    }
    return askNewSecret("passphrase for the profile");
}

Status enrol(const EnrolChoice& choice)
{
    ISO_ASSIGN(const config::AgentConfig config, loadSingleCluster(choice.config.file));
    ISO_ASSIGN(const std::string passphrase, newPassphrase(choice));
    SystemClock clock;
    ISO_ASSIGN(const client::Profile profile,
               runtime::enrol(config, {choice.name, choice.role, choice.address}, clock));
    ISO_TRY(client::saveProfile(profile, choice.output, passphrase));
    security::AuditEvent event;
    event.who = localUser();
    event.role = "local";
    event.action = "client.enroll";
    event.target = choice.name + " as " + std::string(roleName(choice.role));
    event.outcome = "ok";
    ISO_TRY(audit(config, event));
    std::printf("enrolled %s as %s; the profile is in %s: import it into the console, or use\n"
                "  isothermctl --profile %s status\n",
                choice.name.c_str(), std::string(roleName(choice.role)).c_str(),
                choice.output.c_str(), choice.output.c_str());
    return {};
}

Status revoke(const ConfigChoice& choice, const std::string& name)
{
    ISO_ASSIGN(const config::AgentConfig config, loadSingleCluster(choice.file));
    security::ClientRegistry registry(runtime::statePaths(config).tls);
    SystemClock clock;
    ISO_TRY(registry.revoke(name, clock.wallNow()));
    security::AuditEvent event;
    event.who = localUser();
    event.role = "local";
    event.action = "client.revoke";
    event.target = name;
    event.outcome = "ok";
    ISO_TRY(audit(config, event));
    std::printf("revoked %s: its next call is refused\n", name.c_str());
    return {};
}

} // namespace

void printError(const Error& error)
{
    std::fprintf(stderr, "isotherm-agent: %s\n", error.message.c_str());
    if (!error.hint.empty()) {
        std::fprintf(stderr, "hint: %s\n", error.hint.c_str());
    }
}

int checkConfig(const ConfigChoice& choice)
{
    return tell(check(choice));
}

int initAgent(const ConfigChoice& choice)
{
    return tell(init(choice));
}

int printInitSql(const InitDatabaseChoice& choice)
{
    return tell(printSql(choice));
}

int enrolClient(const EnrolChoice& choice)
{
    return tell(enrol(choice));
}

int revokeClient(const ConfigChoice& choice, const std::string& name)
{
    return tell(revoke(choice, name));
}

} // namespace isotherm

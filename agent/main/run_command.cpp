// SPDX-License-Identifier: Apache-2.0
#include "agent/config/load_config.h"
#include "agent/main/commands.h"
#include "agent/main/json_log.h"
#include "agent/main/single_cluster.h"
#include "agent/main/version.h"
#include "agent/postgres/postgres_engine.h"
#include "agent/postgres/statement_source.h"
#include "agent/runtime/agent_runtime.h"

#include <csignal>
#include <ctime>
#include <memory>
#include <systemd/sd-daemon.h>

namespace isotherm
{
namespace
{

sigset_t blockedSignals()
{
    sigset_t signals;
    ::sigemptyset(&signals);
    for (const int number : {SIGTERM, SIGINT, SIGHUP}) {
        ::sigaddset(&signals, number);
    }
    // A reader of our log that is gone, or a limit on the size of files, is an error to be handled
    // and no reason to die.
    ::signal(SIGPIPE, SIG_IGN);
    ::signal(SIGXFSZ, SIG_IGN);
    // Before any thread starts: all of them inherit the mask, and only this one takes signals.
    ::pthread_sigmask(SIG_BLOCK, &signals, nullptr);
    return signals;
}

void reload(runtime::AgentRuntime& agent, const ConfigChoice& choice, Log& log)
{
    ::sd_notify(0, "RELOADING=1");
    const auto config = loadSingleCluster(choice.file);
    if (config.ok()) {
        agent.reload(*config);
        log.info("config.reloaded", "the configuration was read again",
                 {{"file", choice.file.string()}});
    } else {
        log.error("config.invalid",
                  "the configuration has mistakes, the old one stays: " + config.error().text());
    }
    ::sd_notify(0, "READY=1");
}

/// Until SIGTERM or SIGINT; tells systemd's watchdog that we live.
void serve(runtime::AgentRuntime& agent, const ConfigChoice& choice, Log& log,
           const sigset_t& signals)
{
    for (;;) {
        const timespec second{1, 0};
        const int number = ::sigtimedwait(&signals, nullptr, &second);
        ::sd_notify(0, "WATCHDOG=1");
        if (number == SIGHUP) {
            reload(agent, choice, log);
        } else if (number == SIGTERM || number == SIGINT) {
            ::sd_notify(0, "STOPPING=1");
            log.info("agent.stopping", "going down; unfinished jobs go on at the next start");
            return;
        }
    }
}

Status run(const ConfigChoice& choice, Log& log, SystemClock& clock, const sigset_t& signals)
{
    ISO_ASSIGN(const config::AgentConfig config, loadSingleCluster(choice.file));
    ISO_ASSIGN(const auto engine,
               postgres::PostgresEngine::open({.conninfo = config.clusters.front().dsn}, clock));
    runtime::RuntimeOptions options{
        .config = config, .engine = *engine, .clock = clock, .log = log, .version = kVersion};
    options.openEngine = [&clock](const std::string& dsn) {
        return postgres::PostgresEngine::open({.conninfo = dsn}, clock);
    };
    const auto statements =
        postgres::makeStatementSource({.conninfo = config.clusters.front().dsn});
    options.statements = statements.get();
    ISO_ASSIGN(const auto agent, runtime::AgentRuntime::start(options));
    log.info("agent.started", "ready",
             {{"cluster", config.clusters.front().name},
              {"api_port", static_cast<std::int64_t>(agent->apiPort())},
              {"metrics_port", static_cast<std::int64_t>(agent->metricsPort())},
              {"version", std::string(kVersion)}});
    ::sd_notify(0, "READY=1");
    serve(*agent, choice, log, signals);
    return {};
}

} // namespace

int runAgent(const ConfigChoice& choice)
{
    const sigset_t signals = blockedSignals();
    SystemClock clock;
    JsonLog log(stderr, clock);
    const Status status = run(choice, log, clock, signals);
    if (!status.ok()) {
        log.error("agent.failed", status.error().text());
        printError(status.error());
        return status.error().code == Code::InvalidArgument ? 2 : 1;
    }
    return 0;
}

} // namespace isotherm

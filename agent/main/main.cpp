// SPDX-License-Identifier: Apache-2.0
#include "agent/api/api_server.h"
#include "agent/demo/demo.h"
#include "agent/main/commands.h"
#include "agent/main/version.h"
#include "agent/postgres/init_sql.h"
#include "agent/postgres/postgres_engine.h"
#include "agent/postgres/statement_source.h"

#include <CLI/CLI.hpp>
#include <functional>
#include <malloc.h>

namespace isotherm
{
namespace
{

/// The command line: each subcommand sets what is to be run.
class CommandLine
{
public:
    CommandLine()
    {
        m_app.require_subcommand(1);
        m_app.set_version_flag("--version", kVersion);
        addRun();
        addSetup();
        addClients();
        addRepository();
        addHeatImport();
        addDemo();
        addForecast();
        addSimulate();
    }

    int run(int argc, char** argv)
    {
        try {
            m_app.parse(argc, argv);
        } catch (const CLI::ParseError& error) {
            return m_app.exit(error) == 0 ? 0 : 2;
        }
        return m_action();
    }

private:
    CLI::App* addCommand(const std::string& name, const std::string& help)
    {
        return m_app.add_subcommand(name, help);
    }

    CLI::App* addConfigured(const std::string& name, const std::string& help)
    {
        CLI::App* command = addCommand(name, help);
        command->add_option("--config", m_config.file, "the configuration")->capture_default_str();
        return command;
    }

    void addRun()
    {
        addConfigured("run", "run the agent until it is told to stop")->callback([this] {
            m_action = [this] { return runAgent(m_config); };
        });
        addConfigured("check-config", "read the configuration and say what is wrong with it")
            ->callback([this] { m_action = [this] { return checkConfig(m_config); }; });
    }

    void addSetup()
    {
        addConfigured("init", "make state folder, certificate authority and repository")
            ->callback([this] { m_action = [this] { return initAgent(m_config); }; });
        CLI::App* database = addConfigured("init-db", "prepare the managed database");
        database
            ->add_flag("--print-sql", m_printSql,
                       "print the statements, for an administrator to review and run")
            ->required();
        database->add_option("--role", m_role, "the agent's database role")->capture_default_str();
        database->add_flag("--reshard", m_reshard, "also the rights to split and merge shards");
        database->add_flag("--write-back", m_writeBack,
                           "also the rights to copy rows back and to replace partitions");
        database->add_flag("--read-log", m_readLog,
                           "also let the agent read the server's log: everything that is in it");
        database->callback([this] {
            m_action = [this] {
                return printInitSql({m_config, m_role, m_reshard, m_writeBack, m_readLog});
            };
        });
    }

    void addClients()
    {
        CLI::App* enrolment = addConfigured("enroll", "make a profile for a person or a program");
        enrolment->add_option("name", m_enrol.name, "who it is for")->required();
        enrolment->add_option("--role", m_roleName, "viewer, operator or admin")
            ->required()
            ->check(CLI::IsMember({"viewer", "operator", "admin"}));
        enrolment->add_option("--out", m_enrol.output, "the file to write")->required();
        enrolment->add_option("--address", m_enrol.address,
                              "host:port of the agent, as the client reaches it");
        enrolment->add_option("--passphrase-file", m_enrol.passphraseFile,
                              "protects the profile; asked for without it");
        enrolment->add_flag("--no-passphrase", m_enrol.withoutPassphrase,
                            "leave the profile's key in clear");
        enrolment->callback([this] {
            m_action = [this] {
                m_enrol.config = m_config;
                m_enrol.role = parseRole(m_roleName).value_or(Role::Viewer);
                return enrolClient(m_enrol);
            };
        });
        CLI::App* revocation = addConfigured("revoke", "refuse a client from its next call on");
        revocation->add_option("name", m_enrol.name, "whom")->required();
        revocation->callback(
            [this] { m_action = [this] { return revokeClient(m_config, m_enrol.name); }; });
    }

    void addRepository()
    {
        CLI::App* rotation =
            addConfigured("rotate-passphrase", "give the repository another passphrase; the agent "
                                               "must not run");
        rotation->add_option("--new-passphrase-file", m_rotation.passphraseFile,
                             "its first line is the new one; asked for without it");
        rotation->callback([this] {
            m_action = [this] {
                m_rotation.config = m_config;
                return rotatePassphrase(m_rotation);
            };
        });
        addConfigured("rebuild-catalog",
                      "list the backups anew from the repository alone; the agent must not run")
            ->callback([this] { m_action = [this] { return rebuildCatalog(m_config); }; });
    }

    void addHeatImport()
    {
        CLI::App* recorded =
            addConfigured("import-heat", "make heat that was recorded elsewhere the shards' past; "
                                         "the agent must not run");
        recorded->add_option("--trace", m_import.trace, "CSV, may be gzip-compressed")->required();
        recorded->add_option("--step-min", m_import.stepMinutes, "minutes between two rows")
            ->capture_default_str();
        recorded->callback([this] {
            m_action = [this] {
                m_import.config = m_config;
                return importHeat(m_import);
            };
        });
    }

    void addDemo()
    {
        CLI::App* demo = addCommand("demo", "show the whole story on a private PostgreSQL");
        demo->add_flag("--headless", m_demo.headless, "tell it in text, open no window");
        demo->add_option("--seconds", m_seconds, "how long; at least 30")->capture_default_str();
        demo->add_option("--report", m_demo.report, "write the outcome as JSON");
        demo->add_option("--screenshot", m_demo.screenshot, "write a picture of the console");
        demo->add_flag("--keep", m_demo.keep, "keep the demo's folder");
        demo->callback([this] {
            m_action = [this] {
                m_demo.duration = std::chrono::seconds(m_seconds);
                m_demo.version = kVersion;
                m_demo.initSql = [](const std::string& database) {
                    postgres::InitSqlOptions options;
                    options.database = database;
                    options.schemas = {"public"};
                    options.readLog = true;
                    options.reshard = true; // its hot range is split
                    return postgres::initSql(options);
                };
                m_demo.openEngine = [](const std::string& conninfo, const Clock& clock) {
                    return postgres::PostgresEngine::open({.conninfo = conninfo}, clock);
                };
                m_demo.openStatements = [](const std::string& conninfo) {
                    return postgres::makeStatementSource({.conninfo = conninfo});
                };
                const Status told = demo::runDemo(m_demo);
                if (!told.ok()) {
                    printError(told.error());
                }
                return told.ok() ? 0 : 1;
            };
        });
    }

    void addForecast()
    {
        CLI::App* forecast =
            addCommand("forecast", "replay a trace and write what would have been forecast");
        forecast->add_option("--input", m_forecast.input, "the trace: CSV, may be gzip-compressed")
            ->required();
        forecast->add_option("--dataset", m_forecast.dataset, "the trace's name in the output")
            ->required();
        forecast->add_option("--origins", m_forecast.origins, "when to forecast: a time a line")
            ->required();
        forecast->add_option("--horizons", m_forecast.horizons, "how far ahead, in steps")
            ->delimiter(',')
            ->required();
        forecast->add_option("--step-min", m_forecast.stepMinutes, "minutes between two rows")
            ->capture_default_str();
        forecast->add_option("--out", m_forecast.output, "the forecasts, as CSV")->required();
        forecast->callback([this] { m_action = [this] { return forecastTrace(m_forecast); }; });
    }

    void addSimulate()
    {
        CLI::App* simulate = addCommand(
            "simulate", "play a trace to the backup schedule: what would each policy have done?");
        simulate->add_option("--trace", m_simulate.trace, "CSV, may be gzip-compressed")
            ->required();
        simulate
            ->add_option("--policy", m_simulate.policies,
                         "fixed, reactive, predictive; may be repeated (default: all)")
            ->check(CLI::IsMember({"fixed", "reactive", "predictive"}));
        simulate->add_option("--step-min", m_simulate.stepMinutes, "minutes between two rows")
            ->capture_default_str();
        simulate->add_option("--fixed", m_fixedHours, "hours between the backups of policy fixed")
            ->check(CLI::Range(1, 24 * 30))
            ->capture_default_str();
        simulate->add_option("--warm-up", m_simulate.warmUpDays, "days that are not counted")
            ->check(CLI::Range(0, 3650))
            ->capture_default_str();
        simulate
            ->add_option("--run-bytes", m_simulate.runBytes, "of each backup, whatever has changed")
            ->check(CLI::NonNegativeNumber)
            ->capture_default_str();
        simulate->add_option("--row-bytes", m_simulate.rowBytes, "of each changed row")
            ->check(CLI::NonNegativeNumber)
            ->capture_default_str();
        simulate
            ->add_option("--written", m_simulate.written,
                         "share of a plain series' accesses that change a row")
            ->check(CLI::Range(0.0, 1.0))
            ->capture_default_str();
        simulate->add_option("-o,--output", m_output, "table or json")
            ->check(CLI::IsMember({"table", "json"}))
            ->capture_default_str();
        simulate->callback([this] {
            m_action = [this] {
                m_simulate.fixed = std::chrono::hours(m_fixedHours);
                m_simulate.json = m_output == "json";
                return simulateTrace(m_simulate);
            };
        });
    }

    CLI::App m_app{"Isotherm's agent: watches, backs up and restores a sharded database"};
    std::function<int()> m_action;
    ConfigChoice m_config;
    EnrolChoice m_enrol;
    RotatePassphraseChoice m_rotation;
    ImportHeatChoice m_import;
    std::string m_roleName;
    std::string m_role = "isotherm";
    bool m_reshard = false;
    bool m_writeBack = false;
    bool m_readLog = false;
    bool m_printSql = false; ///< must be given: nothing is run for the administrator
    demo::DemoOptions m_demo;
    ForecastChoice m_forecast;
    SimulateChoice m_simulate;
    int m_fixedHours = 6;
    std::string m_output = "table";
    int m_seconds = 90;
};

} // namespace
} // namespace isotherm

namespace
{

/// The C library keeps what threads gave back, in an arena a thread at worst: after some hundred
/// restores the agent held 700 MB, of which malloc_trim() gave 500 back; so it holds 230. Few
/// arenas, and large pieces (the columns of blocks) straight from the system.
void holdLittleMemory()
{
    constexpr int kArenas = 4;
    constexpr int kLarge = 256 << 10;
    constexpr int kFreeAtTheEnd = 8 << 20;
    (void)::mallopt(M_ARENA_MAX, kArenas);
    (void)::mallopt(M_MMAP_THRESHOLD, kLarge);
    (void)::mallopt(M_TRIM_THRESHOLD, kFreeAtTheEnd);
}

} // namespace

int main(int argc, char** argv)
{
    holdLittleMemory();            // before any thread begins
    isotherm::api::requireTls13(); // before any thread reads the environment
    isotherm::CommandLine commandLine;
    return commandLine.run(argc, argv);
}

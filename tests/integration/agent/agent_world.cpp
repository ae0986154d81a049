// SPDX-License-Identifier: Apache-2.0
#include "tests/integration/agent/agent_world.h"

#include "shared/base/check.h"
#include "shared/base/file.h"
#include "shared/client/profile.h"

#include <arpa/inet.h>
#include <csignal>
#include <cstdlib>
#include <netinet/in.h>
#include <sstream>
#include <sys/socket.h>

namespace isotherm::test
{
namespace
{

std::string program(const std::string& name)
{
    const char* folder = std::getenv("ISOTHERM_BIN_DIR");
    ISO_CHECK(folder != nullptr);
    return std::string(folder) + "/" + name;
}

/// A port that is free now. The agent keeps it over its restarts, as a real one does.
std::uint16_t freePort()
{
    const FileDescriptor socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t length = sizeof(address);
    ISO_CHECK(::bind(socket.get(), reinterpret_cast<sockaddr*>(&address), length) == 0);
    ISO_CHECK(::getsockname(socket.get(), reinterpret_cast<sockaddr*>(&address), &length) == 0);
    return ntohs(address.sin_port);
}

Status expectSuccess(const Result<ProcessResult>& result, const std::string& what)
{
    if (!result.ok()) {
        return result.error().within(what);
    }
    if (result->exitCode != 0) {
        return makeError(Code::Unknown, what + " ended with " + std::to_string(result->exitCode) +
                                            ": " + result->standardError);
    }
    return {};
}

std::string quoted(const std::vector<std::string>& words)
{
    std::string list;
    for (const std::string& word : words) {
        list += (list.empty() ? "\"" : ", \"") + word + "\"";
    }
    return list;
}

} // namespace

Result<std::unique_ptr<AgentWorld>> AgentWorld::make(AgentWorldOptions options,
                                                     const std::string& schemaSql)
{
    std::unique_ptr<AgentWorld> world(new AgentWorld(std::move(options)));
    ISO_ASSIGN(world->m_database, PgCluster::start(world->m_options.database));
    ISO_TRY(world->m_database->exec(schemaSql));
    world->m_port = freePort();
    world->writeConfig(world->m_options.schedule);
    return world;
}

std::filesystem::path AgentWorld::passphraseFile() const
{
    return stateFolder() / "passphrase";
}

std::filesystem::path AgentWorld::profile(const std::string& name) const
{
    return m_folder.path() / (name + ".json");
}

std::string AgentWorld::configText(const std::string& schedule, const std::filesystem::path& state,
                                   std::uint16_t port) const
{
    demo::PrivateServer& server = m_database->server();
    const std::string repository =
        state == stateFolder() ? this->repository().string() : (state / "repository").string();
    std::ostringstream text;
    text << "[agent]\nlisten = \"127.0.0.1:" << port << "\"\nstate_dir = \"" << state.string()
         << "\"\n[metrics]\nlisten = \"" << m_options.metrics << "\"\n"
         << "[cluster.shop]\nkind = \"postgresql\"\nenvironment = \"test\"\n"
         << "dsn = \"" << dsnOf(server) << "\"\n"
         << "[cluster.shop.keyspace." << m_options.keyspace << "]\n"
         << "tables = [" << quoted(m_options.tables) << "]\nkey = \"" << m_options.key
         << "\"\nrpo = \"" << m_options.rpo << "\"\nrotation = \"" << m_options.rotation << "\"\n"
         << "[tier.local]\nkind = \"directory\"\npath = \"" << repository << "\"\n"
         << "[repository]\npassphrase_file = \"" << (state / "passphrase").string() << "\"\n"
         << "[schedule]\n"
         << schedule << "\n"
         << m_options.sections;
    if (m_options.targets) {
        text << "[target.files]\nfolder = \"" << (m_folder.path() / "export").string()
             << "\"\n[target.reports]\ndsn = \"host=" << server.folder().string()
             << " port=" << server.port() << " dbname=reports user=isotherm\"\n";
    }
    return text.str();
}

std::string AgentWorld::dsnOf(demo::PrivateServer& server)
{
    return "host=" + server.folder().string() + " port=" + std::to_string(server.port()) +
           " dbname=postgres user=isotherm";
}

void AgentWorld::writeConfig(const std::string& schedule)
{
    ISO_CHECK(writeFileDurably(configFile(), configText(schedule, stateFolder(), m_port)).ok());
}

std::filesystem::path AgentWorld::writeRivalConfig()
{
    const std::filesystem::path file = m_folder.path() / "rival.toml";
    const std::string text = configText("", m_folder.path() / "rival", freePort());
    ISO_CHECK(writeFileDurably(file, text).ok());
    return file;
}

std::filesystem::path AgentWorld::writeIntruderConfig(PgCluster& database)
{
    const std::filesystem::path file = m_folder.path() / "intruder.toml";
    std::string text = configText("", m_folder.path() / "intruder", freePort());
    const auto replace = [&text](const std::string& what, const std::string& with) {
        const std::size_t at = text.find(what);
        ISO_CHECK(at != std::string::npos);
        text.replace(at, what.size(), with);
    };
    replace(dsnOf(m_database->server()), dsnOf(database.server()));
    replace((m_folder.path() / "intruder" / "repository").string(), repository().string());
    replace((m_folder.path() / "intruder" / "passphrase").string(), passphraseFile().string());
    ISO_CHECK(writeFileDurably(file, text).ok());
    std::filesystem::create_directories(m_folder.path() / "intruder");
    std::filesystem::copy(stateFolder() / "tls", m_folder.path() / "intruder" / "tls");
    return file;
}

Status AgentWorld::setUp()
{
    ISO_TRY(expectSuccess(agentCommand({"init"}), "init"));
    std::vector<std::string> initDb = {"init-db", "--print-sql"};
    initDb.insert(initDb.end(), m_options.initDb.begin(), m_options.initDb.end());
    const auto sql = agentCommand(initDb);
    ISO_TRY(expectSuccess(sql, "init-db"));
    ISO_TRY(writeFileDurably(m_folder.path() / "init.sql", sql->standardOutput));
    ISO_ASSIGN(const std::string told,
               m_database->tool("psql", {"-X", "-q", "-v", "ON_ERROR_STOP=1", "-f",
                                         (m_folder.path() / "init.sql").string()}));
    ISO_CHECK(told.empty());
    for (const std::string role : {"admin", "operator", "viewer"}) {
        ISO_TRY(expectSuccess(agentCommand({"enroll", role, "--role", role, "--no-passphrase",
                                            "--out", profile(role).string()}),
                              "enroll " + role));
    }
    return {};
}

Status AgentWorld::launchAgent(const std::string& limits)
{
    m_earlierLogs = logText();
    ProcessOptions options;
    options.program = program("isotherm-agent");
    options.arguments = {"run", "--config", configFile().string()};
    if (!limits.empty()) {
        options.arguments = {"-c",
                             limits + "; exec \"$0\" \"$@\"",
                             options.program,
                             "run",
                             "--config",
                             configFile().string()};
        options.program = "bash";
    }
    ISO_ASSIGN(m_agent, Process::start(options));
    return {};
}

Status AgentWorld::startAgent(const std::string& limits)
{
    ISO_TRY(launchAgent(limits));
    if (!m_agent->waitForOutput("\"agent.started\"", std::chrono::seconds(60))) {
        return makeError(Code::Unavailable, "the agent did not start: " + m_agent->standardError());
    }
    return {};
}

Result<ProcessResult> AgentWorld::stopAgent()
{
    m_agent->signal(SIGTERM);
    return m_agent->wait(std::chrono::seconds(60));
}

void AgentWorld::killAgent()
{
    m_agent->killNow();
}

std::string AgentWorld::logText() const
{
    return m_earlierLogs + (m_agent ? m_agent->standardError() : "");
}

std::vector<std::string> AgentWorld::errorLines() const
{
    std::vector<std::string> errors;
    std::istringstream lines(logText());
    for (std::string line; std::getline(lines, line);) {
        if (line.find("\"level\":\"error\"") != std::string::npos) {
            errors.push_back(line);
        }
    }
    return errors;
}

Result<ProcessResult> AgentWorld::agentCommand(std::vector<std::string> arguments)
{
    ProcessOptions options;
    options.program = program("isotherm-agent");
    options.arguments = std::move(arguments);
    options.arguments.insert(options.arguments.begin() + 1, {"--config", configFile().string()});
    return Process::run(options, std::chrono::seconds(60));
}

Result<ProcessResult> AgentWorld::ctl(const std::string& who, std::vector<std::string> arguments)
{
    ProcessOptions options;
    options.program = program("isothermctl");
    options.arguments = std::move(arguments);
    options.environment = {{"ISOTHERM_PROFILE", profile(who).string()}, {"NO_COLOR", "1"}};
    return Process::run(options, std::chrono::seconds(120));
}

std::unique_ptr<client::AgentClient> AgentWorld::connect(const std::string& who) const
{
    const auto profile = client::loadProfile(this->profile(who), "");
    ISO_CHECK(profile.ok());
    auto connected = client::connectAgent(*profile, {.deadline = std::chrono::minutes(2)});
    ISO_CHECK(connected.ok());
    return std::move(*connected);
}

} // namespace isotherm::test

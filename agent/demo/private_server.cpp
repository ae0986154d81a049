// SPDX-License-Identifier: Apache-2.0
#include "agent/demo/private_server.h"

#include "shared/base/byte_io.h"

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <cerrno>
#include <charconv>
#include <csignal>
#include <fstream>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <system_error>
#include <thread>
#include <unistd.h>
#include <utility>

namespace isotherm::demo
{
namespace
{

namespace fs = std::filesystem;

constexpr std::size_t kLongestFolder = 80; // a socket's path has 107 bytes
constexpr auto kReadyPoll = std::chrono::milliseconds(10);
constexpr std::size_t kLogTailBytes = 2000;

/// A free port on 127.0.0.1 at this moment; somebody may take it before we do, launch() then says
/// so.
Result<std::uint16_t> freePort()
{
    const FileDescriptor probe(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t length = sizeof(address);
    if (probe.get() < 0 ||
        ::bind(probe.get(), reinterpret_cast<sockaddr*>(&address), sizeof(address)) != 0 ||
        ::getsockname(probe.get(), reinterpret_cast<sockaddr*>(&address), &length) != 0) {
        return errnoError(errno, "cannot find a free port");
    }
    return ntohs(address.sin_port);
}

Result<std::string> randomPassword()
{
    std::array<char, 16> bytes{};
    if (::getrandom(bytes.data(), bytes.size(), 0) != static_cast<ssize_t>(bytes.size())) {
        return errnoError(errno, "cannot get random bytes");
    }
    return toHex(std::string_view(bytes.data(), bytes.size()));
}

/// The value as postgresql.conf wants it.
std::string quotedSetting(const std::string& value)
{
    std::string quoted = "'";
    for (const char c : value) {
        quoted.append(c == '\'' ? 2 : 1, c);
    }
    return quoted + "'";
}

/// The lines of postmaster.pid: 0 the pid, 7 "ready" and blanks once connections are taken.
std::vector<std::string> pidFileLines(const fs::path& data)
{
    std::ifstream file(data / "postmaster.pid");
    std::vector<std::string> lines;
    for (std::string line; std::getline(file, line);) {
        lines.push_back(line);
    }
    return lines;
}

} // namespace

Result<fs::path> findPostgresBinaries()
{
    std::vector<fs::path> candidates;
    std::error_code ignored;
    for (const auto& version : fs::directory_iterator("/usr/lib/postgresql", ignored)) {
        candidates.push_back(version.path() / "bin"); // Debian
    }
    for (const auto& version : fs::directory_iterator("/usr", ignored)) {
        if (version.path().filename().string().rfind("pgsql-", 0) == 0) {
            candidates.push_back(version.path() / "bin"); // PGDG on Red Hat
        }
    }
    // 15 first: what we are measured and tested with; then the newest.
    std::sort(candidates.begin(), candidates.end(), [](const fs::path& a, const fs::path& b) {
        const bool aFirst = a.string().find("15") != std::string::npos;
        const bool bFirst = b.string().find("15") != std::string::npos;
        return aFirst != bFirst ? aFirst : a > b;
    });
    candidates.insert(candidates.end(), {"/usr/bin", "/usr/local/bin", "/usr/local/pgsql/bin"});
    for (const fs::path& folder : candidates) {
        if (::access((folder / "postgres").c_str(), X_OK) == 0 &&
            ::access((folder / "initdb").c_str(), X_OK) == 0) {
            return folder;
        }
    }
    return makeError(Code::NotFound, "PostgreSQL's server programs are not installed",
                     "install the package postgresql-15");
}

PrivateServer::PrivateServer(PrivateServerOptions options) : m_options(std::move(options)) {}

PrivateServer::~PrivateServer()
{
    if (running() && m_options.fsync && m_options.keepFolder) {
        (void)stop(StopMode::Fast); // what is kept should start again without recovery
    }
    if (m_child && m_child->running()) {
        m_child->signal(SIGQUIT);
        (void)m_child->waitEnded(std::chrono::seconds(5));
    }
    m_child.reset();
    if (!m_options.keepFolder) {
        std::error_code ignored;
        fs::remove_all(m_options.folder, ignored);
    }
}

Result<std::unique_ptr<PrivateServer>> PrivateServer::start(PrivateServerOptions options)
{
    if (options.binaries.empty()) {
        ISO_ASSIGN(options.binaries, findPostgresBinaries());
    }
    if (options.port == 0) {
        ISO_ASSIGN(options.port, freePort());
    }
    std::unique_ptr<PrivateServer> server(new PrivateServer(std::move(options)));
    if (::geteuid() == 0) {
        ISO_ASSIGN(server->m_account, findAccount("postgres"));
    }
    ISO_ASSIGN(server->m_password, randomPassword());
    if (const Status prepared = server->prepareFolder(); !prepared.ok()) {
        server->m_options.keepFolder = true; // it may be somebody else's
        return prepared.error();
    }
    ISO_TRY(server->makeData());
    ISO_TRY(server->writeSettings());
    ISO_TRY(server->launch());
    return server;
}

Status PrivateServer::prepareFolder()
{
    const fs::path& folder = m_options.folder;
    if (!folder.is_absolute() || folder.string().size() > kLongestFolder) {
        return makeError(Code::FailedPrecondition,
                         "the folder of a private server needs an absolute path of at most " +
                             std::to_string(kLongestFolder) + " bytes: " + folder.string(),
                         "choose a shorter path, such as one under /tmp");
    }
    std::error_code failed;
    fs::create_directories(folder, failed);
    if (failed) {
        return errnoError(failed.value(), "cannot make the folder " + folder.string());
    }
    if (!fs::is_empty(folder, failed) || failed) {
        return makeError(Code::FailedPrecondition,
                         "the folder " + folder.string() + " is not empty",
                         "choose a new folder: a private server never touches another's files");
    }
    if (::chmod(folder.c_str(), 0700) != 0 ||
        (m_account && ::chown(folder.c_str(), m_account->user, m_account->group) != 0)) {
        return errnoError(errno, "cannot prepare the folder " + folder.string());
    }
    return {};
}

ChildOptions PrivateServer::childOptions(std::vector<std::string> command) const
{
    ChildOptions child;
    child.command = std::move(command);
    child.account = m_account;
    child.directory = m_options.folder;
    child.outputFile = logFile();
    if (!m_options.keepFolder) {
        child.removeIfLeft = m_options.folder;
    }
    return child;
}

Status PrivateServer::run(std::vector<std::string> command, const std::string& what)
{
    ISO_ASSIGN(const int code, runChild(childOptions(std::move(command)), m_options.limit));
    if (code != 0) {
        return makeError(Code::FailedPrecondition,
                         what + " failed with exit code " + std::to_string(code) + ": " + logTail(),
                         m_account ? "the account \"" + m_account->name +
                                         "\" must be able to enter the folder " +
                                         m_options.folder.string()
                                   : "read " + logFile().string());
    }
    return {};
}

Status PrivateServer::makeData()
{
    if (!m_options.copyOf.empty()) {
        return run(
            {"/bin/cp", "-a", "--reflink=auto", m_options.copyOf.string(), dataFolder().string()},
            "copying the template");
    }
    const fs::path passwordFile = m_options.folder / "password";
    ISO_TRY(writeFileDurably(passwordFile, m_password + "\n", FileMode::Private));
    if (m_account && ::chown(passwordFile.c_str(), m_account->user, m_account->group) != 0) {
        return errnoError(errno, "cannot prepare " + passwordFile.string());
    }
    std::vector<std::string> command = {(m_options.binaries / "initdb").string(),
                                        "--pgdata=" + dataFolder().string(),
                                        "--username=postgres",
                                        "--pwfile=" + passwordFile.string(),
                                        "--auth-local=trust",
                                        "--auth-host=scram-sha-256",
                                        "--encoding=UTF8",
                                        "--locale=C.UTF-8",
                                        "--no-instructions"};
    if (!m_options.fsync) {
        command.emplace_back("--no-sync");
    }
    return run(std::move(command), "initdb");
}

Status PrivateServer::writeSettings()
{
    std::vector<std::pair<std::string, std::string>> settings = {
        {"listen_addresses", "127.0.0.1"},
        {"port", std::to_string(m_options.port)},
        {"unix_socket_directories", m_options.folder.string()},
        {"cluster_name", "isotherm private"},
    };
    if (!m_options.fsync) {
        settings.insert(settings.end(), {{"fsync", "off"}, {"full_page_writes", "off"}});
    }
    settings.insert(settings.end(), m_options.settings.begin(), m_options.settings.end());
    std::ofstream file(dataFolder() / "postgresql.conf", std::ios::app);
    file << "\n# isotherm\n";
    for (const auto& [name, value] : settings) {
        file << name << " = " << quotedSetting(value) << "\n";
    }
    file.close();
    if (!file) {
        return makeError(Code::Unavailable, "cannot write the settings of the private server");
    }
    return {};
}

Status PrivateServer::launch()
{
    const std::vector<std::string> left = pidFileLines(dataFolder()); // of one that was killed
    m_stalePid = left.empty() ? std::string() : left.front();
    auto child = SupervisedChild::start(
        childOptions({(m_options.binaries / "postgres").string(), "-D", dataFolder().string()}));
    if (!child.ok()) {
        return child.error();
    }
    m_child = std::move(child).value();
    return waitReady();
}

Status PrivateServer::waitReady()
{
    const auto deadline = std::chrono::steady_clock::now() + m_options.limit;
    while (std::chrono::steady_clock::now() < deadline) {
        const std::vector<std::string> lines = pidFileLines(dataFolder());
        if (lines.size() >= 8 && lines[0] != m_stalePid && lines[7].rfind("ready", 0) == 0 &&
            m_child->running()) {
            return {};
        }
        if (m_child->waitEnded(kReadyPoll)) {
            return makeError(Code::Unavailable, "the private server did not start: " + logTail(),
                             "read " + logFile().string());
        }
    }
    return makeError(Code::DeadlineExceeded,
                     "the private server is not ready in time: " + logTail(),
                     "read " + logFile().string());
}

std::string PrivateServer::logTail() const
{
    std::ifstream file(logFile());
    std::string text((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
    return text.size() <= kLogTailBytes ? text : text.substr(text.size() - kLogTailBytes);
}

std::string PrivateServer::conninfo(const std::string& database) const
{
    return "host=" + m_options.folder.string() + " port=" + std::to_string(m_options.port) +
           " user=postgres dbname=" + database;
}

std::string PrivateServer::tcpConninfo(const std::string& database) const
{
    return "host=127.0.0.1 port=" + std::to_string(m_options.port) +
           " user=postgres password=" + m_password + " dbname=" + database;
}

bool PrivateServer::running()
{
    return m_child && m_child->running();
}

std::optional<pid_t> PrivateServer::pid()
{
    if (!running()) {
        return std::nullopt;
    }
    const std::vector<std::string> lines = pidFileLines(dataFolder());
    pid_t pid = 0;
    if (!lines.empty()) {
        std::from_chars(lines[0].data(), lines[0].data() + lines[0].size(), pid);
    }
    return pid > 0 ? std::optional<pid_t>(pid) : std::nullopt;
}

Status PrivateServer::stop(StopMode mode)
{
    if (!running()) {
        return {};
    }
    m_child->signal(mode == StopMode::Fast ? SIGINT : SIGQUIT);
    if (m_child->waitEnded(m_options.limit)) {
        return {};
    }
    // A server that was just recovering from a crash has been seen to ignore a fast stop.
    m_child->signal(SIGQUIT);
    if (!m_child->waitEnded(m_options.limit)) {
        return makeError(Code::DeadlineExceeded, "the private server did not stop in time",
                         "read " + logFile().string());
    }
    return {};
}

Status PrivateServer::startAgain()
{
    return running() ? Status() : launch();
}

Status PrivateServer::restart(StopMode mode)
{
    ISO_TRY(stop(mode));
    return startAgain();
}

} // namespace isotherm::demo

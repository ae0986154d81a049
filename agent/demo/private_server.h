// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/demo/child.h"
#include "shared/base/result.h"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <sys/types.h>
#include <utility>
#include <vector>

namespace isotherm::demo
{

struct PrivateServerOptions
{
    /// Everything is kept here: data, socket, log. Made if missing, refused if not empty. Short
    /// enough for a socket path (about 80 bytes).
    std::filesystem::path folder;
    bool fsync = true;      ///< false: quicker, and nothing survives a crash of the machine
    std::uint16_t port = 0; ///< on 127.0.0.1; 0: a free one
    bool keepFolder = false;
    std::vector<std::pair<std::string, std::string>> settings; ///< server settings, name and value
    std::filesystem::path binaries;          ///< folder of initdb and postgres; empty: looked for
    std::filesystem::path copyOf;            ///< a stopped server's data folder to start from
    std::chrono::milliseconds limit{60'000}; ///< for every single start or stop
};

enum class StopMode { Fast, Immediate };

/// A PostgreSQL server of our own: made by initdb in a folder of its own, with a unix socket there
/// and a port on 127.0.0.1, superuser "postgres" (socket: no password; port: password()). When we
/// are root it runs as the account "postgres". It is ended, and its folder removed unless
/// keepFolder, by the destructor; if this process dies first, by a supervisor. Not thread-safe.
class PrivateServer
{
public:
    /// NotFound when PostgreSQL or the account is missing, FailedPrecondition when the folder is
    /// not usable, Unavailable with the end of the server's log when it does not start.
    [[nodiscard]] static Result<std::unique_ptr<PrivateServer>> start(PrivateServerOptions options);

    ~PrivateServer();
    PrivateServer(const PrivateServer&) = delete;
    PrivateServer& operator=(const PrivateServer&) = delete;

    /// A libpq connection string over the unix socket / over TCP.
    [[nodiscard]] std::string conninfo(const std::string& database = "postgres") const;
    [[nodiscard]] std::string tcpConninfo(const std::string& database = "postgres") const;

    [[nodiscard]] const std::filesystem::path& folder() const { return m_options.folder; }
    [[nodiscard]] std::filesystem::path dataFolder() const { return m_options.folder / "data"; }
    [[nodiscard]] std::filesystem::path logFile() const { return m_options.folder / "server.log"; }
    [[nodiscard]] const std::filesystem::path& binaries() const { return m_options.binaries; }
    [[nodiscard]] const std::optional<Account>& account() const { return m_account; }
    [[nodiscard]] std::uint16_t port() const { return m_options.port; }
    [[nodiscard]] const std::string& password() const { return m_password; }
    [[nodiscard]] bool running();
    /// The postmaster's process; nullopt when it does not run.
    [[nodiscard]] std::optional<pid_t> pid();

    /// A fast stop that takes longer than the limit becomes an immediate one.
    [[nodiscard]] Status stop(StopMode mode = StopMode::Fast);
    /// Starts it again after stop() or after a crash. On the same port.
    [[nodiscard]] Status startAgain();
    [[nodiscard]] Status restart(StopMode mode = StopMode::Fast);

private:
    explicit PrivateServer(PrivateServerOptions options);

    [[nodiscard]] Status prepareFolder();
    [[nodiscard]] Status makeData();
    [[nodiscard]] Status writeSettings();
    [[nodiscard]] Status launch();
    [[nodiscard]] Status waitReady();
    [[nodiscard]] Status run(std::vector<std::string> command, const std::string& what);
    [[nodiscard]] ChildOptions childOptions(std::vector<std::string> command) const;
    [[nodiscard]] std::string logTail() const;

    PrivateServerOptions m_options;
    std::optional<Account> m_account;
    std::string m_password;
    std::string m_stalePid;
    std::optional<SupervisedChild> m_child;
};

/// The folder that holds initdb and postgres, version 15 or newer preferred; NotFound with a hint.
[[nodiscard]] Result<std::filesystem::path> findPostgresBinaries();

} // namespace isotherm::demo

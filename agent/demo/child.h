// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "shared/base/file.h"
#include "shared/base/result.h"

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <sys/types.h>
#include <vector>

namespace isotherm::demo
{

/// The account that a child runs as; needed when we are root and the program refuses root.
struct Account
{
    std::string name;
    uid_t user = 0;
    gid_t group = 0;
};

/// NotFound when the machine has no such account.
[[nodiscard]] Result<Account> findAccount(const std::string& name);

struct ChildOptions
{
    std::vector<std::string> command;   ///< absolute path of the program first
    std::optional<Account> account;     ///< nullopt: as we are
    std::filesystem::path directory;    ///< where it runs; must exist
    std::filesystem::path outputFile;   ///< stdout and stderr are appended there
    std::filesystem::path removeIfLeft; ///< removed with all it holds when we die before the child
};

/// Runs a program to its end and returns its exit code (128 + signal when it was killed).
/// DeadlineExceeded after `limit`; it is killed then.
[[nodiscard]] Result<int> runChild(const ChildOptions& options, std::chrono::milliseconds limit);

/// A long-running program that cannot outlive us: a supervisor process of its own watches a pipe
/// that we hold, and ends the program (SIGQUIT, then SIGKILL after 5 s) when we are gone, however
/// we went. Signals go through the supervisor, so that a reused pid is never hit. Terminal signals
/// do not reach the program. Not thread-safe.
class SupervisedChild
{
public:
    [[nodiscard]] static Result<SupervisedChild> start(const ChildOptions& options);

    ~SupervisedChild();
    SupervisedChild(SupervisedChild&& other) noexcept;
    SupervisedChild& operator=(SupervisedChild&& other) noexcept;
    SupervisedChild(const SupervisedChild&) = delete;
    SupervisedChild& operator=(const SupervisedChild&) = delete;

    /// Sends `signalNumber` to the program; nothing when it has ended.
    void signal(int signalNumber);
    [[nodiscard]] bool running();
    /// Waits until it has ended; false when it still runs after `limit`.
    [[nodiscard]] bool waitEnded(std::chrono::milliseconds limit);

private:
    SupervisedChild(pid_t supervisor, FileDescriptor control);

    pid_t m_supervisor = -1;
    FileDescriptor m_control;
};

} // namespace isotherm::demo

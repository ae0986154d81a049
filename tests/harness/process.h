// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "shared/base/file.h"
#include "shared/base/result.h"

#include <chrono>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <sys/types.h>
#include <utility>
#include <vector>

namespace isotherm::test
{

struct ProcessOptions
{
    std::string program; ///< absolute, or looked for in PATH
    std::vector<std::string> arguments;
    std::vector<std::pair<std::string, std::string>> environment; ///< added to ours
    std::filesystem::path directory;                              ///< empty: ours
    std::string input;                                            ///< given on stdin, then closed
    std::string runAs; ///< an account name; only when we are root, else ignored
};

struct ProcessResult
{
    int exitCode = -1; ///< 128 + signal when it was killed
    std::string standardOutput;
    std::string standardError;
};

/// A child program with its output collected in the background; killed with SIGKILL (it alone, by
/// its pid) and reaped by the destructor, and when this process dies. Not thread-safe; start it
/// from a thread that lives as long as the child (the kernel ties the two together).
class Process
{
public:
    [[nodiscard]] static Result<std::unique_ptr<Process>> start(const ProcessOptions& options);
    /// Starts it and waits; DeadlineExceeded (and killed) after `limit`.
    [[nodiscard]] static Result<ProcessResult> run(const ProcessOptions& options,
                                                   std::chrono::milliseconds limit);

    ~Process();
    Process(const Process&) = delete;
    Process& operator=(const Process&) = delete;

    [[nodiscard]] pid_t pid() const { return m_pid; }
    [[nodiscard]] bool running();
    void signal(int signalNumber);
    /// SIGKILL, then waits.
    void killNow();
    /// DeadlineExceeded when it still runs after `limit`; it is left running.
    [[nodiscard]] Result<ProcessResult> wait(std::chrono::milliseconds limit);
    /// Waits until its standard output or error contains `text`; false after `limit` or when it
    /// ended without.
    [[nodiscard]] bool waitForOutput(std::string_view text, std::chrono::milliseconds limit);
    /// What it wrote so far.
    [[nodiscard]] std::string standardOutput() const;
    [[nodiscard]] std::string standardError() const;

private:
    struct Outputs;

    Process(pid_t pid, std::unique_ptr<Outputs> outputs);
    bool reap(bool block);

    pid_t m_pid = -1;
    std::optional<int> m_exitCode;
    std::unique_ptr<Outputs> m_outputs;
};

} // namespace isotherm::test

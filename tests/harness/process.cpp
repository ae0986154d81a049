// SPDX-License-Identifier: Apache-2.0
#include "tests/harness/process.h"

#include <array>
#include <cerrno>
#include <condition_variable>
#include <csignal>
#include <cstdlib>
#include <fcntl.h>
#include <map>
#include <mutex>
#include <poll.h>
#include <pwd.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

extern char** environ;

namespace isotherm::test
{
namespace
{

constexpr auto kPollStep = std::chrono::milliseconds(5);

struct Pipe
{
    FileDescriptor reading;
    FileDescriptor writing;
};

Result<Pipe> makePipe()
{
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) {
        return errnoError(errno, "cannot make a pipe");
    }
    return Pipe{FileDescriptor(ends[0]), FileDescriptor(ends[1])};
}

std::vector<std::string>
mergedEnvironment(const std::vector<std::pair<std::string, std::string>>& added)
{
    std::map<std::string, std::string> variables;
    for (char** entry = environ; *entry != nullptr; ++entry) {
        const std::string text = *entry;
        const std::size_t equals = text.find('=');
        variables[text.substr(0, equals)] =
            equals == std::string::npos ? "" : text.substr(equals + 1);
    }
    for (const auto& [name, value] : added) {
        variables[name] = value;
    }
    std::vector<std::string> merged;
    for (const auto& [name, value] : variables) {
        merged.push_back(name + "=" + value);
    }
    return merged;
}

std::vector<char*> pointers(std::vector<std::string>& words)
{
    std::vector<char*> result;
    for (std::string& word : words) {
        result.push_back(word.data());
    }
    result.push_back(nullptr);
    return result;
}

std::string inPath(const std::string& program)
{
    if (program.find('/') != std::string::npos) {
        return program;
    }
    const char* path = std::getenv("PATH");
    std::string folders = path == nullptr ? "/usr/bin:/bin" : path;
    folders += ':';
    for (std::size_t from = 0, colon = folders.find(':'); colon != std::string::npos;
         from = colon + 1, colon = folders.find(':', from)) {
        std::string candidate = folders.substr(from, colon - from) + "/" + program;
        if (::access(candidate.c_str(), X_OK) == 0) {
            return candidate;
        }
    }
    return program;
}

struct Launch
{
    std::string program;
    std::vector<char*> argv;
    std::vector<char*> envp;
    std::string directory;
    std::array<int, 3> streams{};
    bool changeAccount = false;
    uid_t user = 0;
    gid_t group = 0;
    pid_t parent = 0;
};

/// The forked side: only async-signal-safe calls.
[[noreturn]] void becomeProgram(const Launch& launch)
{
    for (int number = 1; number < NSIG; ++number) {
        ::signal(number, SIG_DFL);
    }
    sigset_t none;
    ::sigemptyset(&none);
    ::sigprocmask(SIG_SETMASK, &none, nullptr);
    for (int stream = 0; stream < 3; ++stream) {
        ::dup2(launch.streams[static_cast<std::size_t>(stream)], stream);
    }
    ::close_range(3, ~0U, 0);
    if (launch.changeAccount &&
        (::syscall(SYS_setgroups, 1, &launch.group) != 0 ||
         ::syscall(SYS_setgid, launch.group) != 0 || ::syscall(SYS_setuid, launch.user) != 0)) {
        ::_exit(126);
    }
    if (!launch.directory.empty() && ::chdir(launch.directory.c_str()) != 0) {
        ::_exit(126);
    }
    ::prctl(PR_SET_PDEATHSIG, SIGKILL); // after setuid, which clears it
    if (::getppid() != launch.parent) {
        ::_exit(126);
    }
    ::execve(launch.program.c_str(), launch.argv.data(), launch.envp.data());
    ::_exit(127);
}

} // namespace

/// The background reader and writer of the child's streams.
struct Process::Outputs
{
    std::mutex mutex;
    std::condition_variable changed;
    std::array<std::string, 2> text;
    int open = 2;
    std::vector<std::jthread> threads;

    void collect(FileDescriptor from, std::size_t index)
    {
        threads.emplace_back([this, index, fd = std::move(from)](const std::stop_token& stop) {
            std::array<char, 16384> buffer{};
            for (;;) {
                // A grandchild may hold the stream open for ever: our end ends us.
                pollfd readable{fd.get(), POLLIN, 0};
                if (::poll(&readable, 1, 100) == 0 && !stop.stop_requested()) {
                    continue;
                }
                if (stop.stop_requested() && ::poll(&readable, 1, 0) == 0) {
                    return;
                }
                const ssize_t got = ::read(fd.get(), buffer.data(), buffer.size());
                if (got < 0 && errno == EINTR) {
                    continue;
                }
                const std::lock_guard lock(mutex);
                if (got <= 0) {
                    --open;
                    changed.notify_all();
                    return;
                }
                text[index].append(buffer.data(), static_cast<std::size_t>(got));
                changed.notify_all();
            }
        });
    }

    void feed(FileDescriptor to, std::string input)
    {
        threads.emplace_back([fd = std::move(to), input = std::move(input)] {
            sigset_t pipeSignal;
            ::sigemptyset(&pipeSignal);
            ::sigaddset(&pipeSignal, SIGPIPE);
            ::pthread_sigmask(SIG_BLOCK, &pipeSignal, nullptr);
            std::string_view rest = input;
            while (!rest.empty()) {
                const ssize_t written = ::write(fd.get(), rest.data(), rest.size());
                if (written <= 0) {
                    return; // the child does not read on: its exit code tells
                }
                rest.remove_prefix(static_cast<std::size_t>(written));
            }
        });
    }
};

Result<std::unique_ptr<Process>> Process::start(const ProcessOptions& options)
{
    ISO_ASSIGN(Pipe input, makePipe());
    ISO_ASSIGN(Pipe output, makePipe());
    ISO_ASSIGN(Pipe error, makePipe());
    std::vector<std::string> words = {inPath(options.program)};
    words.insert(words.end(), options.arguments.begin(), options.arguments.end());
    std::vector<std::string> variables = mergedEnvironment(options.environment);
    Launch launch;
    launch.program = words.front();
    launch.argv = pointers(words);
    launch.envp = pointers(variables);
    launch.directory = options.directory.string();
    launch.streams = {input.reading.get(), output.writing.get(), error.writing.get()};
    launch.parent = ::getpid();
    if (!options.runAs.empty() && ::geteuid() == 0) {
        const passwd* account = ::getpwnam(options.runAs.c_str());
        if (account == nullptr) {
            return makeError(Code::NotFound, "no account " + options.runAs);
        }
        launch.changeAccount = true;
        launch.user = account->pw_uid;
        launch.group = account->pw_gid;
    }
    const pid_t pid = ::fork();
    if (pid < 0) {
        return errnoError(errno, "cannot start " + options.program);
    }
    if (pid == 0) {
        becomeProgram(launch);
    }
    auto outputs = std::make_unique<Outputs>();
    outputs->collect(std::move(output.reading), 0);
    outputs->collect(std::move(error.reading), 1);
    if (!options.input.empty()) {
        outputs->feed(std::move(input.writing), options.input);
    }
    return std::unique_ptr<Process>(new Process(pid, std::move(outputs)));
}

Result<ProcessResult> Process::run(const ProcessOptions& options, std::chrono::milliseconds limit)
{
    ISO_ASSIGN(auto process, start(options));
    auto result = process->wait(limit);
    if (!result.ok()) {
        process->killNow();
    }
    return result;
}

Process::Process(pid_t pid, std::unique_ptr<Outputs> outputs)
    : m_pid(pid), m_outputs(std::move(outputs))
{
}

Process::~Process()
{
    killNow();
}

bool Process::reap(bool block)
{
    if (m_exitCode) {
        return true;
    }
    int status = 0;
    pid_t ended = 0;
    do {
        ended = ::waitpid(m_pid, &status, block ? 0 : WNOHANG);
    } while (ended < 0 && errno == EINTR);
    if (ended == 0) {
        return false;
    }
    m_exitCode = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    return true;
}

bool Process::running()
{
    return !reap(false);
}

void Process::signal(int signalNumber)
{
    if (running()) {
        ::kill(m_pid, signalNumber);
    }
}

void Process::killNow()
{
    signal(SIGKILL);
    (void)reap(true);
}

Result<ProcessResult> Process::wait(std::chrono::milliseconds limit)
{
    const auto deadline = std::chrono::steady_clock::now() + limit;
    while (!reap(false)) {
        if (std::chrono::steady_clock::now() >= deadline) {
            return makeError(Code::DeadlineExceeded, "the process still runs");
        }
        std::this_thread::sleep_for(kPollStep);
    }
    // Grandchildren may hold the streams open: what is there after a moment is the output.
    std::unique_lock lock(m_outputs->mutex);
    m_outputs->changed.wait_for(lock, std::chrono::seconds(2),
                                [this] { return m_outputs->open == 0; });
    return ProcessResult{*m_exitCode, m_outputs->text[0], m_outputs->text[1]};
}

bool Process::waitForOutput(std::string_view text, std::chrono::milliseconds limit)
{
    std::unique_lock lock(m_outputs->mutex);
    const auto found = [&] {
        return m_outputs->text[0].find(text) != std::string::npos ||
               m_outputs->text[1].find(text) != std::string::npos;
    };
    m_outputs->changed.wait_for(lock, limit, [&] { return found() || m_outputs->open == 0; });
    return found();
}

std::string Process::standardOutput() const
{
    const std::lock_guard lock(m_outputs->mutex);
    return m_outputs->text[0];
}

std::string Process::standardError() const
{
    const std::lock_guard lock(m_outputs->mutex);
    return m_outputs->text[1];
}

} // namespace isotherm::test

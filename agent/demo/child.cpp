// SPDX-License-Identifier: Apache-2.0
#include "agent/demo/child.h"

#include <array>
#include <cerrno>
#include <csignal>
#include <fcntl.h>
#include <grp.h>
#include <poll.h>
#include <pwd.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>
#include <utility>

namespace isotherm::demo
{
namespace
{

constexpr int kExecFailed = 127;
constexpr auto kPollStep = std::chrono::milliseconds(5);

/// Everything that the forked side needs, laid out before the fork: after it only async-signal-safe
/// calls are allowed, since we may have other threads.
struct Prepared
{
    explicit Prepared(const ChildOptions& options) : source(options)
    {
        for (const std::string& word : source.command) {
            argv.push_back(const_cast<char*>(word.c_str()));
        }
        argv.push_back(nullptr);
        removal = {const_cast<char*>("/bin/rm"), const_cast<char*>("-rf"), const_cast<char*>("--"),
                   const_cast<char*>(source.removeIfLeft.c_str()), nullptr};
    }

    ChildOptions source;
    std::vector<char*> argv;
    std::array<char*, 5> removal{};
};

void resetSignals()
{
    for (int number = 1; number < NSIG; ++number) {
        ::signal(number, SIG_DFL);
    }
    sigset_t none;
    ::sigemptyset(&none);
    ::sigprocmask(SIG_SETMASK, &none, nullptr);
}

/// Standard streams, folder and account. Raw system calls for the account: glibc's wrappers talk to
/// threads that do not exist on this side of the fork.
bool becomeChild(const Prepared& prepared)
{
    resetSignals();
    const int input = ::open("/dev/null", O_RDONLY);
    const int output =
        ::open(prepared.source.outputFile.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
    if (input < 0 || output < 0) {
        return false;
    }
    ::dup2(input, STDIN_FILENO);
    ::dup2(output, STDOUT_FILENO);
    ::dup2(output, STDERR_FILENO);
    if (const auto& account = prepared.source.account) {
        const gid_t group = account->group;
        if (::syscall(SYS_setgroups, 1, &group) != 0 ||
            ::syscall(SYS_setgid, account->group) != 0 ||
            ::syscall(SYS_setuid, account->user) != 0) {
            return false;
        }
    }
    return ::chdir(prepared.source.directory.c_str()) == 0;
}

[[noreturn]] void execute(const Prepared& prepared)
{
    ::execv(prepared.argv[0], prepared.argv.data());
    ::_exit(kExecFailed);
}

int exitCode(int waitStatus)
{
    return WIFEXITED(waitStatus) ? WEXITSTATUS(waitStatus) : 128 + WTERMSIG(waitStatus);
}

/// Waits until the program ends or `control` has something; true when the program has ended.
bool watch(pid_t program, int control, int& status, int timeoutMillis)
{
    const auto pidDescriptor = static_cast<int>(::syscall(SYS_pidfd_open, program, 0));
    std::array<pollfd, 2> watched{{{control, POLLIN, 0}, {pidDescriptor, POLLIN, 0}}};
    // Without pidfd (before Linux 5.3) look at the program every so often.
    ::poll(watched.data(), pidDescriptor < 0 ? 1 : 2,
           pidDescriptor < 0 ? std::min(timeoutMillis, 200) : timeoutMillis);
    if (pidDescriptor >= 0) {
        ::close(pidDescriptor);
    }
    return ::waitpid(program, &status, WNOHANG) == program;
}

void endProgram(pid_t program)
{
    ::kill(program, SIGQUIT);
    int status = 0;
    for (int i = 0; i < 50; ++i) {
        if (watch(program, -1, status, 100)) {
            return;
        }
    }
    ::kill(program, SIGKILL);
    ::waitpid(program, &status, 0);
}

/// The supervisor's life: pass signals on, end the program when our side of the pipe is closed.
[[noreturn]] void supervise(const Prepared& prepared, int control)
{
    ::setsid();
    if (!becomeChild(prepared)) {
        ::_exit(kExecFailed);
    }
    constexpr int kKeptControl = 3;
    ::dup2(control, kKeptControl);
    ::close_range(kKeptControl + 1, ~0U, 0);
    const pid_t supervisor = ::getpid();
    const pid_t program = ::fork();
    if (program == 0) {
        ::close(kKeptControl);
        // The last resort, should the supervisor itself be killed.
        ::prctl(PR_SET_PDEATHSIG, SIGQUIT);
        if (::getppid() != supervisor) {
            ::_exit(kExecFailed);
        }
        execute(prepared);
    }
    if (program < 0) {
        ::_exit(kExecFailed);
    }
    int status = 0;
    while (!watch(program, kKeptControl, status, -1)) {
        pollfd readable{kKeptControl, POLLIN, 0};
        if (::poll(&readable, 1, 0) <= 0) {
            continue;
        }
        unsigned char number = 0;
        if (::read(kKeptControl, &number, 1) == 1) {
            ::kill(program, number);
            continue;
        }
        endProgram(program);
        if (!prepared.source.removeIfLeft.empty()) {
            ::execv(prepared.removal[0], prepared.removal.data());
        }
        ::_exit(kExecFailed);
    }
    ::_exit(exitCode(status));
}

bool waitFor(pid_t pid, std::chrono::milliseconds limit, int& status)
{
    const auto deadline = std::chrono::steady_clock::now() + limit;
    for (;;) {
        const pid_t ended = ::waitpid(pid, &status, WNOHANG);
        if (ended == pid || (ended < 0 && errno != EINTR)) {
            return true;
        }
        if (std::chrono::steady_clock::now() >= deadline) {
            return false;
        }
        std::this_thread::sleep_for(kPollStep);
    }
}

} // namespace

Result<Account> findAccount(const std::string& name)
{
    passwd entry{};
    passwd* found = nullptr;
    std::array<char, 16384> buffer{};
    if (::getpwnam_r(name.c_str(), &entry, buffer.data(), buffer.size(), &found) != 0 ||
        found == nullptr) {
        return makeError(Code::NotFound, "this machine has no account \"" + name + "\"",
                         "install the package postgresql, which makes it, or do not run as root");
    }
    return Account{name, found->pw_uid, found->pw_gid};
}

Result<int> runChild(const ChildOptions& options, std::chrono::milliseconds limit)
{
    const Prepared prepared(options);
    const pid_t pid = ::fork();
    if (pid < 0) {
        return errnoError(errno, "cannot start a process");
    }
    if (pid == 0) {
        if (!becomeChild(prepared)) {
            ::_exit(kExecFailed);
        }
        ::close_range(3, ~0U, 0);
        execute(prepared);
    }
    int status = 0;
    if (!waitFor(pid, limit, status)) {
        ::kill(pid, SIGKILL);
        ::waitpid(pid, &status, 0);
        return makeError(Code::DeadlineExceeded, options.command.front() + " did not end in time");
    }
    return exitCode(status);
}

Result<SupervisedChild> SupervisedChild::start(const ChildOptions& options)
{
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) {
        return errnoError(errno, "cannot make a pipe");
    }
    const FileDescriptor reading(ends[0]);
    FileDescriptor writing(ends[1]);
    const Prepared prepared(options);
    const pid_t pid = ::fork();
    if (pid < 0) {
        return errnoError(errno, "cannot start a process");
    }
    if (pid == 0) {
        supervise(prepared, reading.get());
    }
    return SupervisedChild(pid, std::move(writing));
}

SupervisedChild::SupervisedChild(pid_t supervisor, FileDescriptor control)
    : m_supervisor(supervisor), m_control(std::move(control))
{
}

SupervisedChild::SupervisedChild(SupervisedChild&& other) noexcept
    : m_supervisor(std::exchange(other.m_supervisor, -1)), m_control(std::move(other.m_control))
{
}

SupervisedChild& SupervisedChild::operator=(SupervisedChild&& other) noexcept
{
    std::swap(m_supervisor, other.m_supervisor);
    std::swap(m_control, other.m_control);
    return *this;
}

SupervisedChild::~SupervisedChild()
{
    if (m_supervisor <= 0) {
        return;
    }
    m_control.reset(); // the supervisor ends the program now
    int status = 0;
    ::waitpid(m_supervisor, &status, 0);
}

void SupervisedChild::signal(int signalNumber)
{
    if (!running()) {
        return;
    }
    const auto number = static_cast<unsigned char>(signalNumber);
    if (::write(m_control.get(), &number, 1) != 1) {
        m_control.reset();
    }
}

bool SupervisedChild::running()
{
    return !waitEnded(std::chrono::milliseconds(0));
}

bool SupervisedChild::waitEnded(std::chrono::milliseconds limit)
{
    int status = 0;
    if (m_supervisor > 0 && waitFor(m_supervisor, limit, status)) {
        m_supervisor = -1;
    }
    return m_supervisor <= 0;
}

} // namespace isotherm::demo

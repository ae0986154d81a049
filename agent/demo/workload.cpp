// SPDX-License-Identifier: Apache-2.0
#include "agent/demo/workload.h"

#include "agent/demo/child.h"
#include "shared/base/file.h"

#include <atomic>
#include <charconv>
#include <cmath>
#include <condition_variable>
#include <csignal>
#include <mutex>
#include <numbers>
#include <optional>
#include <string_view>
#include <thread>

namespace isotherm::demo
{
namespace
{

constexpr int kBurstSeconds = 2;

// Four of five transactions go to the hot range; pgbench weighs the two scripts.
constexpr std::string_view kHotScript = R"sql(\set aid random_gaussian(:lo, :hi, 3.0)
\set delta random(-5000, 5000)
BEGIN;
UPDATE pgbench_accounts SET abalance = abalance + :delta WHERE aid = :aid;
SELECT abalance FROM pgbench_accounts WHERE aid BETWEEN :aid AND :aid + 9;
END;
)sql";
constexpr std::string_view kColdScript = R"sql(\set aid random(1, :accounts)
SELECT abalance FROM pgbench_accounts WHERE aid = :aid;
)sql";

/// nullopt when the output is not that of a run that ended well.
std::optional<std::uint64_t> transactionsIn(std::string_view output)
{
    constexpr std::string_view kLabel = "number of transactions actually processed: ";
    const std::size_t at = output.find(kLabel);
    if (at == std::string_view::npos) {
        return std::nullopt;
    }
    const std::string_view rest = output.substr(at + kLabel.size());
    std::uint64_t count = 0;
    std::from_chars(rest.data(), rest.data() + rest.size(), count);
    return count;
}

class PgbenchWorkload final : public Workload
{
public:
    explicit PgbenchWorkload(WorkloadOptions options) : m_options(std::move(options)) {}

    ~PgbenchWorkload() override
    {
        m_thread.request_stop();
        if (m_thread.joinable()) {
            m_thread.join();
        }
    }

    Status begin()
    {
        ISO_TRY(writeFileDurably(m_options.folder / "hot.sql", kHotScript));
        ISO_TRY(writeFileDurably(m_options.folder / "cold.sql", kColdScript));
        m_start = std::chrono::steady_clock::now();
        m_thread = std::jthread([this](const std::stop_token& stop) { run(stop); });
        return {};
    }

    [[nodiscard]] std::uint64_t transactions() const override { return m_transactions; }

    [[nodiscard]] WorkloadMoment now() const override
    {
        return workloadAt(m_options, std::chrono::steady_clock::now() - m_start);
    }

    [[nodiscard]] std::string trouble() const override
    {
        const std::lock_guard lock(m_mutex);
        return m_trouble;
    }

private:
    void run(const std::stop_token& stop)
    {
        while (!stop.stop_requested()) {
            const auto processed = runBurst(stop);
            if (processed.ok()) {
                m_transactions += *processed;
            }
            std::unique_lock lock(m_mutex);
            m_trouble = processed.ok() || stop.stop_requested() ? "" : processed.error().message;
            if (!m_trouble.empty()) { // the server may be starting again: do not spin
                m_wake.wait_for(lock, stop, std::chrono::seconds(1), [] { return false; });
            }
        }
    }

    /// One run of pgbench to its end; the number of its transactions.
    Result<std::uint64_t> runBurst(const std::stop_token& stop)
    {
        const std::filesystem::path outputFile = m_options.folder / "pgbench.out";
        std::error_code ignored;
        std::filesystem::remove(outputFile, ignored);
        ChildOptions child;
        child.command = burst(now());
        child.directory = m_options.folder;
        child.outputFile = outputFile;
        ISO_ASSIGN(SupervisedChild running, SupervisedChild::start(child));
        while (!running.waitEnded(std::chrono::milliseconds(50))) {
            if (stop.stop_requested()) {
                running.signal(SIGTERM);
                return std::uint64_t{0};
            }
        }
        ISO_ASSIGN(const std::string output, readFile(outputFile));
        const auto processed = transactionsIn(output);
        if (!processed) {
            return makeError(Code::Unavailable, "pgbench stopped: " + output.substr(0, 300));
        }
        return *processed;
    }

    [[nodiscard]] std::vector<std::string> burst(const WorkloadMoment& moment) const
    {
        const auto define = [](const char* name, std::int64_t value) {
            return std::string(name) + "=" + std::to_string(value);
        };
        return {m_options.pgbench.string(),
                "-n",
                "-h",
                m_options.host,
                "-p",
                std::to_string(m_options.port),
                "-U",
                m_options.user,
                "-c",
                "4",
                "-j",
                "1",
                "-T",
                std::to_string(kBurstSeconds),
                "-R",
                std::to_string(moment.rate),
                "-D",
                define("lo", moment.hotFrom),
                "-D",
                define("hi", moment.hotTo),
                "-D",
                define("accounts", m_options.accounts),
                "-f",
                (m_options.folder / "hot.sql").string() + "@4",
                "-f",
                (m_options.folder / "cold.sql").string() + "@1",
                m_options.database};
    }

    const WorkloadOptions m_options;
    std::chrono::steady_clock::time_point m_start;
    std::atomic<std::uint64_t> m_transactions{0};
    mutable std::mutex m_mutex;
    std::condition_variable_any m_wake;
    std::string m_trouble;
    std::jthread m_thread;
};

} // namespace

WorkloadMoment workloadAt(const WorkloadOptions& options, std::chrono::duration<double> elapsed)
{
    const double days = elapsed / std::chrono::duration<double>(options.day);
    // It begins in the morning, so that the first minute shows a rise.
    const double breath = 0.5 - 0.5 * std::cos(2 * std::numbers::pi * (days + 0.25));
    const double wander = 0.5 - 0.5 * std::cos(2 * std::numbers::pi * (days / 3 + 0.08));
    const auto accounts = static_cast<double>(options.accounts);
    const double width = accounts * 0.14;
    const double from = wander * (accounts - width);
    WorkloadMoment moment;
    moment.rate = options.peakRate * (0.15 + 0.85 * breath);
    moment.hotFrom = static_cast<std::int64_t>(from) + 1;
    moment.hotTo = static_cast<std::int64_t>(from + width);
    return moment;
}

Result<std::unique_ptr<Workload>> Workload::start(const WorkloadOptions& options)
{
    auto workload = std::make_unique<PgbenchWorkload>(options);
    ISO_TRY(workload->begin());
    return std::unique_ptr<Workload>(std::move(workload));
}

} // namespace isotherm::demo

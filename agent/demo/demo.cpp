// SPDX-License-Identifier: Apache-2.0
#include "agent/demo/demo.h"

#include "agent/demo/demo_report.h"
#include "agent/demo/demo_world.h"
#include "agent/demo/narrator.h"
#include "agent/demo/split_chapter.h"
#include "shared/base/file.h"
#include "shared/base/time_text.h"

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <optional>
#include <thread>
#include <utility>

namespace isotherm::demo
{
namespace
{

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr seconds kShortest{30};
constexpr std::int64_t kRowsLost = 4'000;

/// SIGINT and SIGTERM are blocked and looked for, so that everything is taken down in order.
class Interruption
{
public:
    Interruption()
    {
        ::sigemptyset(&m_signals);
        ::sigaddset(&m_signals, SIGINT);
        ::sigaddset(&m_signals, SIGTERM);
        ::pthread_sigmask(SIG_BLOCK, &m_signals, nullptr);
    }

    /// Waits; Cancelled when the person at the terminal has had enough.
    [[nodiscard]] Status sleep(milliseconds duration)
    {
        const timespec wait{duration.count() / 1000, (duration.count() % 1000) * 1'000'000};
        if (m_seen || ::sigtimedwait(&m_signals, nullptr, &wait) > 0) {
            m_seen = true;
            return makeError(Code::Cancelled, "the demo was interrupted");
        }
        return {};
    }

private:
    sigset_t m_signals{};
    bool m_seen = false;
};

class Story
{
public:
    Story(const DemoOptions& options, Narrator& narrator)
        : m_options(options), m_narrator(narrator), m_start(std::chrono::steady_clock::now())
    {
    }

    Status tell()
    {
        // A third of the time for each part of the day, so that the load rises and falls within it.
        const seconds day = std::max(seconds(30), m_options.duration * 2 / 3);
        m_narrator.say("starting a private PostgreSQL with a million accounts in " +
                       std::to_string(kDemoShards) + " shards");
        ISO_ASSIGN(m_world, DemoWorld::make(m_options, day));
        m_narrator.say("an agent watches it; clients run a load whose hot range wanders");
        if (m_options.keep) {
            m_narrator.say("everything is kept in " + m_world->folder().string());
        }
        ISO_TRY(openConsole());
        ISO_TRY(watchUntilBackedUp());
        ISO_TRY(watch(share(0.35)));
        ISO_TRY(splitHotRange());
        ISO_TRY(watch(share(0.5)));
        ISO_TRY(haveAccident());
        ISO_TRY(bringBack());
        ISO_TRY(watch(share(0.85)));
        ISO_TRY(measureSplit());
        ISO_TRY(collectOutcome());
        ISO_TRY(takeScreenshot());
        ISO_TRY(conclude());
        return stayOpen();
    }

private:
    [[nodiscard]] seconds elapsed() const
    {
        return std::chrono::duration_cast<seconds>(std::chrono::steady_clock::now() - m_start);
    }
    [[nodiscard]] seconds share(double part) const
    {
        return seconds(
            static_cast<std::int64_t>(static_cast<double>(m_options.duration.count()) * part));
    }
    [[nodiscard]] static std::filesystem::path consoleProgram()
    {
        std::error_code ignored;
        return std::filesystem::read_symlink("/proc/self/exe", ignored).parent_path() / "isotherm";
    }
    [[nodiscard]] bool wantsWindow() const
    {
        return !m_options.headless &&
               (std::getenv("DISPLAY") != nullptr || std::getenv("WAYLAND_DISPLAY") != nullptr);
    }

    Status openConsole()
    {
        if (!wantsWindow()) {
            return {};
        }
        ChildOptions child;
        child.command = {consoleProgram().string(), "--profile", m_world->profileFile().string()};
        child.directory = m_world->folder();
        child.outputFile = m_world->folder() / "console.log";
        ISO_ASSIGN(m_console, SupervisedChild::start(child));
        m_narrator.say("the console is open");
        return {};
    }

    Status watchUntilBackedUp()
    {
        constexpr seconds kPatience{60};
        const seconds limit = elapsed() + kPatience;
        for (;;) {
            ISO_ASSIGN(const ClusterStatus status, m_world->agent().status());
            if (status.shards == kDemoShards && status.shardsWithoutBackup == 0) {
                m_narrator.say(
                    "every shard has its first backup: " + std::to_string(status.backups) +
                    " backups, " + formatBytes(status.repositoryBytes) + " in the repository");
                return {};
            }
            if (elapsed() > limit) {
                std::string why = "not every shard has a backup after " + formatDuration(kPatience);
                for (const Diagnostic& diagnostic : status.diagnostics) {
                    why += "; " + diagnostic.message;
                }
                return makeError(Code::DeadlineExceeded, why);
            }
            ISO_TRY(m_interruption.sleep(milliseconds(200)));
        }
    }

    /// Tells what can be seen until `until` after the start.
    Status watch(seconds until)
    {
        while (elapsed() < until) {
            ISO_TRY(m_interruption.sleep(std::min<milliseconds>(
                seconds(5), std::max<milliseconds>(until - elapsed(), milliseconds(100)))));
            ISO_TRY(observe());
        }
        return {};
    }

    Status observe()
    {
        ISO_ASSIGN(const std::vector<ShardRecord> shards, m_world->agent().shards({}));
        const ShardRecord* hottest = nullptr;
        for (const ShardRecord& shard : shards) {
            if (shard.temperature &&
                (hottest == nullptr || *shard.temperature > *hottest->temperature)) {
                hottest = &shard;
            }
        }
        ISO_ASSIGN(const ClusterStatus status, m_world->agent().status());
        if (hottest != nullptr) {
            m_outcome.hottest = std::max(m_outcome.hottest, *hottest->temperature);
            m_narrator.say("hottest: " + hottest->rangeText + " at " +
                           percent(*hottest->temperature) + " of its reference rate; " +
                           std::to_string(status.backups) + " backups so far");
        }
        return {};
    }

    static std::string percent(double ratio)
    {
        return std::to_string(static_cast<int>(ratio * 100.0 + 0.5)) + " %";
    }

    Status splitHotRange()
    {
        SplitChapter chapter(*m_world, m_narrator,
                             [this](milliseconds pause) { return m_interruption.sleep(pause); });
        auto split = chapter.tell();
        if (split.ok()) {
            m_outcome.split = std::move(split).value();
            return {};
        }
        // The story of the lost rows can be told without it; the report says that it is missing.
        m_narrator.say("not split: " + split.error().text());
        return split.error().code == Code::Cancelled ? Status(split.error()) : Status();
    }

    Status measureSplit()
    {
        if (!m_outcome.split.done()) {
            return {};
        }
        SplitChapter chapter(*m_world, m_narrator,
                             [this](milliseconds pause) { return m_interruption.sleep(pause); });
        return chapter.tellWhetherItHelped(m_outcome.split);
    }

    /// Rows on both sides of the new border, so that they come back across the split; without one,
    /// of another border.
    Status haveAccident()
    {
        const std::int64_t border = m_outcome.split.done()
                                        ? std::atoll(m_outcome.split.change.cuts.front().c_str())
                                        : 2 * (kDemoAccounts / kDemoShards);
        m_from = border - kRowsLost / 2 + 1;
        m_to = border + kRowsLost / 2;
        const std::string where = between();
        // Kept apart as the oracle: what exactly was lost, told by the database itself.
        ISO_TRY(m_world->psql().run("CREATE TABLE demo_lost (LIKE pgbench_accounts); "
                                    "WITH lost AS (DELETE FROM pgbench_accounts WHERE " +
                                    where +
                                    " RETURNING *) INSERT INTO demo_lost SELECT * FROM lost"));
        ISO_ASSIGN(m_outcome.rowsDeleted, m_world->psql().number("SELECT count(*) FROM demo_lost"));
        m_accident = std::chrono::time_point_cast<std::chrono::microseconds>(
            std::chrono::system_clock::now());
        m_narrator.say("accident: DELETE FROM pgbench_accounts WHERE " + where + " took " +
                       std::to_string(m_outcome.rowsDeleted) + " rows in two shards");
        return {};
    }

    [[nodiscard]] std::string between() const
    {
        return "aid between " + std::to_string(m_from) + " and " + std::to_string(m_to);
    }

    Status bringBack()
    {
        RestoreRequest request;
        request.keyspace = kDemoKeyspace;
        request.predicate = between();
        request.at = m_outcome.split.done() ? m_outcome.split.begun // when both were one shard
                                            : m_accident - std::chrono::seconds(1);
        ISO_ASSIGN(m_outcome.plan, planned(request));
        m_narrator.say("restore planned: " + std::to_string(m_outcome.plan.parts.size()) +
                       " parts, at most " + std::to_string(m_outcome.plan.rows) + " rows, reads " +
                       formatBytes(m_outcome.plan.bytesToRead));
        ISO_ASSIGN(const JobId job, m_world->agent().runRestore({m_outcome.plan.id, {"demo"}}));
        for (;;) {
            ISO_ASSIGN(const JobRecord record, m_world->agent().job(job));
            if (isFinished(record.state)) {
                if (record.state != JobState::Done) {
                    return makeError(Code::Internal, "the restore failed: " + record.error);
                }
                break;
            }
            ISO_TRY(m_interruption.sleep(milliseconds(50)));
        }
        ISO_ASSIGN(m_outcome.receipt, m_world->agent().receipt(job));
        m_narrator.say("restored beside the running table: " + summary());
        return compare();
    }

    /// On a machine that does much else an answer may take longer than a call waits.
    Result<RestorePlan> planned(const RestoreRequest& request)
    {
        const seconds limit = elapsed() + seconds(60);
        for (;;) {
            auto plan = m_world->agent().planRestore(request);
            const bool again = !plan.ok() && plan.error().code == Code::DeadlineExceeded;
            if (!again || elapsed() > limit) {
                return plan;
            }
            ISO_TRY(m_interruption.sleep(milliseconds(200)));
        }
    }

    [[nodiscard]] std::string summary() const
    {
        const RestoreReceipt& receipt = m_outcome.receipt;
        const auto took =
            std::chrono::duration_cast<milliseconds>(receipt.finished - receipt.started);
        return std::to_string(receipt.tables.front().rows) + " rows in " +
               receipt.tables.front().sideTable + " after " + formatDuration(took) + ", " +
               (receipt.verified ? "verified" : "NOT verified");
    }

    Status compare()
    {
        Psql& psql = m_world->psql();
        const std::string side = m_outcome.receipt.tables.front().sideTable;
        ISO_ASSIGN(m_outcome.rowsMissing,
                   psql.number("SELECT count(*) FROM demo_lost l WHERE NOT EXISTS (SELECT FROM " +
                               side + " s WHERE s.aid = l.aid)"));
        ISO_ASSIGN(
            m_outcome.rowsExtra,
            psql.number("SELECT count(*) FROM " + side +
                        " s WHERE NOT EXISTS (SELECT FROM demo_lost l WHERE l.aid = s.aid)"));
        ISO_ASSIGN(m_outcome.rowsChanged,
                   psql.number("SELECT count(*) FROM demo_lost l JOIN " + side +
                               " s USING (aid) WHERE (l.*) IS DISTINCT FROM (s.*)"));
        ISO_ASSIGN(m_outcome.rowsBack,
                   psql.number("WITH back AS (INSERT INTO pgbench_accounts SELECT * FROM " + side +
                               " ON CONFLICT DO NOTHING RETURNING 1) SELECT count(*) FROM back"));
        m_narrator.say(
            "compared with what was lost: " + std::to_string(m_outcome.rowsMissing) + " missing, " +
            std::to_string(m_outcome.rowsExtra) + " extra, " +
            std::to_string(m_outcome.rowsChanged) +
            " changed after the backup; put back: " + std::to_string(m_outcome.rowsBack));
        return {};
    }

    Status collectOutcome()
    {
        ISO_ASSIGN(m_outcome.shards, m_world->agent().shards({}));
        ISO_ASSIGN(m_outcome.backups, m_world->agent().backups({}));
        m_outcome.samples = m_world->runtime().samples();
        m_outcome.transactions = m_world->workload().transactions();
        return {};
    }

    Status takeScreenshot()
    {
        if (m_options.screenshot.empty()) {
            return {};
        }
        const std::filesystem::path program = consoleProgram();
        if (!std::filesystem::exists(program)) {
            return makeError(Code::NotFound, "no console at " + program.string(),
                             "build it: ISOTHERM_BUILD_APP=ON");
        }
        const std::filesystem::path file = std::filesystem::absolute(m_options.screenshot);
        ChildOptions child;
        child.command = {"/usr/bin/env",
                         "QT_QPA_PLATFORM=offscreen",
                         program.string(),
                         "--profile",
                         m_world->profileFile().string(),
                         "--view",
                         "heat",
                         "--screenshot",
                         file.string(),
                         "--screenshot-after",
                         "4",
                         "--size",
                         "1600x1000"};
        child.directory = m_world->folder();
        child.outputFile = m_world->folder() / "screenshot.log";
        ISO_ASSIGN(const int exitCode, runChild(child, seconds(40)));
        if (exitCode != 0 || !std::filesystem::exists(file)) {
            const auto output = readFile(child.outputFile);
            return makeError(Code::Internal,
                             "the console made no picture: " + output.valueOr("(no output)"));
        }
        m_narrator.say("a picture of the console is in " + m_options.screenshot.string());
        return {};
    }

    Status conclude()
    {
        m_outcome.seconds =
            std::chrono::duration<double>(std::chrono::steady_clock::now() - m_start).count();
        if (!m_options.report.empty()) {
            ISO_TRY(writeReport(m_outcome, m_options.report));
        }
        if (!m_outcome.verified()) {
            return makeError(Code::DataLoss, "the restore did not bring back what was lost");
        }
        m_narrator.say("all " + std::to_string(m_outcome.rowsDeleted) + " rows are back; " +
                       std::to_string(m_outcome.backups.size()) + " backups and " +
                       std::to_string(m_outcome.samples) + " samples were taken");
        return {};
    }

    /// With a window the person decides when it is over, within the time.
    Status stayOpen()
    {
        while (m_console && m_console->running() && elapsed() < m_options.duration) {
            ISO_TRY(m_interruption.sleep(milliseconds(200)));
        }
        return {};
    }

    const DemoOptions& m_options;
    Narrator& m_narrator;
    Interruption m_interruption;
    const std::chrono::steady_clock::time_point m_start;
    std::unique_ptr<DemoWorld> m_world;
    std::optional<SupervisedChild> m_console;
    std::int64_t m_from = 0;
    std::int64_t m_to = 0;
    WallTime m_accident{};
    DemoOutcome m_outcome;
};

} // namespace

Status runDemo(const DemoOptions& options)
{
    if (options.duration < kShortest) {
        return makeError(Code::InvalidArgument, "the demo needs at least 30 seconds",
                         "--seconds 60 is a good length");
    }
    Narrator narrator;
    Story story(options, narrator);
    Status told = story.tell();
    if (!told.ok() && told.error().code == Code::Cancelled) {
        narrator.say("interrupted; everything is taken down");
    }
    return told;
}

} // namespace isotherm::demo

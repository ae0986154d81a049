// SPDX-License-Identifier: Apache-2.0
// job_crash_child DATABASE TRACE PAUSE_AT [rollback]: runs what the database holds, or one new job.
// Each step of it appends a line to TRACE. At the point named by PAUSE_AT it says so and waits to
// be killed.
#include "agent/jobs/job_engine.h"
#include "agent/metadata/database.h"
#include "agent/metadata/job_store.h"
#include "shared/base/clock.h"

#include <cstdio>
#include <fstream>
#include <iostream>
#include <string>
#include <thread>

using namespace isotherm;
using namespace isotherm::jobs;

namespace
{

constexpr int kSteps = 4;

class SilentLog final : public Log
{
public:
    void write(LogLevel, std::string_view, std::string_view, std::vector<LogField>) override {}
};

struct Wanted
{
    std::string trace;
    std::string pauseAt;
    bool rollBack = false;
};

class SteppingHandler final : public JobHandler
{
public:
    explicit SteppingHandler(Wanted wanted) : m_wanted(std::move(wanted)) {}

    Result<std::string> run(JobContext& context) override { return from(1, context); }
    Recovery recovery(const JobContext&) override
    {
        return m_wanted.rollBack ? Recovery::RollBack : Recovery::Resume;
    }
    Result<std::string> resume(JobContext& context) override
    {
        return from(std::stoi(context.lastCheckpoint()->step) + 1, context);
    }
    Status rollBack(JobContext&) override
    {
        trace("undo");
        pauseIf("undo");
        trace("undone");
        return {};
    }

private:
    Result<std::string> from(int first, JobContext& context)
    {
        for (int step = first; step <= kSteps; ++step) {
            pauseIf("before-" + std::to_string(step));
            trace("step-" + std::to_string(step));
            pauseIf("inside-" + std::to_string(step));
            ISO_TRY(context.checkpoint(std::to_string(step), "{}"));
            pauseIf("after-" + std::to_string(step));
        }
        return std::string("all steps done");
    }

    void trace(const std::string& what) const
    {
        std::ofstream(m_wanted.trace, std::ios::app) << what << '\n' << std::flush;
    }

    void pauseIf(const std::string& point) const
    {
        if (point == m_wanted.pauseAt) {
            std::cout << "paused at " << point << std::endl;
            std::this_thread::sleep_for(std::chrono::hours(1));
        }
    }

    Wanted m_wanted;
};

int fail(const Error& error)
{
    std::cerr << error.text() << '\n';
    return 1;
}

} // namespace

int main(int argc, char** argv)
{
    if (argc < 4) {
        return 2;
    }
    SilentLog log;
    SystemClock clock;
    auto database = metadata::Database::open(argv[1], log);
    if (!database.ok()) {
        return fail(database.error());
    }
    metadata::JobStore store(**database);
    SteppingHandler handler({argv[2], argv[3], argc > 4});
    JobEngine engine(store, clock, log, {});
    engine.registerHandler(JobKind::Backup, handler);
    const bool isNew = store.list({}).valueOr({}).empty();
    const auto interrupted = engine.start();
    if (!interrupted.ok()) {
        return fail(interrupted.error());
    }
    JobId id(1);
    if (isNew) {
        const auto submitted = engine.submit({JobKind::Backup, "job", {ShardId(1)}, "test", "{}"});
        if (!submitted.ok()) {
            return fail(submitted.error());
        }
        id = *submitted;
    }
    const auto record = engine.wait(id, std::chrono::minutes(1));
    if (!record.ok()) {
        return fail(record.error());
    }
    std::cout << "interrupted " << *interrupted << " ended " << jobStateName(record->state)
              << std::endl;
    return 0;
}

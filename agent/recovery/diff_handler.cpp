// SPDX-License-Identifier: Apache-2.0
#include "agent/recovery/diff_handler.h"

#include "agent/recovery/comparison.h"
#include "agent/recovery/live_view.h"
#include "agent/recovery/recovery_jobs.h"
#include "shared/base/time_text.h"

#include <nlohmann/json.hpp>
#include <utility>

namespace isotherm::recovery
{
namespace
{

std::optional<JobId> sideRestoreOf(const jobs::JobContext& context)
{
    const nlohmann::json params = nlohmann::json::parse(context.params(), nullptr, false);
    if (!params.is_object() || !params.contains("side")) {
        return std::nullopt;
    }
    return JobId(params.value("side", std::uint64_t{0}));
}

std::string summary(const RowDiff& diff)
{
    TableDiff all;
    for (const TableDiff& table : diff.tables) {
        all.missing += table.missing;
        all.changed += table.changed;
        all.extra += table.extra;
        all.same += table.same;
    }
    return std::to_string(all.missing) + " rows missing, " + std::to_string(all.changed) +
           " changed, " + std::to_string(all.extra) + " extra, " + std::to_string(all.same) +
           " the same";
}

} // namespace

std::string diffParams(const std::string& planId, std::optional<JobId> sideRestore)
{
    nlohmann::json params = {{"mode", kDiffMode}, {"plan", planId}};
    if (sideRestore) {
        params["side"] = sideRestore->get();
    }
    return params.dump();
}

std::string momentOf(const RestoreRequest& request)
{
    if (request.lsn) {
        return "at " + formatLsn(*request.lsn);
    }
    if (request.beforeTransaction) {
        return "before transaction " + std::to_string(*request.beforeTransaction);
    }
    return request.at ? "at " + formatUtc(*request.at) : "as last backed up";
}

Result<std::string> DiffHandler::run(jobs::JobContext& context)
{
    context.setPhase("prepare");
    ISO_ASSIGN(const metadata::StoredPlan stored, m_parts.restores.plan(planOf(context)));
    ISO_ASSIGN(const auto steps, restore::decodeSteps(stored.details));
    ISO_ASSIGN(const auto keyspace, liveView(m_parts.topology, stored.plan.request.keyspace));
    RowDiff diff;
    diff.job = context.id();
    diff.planId = stored.plan.id;
    diff.keyspace = stored.plan.request.keyspace;
    diff.moment = momentOf(stored.plan.request);
    diff.started = m_parts.clock.wallNow();
    diff.warnings = stored.plan.warnings;
    Comparison comparison(
        {.engine = m_parts.engine,
         .repository = m_parts.repository,
         .keyspace = keyspace,
         .stop = context.stopToken(),
         .onRead = [&context](ByteCount bytes,
                              std::uint64_t rows) { context.addProgress(bytes.get(), rows); },
         .keepAtMost = m_parts.files.limits().ofOneDiff});
    ISO_TRY(comparison.useBackups(steps));
    if (const auto side = sideRestoreOf(context)) {
        ISO_ASSIGN(const RestoreReceipt receipt, m_parts.restores.receipt(*side));
        ISO_TRY(comparison.useSideTables(receipt));
    }
    context.setProgress(0, 0);
    context.setTotalBytes(comparison.bytesThen().get());
    context.setPhase("compare");
    ISO_ASSIGN(const auto file, m_parts.files.createDiff(context.id()));
    ISO_TRY(comparison.run(*file, diff));
    ISO_TRY(file->finish());
    diff.finished = m_parts.clock.wallNow();
    diff.keptUntil = diff.finished + m_parts.files.limits().keep;
    ISO_TRY(m_parts.recoveries.putDiff(diff));
    if (const Status tidied = m_parts.files.tidy(m_parts.recoveries, diff.finished); !tidied.ok()) {
        m_parts.log.warning("recovery.not_tidied", tidied.error().text());
    }
    return summary(diff);
}

jobs::Recovery DiffHandler::recovery(const jobs::JobContext& /*context*/)
{
    return jobs::Recovery::Resume;
}

Result<std::string> DiffHandler::resume(jobs::JobContext& context)
{
    return run(context);
}

Status DiffHandler::rollBack(jobs::JobContext& /*context*/)
{
    return {}; // an unfinished file removes itself, or is tidied away
}

} // namespace isotherm::recovery

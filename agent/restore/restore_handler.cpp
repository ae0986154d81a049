// SPDX-License-Identifier: Apache-2.0
#include "agent/restore/restore_handler.h"

#include "agent/restore/restore_planner.h"
#include "agent/restore/table_restore.h"
#include "shared/base/time_text.h"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <map>
#include <mutex>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

namespace isotherm::restore
{
namespace
{

using engine::StagingTable;
using repository::RowChecksum;

constexpr const char* kProven = "proven";
constexpr const char* kMarkPrefix = "isotherm-restore job ";

std::string markOf(JobId job)
{
    return kMarkPrefix + std::to_string(job.get()) + ";";
}

std::string sideSchemaOf(const RestoreRequest& request)
{
    return request.sideSchema.empty() ? kDefaultSideSchema : request.sideSchema;
}

/// One table that is being brought back.
struct Target
{
    StagingTable table;
    TableSchema schema;
    std::string source;
    RowChecksum expected;
};

/// One attempt at one plan.
class RestoreRun
{
public:
    RestoreRun(const RestoreHandler::Parts& parts, jobs::JobContext& context)
        : m_parts(parts), m_context(context)
    {
    }

    Result<RestoreReceipt> carryOut(const metadata::StoredPlan& stored)
    {
        RestoreReceipt receipt;
        receipt.job = m_context.id();
        receipt.planId = stored.plan.id;
        receipt.started = m_parts.clock.wallNow();
        ISO_ASSIGN(const std::vector<RestoreStep> steps, decodeSteps(stored.details));
        ISO_ASSIGN(m_target, m_parts.engine.openRestoreTarget());
        ISO_TRY(prepare(stored.plan, steps));
        ISO_TRY(copy());
        m_context.setPhase("build indexes");
        for (const Target& target : m_targets) {
            ISO_TRY(m_target->completeTable(target.table, target.schema));
        }
        ISO_TRY(verify(receipt));
        receipt.finished = m_parts.clock.wallNow();
        return receipt;
    }

private:
    Status prepare(const RestorePlan& plan, const std::vector<RestoreStep>& steps)
    {
        m_context.setPhase("prepare");
        m_sideSchema = sideSchemaOf(plan.request);
        m_context.setTotalBytes(0);
        m_context.setProgress(0, 0);
        m_targets.resize(plan.sideTables.size());
        for (const RestoreStep& step : steps) {
            ISO_ASSIGN(repository::Manifest * manifest, manifestOf(step.backup));
            ISO_ASSIGN(auto reader, openStep(*manifest, step));
            if (step.target >= plan.sideTables.size()) {
                return makeError(Code::Internal, "the plan's steps name a table that it lacks",
                                 "make the plan again");
            }
            ISO_TRY(
                shape(m_targets[step.target], reader->schema(), plan.sideTables.at(step.target)));
            for (const KeyRange& range : step.ranges) {
                m_items.push_back({reader.get(), range, nullptr, nullptr});
                m_itemTarget.push_back(step.target);
            }
            m_readers.push_back(std::move(reader));
        }
        for (std::size_t i = 0; i < m_items.size(); ++i) { // addresses are final only now
            m_items[i].target = &m_targets[m_itemTarget[i]].table;
            m_items[i].schema = &m_targets[m_itemTarget[i]].schema;
        }
        for (const Target& target : m_targets) {
            ISO_TRY(m_target->createTable(target.table, target.schema));
        }
        return {};
    }

    Result<std::unique_ptr<repository::TableReader>> openStep(const repository::Manifest& manifest,
                                                              const RestoreStep& step)
    {
        return step.until ? m_parts.repository.openTableAt(manifest, step.table, {step.until})
                          : m_parts.repository.openTable(manifest, step.table);
    }

    /// The first backup decides what the table looks like; one of another shape cannot go into the
    /// same table.
    Status shape(Target& target, const TableSchema& schema, const std::string& sideTable) const
    {
        if (target.table.name.empty()) {
            target.table = {m_sideSchema, sideTable.substr(m_sideSchema.size() + 1),
                            markOf(m_context.id())};
            target.schema = schema;
            target.source = schema.schema + "." + schema.name;
            return {};
        }
        if (target.schema.columns != schema.columns) {
            return makeError(Code::FailedPrecondition,
                             "the columns of " + target.source +
                                 " differ between the backups that the plan uses",
                             "restore the shards one by one, or choose a later moment");
        }
        return {};
    }

    Status copy()
    {
        m_context.setPhase("copy rows");
        std::uint64_t total = 0;
        for (const auto& [id, manifest] : m_manifests) {
            total += manifest.rawBytes().get();
        }
        m_context.setTotalBytes(total);
        std::map<const StagingTable*, Target*> targets;
        for (Target& target : m_targets) {
            targets[&target.table] = &target;
        }
        CopyOptions options;
        options.workers = m_parts.workers;
        options.onCopied = [this](ByteCount bytes, std::uint64_t rows) {
            m_context.addProgress(bytes.get(), rows);
        };
        ISO_ASSIGN(const std::vector<CopyItem> items, divide(m_items, m_parts.workers));
        ISO_ASSIGN(const std::vector<RowChecksum> checksums,
                   copyItems(*m_target, items, options, m_context.stopToken()));
        for (std::size_t i = 0; i < items.size(); ++i) {
            targets.at(items[i].target)->expected.merge(checksums[i]);
        }
        return {};
    }

    Status verify(RestoreReceipt& receipt)
    {
        m_context.setPhase("verify");
        for (const Target& target : m_targets) {
            ISO_ASSIGN(const RowChecksum found,
                       checksumOf(*m_target, target.table, target.schema, m_context.stopToken()));
            if (found != target.expected) {
                return makeError(Code::DataLoss,
                                 "the rows of " + target.table.name +
                                     " are not those of the backup (" +
                                     std::to_string(found.rows()) + " rows, expected " +
                                     std::to_string(target.expected.rows()) + ")",
                                 "run isothermctl backups verify, then restore again");
            }
            receipt.tables.push_back({target.source, target.table.schema + "." + target.table.name,
                                      found.rows(), found.hex(), true});
        }
        for (const auto& reader : m_readers) {
            receipt.bytesRead = ByteCount(receipt.bytesRead.get() + reader->bytesRead().get());
        }
        receipt.verified = true;
        return {};
    }

    Result<repository::Manifest*> manifestOf(const std::string& id)
    {
        const auto known = m_manifests.find(id);
        if (known != m_manifests.end()) {
            return &known->second;
        }
        ISO_ASSIGN(repository::Manifest manifest, m_parts.repository.loadManifest(id));
        return &m_manifests.emplace(id, std::move(manifest)).first->second;
    }

    const RestoreHandler::Parts& m_parts;
    jobs::JobContext& m_context;
    std::string m_sideSchema;
    std::unique_ptr<engine::RestoreTarget> m_target;
    std::map<std::string, repository::Manifest> m_manifests;
    std::vector<std::unique_ptr<repository::TableReader>> m_readers;
    std::vector<Target> m_targets;
    std::vector<CopyItem> m_items;
    std::vector<std::size_t> m_itemTarget;
};

Status dropMarked(engine::Engine& engine, const std::string& schema, const std::string& mark)
{
    ISO_ASSIGN(const auto target, engine.openRestoreTarget());
    ISO_ASSIGN(const std::vector<StagingTable> tables, target->listStaging(schema, mark));
    for (const StagingTable& table : tables) {
        ISO_TRY(target->dropTable(table));
    }
    return {};
}

Status releaseMarked(engine::Engine& engine, const std::string& schema, const std::string& mark)
{
    ISO_ASSIGN(const auto target, engine.openRestoreTarget());
    ISO_ASSIGN(const std::vector<StagingTable> tables, target->listStaging(schema, mark));
    for (const StagingTable& table : tables) {
        ISO_TRY(target->release(table));
    }
    return {};
}

/// Tries for a while what must be done sooner or later: the database may be restarting, or a
/// session of a killed agent still build an index on the table that is to be dropped.
Status patiently(const std::stop_token& stop, const std::function<Status()>& step)
{
    constexpr int kTries = 120;
    constexpr std::chrono::seconds kPause{1};
    Status done = step();
    std::mutex mutex;
    std::condition_variable_any never;
    for (int i = 1; i < kTries && !done.ok() && !stop.stop_requested(); ++i) {
        const Code code = done.error().code;
        if (code != Code::Unavailable && code != Code::DeadlineExceeded) {
            break;
        }
        std::unique_lock lock(mutex);
        (void)never.wait_for(lock, stop, kPause, [] { return false; });
        done = step();
    }
    return done;
}

std::string planOf(const jobs::JobContext& context)
{
    const nlohmann::json params = nlohmann::json::parse(context.params(), nullptr, false);
    return params.is_object() ? params.value("plan", "") : "";
}

std::string summary(const RestoreReceipt& receipt)
{
    std::uint64_t rows = 0;
    std::string tables;
    for (const RestoredTable& table : receipt.tables) {
        rows += table.rows;
        tables += (tables.empty() ? "" : ", ") + table.sideTable;
    }
    const auto took =
        std::chrono::duration_cast<std::chrono::milliseconds>(receipt.finished - receipt.started);
    return std::to_string(rows) + " rows in " + tables + ", verified, " + formatDuration(took);
}

} // namespace

std::string restoreParams(const std::string& planId)
{
    return nlohmann::json({{"plan", planId}}).dump();
}

Result<std::string> RestoreHandler::run(jobs::JobContext& context)
{
    ISO_ASSIGN(const metadata::StoredPlan stored, m_parts.restores.plan(planOf(context)));
    const std::string schema = sideSchemaOf(stored.plan.request);
    ISO_TRY(patiently(context.stopToken(), [&] { // of an interrupted attempt
        return dropMarked(m_parts.engine, schema, markOf(context.id()));
    }));
    ISO_ASSIGN(const RestoreReceipt receipt, RestoreRun(m_parts, context).carryOut(stored));
    ISO_TRY(m_parts.restores.putReceipt(receipt));
    ISO_TRY(context.checkpoint(kProven, "{}"));
    m_parts.log.info("restore.finished", summary(receipt),
                     {{"job", static_cast<std::int64_t>(context.id().get())},
                      {"plan", receipt.planId},
                      {"bytes_read", static_cast<std::int64_t>(receipt.bytesRead.get())}});
    ISO_TRY(patiently(context.stopToken(),
                      [&] { return releaseMarked(m_parts.engine, schema, markOf(context.id())); }));
    return summary(receipt);
}

jobs::Recovery RestoreHandler::recovery(const jobs::JobContext& /*context*/)
{
    return jobs::Recovery::Resume;
}

Result<std::string> RestoreHandler::resume(jobs::JobContext& context)
{
    const auto checkpoint = context.lastCheckpoint();
    if (!checkpoint || checkpoint->step != kProven) {
        return run(context);
    }
    ISO_ASSIGN(const metadata::StoredPlan stored, m_parts.restores.plan(planOf(context)));
    ISO_ASSIGN(const RestoreReceipt receipt, m_parts.restores.receipt(context.id()));
    ISO_TRY(patiently(context.stopToken(), [&] {
        return releaseMarked(m_parts.engine, sideSchemaOf(stored.plan.request),
                             markOf(context.id()));
    }));
    return summary(receipt);
}

Status RestoreHandler::rollBack(jobs::JobContext& context)
{
    const auto stored = m_parts.restores.plan(planOf(context));
    if (!stored.ok()) {
        return {}; // without a plan nothing was made
    }
    return patiently(context.stopToken(), [&] {
        return dropMarked(m_parts.engine, sideSchemaOf(stored->plan.request), markOf(context.id()));
    });
}

Result<std::uint32_t> RestoreHandler::dropLeftovers(const std::vector<JobId>& active,
                                                    const std::vector<std::string>& schemas)
{
    ISO_ASSIGN(const auto target, m_parts.engine.openRestoreTarget());
    std::uint32_t dropped = 0;
    for (const std::string& schema : schemas) {
        ISO_ASSIGN(const std::vector<StagingTable> tables,
                   target->listStaging(schema, kMarkPrefix));
        for (const StagingTable& table : tables) {
            const bool inUse = std::any_of(active.begin(), active.end(), [&](JobId job) {
                return table.marker.starts_with(markOf(job));
            });
            if (!inUse) {
                ISO_TRY(target->dropTable(table));
                ++dropped;
            }
        }
    }
    return dropped;
}

} // namespace isotherm::restore

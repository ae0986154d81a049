// SPDX-License-Identifier: Apache-2.0
#include "agent/recovery/elsewhere_handler.h"

#include "agent/engine/row_edit.h"
#include "agent/recovery/csv_file.h"
#include "agent/recovery/live_view.h"
#include "agent/recovery/patience.h"
#include "agent/recovery/recovery_jobs.h"
#include "agent/repository/row_checksum.h"
#include "agent/restore/restore_steps.h"

#include <algorithm>
#include <system_error>
#include <utility>

namespace isotherm::recovery
{
namespace
{

using repository::RowChecksum;

std::string markOf(JobId job)
{
    return "isotherm-elsewhere job " + std::to_string(job.get()) + ";";
}

std::filesystem::path fileOf(const Place& place, const ThenTable& table)
{
    std::string name = table.name();
    std::replace(name.begin(), name.end(), '/', '_');
    return place.folder / (name + ".csv");
}

/// Hands every batch of the rows on; their checksum.
Result<RowChecksum> pass(RowSource& rows, jobs::JobContext& context,
                         const std::function<Status(const RowBatch&)>& take)
{
    RowChecksum checksum;
    RowBatch batch;
    for (;;) {
        if (context.stopToken().stop_requested()) {
            return makeError(Code::Cancelled, "the restore was cancelled");
        }
        ISO_TRY(rows.next(batch));
        if (batch.rowCount() == 0) {
            return checksum;
        }
        ISO_TRY(take(batch));
        checksum.add(batch);
        context.addProgress(batch.bytes.size(), batch.rowCount());
    }
}

} // namespace

Result<Place> ElsewhereHandler::placeOf(const RecoveryPlan& plan) const
{
    const auto found = m_parts.places.find(plan.request.target);
    if (found == m_parts.places.end()) {
        return makeError(Code::NotFound, "there is no target " + plan.request.target,
                         "add [target." + plan.request.target +
                             "] with a dsn or a folder to the agent's configuration");
    }
    return found->second;
}

Result<std::unique_ptr<engine::RestoreTarget>>
ElsewhereHandler::targetAt(const Place& place, std::unique_ptr<engine::Engine>& keep) const
{
    ISO_ASSIGN(keep, m_parts.openEngine(place.dsn));
    return keep->openRestoreTarget();
}

Result<std::string> ElsewhereHandler::run(jobs::JobContext& context)
{
    context.setPhase("prepare");
    ISO_ASSIGN(const RecoveryPlan plan, m_parts.recoveries.plan(planOf(context)));
    ISO_ASSIGN(const Place place, placeOf(plan));
    ISO_TRY(clear(context, plan));
    ISO_ASSIGN(const metadata::StoredPlan stored, m_parts.restores.plan(plan.request.planId));
    ISO_ASSIGN(const auto steps, restore::decodeSteps(stored.details));
    ISO_ASSIGN(const auto keyspace, liveView(m_parts.topology, stored.plan.request.keyspace));
    ThenTables then(m_parts.repository, keyspace->layout);
    ISO_TRY(then.open(steps));
    RecoveryReceipt receipt;
    receipt.job = context.id();
    receipt.planId = plan.id;
    receipt.mode = RecoveryMode::Elsewhere;
    receipt.started = m_parts.clock.wallNow();
    context.setProgress(0, 0);
    context.setTotalBytes(then.bytes().get());
    ISO_TRY(place.dsn.empty() ? intoFiles(context, place, then.tables(), receipt)
                              : intoDatabase(context, place, then.tables(), receipt));
    receipt.finished = m_parts.clock.wallNow();
    receipt.verified = true;
    ISO_TRY(m_parts.recoveries.putReceipt(receipt));
    std::uint64_t rows = 0;
    for (const RecoveredTable& table : receipt.tables) {
        rows += table.rows;
    }
    m_parts.log.info("recovery.finished", "rows were restored elsewhere",
                     {{"job", static_cast<std::int64_t>(receipt.job.get())},
                      {"rows", static_cast<std::int64_t>(rows)}});
    return std::to_string(rows) + " rows of " + std::to_string(receipt.tables.size()) +
           " tables into " + plan.request.target;
}

Status ElsewhereHandler::intoDatabase(jobs::JobContext& context, const Place& place,
                                      const std::vector<ThenTable>& tables,
                                      RecoveryReceipt& receipt) const
{
    std::unique_ptr<engine::Engine> other;
    ISO_ASSIGN(const auto target, targetAt(place, other));
    std::vector<engine::StagingTable> made;
    for (const ThenTable& table : tables) {
        const engine::StagingTable to{table.schema.schema, table.schema.name, markOf(context.id())};
        context.setPhase("copy rows of " + table.name());
        ISO_TRY(target->createTable(to, table.schema));
        made.push_back(to);
        ISO_ASSIGN(const auto sink, target->openSink(to, table.schema));
        const auto rows = table.rows(KeyRange{}, context.stopToken());
        ISO_ASSIGN(const RowChecksum expected, pass(*rows, context, [&sink](const RowBatch& batch) {
                       return sink->write(batch);
                   }));
        ISO_TRY(sink->finish());
        context.setPhase("build indexes of " + table.name());
        ISO_TRY(target->completeTable(to, table.schema));
        context.setPhase("verify " + table.name());
        ISO_ASSIGN(const auto back, target->readBack(to, table.schema, context.stopToken()));
        RowChecksum found;
        RowBatch batch;
        do {
            ISO_TRY(back->next(batch));
            found.add(batch);
        } while (batch.rowCount() > 0);
        if (found != expected) {
            return makeError(Code::DataLoss,
                             "the rows of " + table.name() + " there are not those of the backup",
                             "run isothermctl backups verify, then try again");
        }
        receipt.tables.push_back(
            {.table = table.name(), .rows = found.rows(), .checksum = found.hex()});
    }
    for (const engine::StagingTable& table : made) {
        ISO_TRY(target->release(table));
    }
    return {};
}

Status ElsewhereHandler::intoFiles(jobs::JobContext& context, const Place& place,
                                   const std::vector<ThenTable>& tables,
                                   RecoveryReceipt& receipt) const
{
    ISO_ASSIGN(const auto editing, m_parts.engine.openRowEditing());
    std::error_code failed;
    std::filesystem::create_directories(place.folder, failed);
    if (failed) {
        return errnoError(failed.value(), "cannot make " + place.folder.string());
    }
    for (const ThenTable& table : tables) {
        context.setPhase("write " + table.name());
        std::vector<std::string> names;
        for (const ColumnSchema& column : table.schema.columns) {
            names.push_back(column.name);
        }
        const std::filesystem::path path = fileOf(place, table);
        ISO_ASSIGN(const auto file, CsvFile::create(path, names));
        const auto rows = table.rows(KeyRange{}, context.stopToken());
        const auto take = [&](const RowBatch& batch) -> Status {
            std::vector<std::string_view> views;
            for (std::size_t i = 0; i < batch.rowCount(); ++i) {
                views.push_back(batch.row(i));
            }
            ISO_ASSIGN(const auto texts, editing->render(table.schema, views));
            for (const auto& values : texts) {
                ISO_TRY(file->add(values));
            }
            return {};
        };
        ISO_ASSIGN(const RowChecksum written, pass(*rows, context, take));
        ISO_ASSIGN(const std::string digest, file->finish());
        receipt.tables.push_back({.table = table.name(),
                                  .rows = written.rows(),
                                  .checksum = digest,
                                  .kept = path.string()});
    }
    return {};
}

/// What an interrupted attempt left.
Status ElsewhereHandler::clear(jobs::JobContext& context, const RecoveryPlan& plan) const
{
    ISO_ASSIGN(const Place place, placeOf(plan));
    ISO_ASSIGN(const metadata::StoredPlan stored, m_parts.restores.plan(plan.request.planId));
    std::unique_ptr<engine::Engine> other;
    std::unique_ptr<engine::RestoreTarget> target;
    if (!place.dsn.empty()) {
        ISO_ASSIGN(target, targetAt(place, other));
    }
    for (const RestorePlanPart& part : stored.plan.parts) {
        if (target) {
            const std::string schema = part.table.substr(0, part.table.find('.'));
            ISO_ASSIGN(const auto left, target->listStaging(schema, markOf(context.id())));
            for (const engine::StagingTable& table : left) {
                ISO_TRY(target->dropTable(table));
            }
        } else {
            std::error_code ignored;
            std::filesystem::remove(place.folder / (part.table + ".csv.part"), ignored);
        }
    }
    return {};
}

jobs::Recovery ElsewhereHandler::recovery(const jobs::JobContext& /*context*/)
{
    return jobs::Recovery::Resume;
}

Result<std::string> ElsewhereHandler::resume(jobs::JobContext& context)
{
    return run(context);
}

Status ElsewhereHandler::rollBack(jobs::JobContext& context)
{
    const auto plan = m_parts.recoveries.plan(planOf(context));
    if (!plan.ok()) {
        return {}; // without a plan nothing was made
    }
    return patiently(context.stopToken(), [&] { return clear(context, *plan); });
}

} // namespace isotherm::recovery

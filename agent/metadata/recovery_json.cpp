// SPDX-License-Identifier: Apache-2.0
#include "agent/metadata/recovery_json.h"

#include <nlohmann/json.hpp>
#include <optional>
#include <vector>

namespace isotherm::metadata
{
namespace
{

using nlohmann::json;

// Reading throws inside this file only: the …FromJson functions catch.

json put(const std::optional<WallTime>& time)
{
    return time ? json(toUnixMicros(*time)) : json();
}

json put(const std::optional<JobId>& job)
{
    return job ? json(job->get()) : json();
}

WallTime takeTime(const json& value)
{
    return fromUnixMicros(value.get<std::int64_t>());
}

std::optional<WallTime> takeMaybeTime(const json& value)
{
    return value.is_null() ? std::nullopt : std::optional(takeTime(value));
}

std::optional<JobId> takeMaybeJob(const json& value)
{
    return value.is_null() ? std::nullopt : std::optional(JobId(value.get<std::uint64_t>()));
}

template <class Enum>
Enum takeEnum(const json& value)
{
    return static_cast<Enum>(value.get<std::uint8_t>());
}

using Texts = std::vector<std::string>;

json requestToJson(const RecoveryRequest& request)
{
    return {{"mode", static_cast<int>(request.mode)},
            {"job", put(request.job)},
            {"plan", request.planId},
            {"target", request.target},
            {"choice", static_cast<int>(request.choice)},
            {"picked", request.picked},
            {"conflicts", static_cast<int>(request.conflicts)},
            {"triggers", static_cast<int>(request.triggers)}};
}

RecoveryRequest requestFromJson(const json& value)
{
    return {.mode = takeEnum<RecoveryMode>(value.at("mode")),
            .job = takeMaybeJob(value.at("job")),
            .planId = value.at("plan").get<std::string>(),
            .target = value.at("target").get<std::string>(),
            .choice = takeEnum<RowChoice>(value.at("choice")),
            .picked = value.at("picked").get<std::vector<std::uint64_t>>(),
            .conflicts = takeEnum<ConflictRule>(value.at("conflicts")),
            .triggers = takeEnum<TriggerRule>(value.at("triggers"))};
}

RecoveryStep stepFromJson(const json& value)
{
    return {.shard = ShardId(value.at("shard").get<std::uint64_t>()),
            .table = value.at("table").get<std::string>(),
            .inserts = value.at("inserts").get<std::uint64_t>(),
            .updates = value.at("updates").get<std::uint64_t>(),
            .deletes = value.at("deletes").get<std::uint64_t>(),
            .lost = value.at("lost").get<std::uint64_t>(),
            .sql = value.at("sql").get<Texts>()};
}

RecoveredTable tableFromJson(const json& value)
{
    return {.shard = ShardId(value.at("shard").get<std::uint64_t>()),
            .table = value.at("table").get<std::string>(),
            .inserted = value.at("inserted").get<std::uint64_t>(),
            .updated = value.at("updated").get<std::uint64_t>(),
            .deleted = value.at("deleted").get<std::uint64_t>(),
            .already = value.at("already").get<std::uint64_t>(),
            .skipped = value.at("skipped").get<std::uint64_t>(),
            .rows = value.at("rows").get<std::uint64_t>(),
            .checksum = value.at("checksum").get<std::string>(),
            .kept = value.at("kept").get<std::string>()};
}

template <class Record>
Result<Record> parsed(std::string_view text, const char* what, Record (*take)(const json&))
{
    try {
        return take(json::parse(text));
    } catch (const json::exception& exception) {
        return makeError(Code::Internal,
                         std::string("a stored ") + what + " cannot be read: " + exception.what());
    }
}

RowDiff takeDiff(const json& value)
{
    RowDiff diff;
    diff.job = JobId(value.at("job").get<std::uint64_t>());
    diff.planId = value.at("plan").get<std::string>();
    diff.keyspace = value.at("keyspace").get<std::string>();
    diff.moment = value.at("moment").get<std::string>();
    diff.started = takeTime(value.at("started"));
    diff.finished = takeTime(value.at("finished"));
    diff.nowAsOf = takeMaybeTime(value.at("now_as_of"));
    for (const json& table : value.at("tables")) {
        diff.tables.push_back({.table = table.at("table").get<std::string>(),
                               .missing = table.at("missing").get<std::uint64_t>(),
                               .changed = table.at("changed").get<std::uint64_t>(),
                               .same = table.at("same").get<std::uint64_t>(),
                               .extra = table.at("extra").get<std::uint64_t>(),
                               .onlyThen = table.at("only_then").get<Texts>(),
                               .onlyNow = table.at("only_now").get<Texts>()});
    }
    diff.rowsKept = value.at("rows_kept").get<std::uint64_t>();
    diff.complete = value.at("complete").get<bool>();
    diff.keptUntil = takeMaybeTime(value.at("kept_until"));
    diff.warnings = value.at("warnings").get<Texts>();
    return diff;
}

RecoveryPlan takePlan(const json& value)
{
    RecoveryPlan plan;
    plan.id = value.at("id").get<std::string>();
    plan.request = requestFromJson(value.at("request"));
    plan.made = takeTime(value.at("made"));
    plan.title = value.at("title").get<std::string>();
    plan.confirmName = value.at("confirm").get<std::string>();
    for (const json& step : value.at("steps")) {
        plan.steps.push_back(stepFromJson(step));
    }
    plan.warnings = value.at("warnings").get<Texts>();
    return plan;
}

RecoveryReceipt takeReceipt(const json& value)
{
    RecoveryReceipt receipt;
    receipt.job = JobId(value.at("job").get<std::uint64_t>());
    receipt.planId = value.at("plan").get<std::string>();
    receipt.mode = takeEnum<RecoveryMode>(value.at("mode"));
    receipt.started = takeTime(value.at("started"));
    receipt.finished = takeTime(value.at("finished"));
    for (const json& table : value.at("tables")) {
        receipt.tables.push_back(tableFromJson(table));
    }
    receipt.conflicts = value.at("conflicts").get<Texts>();
    receipt.notes = value.at("notes").get<Texts>();
    receipt.verified = value.at("verified").get<bool>();
    receipt.undoOf = takeMaybeJob(value.at("undo_of"));
    receipt.undoneBy = takeMaybeJob(value.at("undone_by"));
    receipt.undoUntil = takeMaybeTime(value.at("undo_until"));
    return receipt;
}

} // namespace

std::string toJson(const RowDiff& diff)
{
    json tables = json::array();
    for (const TableDiff& table : diff.tables) {
        tables.push_back({{"table", table.table},
                          {"missing", table.missing},
                          {"changed", table.changed},
                          {"same", table.same},
                          {"extra", table.extra},
                          {"only_then", table.onlyThen},
                          {"only_now", table.onlyNow}});
    }
    return json({{"job", diff.job.get()},
                 {"plan", diff.planId},
                 {"keyspace", diff.keyspace},
                 {"moment", diff.moment},
                 {"started", toUnixMicros(diff.started)},
                 {"finished", toUnixMicros(diff.finished)},
                 {"now_as_of", put(diff.nowAsOf)},
                 {"tables", std::move(tables)},
                 {"rows_kept", diff.rowsKept},
                 {"complete", diff.complete},
                 {"kept_until", put(diff.keptUntil)},
                 {"warnings", diff.warnings}})
        .dump(-1, ' ', false, json::error_handler_t::replace);
}

std::string toJson(const RecoveryPlan& plan)
{
    json steps = json::array();
    for (const RecoveryStep& step : plan.steps) {
        steps.push_back({{"shard", step.shard.get()},
                         {"table", step.table},
                         {"inserts", step.inserts},
                         {"updates", step.updates},
                         {"deletes", step.deletes},
                         {"lost", step.lost},
                         {"sql", step.sql}});
    }
    return json({{"id", plan.id},
                 {"request", requestToJson(plan.request)},
                 {"made", toUnixMicros(plan.made)},
                 {"title", plan.title},
                 {"confirm", plan.confirmName},
                 {"steps", std::move(steps)},
                 {"warnings", plan.warnings}})
        .dump(-1, ' ', false, json::error_handler_t::replace);
}

std::string toJson(const RecoveryReceipt& receipt)
{
    json tables = json::array();
    for (const RecoveredTable& table : receipt.tables) {
        tables.push_back({{"shard", table.shard.get()},
                          {"table", table.table},
                          {"inserted", table.inserted},
                          {"updated", table.updated},
                          {"deleted", table.deleted},
                          {"already", table.already},
                          {"skipped", table.skipped},
                          {"rows", table.rows},
                          {"checksum", table.checksum},
                          {"kept", table.kept}});
    }
    return json({{"job", receipt.job.get()},
                 {"plan", receipt.planId},
                 {"mode", static_cast<int>(receipt.mode)},
                 {"started", toUnixMicros(receipt.started)},
                 {"finished", toUnixMicros(receipt.finished)},
                 {"tables", std::move(tables)},
                 {"conflicts", receipt.conflicts},
                 {"notes", receipt.notes},
                 {"verified", receipt.verified},
                 {"undo_of", put(receipt.undoOf)},
                 {"undone_by", put(receipt.undoneBy)},
                 {"undo_until", put(receipt.undoUntil)}})
        .dump(-1, ' ', false, json::error_handler_t::replace);
}

Result<RowDiff> diffFromJson(std::string_view text)
{
    return parsed(text, "comparison", takeDiff);
}

Result<RecoveryPlan> recoveryPlanFromJson(std::string_view text)
{
    return parsed(text, "recovery plan", takePlan);
}

Result<RecoveryReceipt> recoveryReceiptFromJson(std::string_view text)
{
    return parsed(text, "recovery receipt", takeReceipt);
}

} // namespace isotherm::metadata

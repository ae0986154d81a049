// SPDX-License-Identifier: Apache-2.0
#include "agent/metadata/restore_json.h"

#include <nlohmann/json.hpp>
#include <optional>
#include <vector>

namespace isotherm::metadata
{
namespace
{

using nlohmann::json;

// Reading throws inside this file only: planFromJson and receiptFromJson catch.

json optionalTime(const std::optional<WallTime>& time)
{
    return time ? json(toUnixMicros(*time)) : json();
}

json optionalDuration(const std::optional<std::chrono::milliseconds>& duration)
{
    return duration ? json(duration->count()) : json();
}

WallTime timeOf(const json& value)
{
    return fromUnixMicros(value.get<std::int64_t>());
}

std::optional<std::chrono::milliseconds> durationOf(const json& value)
{
    return value.is_null() ? std::nullopt
                           : std::optional(std::chrono::milliseconds(value.get<std::int64_t>()));
}

json requestToJson(const RestoreRequest& request)
{
    json shards = json::array();
    for (const ShardId shard : request.shards) {
        shards.push_back(shard.get());
    }
    json result = {{"keyspace", request.keyspace},   {"tables", request.tables},
                   {"predicate", request.predicate}, {"shards", shards},
                   {"at", optionalTime(request.at)}, {"side_schema", request.sideSchema}};
    if (request.lsn) {
        result["lsn"] = request.lsn->get();
    }
    if (request.beforeTransaction) {
        result["before_transaction"] = *request.beforeTransaction;
    }
    return result;
}

RestoreRequest requestFromJson(const json& value)
{
    RestoreRequest request;
    request.keyspace = value.at("keyspace").get<std::string>();
    request.tables = value.at("tables").get<std::vector<std::string>>();
    request.predicate = value.at("predicate").get<std::string>();
    for (const json& shard : value.at("shards")) {
        request.shards.emplace_back(shard.get<std::uint64_t>());
    }
    if (!value.at("at").is_null()) {
        request.at = timeOf(value.at("at"));
    }
    request.sideSchema = value.at("side_schema").get<std::string>();
    if (value.contains("lsn")) {
        request.lsn = Lsn(value.at("lsn").get<std::uint64_t>());
    }
    if (value.contains("before_transaction")) {
        request.beforeTransaction = value.at("before_transaction").get<std::uint64_t>();
    }
    return request;
}

json partToJson(const RestorePlanPart& part)
{
    return {{"shard", part.shard.get()},
            {"range", part.rangeText},
            {"table", part.table},
            {"backup", part.backupId},
            {"as_of", toUnixMicros(part.asOf)},
            {"lsn", part.lsn.get()},
            {"runs", part.runs},
            {"rows", part.rows},
            {"bytes", part.bytesToRead.get()},
            {"tier", part.tier}};
}

RestorePlanPart partFromJson(const json& value)
{
    RestorePlanPart part;
    part.shard = ShardId(value.at("shard").get<std::uint64_t>());
    part.rangeText = value.at("range").get<std::string>();
    part.table = value.at("table").get<std::string>();
    part.backupId = value.at("backup").get<std::string>();
    part.asOf = timeOf(value.at("as_of"));
    part.lsn = Lsn(value.at("lsn").get<std::uint64_t>());
    part.runs = value.at("runs").get<std::uint32_t>();
    part.rows = value.at("rows").get<std::uint64_t>();
    part.bytesToRead = ByteCount(value.at("bytes").get<std::uint64_t>());
    part.tier = value.at("tier").get<std::string>();
    return part;
}

RestoredTable tableFromJson(const json& value)
{
    RestoredTable table;
    table.source = value.at("source").get<std::string>();
    table.sideTable = value.at("side_table").get<std::string>();
    table.rows = value.at("rows").get<std::uint64_t>();
    table.checksum = value.at("checksum").get<std::string>();
    table.verified = value.at("verified").get<bool>();
    return table;
}

std::string dump(const json& value)
{
    return value.dump(-1, ' ', false, json::error_handler_t::replace);
}

/// Runs `read` on the parsed text; Internal when anything is missing or of another type.
template <class Read>
auto parsed(std::string_view text, Read read) -> Result<decltype(read(json()))>
{
    try {
        return read(json::parse(text));
    } catch (const json::exception& problem) {
        return makeError(Code::Internal,
                         std::string("the metadata file holds a restore that cannot be read: ") +
                             problem.what());
    }
}

} // namespace

std::string toJson(const RestorePlan& plan)
{
    json parts = json::array();
    for (const RestorePlanPart& part : plan.parts) {
        parts.push_back(partToJson(part));
    }
    return dump({{"id", plan.id},
                 {"request", requestToJson(plan.request)},
                 {"made", toUnixMicros(plan.made)},
                 {"parts", parts},
                 {"side_tables", plan.sideTables},
                 {"bytes", plan.bytesToRead.get()},
                 {"rows", plan.rows},
                 {"fastest_ms", optionalDuration(plan.fastest)},
                 {"slowest_ms", optionalDuration(plan.slowest)},
                 {"warnings", plan.warnings}});
}

std::string toJson(const RestoreReceipt& receipt)
{
    json tables = json::array();
    for (const RestoredTable& table : receipt.tables) {
        tables.push_back({{"source", table.source},
                          {"side_table", table.sideTable},
                          {"rows", table.rows},
                          {"checksum", table.checksum},
                          {"verified", table.verified}});
    }
    return dump({{"job", receipt.job.get()},
                 {"plan", receipt.planId},
                 {"started", toUnixMicros(receipt.started)},
                 {"finished", toUnixMicros(receipt.finished)},
                 {"tables", tables},
                 {"bytes", receipt.bytesRead.get()},
                 {"verified", receipt.verified}});
}

Result<RestorePlan> planFromJson(std::string_view text)
{
    return parsed(text, [](const json& value) {
        RestorePlan plan;
        plan.id = value.at("id").get<std::string>();
        plan.request = requestFromJson(value.at("request"));
        plan.made = timeOf(value.at("made"));
        for (const json& part : value.at("parts")) {
            plan.parts.push_back(partFromJson(part));
        }
        plan.sideTables = value.at("side_tables").get<std::vector<std::string>>();
        plan.bytesToRead = ByteCount(value.at("bytes").get<std::uint64_t>());
        plan.rows = value.at("rows").get<std::uint64_t>();
        plan.fastest = durationOf(value.at("fastest_ms"));
        plan.slowest = durationOf(value.at("slowest_ms"));
        plan.warnings = value.at("warnings").get<std::vector<std::string>>();
        return plan;
    });
}

Result<RestoreReceipt> receiptFromJson(std::string_view text)
{
    return parsed(text, [](const json& value) {
        RestoreReceipt receipt;
        receipt.job = JobId(value.at("job").get<std::uint64_t>());
        receipt.planId = value.at("plan").get<std::string>();
        receipt.started = timeOf(value.at("started"));
        receipt.finished = timeOf(value.at("finished"));
        for (const json& table : value.at("tables")) {
            receipt.tables.push_back(tableFromJson(table));
        }
        receipt.bytesRead = ByteCount(value.at("bytes").get<std::uint64_t>());
        receipt.verified = value.at("verified").get<bool>();
        return receipt;
    });
}

} // namespace isotherm::metadata

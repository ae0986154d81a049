// SPDX-License-Identifier: Apache-2.0
#include "agent/recovery/edit_progress.h"

#include <nlohmann/json.hpp>

namespace isotherm::recovery
{
namespace
{

using nlohmann::json;

json toJson(const EditOutcome& outcome)
{
    json tables = json::array();
    for (const RecoveredTable& table : outcome.tables) {
        tables.push_back({{"shard", table.shard.get()},
                          {"table", table.table},
                          {"inserted", table.inserted},
                          {"updated", table.updated},
                          {"deleted", table.deleted},
                          {"already", table.already},
                          {"skipped", table.skipped}});
    }
    return {{"tables", std::move(tables)},
            {"conflicts", outcome.conflicts},
            {"altered", outcome.altered}};
}

EditOutcome outcomeFromJson(const json& value)
{
    EditOutcome outcome;
    for (const json& table : value.at("tables")) {
        outcome.tables.push_back({.shard = ShardId(table.at("shard").get<std::uint64_t>()),
                                  .table = table.at("table").get<std::string>(),
                                  .inserted = table.at("inserted").get<std::uint64_t>(),
                                  .updated = table.at("updated").get<std::uint64_t>(),
                                  .deleted = table.at("deleted").get<std::uint64_t>(),
                                  .already = table.at("already").get<std::uint64_t>(),
                                  .skipped = table.at("skipped").get<std::uint64_t>()});
    }
    outcome.conflicts = value.at("conflicts").get<std::vector<std::string>>();
    outcome.altered = value.at("altered").get<std::uint64_t>();
    return outcome;
}

} // namespace

std::string encodeProgress(const EditProgress& progress)
{
    json done = json::array();
    for (const EditOutcome& outcome : progress.done) {
        done.push_back(toJson(outcome));
    }
    json value = {{"started", toUnixMicros(progress.started)}, {"done", std::move(done)}};
    if (progress.pending) {
        value["pending"] = {{"transaction", progress.pending->transaction},
                            {"outcome", toJson(progress.pending->outcome)}};
    }
    return value.dump(-1, ' ', false, json::error_handler_t::replace);
}

Result<EditProgress> decodeProgress(std::string_view text)
{
    try {
        const json value = json::parse(text);
        EditProgress progress;
        progress.started = fromUnixMicros(value.at("started").get<std::int64_t>());
        for (const json& outcome : value.at("done")) {
            progress.done.push_back(outcomeFromJson(outcome));
        }
        if (value.contains("pending")) {
            const json& pending = value.at("pending");
            progress.pending = PendingEdit{pending.at("transaction").get<std::uint64_t>(),
                                           outcomeFromJson(pending.at("outcome"))};
        }
        return progress;
    } catch (const json::exception& exception) {
        return makeError(Code::Internal,
                         std::string("the job's checkpoint cannot be read: ") + exception.what());
    }
}

} // namespace isotherm::recovery

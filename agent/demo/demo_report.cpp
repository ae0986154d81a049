// SPDX-License-Identifier: Apache-2.0
#include "agent/demo/demo_report.h"

#include "shared/base/file.h"
#include "shared/base/time_text.h"

#include <chrono>
#include <nlohmann/json.hpp>

namespace isotherm::demo
{
namespace
{

using nlohmann::ordered_json;

double seconds(WallTime from, WallTime to)
{
    return std::chrono::duration<double>(to - from).count();
}

ordered_json shardToJson(const ShardRecord& shard)
{
    ordered_json json = {{"id", shard.id.get()},
                         {"range", shard.rangeText},
                         {"rows", shard.rows},
                         {"bytes", shard.size.get()}};
    if (shard.temperature) {
        json["temperature"] = *shard.temperature;
    }
    return json;
}

ordered_json backupToJson(const BackupRecord& backup)
{
    return {{"id", backup.id},
            {"shard", backup.shard.get()},
            {"kind", backupKindName(backup.kind)},
            {"as_of", formatUtc(backup.asOf)},
            {"rows", backup.rows},
            {"raw_bytes", backup.rawBytes.get()},
            {"bytes", backup.storedBytes.get()},
            {"seconds", seconds(backup.started, backup.finished)}};
}

ordered_json restoreToJson(const DemoOutcome& outcome)
{
    ordered_json tables = ordered_json::array();
    std::uint64_t rows = 0;
    for (const RestoredTable& table : outcome.receipt.tables) {
        rows += table.rows;
        tables.push_back({{"source", table.source},
                          {"side_table", table.sideTable},
                          {"rows", table.rows},
                          {"checksum", table.checksum}});
    }
    return {{"plan", outcome.plan.id},
            {"rows_deleted", outcome.rowsDeleted},
            {"rows", rows},
            {"rows_missing", outcome.rowsMissing},
            {"rows_extra", outcome.rowsExtra},
            {"rows_changed_after_backup", outcome.rowsChanged},
            {"rows_back_in_table", outcome.rowsBack},
            {"bytes_read", outcome.receipt.bytesRead.get()},
            {"seconds", seconds(outcome.receipt.started, outcome.receipt.finished)},
            {"tables", std::move(tables)},
            {"verified", outcome.verified()}};
}

ordered_json splitToJson(const SplitOutcome& split)
{
    ordered_json parts = ordered_json::array();
    for (const ChangePart& part : split.change.parts) {
        parts.push_back(
            {{"range", part.rangeText}, {"load_share", part.share}, {"rows", part.rows}});
    }
    ordered_json report = {{"change", split.change.id.get()},
                           {"range", split.change.sourceText},
                           {"proposed_by", split.change.proposedBy},
                           {"trigger", changeTriggerName(split.change.evidence.trigger)},
                           {"predicted", split.change.evidence.trigger == ChangeTrigger::HotSoon},
                           {"plan", split.change.planHash},
                           {"parts", std::move(parts)},
                           {"state", changeStateName(split.change.state)},
                           {"shards_before", split.shardsBefore},
                           {"shards_after", split.shardsAfter},
                           {"seconds", split.seconds}};
    if (split.change.evidence.expectedAt) {
        report["expected_at"] = formatUtc(*split.change.evidence.expectedAt);
        report["probability"] = split.change.evidence.probability.value_or(0);
    }
    if (split.change.outcome) {
        report["outcome"] = {{"verdict", changeVerdictName(split.change.outcome->verdict)},
                             {"text", split.change.outcome->text}};
    }
    return report;
}

} // namespace

Status writeReport(const DemoOutcome& outcome, const std::filesystem::path& file)
{
    ordered_json report = {{"schema", "isotherm/demo/v1"},
                           {"seconds", outcome.seconds},
                           {"samples", outcome.samples},
                           {"transactions", outcome.transactions},
                           {"hottest_temperature", outcome.hottest}};
    report["shards"] = ordered_json::array();
    for (const ShardRecord& shard : outcome.shards) {
        report["shards"].push_back(shardToJson(shard));
    }
    report["backups"] = ordered_json::array();
    for (const BackupRecord& backup : outcome.backups) {
        report["backups"].push_back(backupToJson(backup));
    }
    report["split"] = splitToJson(outcome.split);
    report["restore"] = restoreToJson(outcome);
    return writeFileDurably(file, report.dump(2) + "\n");
}

} // namespace isotherm::demo

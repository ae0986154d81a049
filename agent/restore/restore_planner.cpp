// SPDX-License-Identifier: Apache-2.0
#include "agent/restore/restore_planner.h"

#include "shared/base/time_text.h"
#include "shared/model/key_predicate.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>

namespace isotherm::restore
{
namespace
{

using std::chrono::milliseconds;

/// Adds the part of `range` that is not in `ranges` yet; keeps them sorted and disjoint.
void addRange(std::vector<KeyRange>& ranges, const KeyRange& range)
{
    std::vector<KeyRange> fresh = {range};
    for (const KeyRange& known : ranges) {
        fresh = subtract(fresh, known);
    }
    ranges.insert(ranges.end(), fresh.begin(), fresh.end());
    std::sort(ranges.begin(), ranges.end(),
              [](const KeyRange& a, const KeyRange& b) { return a.begin < b.begin; });
}

bool isWanted(const RestoreRequest& request, ShardId shard)
{
    return request.shards.empty() ||
           std::find(request.shards.begin(), request.shards.end(), shard) != request.shards.end();
}

/// What is asked for, and the shards of which those were made: before a split they had the rows.
std::vector<ShardId> withForebears(const RestoreRequest& request,
                                   const std::vector<ShardRecord>& shards)
{
    std::vector<ShardId> all;
    for (const ShardRecord& shard : shards) {
        if (isWanted(request, shard.id)) {
            all.push_back(shard.id);
        }
    }
    for (std::size_t i = 0; i < all.size(); ++i) {
        const auto found = std::find_if(shards.begin(), shards.end(),
                                        [&](const auto& shard) { return shard.id == all[i]; });
        for (const ShardId parent :
             found == shards.end() ? std::vector<ShardId>() : found->parents) {
            if (std::find(all.begin(), all.end(), parent) == all.end()) {
                all.push_back(parent);
            }
        }
    }
    return all;
}

bool namesTable(const std::string& asked, const TableSchema& table)
{
    return asked == table.name || asked == table.schema + "." + table.name;
}

/// "orders_20260301_120005_1a2b": at most 63 bytes, as names are limited.
std::string sideTableName(const std::string& table, WallTime made, const std::string& planId)
{
    std::string stamp = formatUtc(std::chrono::floor<std::chrono::seconds>(made));
    std::erase_if(stamp, [](char c) { return c == '-' || c == ':' || c == 'Z'; });
    std::replace(stamp.begin(), stamp.end(), 'T', '_');
    std::string start = table.substr(0, 40);
    while (!start.empty() && (static_cast<unsigned char>(table[start.size()]) & 0xC0U) == 0x80U) {
        start.pop_back(); // never half a character
    }
    return start + "_" + stamp + "_" + planId.substr(0, 4);
}

/// " at …", as it was asked for; empty: the newest.
std::string momentText(const RestoreRequest& request)
{
    if (request.lsn) {
        return " at " + formatLsn(*request.lsn);
    }
    if (request.beforeTransaction) {
        return " before transaction " + std::to_string(*request.beforeTransaction);
    }
    return request.at ? " at " + formatUtc(*request.at) : std::string();
}

bool hasDeltas(const repository::ManifestTable& table)
{
    return std::any_of(table.runs.begin(), table.runs.end(), [](const repository::RunRef& run) {
        return run.kind == repository::RunKind::Delta;
    });
}

std::string describeRanges(const std::vector<KeyRange>& ranges, const std::vector<KeyType>& types)
{
    std::string text = formatRange(ranges.front(), types);
    if (ranges.size() > 1) {
        text += " and " + std::to_string(ranges.size() - 1) + " more ranges";
    }
    return text;
}

} // namespace

/// A plan in the making.
struct RestorePlanner::Draft
{
    RestorePlan plan;
    std::vector<KeyType> keyTypes;
    std::vector<RestoreStep> steps;
    std::vector<TableSchema> tables; ///< one per side table
    std::vector<std::string> warnedNotCovered;
    std::set<ShardId> inexact; ///< served by a backup that is older than the moment

    /// The side table for rows of `schema`; the newest shape of the table wins.
    std::size_t targetFor(const TableSchema& schema)
    {
        for (std::size_t i = 0; i < tables.size(); ++i) {
            if (tables[i].schema == schema.schema && tables[i].name == schema.name) {
                return i;
            }
        }
        tables.push_back(schema);
        return tables.size() - 1;
    }
};

Result<RestorePlan> RestorePlanner::plan(const RestoreRequest& request)
{
    ISO_ASSIGN(const metadata::StoredKeyspace keyspace, m_parts.keyspaces.get(request.keyspace));
    HistoryFinder history(m_parts.backups, m_parts.repository);
    Draft draft;
    ISO_ASSIGN(const Coverage coverage, coverageOf(request, keyspace.record, history, draft));
    draft.plan.request = request;
    draft.plan.made = m_parts.clock.wallNow();
    draft.keyTypes = keyspace.record.keyTypes;
    for (const Covered& covered : coverage.used) {
        ISO_TRY(addSteps(draft, covered));
    }
    if (draft.steps.empty()) {
        return makeError(Code::NotFound, "no table of keyspace " + request.keyspace + " matches",
                         "isothermctl keyspace list names the tables");
    }
    for (const KeyRange& range : coverage.missing) {
        draft.plan.warnings.push_back("no backup holds " + formatRange(range, draft.keyTypes) +
                                      momentText(request));
    }
    const std::string steps = encodeSteps(draft.steps);
    repository::RowChecksum fingerprint;
    fingerprint.add(steps + request.predicate + formatUtc(draft.plan.made));
    draft.plan.id = fingerprint.hex();
    const std::string schema = request.sideSchema.empty() ? kDefaultSideSchema : request.sideSchema;
    for (const TableSchema& table : draft.tables) {
        draft.plan.sideTables.push_back(schema + "." +
                                        sideTableName(table.name, draft.plan.made, draft.plan.id));
    }
    ISO_TRY(estimateTime(draft.plan));
    ISO_TRY(m_parts.restores.putPlan({draft.plan, steps}));
    return draft.plan;
}

Result<Coverage> RestorePlanner::coverageOf(const RestoreRequest& request,
                                            const KeyspaceRecord& keyspace, HistoryFinder& history,
                                            Draft& draft) const
{
    std::vector<KeyRange> asked = {KeyRange{}};
    if (!request.predicate.empty()) {
        ISO_ASSIGN(asked,
                   parseKeyPredicate(request.predicate, {keyspace.keyColumns, keyspace.keyTypes}));
    }
    ISO_ASSIGN(const std::vector<ShardRecord> shards,
               m_parts.shards.list({keyspace.name, /*includeRetired=*/true}));
    std::vector<KeyRange> wanted;
    ISO_ASSIGN(const std::optional<Lsn> target,
               history.resolve(request, withForebears(request, shards)));
    std::vector<Candidate> candidates;
    std::optional<Covered> newestDefault; // a keyspace has one default at a time
    for (const ShardRecord& shard : shards) {
        ISO_ASSIGN(const auto served, history.serve(shard.id, target, request.at));
        if (served) {
            const Candidate candidate{served->backup.id, shard.id, shard.range, served->backup.asOf,
                                      served->until};
            if (!shard.isDefault) {
                candidates.push_back(candidate);
            } else if (isWanted(request, shard.id) &&
                       (!newestDefault || newestDefault->candidate.asOf < candidate.asOf)) {
                // Its rows may have any key: what it holds of the ranges comes on top of the
                // others.
                newestDefault = {candidate, asked};
            }
            if (!served->exact) {
                draft.inexact.insert(shard.id);
            }
        }
        for (const KeyRange& range : asked) {
            const KeyRange both = range.intersection(shard.range);
            if (!shard.isDefault && isWanted(request, shard.id) && !both.empty()) {
                addRange(wanted, both);
            }
        }
    }
    Coverage coverage = cover(wanted, std::move(candidates));
    if (newestDefault) {
        coverage.used.push_back(*newestDefault);
    }
    if (coverage.used.empty()) {
        return makeError(Code::NotFound, "no backup holds what is asked for" + momentText(request),
                         "isothermctl backups list shows what there is");
    }
    if (target) {
        ISO_TRY(warnOfCuts(coverage, *target, history, draft));
    }
    return coverage;
}

Status RestorePlanner::warnOfCuts(const Coverage& coverage, Lsn target, HistoryFinder& history,
                                  Draft& draft) const
{
    std::vector<ShardId> used;
    for (const Covered& covered : coverage.used) {
        used.push_back(covered.candidate.shard);
    }
    std::size_t most = 0;
    for (const Covered& covered : coverage.used) {
        if (covered.candidate.until) {
            ISO_ASSIGN(const BackupRecord backup, m_parts.backups.get(covered.candidate.backup));
            ISO_ASSIGN(const std::size_t cut,
                       history.countCut({backup, covered.candidate.until}, target, used));
            most = std::max(most, cut);
        } else if (draft.inexact.contains(covered.candidate.shard)) {
            draft.plan.warnings.push_back(
                "shard " + std::to_string(covered.candidate.shard.get()) +
                " has no history up to that moment: it is restored as of " +
                formatUtc(covered.candidate.asOf));
        }
    }
    if (most > 0) {
        draft.plan.warnings.push_back(std::to_string(most) +
                                      " transactions up to that moment also changed shards that are"
                                      " not restored: their other halves stay as they are");
    }
    return {};
}

Status RestorePlanner::addSteps(Draft& draft, const Covered& covered) const
{
    const std::vector<std::string>& asked = draft.plan.request.tables;
    ISO_ASSIGN(const repository::Manifest manifest,
               m_parts.repository.loadManifest(covered.candidate.backup));
    ISO_ASSIGN(const BackupRecord record, m_parts.backups.get(manifest.id));
    for (std::size_t table = 0; table < manifest.tables.size(); ++table) {
        const TableSchema& schema = manifest.tables[table].schema;
        if (!asked.empty() &&
            std::none_of(asked.begin(), asked.end(),
                         [&](const std::string& name) { return namesTable(name, schema); })) {
            continue;
        }
        // A table without changes since the base looks the same at every moment.
        const auto until =
            hasDeltas(manifest.tables[table]) ? covered.candidate.until : std::nullopt;
        ISO_ASSIGN(const auto reader, until
                                          ? m_parts.repository.openTableAt(manifest, table, {until})
                                          : m_parts.repository.openTable(manifest, table));
        RestorePlanPart part;
        part.shard = manifest.shard;
        part.rangeText = describeRanges(covered.ranges, draft.keyTypes);
        part.table = schema.schema + "." + schema.name;
        part.backupId = manifest.id;
        part.asOf = std::min(manifest.asOf, draft.plan.request.at.value_or(manifest.asOf));
        part.lsn = covered.candidate.until.value_or(manifest.lsn);
        part.tier = record.tier;
        for (const KeyRange& range : covered.ranges) {
            ISO_ASSIGN(const repository::ReadEstimate estimate, reader->estimate(range));
            part.bytesToRead = ByteCount(part.bytesToRead.get() + estimate.bytes.get());
            part.rows += estimate.maxRows;
            part.runs = std::max(part.runs, estimate.runs);
        }
        draft.plan.bytesToRead = ByteCount(draft.plan.bytesToRead.get() + part.bytesToRead.get());
        draft.plan.rows += part.rows;
        draft.plan.parts.push_back(part);
        draft.steps.push_back({manifest.id, table, draft.targetFor(schema), covered.ranges, until});
    }
    warnOfTheRest(draft, manifest);
    return {};
}

/// What rows alone do not bring back.
void RestorePlanner::warnOfTheRest(Draft& draft, const repository::Manifest& manifest)
{
    const auto warn = [&draft](const std::string& what, const std::string& warning) {
        auto& warned = draft.warnedNotCovered;
        if (std::find(warned.begin(), warned.end(), what) == warned.end()) {
            warned.push_back(what);
            draft.plan.warnings.push_back(warning);
        }
    };
    std::set<std::string> known;
    for (const SequenceValue& sequence : manifest.sequences) {
        const std::string what = "sequence " + sequence.schema + "." + sequence.name;
        known.insert(what);
        // Sessions may have taken a whole cache of them, and used none yet.
        const std::int64_t safe = sequence.last + sequence.increment * (sequence.cache + 1);
        warn(what, what + " stood at " + std::to_string(sequence.last) +
                       ": where it is made anew, let it start with " + std::to_string(safe));
    }
    for (const std::string& gap : manifest.notCovered) {
        if (!known.contains(gap)) {
            warn(gap, "not covered by backups: " + gap);
        }
    }
}

Status RestorePlanner::estimateTime(RestorePlan& plan) const
{
    constexpr std::size_t kRemembered = 20;
    ISO_ASSIGN(const auto receipts, m_parts.restores.receipts(kRemembered));
    for (const RestoreReceipt& receipt : receipts) {
        std::uint64_t rows = 0;
        for (const RestoredTable& table : receipt.tables) {
            rows += table.rows;
        }
        if (rows == 0) {
            continue;
        }
        // Small restores are all set-up: their time is a floor, not a rate.
        const double scale =
            std::max(1.0, static_cast<double>(plan.rows) / static_cast<double>(rows));
        const auto took =
            std::chrono::duration_cast<milliseconds>((receipt.finished - receipt.started) * scale);
        plan.fastest = std::min(plan.fastest.value_or(took), took);
        plan.slowest = std::max(plan.slowest.value_or(took), took);
    }
    return {};
}

} // namespace isotherm::restore

// SPDX-License-Identifier: Apache-2.0
#include "agent/runtime/changes_core.h"

#include "agent/engine/survey.h"
#include "agent/sharding/draft.h"
#include "agent/sharding/split_rule.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace isotherm::runtime
{
namespace
{

using sharding::ShardFacts;
using sharding::ShardingState;

std::string percent(double load)
{
    return std::to_string(std::lround(load * 100)) + " %";
}

ShardFacts* factsOf(ShardingState& state, ShardId shard)
{
    const auto found = std::find_if(state.shards.begin(), state.shards.end(),
                                    [shard](const ShardFacts& facts) { return facts.id == shard; });
    return found == state.shards.end() ? nullptr : &*found;
}

Error noSuchShard(ShardId shard)
{
    return makeError(Code::NotFound, "there is no active shard " + std::to_string(shard.get()),
                     "isothermctl shards list names them");
}

/// Rows added a day, as bytes, where the server has counted for long enough to say.
std::optional<ByteCount> growthOf(const engine::Survey& survey)
{
    constexpr double kLeastDays = 1;
    if (!survey.countedSince) {
        return std::nullopt;
    }
    const double days =
        std::chrono::duration<double, std::ratio<86'400>>(survey.serverTime - *survey.countedSince)
            .count();
    if (days < kLeastDays) {
        return std::nullopt;
    }
    double bytes = 0;
    for (const engine::SurveyedTable& table : survey.tables) {
        if (table.rows > 0 && table.grown > 0) {
            bytes += static_cast<double>(table.grown) * static_cast<double>(table.size.get()) /
                     static_cast<double>(table.rows);
        }
    }
    return ByteCount(static_cast<std::uint64_t>(bytes / days));
}

} // namespace

reshard::ReshardRequest reshardRequestOf(const ChangeRecord& change,
                                         std::chrono::milliseconds grace)
{
    reshard::ReshardRequest request;
    request.grace = grace;
    request.keyspace = change.keyspace;
    request.sources = change.sources;
    for (const ChangePart& part : change.parts) {
        request.targets.push_back(part.range);
    }
    return request;
}

std::vector<PreflightFinding> findingsOf(const engine::PreflightReport& report)
{
    std::vector<PreflightFinding> findings;
    for (const engine::Finding& finding : report.findings) {
        const FindingLevel level = finding.level == engine::FindingLevel::Refusal
                                       ? FindingLevel::Blocks
                                       : FindingLevel::Note;
        findings.push_back({level, finding.text, finding.hint});
    }
    for (const engine::Blocker& blocker : report.blockers) {
        findings.push_back({FindingLevel::Note, blocker.text + " would hold up the switch",
                            "the switch waits, and tries again"});
    }
    findings.push_back({FindingLevel::Good,
                        formatBytes(report.diskNeeded) + " of disk and " +
                            formatBytes(report.logNeeded) + " of log are needed for a while",
                        ""});
    return findings;
}

void describePreflight(ChangeRecord& change, const engine::PreflightReport& report)
{
    for (PreflightFinding& finding : findingsOf(report)) {
        change.preflight.push_back(std::move(finding));
    }
    change.rows = report.rows > 0 ? report.rows : change.rows;
    change.bytes = report.bytes.get() > 0 ? report.bytes : change.bytes;
    change.expectedPause = report.expectedPause;
}

jobs::JobSpec reshardJobOf(const ChangeRecord& change, std::chrono::milliseconds grace)
{
    jobs::JobSpec job;
    job.kind = JobKind::Reshard;
    job.title = sharding::jobTitleOf(change);
    job.shards = change.sources;
    job.requestedBy = change.voices.empty() ? change.proposedBy : change.voices.back().who;
    job.params = reshard::toParams(reshardRequestOf(change, grace));
    return job;
}

ChangeRecord ChangesCore::live(ChangeRecord change)
{
    if (change.job == JobId()) {
        return change;
    }
    const auto job = m_parts.jobs.job(change.job);
    if (!job.ok()) {
        return change;
    }
    if (!isFinished(job->state)) {
        change.phase = job->phase;
        if (job->bytesTotal > 0) {
            change.progress = std::min(1.0, static_cast<double>(job->bytesDone) /
                                                static_cast<double>(job->bytesTotal));
        }
    }
    return change;
}

Result<std::vector<ChangeRecord>> ChangesCore::changes(const ChangeFilter& filter)
{
    ISO_ASSIGN(std::vector<ChangeRecord> changes, m_parts.book.list(filter));
    for (ChangeRecord& change : changes) {
        change = live(std::move(change));
    }
    return changes;
}

Result<ChangeRecord> ChangesCore::change(ChangeId id)
{
    ISO_ASSIGN(ChangeRecord change, m_parts.book.get(id));
    return live(std::move(change));
}

Result<std::vector<ChangeRefusal>> ChangesCore::refusals(std::optional<ShardId> shard)
{
    std::vector<ChangeRefusal> all = m_parts.planner.refusals();
    if (!shard) {
        return all;
    }
    std::erase_if(all, [shard](const ChangeRefusal& refusal) { return refusal.shard != *shard; });
    if (all.empty()) {
        ISO_ASSIGN(ChangeRefusal refusal, explain(*shard));
        all.push_back(std::move(refusal));
    }
    return all;
}

/// A shard that the planner does not look at, and what it would say if it did.
Result<ChangeRefusal> ChangesCore::explain(ShardId shard)
{
    ISO_ASSIGN(ShardingState state, m_parts.view.state(sharding::Look::Splits));
    const ShardFacts* facts = factsOf(state, shard);
    if (facts == nullptr) {
        return noSuchShard(shard);
    }
    ChangeRefusal refusal;
    refusal.shard = shard;
    refusal.keyspace = facts->keyspace;
    refusal.rangeText = facts->rangeText;
    refusal.since = state.now;
    if (facts->recent.empty()) {
        refusal.reason = "not-measured";
        refusal.text = "there are no samples of it yet";
        refusal.nextStep = "wait for the next one, or see isothermctl status";
        return refusal;
    }
    refusal.load = facts->recent.back().load;
    if (sharding::hotSign(*facts, state)) {
        refusal.reason = "being-decided";
        refusal.text = "it has just become hot";
        refusal.nextStep = "see isothermctl change list";
        return refusal;
    }
    refusal.reason = "not-hot";
    refusal.text =
        "its load is " + percent(facts->decayed.halfMinute) + " of what a shard may bear";
    refusal.text += facts->forecast.empty() ? ", and there is no forecast of it"
                                            : ", and no overload is expected soon";
    refusal.nextStep = "nothing need be done; by hand: isothermctl change propose --shard " +
                       std::to_string(shard.get());
    return refusal;
}

Result<ChangeRecord> ChangesCore::propose(const ProposeRequest& request)
{
    ISO_ASSIGN(ShardingState state, m_parts.view.state(sharding::Look::Splits));
    std::vector<const ShardFacts*> sources;
    for (const ShardId shard : request.sources) {
        ShardFacts* facts = factsOf(state, shard);
        if (facts == nullptr) {
            return noSuchShard(shard);
        }
        m_parts.view.addDetails(*facts);
        sources.push_back(facts);
    }
    ISO_ASSIGN(ChangeRecord draft, sharding::draftByHand(request, sources, state));
    if (m_parts.preflight) {
        ISO_TRY(m_parts.preflight(draft));
    }
    return request.checkOnly ? Result<ChangeRecord>(std::move(draft))
                             : m_parts.book.add(std::move(draft));
}

Result<ChangeRecord> ChangesCore::approve(const ChangeDecision& decision)
{
    return m_parts.book.approve(decision);
}

Result<ChangeRecord> ChangesCore::reject(const ChangeDecision& decision)
{
    return m_parts.book.reject(decision);
}

Result<sharding::KeyspaceFacts> ChangesCore::surveyed(const KeyspacePlanRequest& request)
{
    ISO_ASSIGN(const auto port, m_parts.engine.openSurvey());
    ISO_ASSIGN(const engine::Survey survey, port->survey({request.tables, request.keyColumns}));
    sharding::KeyspaceFacts facts;
    facts.keyColumns = survey.keyColumns;
    facts.keyTypes = survey.keyTypes;
    facts.rowBounds = survey.rowBounds;
    facts.boundsFrom = survey.boundsFrom;
    facts.keyAscends = survey.keyAscends;
    facts.bytesPerDay = growthOf(survey);
    facts.shardsNow = std::max(1U, survey.tables.front().leaves); // an ordinary table is one
    for (const engine::SurveyedTable& table : survey.tables) {
        facts.tables.push_back(table.name);
        facts.rows += table.rows;
        facts.bytes = ByteCount(facts.bytes.get() + table.size.get());
        if (!table.keyIsInPrimaryKey) {
            facts.tablesWithoutKey.push_back(table.name);
        }
    }
    return facts;
}

/// Adds what sampling has seen of a managed keyspace: load, and load by key.
Result<sharding::KeyspaceFacts> ChangesCore::managed(const std::string& keyspace)
{
    const auto views = m_parts.topology.keyspaces();
    const auto view = std::find_if(views.begin(), views.end(), [&keyspace](const auto& candidate) {
        return candidate->stored.record.name == keyspace;
    });
    if (view == views.end()) {
        return makeError(Code::NotFound, "there is no keyspace " + keyspace,
                         "isothermctl keyspace list names them; or plan tables: --table NAME");
    }
    KeyspacePlanRequest request;
    request.tables = (*view)->stored.record.tables;
    request.keyColumns = (*view)->stored.record.keyColumns;
    ISO_ASSIGN(sharding::KeyspaceFacts facts, surveyed(request));
    ISO_ASSIGN(ShardingState state, m_parts.view.state(sharding::Look::Splits));
    double load = 0;
    bool known = false;
    for (ShardFacts& shard : state.shards) {
        if (shard.keyspace != keyspace || shard.recent.empty()) {
            continue;
        }
        known = true;
        load += shard.decayed.hour;
        m_parts.view.addDetails(shard);
    }
    for (const ShardFacts& shard : state.shards) {
        for (KeyBar bar : shard.keys.bars) {
            if (shard.keyspace == keyspace && load > 0) {
                bar.loadShare *= shard.decayed.hour / load;
                facts.keys.bars.push_back(std::move(bar));
            }
        }
    }
    facts.load = known ? std::optional(load) : std::nullopt;
    return facts;
}

Result<KeyspacePlan> ChangesCore::planKeyspace(const KeyspacePlanRequest& request)
{
    if (request.keyspace.empty() == request.tables.empty()) {
        return makeError(Code::InvalidArgument, "either a keyspace or tables are planned",
                         "isothermctl keyspace plan NAME, or --table NAME [--key COLUMN]");
    }
    ISO_ASSIGN(const sharding::KeyspaceFacts facts,
               request.keyspace.empty() ? surveyed(request) : managed(request.keyspace));
    sharding::KeyspaceWishes wishes;
    wishes.targetSize = request.targetSize.value_or(wishes.targetSize);
    wishes.shards = request.shards;
    return sharding::planKeyspace(facts, wishes, m_parts.view.policy());
}

} // namespace isotherm::runtime

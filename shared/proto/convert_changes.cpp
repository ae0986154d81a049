// SPDX-License-Identifier: Apache-2.0
#include "shared/proto/convert_changes.h"

namespace isotherm::proto
{
namespace
{

/// Enum values that do not fit the type become 0, which no name stands for.
template <class Enum>
Enum enumOf(std::uint32_t value)
{
    return static_cast<Enum>(value > 255 ? 0 : value);
}

template <class Enum>
std::uint32_t numberOf(Enum value)
{
    return static_cast<std::uint32_t>(value);
}

template <class Field>
void addTexts(Field* field, const std::vector<std::string>& texts)
{
    for (const std::string& text : texts) {
        *field->Add() = validUtf8(text);
    }
}

template <class Field>
std::vector<std::string> textsOf(const Field& field)
{
    return {field.begin(), field.end()};
}

template <class Field>
void addTypes(Field* field, const std::vector<KeyType>& types)
{
    for (const KeyType type : types) {
        field->Add(numberOf(type));
    }
}

template <class Field>
std::vector<KeyType> typesOf(const Field& field)
{
    std::vector<KeyType> types;
    for (const std::uint32_t type : field) {
        types.push_back(enumOf<KeyType>(type));
    }
    return types;
}

template <class Field>
void addFindings(Field* field, const std::vector<PreflightFinding>& findings)
{
    for (const PreflightFinding& finding : findings) {
        v1::PreflightFinding& to = *field->Add();
        to.set_level(numberOf(finding.level));
        to.set_what(validUtf8(finding.what));
        to.set_hint(validUtf8(finding.hint));
    }
}

template <class Field>
std::vector<PreflightFinding> findingsOf(const Field& field)
{
    std::vector<PreflightFinding> findings;
    for (const v1::PreflightFinding& finding : field) {
        findings.push_back({enumOf<FindingLevel>(finding.level()), finding.what(), finding.hint()});
    }
    return findings;
}

v1::ChangePart toProto(const ChangePart& part)
{
    v1::ChangePart message;
    *message.mutable_range() = proto::toProto(part.range);
    message.set_range_text(validUtf8(part.rangeText));
    message.set_share(part.share);
    if (part.load) {
        message.set_load(*part.load);
    }
    if (part.forecastLoad) {
        message.set_forecast_load(*part.forecastLoad);
    }
    message.set_rows(part.rows);
    message.set_bytes(part.bytes.get());
    message.set_one_key(part.oneKey);
    return message;
}

ChangePart partOf(const v1::ChangePart& message)
{
    ChangePart part;
    part.range = proto::fromProto(message.range());
    part.rangeText = message.range_text();
    part.share = message.share();
    if (message.has_load()) {
        part.load = message.load();
    }
    if (message.has_forecast_load()) {
        part.forecastLoad = message.forecast_load();
    }
    part.rows = message.rows();
    part.bytes = ByteCount(message.bytes());
    part.oneKey = message.one_key();
    return part;
}

v1::KeyBar toProto(const KeyBar& bar)
{
    v1::KeyBar message;
    message.set_from(bar.from.encoded());
    message.set_label(validUtf8(bar.label));
    message.set_load_share(bar.loadShare);
    message.set_row_share(bar.rowShare);
    message.set_single_key(bar.singleKey);
    return message;
}

KeyBar barOf(const v1::KeyBar& message)
{
    KeyBar bar;
    bar.from = Key(message.from());
    bar.label = message.label();
    bar.loadShare = message.load_share();
    bar.rowShare = message.row_share();
    bar.singleKey = message.single_key();
    return bar;
}

v1::ChangeEvidence toProto(const ChangeEvidence& evidence)
{
    v1::ChangeEvidence message;
    message.set_trigger(numberOf(evidence.trigger));
    message.set_why(validUtf8(evidence.why));
    if (evidence.loadNow) {
        message.set_load_now(*evidence.loadNow);
    }
    if (evidence.forecastPeak) {
        message.set_forecast_peak(*evidence.forecastPeak);
    }
    if (evidence.probability) {
        message.set_probability(*evidence.probability);
    }
    if (evidence.expectedAt) {
        message.set_expected_at_micros(toUnixMicros(*evidence.expectedAt));
    }
    if (evidence.nodeBusy) {
        message.set_node_busy(*evidence.nodeBusy);
    }
    if (evidence.shareOfNode) {
        message.set_share_of_node(*evidence.shareOfNode);
    }
    for (const KeyBar& bar : evidence.histogram) {
        *message.add_histogram() = toProto(bar);
    }
    message.set_keys_from(validUtf8(evidence.keysFrom));
    addTexts(message.mutable_notes(), evidence.notes);
    return message;
}

ChangeEvidence evidenceOf(const v1::ChangeEvidence& message)
{
    ChangeEvidence evidence;
    evidence.trigger = enumOf<ChangeTrigger>(message.trigger());
    evidence.why = message.why();
    if (message.has_load_now()) {
        evidence.loadNow = message.load_now();
    }
    if (message.has_forecast_peak()) {
        evidence.forecastPeak = message.forecast_peak();
    }
    if (message.has_probability()) {
        evidence.probability = message.probability();
    }
    if (message.has_expected_at_micros()) {
        evidence.expectedAt = fromUnixMicros(message.expected_at_micros());
    }
    if (message.has_node_busy()) {
        evidence.nodeBusy = message.node_busy();
    }
    if (message.has_share_of_node()) {
        evidence.shareOfNode = message.share_of_node();
    }
    for (const v1::KeyBar& bar : message.histogram()) {
        evidence.histogram.push_back(barOf(bar));
    }
    evidence.keysFrom = message.keys_from();
    evidence.notes = textsOf(message.notes());
    return evidence;
}

v1::ChangeOutcome toProto(const ChangeOutcome& outcome)
{
    v1::ChangeOutcome message;
    message.set_verdict(numberOf(outcome.verdict));
    if (outcome.loadBefore) {
        message.set_load_before(*outcome.loadBefore);
    }
    if (outcome.loadAfter) {
        message.set_load_after(*outcome.loadAfter);
    }
    message.set_text(validUtf8(outcome.text));
    message.set_measured_at_micros(toUnixMicros(outcome.measuredAt));
    message.set_undo(outcome.undo.get());
    return message;
}

ChangeOutcome outcomeOf(const v1::ChangeOutcome& message)
{
    ChangeOutcome outcome;
    outcome.verdict = enumOf<ChangeVerdict>(message.verdict());
    if (message.has_load_before()) {
        outcome.loadBefore = message.load_before();
    }
    if (message.has_load_after()) {
        outcome.loadAfter = message.load_after();
    }
    outcome.text = message.text();
    outcome.measuredAt = fromUnixMicros(message.measured_at_micros());
    outcome.undo = ChangeId(message.undo());
    return outcome;
}

void addDecisions(v1::Change& message, const ChangeRecord& change)
{
    message.set_proposed_by(validUtf8(change.proposedBy));
    message.set_proposed_at_micros(toUnixMicros(change.proposedAt));
    if (change.expiresAt) {
        message.set_expires_at_micros(toUnixMicros(*change.expiresAt));
    }
    message.set_approvals_needed(change.approvalsNeeded);
    for (const ChangeVoice& voice : change.voices) {
        v1::ChangeVoice& to = *message.add_voices();
        to.set_who(validUtf8(voice.who));
        to.set_approved(voice.approved);
        to.set_reason(validUtf8(voice.reason));
        to.set_when_micros(toUnixMicros(voice.when));
    }
    message.set_state_reason(validUtf8(change.stateReason));
}

void addProgress(v1::Change& message, const ChangeRecord& change)
{
    message.set_job(change.job.get());
    message.set_phase(validUtf8(change.phase));
    if (change.progress) {
        message.set_progress(*change.progress);
    }
    if (change.lag) {
        message.set_lag_ms(change.lag->count());
    }
    if (change.finishedAt) {
        message.set_finished_at_micros(toUnixMicros(*change.finishedAt));
    }
    if (change.outcome) {
        *message.mutable_outcome() = toProto(*change.outcome);
    }
}

void takeDecisions(ChangeRecord& change, const v1::Change& message)
{
    change.proposedBy = message.proposed_by();
    change.proposedAt = fromUnixMicros(message.proposed_at_micros());
    if (message.has_expires_at_micros()) {
        change.expiresAt = fromUnixMicros(message.expires_at_micros());
    }
    change.approvalsNeeded = message.approvals_needed();
    for (const v1::ChangeVoice& voice : message.voices()) {
        change.voices.push_back(
            {voice.who(), voice.approved(), voice.reason(), fromUnixMicros(voice.when_micros())});
    }
    change.stateReason = message.state_reason();
}

void takeProgress(ChangeRecord& change, const v1::Change& message)
{
    change.job = JobId(message.job());
    change.phase = message.phase();
    if (message.has_progress()) {
        change.progress = message.progress();
    }
    if (message.has_lag_ms()) {
        change.lag = std::chrono::milliseconds(message.lag_ms());
    }
    if (message.has_finished_at_micros()) {
        change.finishedAt = fromUnixMicros(message.finished_at_micros());
    }
    if (message.has_outcome()) {
        change.outcome = outcomeOf(message.outcome());
    }
}

} // namespace

v1::Change toProto(const ChangeRecord& change)
{
    v1::Change message;
    message.set_id(change.id.get());
    message.set_kind(numberOf(change.kind));
    message.set_state(numberOf(change.state));
    message.set_keyspace(validUtf8(change.keyspace));
    for (const ShardId source : change.sources) {
        message.add_sources(source.get());
    }
    message.set_source_text(validUtf8(change.sourceText));
    addTypes(message.mutable_key_types(), change.keyTypes);
    for (const ChangePart& part : change.parts) {
        *message.add_parts() = toProto(part);
    }
    addTexts(message.mutable_cuts(), change.cuts);
    *message.mutable_evidence() = toProto(change.evidence);
    message.set_rows(change.rows);
    message.set_bytes(change.bytes.get());
    message.set_expected_time_ms(change.expectedTime.count());
    message.set_expected_pause_ms(change.expectedPause.count());
    addFindings(message.mutable_preflight(), change.preflight);
    message.set_plan_hash(validUtf8(change.planHash));
    addDecisions(message, change);
    addProgress(message, change);
    return message;
}

ChangeRecord fromProto(const v1::Change& message)
{
    ChangeRecord change;
    change.id = ChangeId(message.id());
    change.kind = enumOf<ChangeKind>(message.kind());
    change.state = enumOf<ChangeState>(message.state());
    change.keyspace = message.keyspace();
    for (const std::uint64_t source : message.sources()) {
        change.sources.emplace_back(source);
    }
    change.sourceText = message.source_text();
    change.keyTypes = typesOf(message.key_types());
    for (const v1::ChangePart& part : message.parts()) {
        change.parts.push_back(partOf(part));
    }
    change.cuts = textsOf(message.cuts());
    change.evidence = evidenceOf(message.evidence());
    change.rows = message.rows();
    change.bytes = ByteCount(message.bytes());
    change.expectedTime = std::chrono::milliseconds(message.expected_time_ms());
    change.expectedPause = std::chrono::milliseconds(message.expected_pause_ms());
    change.preflight = findingsOf(message.preflight());
    change.planHash = message.plan_hash();
    takeDecisions(change, message);
    takeProgress(change, message);
    return change;
}

v1::ChangeRefusal toProto(const ChangeRefusal& refusal)
{
    v1::ChangeRefusal message;
    message.set_shard(refusal.shard.get());
    message.set_keyspace(validUtf8(refusal.keyspace));
    message.set_range_text(validUtf8(refusal.rangeText));
    if (refusal.load) {
        message.set_load(*refusal.load);
    }
    message.set_reason(validUtf8(refusal.reason));
    message.set_text(validUtf8(refusal.text));
    message.set_next_step(validUtf8(refusal.nextStep));
    message.set_since_micros(toUnixMicros(refusal.since));
    return message;
}

ChangeRefusal fromProto(const v1::ChangeRefusal& message)
{
    ChangeRefusal refusal;
    refusal.shard = ShardId(message.shard());
    refusal.keyspace = message.keyspace();
    refusal.rangeText = message.range_text();
    if (message.has_load()) {
        refusal.load = message.load();
    }
    refusal.reason = message.reason();
    refusal.text = message.text();
    refusal.nextStep = message.next_step();
    refusal.since = fromUnixMicros(message.since_micros());
    return refusal;
}

v1::ListChangesResponse toProto(const std::vector<ChangeRecord>& changes)
{
    v1::ListChangesResponse message;
    for (const ChangeRecord& change : changes) {
        *message.add_changes() = toProto(change);
    }
    return message;
}

std::vector<ChangeRecord> fromProto(const v1::ListChangesResponse& message)
{
    std::vector<ChangeRecord> changes;
    for (const v1::Change& change : message.changes()) {
        changes.push_back(fromProto(change));
    }
    return changes;
}

v1::ListRefusalsResponse toProto(const std::vector<ChangeRefusal>& refusals)
{
    v1::ListRefusalsResponse message;
    for (const ChangeRefusal& refusal : refusals) {
        *message.add_refusals() = toProto(refusal);
    }
    return message;
}

std::vector<ChangeRefusal> fromProto(const v1::ListRefusalsResponse& message)
{
    std::vector<ChangeRefusal> refusals;
    for (const v1::ChangeRefusal& refusal : message.refusals()) {
        refusals.push_back(fromProto(refusal));
    }
    return refusals;
}

v1::KeyspacePlan toProto(const KeyspacePlan& plan)
{
    v1::KeyspacePlan message;
    addTexts(message.mutable_tables(), plan.tables);
    addTexts(message.mutable_key_columns(), plan.keyColumns);
    addTypes(message.mutable_key_types(), plan.keyTypes);
    message.set_rows(plan.rows);
    message.set_bytes(plan.bytes.get());
    if (plan.bytesPerDay) {
        message.set_bytes_per_day(plan.bytesPerDay->get());
    }
    message.set_shards_now(plan.shardsNow);
    for (const PlannedShard& shard : plan.shards) {
        v1::PlannedShard& to = *message.add_shards();
        *to.mutable_range() = proto::toProto(shard.range);
        to.set_range_text(validUtf8(shard.rangeText));
        to.set_rows(shard.rows);
        to.set_bytes(shard.bytes.get());
        if (shard.loadShare) {
            to.set_load_share(*shard.loadShare);
        }
    }
    addTexts(message.mutable_reasons(), plan.reasons);
    addTexts(message.mutable_warnings(), plan.warnings);
    return message;
}

KeyspacePlan fromProto(const v1::KeyspacePlan& message)
{
    KeyspacePlan plan;
    plan.tables = textsOf(message.tables());
    plan.keyColumns = textsOf(message.key_columns());
    plan.keyTypes = typesOf(message.key_types());
    plan.rows = message.rows();
    plan.bytes = ByteCount(message.bytes());
    if (message.has_bytes_per_day()) {
        plan.bytesPerDay = ByteCount(message.bytes_per_day());
    }
    plan.shardsNow = message.shards_now();
    for (const v1::PlannedShard& shard : message.shards()) {
        PlannedShard to;
        to.range = proto::fromProto(shard.range());
        to.rangeText = shard.range_text();
        to.rows = shard.rows();
        to.bytes = ByteCount(shard.bytes());
        if (shard.has_load_share()) {
            to.loadShare = shard.load_share();
        }
        plan.shards.push_back(std::move(to));
    }
    plan.reasons = textsOf(message.reasons());
    plan.warnings = textsOf(message.warnings());
    return plan;
}

v1::ListChangesRequest toProto(const ChangeFilter& filter)
{
    v1::ListChangesRequest message;
    message.set_keyspace(validUtf8(filter.keyspace));
    message.set_open_only(filter.openOnly);
    message.set_limit(filter.limit);
    return message;
}

ChangeFilter fromProto(const v1::ListChangesRequest& message)
{
    return {message.keyspace(), message.open_only(), message.limit()};
}

v1::ProposeChangeRequest toProto(const ProposeRequest& request)
{
    v1::ProposeChangeRequest message;
    for (const ShardId source : request.sources) {
        message.add_sources(source.get());
    }
    addTexts(message.mutable_cuts(), request.cuts);
    message.set_parts(request.parts);
    message.set_reason(validUtf8(request.reason));
    return message;
}

ProposeRequest fromProto(const v1::ProposeChangeRequest& message)
{
    ProposeRequest request;
    for (const std::uint64_t source : message.sources()) {
        request.sources.emplace_back(source);
    }
    request.cuts = textsOf(message.cuts());
    request.parts = message.parts();
    request.reason = message.reason();
    return request;
}

v1::DecideChangeRequest toProto(const ChangeDecision& decision)
{
    v1::DecideChangeRequest message;
    message.set_change(decision.change.get());
    message.set_plan_hash(validUtf8(decision.planHash));
    message.set_reason(validUtf8(decision.reason));
    return message;
}

ChangeDecision fromProto(const v1::DecideChangeRequest& message)
{
    ChangeDecision decision;
    decision.change = ChangeId(message.change());
    decision.planHash = message.plan_hash();
    decision.reason = message.reason();
    return decision;
}

v1::PlanKeyspaceRequest toProto(const KeyspacePlanRequest& request)
{
    v1::PlanKeyspaceRequest message;
    message.set_keyspace(validUtf8(request.keyspace));
    addTexts(message.mutable_tables(), request.tables);
    addTexts(message.mutable_key_columns(), request.keyColumns);
    if (request.targetSize) {
        message.set_target_size_bytes(request.targetSize->get());
    }
    if (request.shards) {
        message.set_shards(*request.shards);
    }
    return message;
}

KeyspacePlanRequest fromProto(const v1::PlanKeyspaceRequest& message)
{
    KeyspacePlanRequest request;
    request.keyspace = message.keyspace();
    request.tables = textsOf(message.tables());
    request.keyColumns = textsOf(message.key_columns());
    if (message.has_target_size_bytes()) {
        request.targetSize = ByteCount(message.target_size_bytes());
    }
    if (message.has_shards()) {
        request.shards = message.shards();
    }
    return request;
}

v1::SteerChangeRequest toProto(const ChangeSteering& steering)
{
    v1::SteerChangeRequest message;
    message.set_change(steering.change.get());
    message.set_job(steering.job.get());
    message.set_step(numberOf(steering.step));
    return message;
}

ChangeSteering fromProto(const v1::SteerChangeRequest& message)
{
    ChangeSteering steering;
    steering.change = ChangeId(message.change());
    steering.job = JobId(message.job());
    steering.step = enumOf<ChangeStep>(message.step());
    return steering;
}

v1::AdoptTablesRequest toProto(const AdoptTablesRequest& request)
{
    v1::AdoptTablesRequest message;
    message.set_keyspace(validUtf8(request.keyspace));
    addTexts(message.mutable_tables(), request.tables);
    message.set_key_column(validUtf8(request.keyColumn));
    addTexts(message.mutable_cuts(), request.cuts);
    if (request.shards) {
        message.set_shards(*request.shards);
    }
    if (request.rpo) {
        message.set_rpo_ms(request.rpo->count());
    }
    return message;
}

AdoptTablesRequest fromProto(const v1::AdoptTablesRequest& message)
{
    AdoptTablesRequest request;
    request.keyspace = message.keyspace();
    request.tables = textsOf(message.tables());
    request.keyColumn = message.key_column();
    request.cuts = textsOf(message.cuts());
    if (message.has_shards()) {
        request.shards = message.shards();
    }
    if (message.has_rpo_ms()) {
        request.rpo = std::chrono::milliseconds(message.rpo_ms());
    }
    return request;
}

v1::TableAdoption toProto(const TableAdoption& adoption)
{
    v1::TableAdoption message;
    *message.mutable_plan() = toProto(adoption.plan);
    addFindings(message.mutable_preflight(), adoption.preflight);
    message.set_expected_pause_ms(adoption.expectedPause.count());
    message.set_job(adoption.job.get());
    return message;
}

TableAdoption fromProto(const v1::TableAdoption& message)
{
    TableAdoption adoption;
    adoption.plan = fromProto(message.plan());
    adoption.preflight = findingsOf(message.preflight());
    adoption.expectedPause = std::chrono::milliseconds(message.expected_pause_ms());
    adoption.job = JobId(message.job());
    return adoption;
}

} // namespace isotherm::proto

// SPDX-License-Identifier: Apache-2.0
#include "agent/reshard/reshard_handler.h"

#include "agent/reshard/reshard_run.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <random>
#include <utility>

namespace isotherm::reshard
{
namespace
{

/// Short, and new for every job: names of a change that was removed must not come back.
std::string newToken()
{
    std::random_device random;
    std::array<char, 16> text{};
    std::snprintf(text.data(), text.size(), "%06x", random() & 0xFFFFFFU);
    return std::string("r") + text.data();
}

Error gone(ShardId shard)
{
    return makeError(Code::NotFound, "there is no shard " + std::to_string(shard.get()),
                     "isothermctl shards list names them");
}

} // namespace

Result<engine::ReshardPlan> ReshardHandler::planFor(const ReshardRequest& request,
                                                    const std::string& token)
{
    engine::ReshardPlan plan;
    plan.token = token;
    plan.targets = request.targets;
    if (request.adopts()) {
        for (const auto& view : m_parts.topology.keyspaces()) {
            if (view->stored.record.name == request.keyspace) {
                return makeError(Code::AlreadyExists,
                                 "there is a keyspace " + request.keyspace + " already",
                                 "choose another name");
            }
        }
        plan.tables = request.adoptTables;
        plan.adoptKey = request.adoptKey;
        plan.sources = {KeyRange{}};
        ISO_TRY(checkTargets(plan.targets, KeyRange{}));
        return plan;
    }
    if (request.sources.empty()) {
        return makeError(Code::InvalidArgument, "no shard was named");
    }
    for (const ShardId source : request.sources) {
        const auto place = m_parts.topology.find(source);
        if (!place.ok()) {
            return gone(source);
        }
        const ShardRecord& record = place->record();
        if (record.keyspace != request.keyspace || record.isDefault) {
            return makeError(Code::InvalidArgument,
                             "shard " + std::to_string(source.get()) +
                                 (record.isDefault ? " is the default one, which has no range"
                                                   : " is not of keyspace " + request.keyspace));
        }
        if (!plan.sources.empty() && plan.sources.back().end != record.range.begin) {
            return makeError(Code::InvalidArgument,
                             "shard " + std::to_string(source.get()) +
                                 " does not begin where the one before ends",
                             "name adjacent shards in key order");
        }
        plan.sources.push_back(record.range);
        plan.tables = place->keyspace->stored.record.tables;
    }
    ISO_TRY(checkTargets(plan.targets, {plan.sources.front().begin, plan.sources.back().end}));
    if (plan.targets == plan.sources) {
        return makeError(Code::InvalidArgument, "the shards have these ranges already");
    }
    return plan;
}

Result<engine::PreflightReport> ReshardHandler::preflight(const ReshardRequest& request)
{
    ISO_ASSIGN(const engine::ReshardPlan plan, planFor(request, newToken()));
    ISO_ASSIGN(const auto port, m_parts.engine.openReshardPort());
    return port->preflight(plan);
}

Result<std::string> ReshardHandler::run(jobs::JobContext& context)
{
    context.setPhase("check");
    ISO_ASSIGN(const ReshardRequest request, fromParams(context.params()));
    ISO_TRY(m_parts.topology.refresh());
    ISO_ASSIGN(engine::ReshardPlan plan, planFor(request, newToken()));
    ISO_ASSIGN(const auto port, m_parts.engine.openReshardPort());
    ISO_ASSIGN(const engine::PreflightReport report, port->preflight(plan));
    ISO_TRY(report.verdict());
    context.setTotalBytes(report.bytes.get());
    ReshardState state;
    state.plan = std::move(plan);
    ISO_TRY(context.checkpoint(kPlanned, encodeState(state)));
    return ReshardRun(m_parts, m_settings, context, std::move(state)).drive();
}

jobs::Recovery ReshardHandler::recovery(const jobs::JobContext& /*context*/)
{
    return jobs::Recovery::Resume; // the database knows how far it is
}

Result<std::string> ReshardHandler::resume(jobs::JobContext& context)
{
    const auto checkpoint = context.lastCheckpoint();
    if (!checkpoint) {
        return run(context);
    }
    ISO_ASSIGN(ReshardState state, decodeState(checkpoint->state));
    ReshardRun run(m_parts, m_settings, context, std::move(state));
    run.resumed();
    return run.drive();
}

Status ReshardHandler::rollBack(jobs::JobContext& context)
{
    m_parts.control.forget(context.id());
    const auto checkpoint = context.lastCheckpoint();
    if (!checkpoint) {
        return {}; // nothing was made
    }
    ISO_ASSIGN(ReshardState state, decodeState(checkpoint->state));
    return ReshardRun(m_parts, m_settings, context, std::move(state)).undo();
}

std::string ReshardHandler::tokenOf(std::string_view checkpointState)
{
    const auto state = decodeState(checkpointState);
    return state.ok() ? state->plan.token : std::string();
}

Result<std::vector<std::string>>
ReshardHandler::removeLeftovers(const std::vector<std::string>& knownTokens)
{
    ISO_ASSIGN(const auto port, m_parts.engine.openReshardPort());
    ISO_ASSIGN(const std::vector<std::string> tokens, port->leftovers());
    std::vector<std::string> lines;
    for (const std::string& token : tokens) {
        if (std::find(knownTokens.begin(), knownTokens.end(), token) != knownTokens.end()) {
            continue;
        }
        engine::ReshardPlan plan;
        plan.token = token;
        ISO_ASSIGN(const auto reshard, port->open(plan));
        ISO_ASSIGN(const engine::ReshardSide side, reshard->side());
        ISO_TRY(reshard->cleanUp());
        lines.push_back(side == engine::ReshardSide::Switched
                            ? "change " + token + " had been made: its old partitions were dropped"
                            : "change " + token + " was interrupted: it was undone");
    }
    return lines;
}

} // namespace isotherm::reshard

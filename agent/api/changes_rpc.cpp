// SPDX-License-Identifier: Apache-2.0
#include "agent/api/changes_rpc.h"

#include "shared/proto/convert_changes.h"

#include <algorithm>

namespace isotherm::api
{
namespace
{

constexpr Permission kList{"change.list", Role::Viewer};
constexpr Permission kShow{"change.show", Role::Viewer};
constexpr Permission kWhy{"change.why", Role::Viewer};
constexpr Permission kPlan{"keyspace.plan", Role::Viewer};
constexpr Permission kCheck{"change.check", Role::Viewer};
constexpr Permission kPropose{"change.propose", Role::Operator};
constexpr Permission kApprove{"change.approve", Role::Operator};
constexpr Permission kReject{"change.reject", Role::Operator};
constexpr Permission kSteer{"change.steer", Role::Operator};
constexpr Permission kCheckAdoption{"keyspace.check", Role::Viewer};
constexpr Permission kAdoptTables{"keyspace.adopt", Role::Admin};

/// A record may hold a histogram of 20 kB.
constexpr std::size_t kMostChanges = 1'000;

std::string targetOf(const v1::ProposeChangeRequest& request)
{
    std::string text = request.sources_size() == 1 ? "split of shard" : "merge of shards";
    for (const std::uint64_t source : request.sources()) {
        text += " " + std::to_string(source);
    }
    for (const std::string& cut : request.cuts()) {
        text += (&cut == &request.cuts(0) ? " at " : ", ") + cut;
    }
    return text;
}

std::string targetOf(const v1::DecideChangeRequest& request)
{
    return "change " + std::to_string(request.change()) + " plan " + request.plan_hash() +
           (request.reason().empty() ? "" : ": " + request.reason());
}

std::string targetOf(const v1::SteerChangeRequest& request)
{
    const std::string what = request.change() != 0 ? "change " + std::to_string(request.change())
                                                   : "job " + std::to_string(request.job());
    switch (proto::fromProto(request).step) {
    case ChangeStep::Pause:
        return "pause " + what;
    case ChangeStep::Resume:
        return "resume " + what;
    case ChangeStep::Finish:
        return "finish " + what;
    case ChangeStep::RollBack:
        return "roll back " + what;
    }
    return "unknown step of " + what;
}

std::string targetOf(const v1::AdoptTablesRequest& request)
{
    std::string text = "keyspace " + request.keyspace() + " of tables";
    for (const std::string& table : request.tables()) {
        text += " " + table;
    }
    return text;
}

std::string outcomeOf(const ChangeRecord& change)
{
    return "change " + std::to_string(change.id.get()) + " " +
           std::string(changeStateName(change.state)) +
           (change.job == JobId() ? "" : ", job " + std::to_string(change.job.get()));
}

} // namespace

ChangesRpc::Unary* ChangesRpc::ListChanges(Context* context, const v1::ListChangesRequest* request,
                                           v1::ListChangesResponse* answer)
{
    return m_desk.read(context, kList, [this, request, answer]() -> Status {
        ChangeFilter filter = proto::fromProto(*request);
        filter.limit = std::min(filter.limit, kMostChanges);
        ISO_ASSIGN(const std::vector<ChangeRecord> changes, m_service.changes(filter));
        *answer = proto::toProto(changes);
        return {};
    });
}

ChangesRpc::Unary* ChangesRpc::GetChange(Context* context, const v1::GetChangeRequest* request,
                                         v1::Change* answer)
{
    return m_desk.read(context, kShow, [this, request, answer]() -> Status {
        ISO_ASSIGN(const ChangeRecord change, m_service.change(ChangeId(request->id())));
        *answer = proto::toProto(change);
        return {};
    });
}

ChangesRpc::Unary* ChangesRpc::ListRefusals(Context* context,
                                            const v1::ListRefusalsRequest* request,
                                            v1::ListRefusalsResponse* answer)
{
    return m_desk.read(context, kWhy, [this, request, answer]() -> Status {
        ISO_ASSIGN(const std::vector<ChangeRefusal> refusals,
                   m_service.refusals(request->has_shard()
                                          ? std::optional(ShardId(request->shard()))
                                          : std::nullopt));
        *answer = proto::toProto(refusals);
        return {};
    });
}

ChangesRpc::Unary* ChangesRpc::PlanKeyspace(Context* context,
                                            const v1::PlanKeyspaceRequest* request,
                                            v1::KeyspacePlan* answer)
{
    return m_desk.read(context, kPlan, [this, request, answer]() -> Status {
        ISO_ASSIGN(const KeyspacePlan plan, m_service.planKeyspace(proto::fromProto(*request)));
        *answer = proto::toProto(plan);
        return {};
    });
}

ChangesRpc::Unary* ChangesRpc::CheckChange(Context* context,
                                           const v1::ProposeChangeRequest* request,
                                           v1::Change* answer)
{
    return m_desk.read(context, kCheck, [this, request, answer]() -> Status {
        ProposeRequest wanted = proto::fromProto(*request);
        wanted.checkOnly = true;
        ISO_ASSIGN(const ChangeRecord change, m_service.propose(wanted));
        *answer = proto::toProto(change);
        return {};
    });
}

ChangesRpc::Unary* ChangesRpc::ProposeChange(Context* context,
                                             const v1::ProposeChangeRequest* request,
                                             v1::Change* answer)
{
    return m_desk.change(context, kPropose, targetOf(*request),
                         [this, request, answer](const Visitor& visitor) -> Result<std::string> {
                             ProposeRequest wanted = proto::fromProto(*request);
                             wanted.caller = {visitor.name, visitor.role};
                             ISO_ASSIGN(const ChangeRecord change, m_service.propose(wanted));
                             *answer = proto::toProto(change);
                             return outcomeOf(change);
                         });
}

ChangesRpc::Unary* ChangesRpc::ApproveChange(Context* context,
                                             const v1::DecideChangeRequest* request,
                                             v1::Change* answer)
{
    return m_desk.change(context, kApprove, targetOf(*request),
                         [this, request, answer](const Visitor& visitor) -> Result<std::string> {
                             ChangeDecision decision = proto::fromProto(*request);
                             decision.caller = {visitor.name, visitor.role};
                             ISO_ASSIGN(const ChangeRecord change, m_service.approve(decision));
                             *answer = proto::toProto(change);
                             return outcomeOf(change);
                         });
}

ChangesRpc::Unary* ChangesRpc::RejectChange(Context* context,
                                            const v1::DecideChangeRequest* request,
                                            v1::Change* answer)
{
    return m_desk.change(context, kReject, targetOf(*request),
                         [this, request, answer](const Visitor& visitor) -> Result<std::string> {
                             ChangeDecision decision = proto::fromProto(*request);
                             decision.caller = {visitor.name, visitor.role};
                             ISO_ASSIGN(const ChangeRecord change, m_service.reject(decision));
                             *answer = proto::toProto(change);
                             return outcomeOf(change);
                         });
}

ChangesRpc::Unary* ChangesRpc::SteerChange(Context* context, const v1::SteerChangeRequest* request,
                                           v1::SteerChangeResponse* answer)
{
    return m_desk.change(context, kSteer, targetOf(*request),
                         [this, request, answer](const Visitor& visitor) -> Result<std::string> {
                             ChangeSteering steering = proto::fromProto(*request);
                             steering.caller = {visitor.name, visitor.role};
                             ISO_ASSIGN(std::string text, m_service.steer(steering));
                             answer->set_text(text);
                             return text;
                         });
}

ChangesRpc::Unary* ChangesRpc::CheckAdoption(Context* context,
                                             const v1::AdoptTablesRequest* request,
                                             v1::TableAdoption* answer)
{
    return m_desk.read(context, kCheckAdoption, [this, request, answer]() -> Status {
        AdoptTablesRequest wanted = proto::fromProto(*request);
        wanted.checkOnly = true;
        ISO_ASSIGN(const TableAdoption adoption, m_service.adoptTables(wanted));
        *answer = proto::toProto(adoption);
        return {};
    });
}

ChangesRpc::Unary* ChangesRpc::AdoptTables(Context* context, const v1::AdoptTablesRequest* request,
                                           v1::TableAdoption* answer)
{
    return m_desk.change(context, kAdoptTables, targetOf(*request),
                         [this, request, answer](const Visitor& visitor) -> Result<std::string> {
                             AdoptTablesRequest wanted = proto::fromProto(*request);
                             wanted.caller = {visitor.name, visitor.role};
                             ISO_ASSIGN(const TableAdoption adoption,
                                        m_service.adoptTables(wanted));
                             *answer = proto::toProto(adoption);
                             return "job " + std::to_string(adoption.job.get());
                         });
}

} // namespace isotherm::api

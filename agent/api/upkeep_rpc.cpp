// SPDX-License-Identifier: Apache-2.0
#include "agent/api/upkeep_rpc.h"

#include "shared/proto/convert_upkeep.h"

#include <algorithm>

namespace isotherm::api
{
namespace
{

constexpr Permission kAhead{"schedule.ahead", Role::Viewer};
constexpr Permission kPlanPrune{"backup.prune.plan", Role::Viewer};
constexpr Permission kDrills{"drill.list", Role::Viewer};
constexpr Permission kRunPrune{"backup.prune", Role::Operator};
constexpr Permission kRunDrill{"drill.run", Role::Operator};

std::string describe(const std::string& keyspace)
{
    return keyspace.empty() ? "all keyspaces" : "keyspace " + keyspace;
}

std::string describe(const DrillRequest& request)
{
    std::string text = describe(request.keyspace);
    for (const ShardId shard : request.shards) {
        text += " shard " + std::to_string(shard.get());
    }
    return text;
}

} // namespace

UpkeepRpc::Unary* UpkeepRpc::ListScheduleAhead(Context* context,
                                               const v1::ListScheduleAheadRequest* request,
                                               v1::ListScheduleAheadResponse* answer)
{
    return m_desk.read(context, kAhead, [this, request, answer]() -> Status {
        RotationQuery query = proto::fromProto(*request);
        query.limit = std::min(query.limit, kMostRecords);
        if (query.until) {
            ISO_TRY(checkTimes(*query.until, *query.until));
        }
        ISO_ASSIGN(const std::vector<ScheduleEntry> entries, m_service.scheduleAhead(query));
        for (const ScheduleEntry& entry : entries) {
            *answer->add_entries() = proto::toProto(entry);
        }
        return {};
    });
}

UpkeepRpc::Unary* UpkeepRpc::PlanPrune(Context* context, const v1::PruneRequest* request,
                                       v1::PrunePlan* answer)
{
    return m_desk.read(context, kPlanPrune, [this, request, answer]() -> Status {
        ISO_ASSIGN(const PrunePlan plan, m_service.planPrune(proto::fromProto(*request)));
        *answer = proto::toProto(plan);
        return {};
    });
}

UpkeepRpc::Unary* UpkeepRpc::ListDrills(Context* context, const v1::ListDrillsRequest* request,
                                        v1::ListDrillsResponse* answer)
{
    return m_desk.read(context, kDrills, [this, request, answer]() -> Status {
        const auto limit = std::min<std::size_t>(request->limit(), kMostRecords);
        ISO_ASSIGN(const std::vector<DrillReceipt> receipts, m_service.drills(limit));
        for (const DrillReceipt& receipt : receipts) {
            *answer->add_drills() = proto::toProto(receipt);
        }
        return {};
    });
}

UpkeepRpc::Unary* UpkeepRpc::RunPrune(Context* context, const v1::PruneRequest* request,
                                      v1::RunPruneResponse* answer)
{
    const PruneRequest wanted = proto::fromProto(*request);
    return m_desk.change(context, kRunPrune, describe(wanted.keyspace),
                         [this, wanted, answer](const Visitor& visitor) -> Result<std::string> {
                             ISO_ASSIGN(const JobId job, m_service.runPrune(wanted, visitor.name));
                             answer->set_job(job.get());
                             return "job " + std::to_string(job.get());
                         });
}

UpkeepRpc::Unary* UpkeepRpc::RunDrill(Context* context, const v1::RunDrillRequest* request,
                                      v1::RunDrillResponse* answer)
{
    const DrillRequest wanted = proto::fromProto(*request);
    return m_desk.change(context, kRunDrill, describe(wanted),
                         [this, wanted, answer](const Visitor& visitor) -> Result<std::string> {
                             ISO_ASSIGN(const auto jobs, m_service.runDrill(wanted, visitor.name));
                             std::string text;
                             for (const JobId job : jobs) {
                                 answer->add_jobs(job.get());
                                 text += (text.empty() ? "job " : ", ") + std::to_string(job.get());
                             }
                             return text;
                         });
}

} // namespace isotherm::api

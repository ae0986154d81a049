// SPDX-License-Identifier: Apache-2.0
#include "shared/client/upkeep_client.h"

#include "shared/client/unary_call.h"
#include "shared/proto/convert_upkeep.h"

namespace isotherm::client
{

namespace v1 = isotherm::v1;

UpkeepClient::UpkeepClient(std::shared_ptr<const Connection> connection)
    : m_connection(std::move(connection)), m_stub(v1::Upkeep::NewStub(m_connection->channel))
{
}

Result<std::vector<ScheduleEntry>> UpkeepClient::scheduleAhead(const RotationQuery& query)
{
    ISO_ASSIGN(const auto answer, unaryCall<v1::ListScheduleAheadResponse>(
                                      *m_connection, *m_stub, &v1::Upkeep::Stub::ListScheduleAhead,
                                      proto::toProto(query)));
    std::vector<ScheduleEntry> entries;
    for (const v1::ScheduleEntry& entry : answer.entries()) {
        entries.push_back(proto::fromProto(entry));
    }
    return entries;
}

Result<PrunePlan> UpkeepClient::planPrune(const PruneRequest& request)
{
    ISO_ASSIGN(const auto answer,
               unaryCall<v1::PrunePlan>(*m_connection, *m_stub, &v1::Upkeep::Stub::PlanPrune,
                                        proto::toProto(request)));
    return proto::fromProto(answer);
}

Result<std::vector<DrillReceipt>> UpkeepClient::drills(std::size_t limit)
{
    v1::ListDrillsRequest request;
    request.set_limit(limit);
    ISO_ASSIGN(const auto answer,
               unaryCall<v1::ListDrillsResponse>(*m_connection, *m_stub,
                                                 &v1::Upkeep::Stub::ListDrills, request));
    std::vector<DrillReceipt> receipts;
    for (const v1::DrillReceipt& receipt : answer.drills()) {
        receipts.push_back(proto::fromProto(receipt));
    }
    return receipts;
}

Result<JobId> UpkeepClient::runPrune(const PruneRequest& request, const std::string& /*caller*/)
{
    ISO_ASSIGN(const auto answer,
               unaryCall<v1::RunPruneResponse>(*m_connection, *m_stub, &v1::Upkeep::Stub::RunPrune,
                                               proto::toProto(request)));
    return JobId(answer.job());
}

Result<std::vector<JobId>> UpkeepClient::runDrill(const DrillRequest& request,
                                                  const std::string& /*caller*/)
{
    ISO_ASSIGN(const auto answer,
               unaryCall<v1::RunDrillResponse>(*m_connection, *m_stub, &v1::Upkeep::Stub::RunDrill,
                                               proto::toProto(request)));
    std::vector<JobId> jobs;
    for (const std::uint64_t job : answer.jobs()) {
        jobs.emplace_back(job);
    }
    return jobs;
}

} // namespace isotherm::client

// SPDX-License-Identifier: Apache-2.0
#include "shared/client/recovery_client.h"

#include "shared/client/unary_call.h"
#include "shared/proto/convert_recovery.h"

namespace isotherm::client
{

namespace v1 = isotherm::v1;

RecoveryClient::RecoveryClient(std::shared_ptr<const Connection> connection)
    : m_connection(std::move(connection)), m_stub(v1::Recovery::NewStub(m_connection->channel))
{
}

template <class Answer, class Method, class Request>
Result<Answer> RecoveryClient::call(Method method, const Request& request)
{
    return unaryCall<Answer>(*m_connection, *m_stub, method, request);
}

Result<CutList> RecoveryClient::cutTransactions(const std::string& planId)
{
    v1::ListCutTransactionsRequest request;
    request.set_plan_id(planId);
    ISO_ASSIGN(const auto answer,
               call<v1::CutList>(&v1::Recovery::Stub::ListCutTransactions, request));
    return proto::fromProto(answer);
}

Result<JobId> RecoveryClient::startDiff(const DiffRequest& request)
{
    ISO_ASSIGN(const auto answer,
               call<v1::RecoveryJob>(&v1::Recovery::Stub::StartDiff, proto::toProto(request)));
    return JobId(answer.job());
}

Result<RowDiff> RecoveryClient::diff(JobId job)
{
    v1::GetDiffRequest request;
    request.set_job(job.get());
    ISO_ASSIGN(const auto answer, call<v1::RowDiff>(&v1::Recovery::Stub::GetDiff, request));
    return proto::fromProto(answer);
}

Result<std::vector<RowDiff>> RecoveryClient::diffs(std::size_t limit)
{
    v1::ListDiffsRequest request;
    request.set_limit(limit);
    ISO_ASSIGN(const auto answer,
               call<v1::ListDiffsResponse>(&v1::Recovery::Stub::ListDiffs, request));
    std::vector<RowDiff> diffs;
    for (const v1::RowDiff& diff : answer.diffs()) {
        diffs.push_back(proto::fromProto(diff));
    }
    return diffs;
}

Result<DiffPage> RecoveryClient::diffRows(const DiffQuery& query)
{
    ISO_ASSIGN(const auto answer,
               call<v1::DiffPage>(&v1::Recovery::Stub::ListDiffRows, proto::toProto(query)));
    return proto::fromProto(answer);
}

Result<RecoveryPlan> RecoveryClient::planRecovery(const RecoveryRequest& request)
{
    ISO_ASSIGN(const auto answer,
               call<v1::RecoveryPlan>(&v1::Recovery::Stub::PlanRecovery, proto::toProto(request)));
    return proto::fromProto(answer);
}

Result<RecoveryPlan> RecoveryClient::recoveryPlan(const std::string& id)
{
    v1::GetRecoveryPlanRequest request;
    request.set_id(id);
    ISO_ASSIGN(const auto answer,
               call<v1::RecoveryPlan>(&v1::Recovery::Stub::GetRecoveryPlan, request));
    return proto::fromProto(answer);
}

Result<JobId> RecoveryClient::runRecovery(const RecoveryRun& run)
{
    v1::RunRecoveryRequest request;
    request.set_plan_id(run.planId);
    ISO_ASSIGN(const auto answer, call<v1::RecoveryJob>(&v1::Recovery::Stub::RunRecovery, request));
    return JobId(answer.job());
}

Result<RecoveryReceipt> RecoveryClient::recoveryReceipt(JobId job)
{
    v1::GetRecoveryReceiptRequest request;
    request.set_job(job.get());
    ISO_ASSIGN(const auto answer,
               call<v1::RecoveryReceipt>(&v1::Recovery::Stub::GetRecoveryReceipt, request));
    return proto::fromProto(answer);
}

Result<std::vector<RecoveryReceipt>> RecoveryClient::recoveries(std::size_t limit)
{
    v1::ListRecoveriesRequest request;
    request.set_limit(limit);
    ISO_ASSIGN(const auto answer,
               call<v1::ListRecoveriesResponse>(&v1::Recovery::Stub::ListRecoveries, request));
    std::vector<RecoveryReceipt> receipts;
    for (const v1::RecoveryReceipt& receipt : answer.receipts()) {
        receipts.push_back(proto::fromProto(receipt));
    }
    return receipts;
}

} // namespace isotherm::client

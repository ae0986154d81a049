// SPDX-License-Identifier: Apache-2.0
#include "agent/api/recovery_rpc.h"

#include "shared/proto/convert_recovery.h"

#include <algorithm>

namespace isotherm::api
{
namespace
{

constexpr Permission kRead{"recovery.read", Role::Viewer};
constexpr Permission kRows{"recovery.rows", Role::Operator}; // counts are for all, rows are not
constexpr Permission kDiff{"recovery.diff", Role::Operator};
constexpr Permission kPlan{"recovery.plan", Role::Operator};
constexpr Permission kRun{"recovery.run", Role::Operator};
constexpr std::size_t kMostRows = 1'000;

std::string jobText(JobId job)
{
    return "job " + std::to_string(job.get());
}

} // namespace

RecoveryRpc::Unary* RecoveryRpc::ListCutTransactions(Context* context,
                                                     const v1::ListCutTransactionsRequest* request,
                                                     v1::CutList* answer)
{
    return m_desk.read(context, kRead, [this, request, answer]() -> Status {
        ISO_ASSIGN(const CutList cuts, m_service.cutTransactions(request->plan_id()));
        *answer = proto::toProto(cuts);
        return {};
    });
}

RecoveryRpc::Unary* RecoveryRpc::GetDiff(Context* context, const v1::GetDiffRequest* request,
                                         v1::RowDiff* answer)
{
    return m_desk.read(context, kRead, [this, request, answer]() -> Status {
        ISO_ASSIGN(const RowDiff diff, m_service.diff(JobId(request->job())));
        *answer = proto::toProto(diff);
        return {};
    });
}

RecoveryRpc::Unary* RecoveryRpc::ListDiffs(Context* context, const v1::ListDiffsRequest* request,
                                           v1::ListDiffsResponse* answer)
{
    return m_desk.read(context, kRead, [this, request, answer]() -> Status {
        const auto limit = std::min<std::size_t>(request->limit(), kMostRecords);
        ISO_ASSIGN(const std::vector<RowDiff> diffs, m_service.diffs(limit));
        for (const RowDiff& diff : diffs) {
            *answer->add_diffs() = proto::toProto(diff);
        }
        return {};
    });
}

RecoveryRpc::Unary* RecoveryRpc::ListDiffRows(Context* context,
                                              const v1::ListDiffRowsRequest* request,
                                              v1::DiffPage* answer)
{
    return m_desk.read(context, kRows, [this, request, answer]() -> Status {
        DiffQuery query = proto::fromProto(*request);
        query.limit = std::min(query.limit, kMostRows);
        ISO_ASSIGN(const DiffPage page, m_service.diffRows(query));
        *answer = proto::toProto(page);
        return {};
    });
}

RecoveryRpc::Unary* RecoveryRpc::GetRecoveryPlan(Context* context,
                                                 const v1::GetRecoveryPlanRequest* request,
                                                 v1::RecoveryPlan* answer)
{
    return m_desk.read(context, kRead, [this, request, answer]() -> Status {
        ISO_ASSIGN(const RecoveryPlan plan, m_service.recoveryPlan(request->id()));
        *answer = proto::toProto(plan);
        return {};
    });
}

RecoveryRpc::Unary* RecoveryRpc::GetRecoveryReceipt(Context* context,
                                                    const v1::GetRecoveryReceiptRequest* request,
                                                    v1::RecoveryReceipt* answer)
{
    return m_desk.read(context, kRead, [this, request, answer]() -> Status {
        ISO_ASSIGN(const RecoveryReceipt receipt, m_service.recoveryReceipt(JobId(request->job())));
        *answer = proto::toProto(receipt);
        return {};
    });
}

RecoveryRpc::Unary* RecoveryRpc::ListRecoveries(Context* context,
                                                const v1::ListRecoveriesRequest* request,
                                                v1::ListRecoveriesResponse* answer)
{
    return m_desk.read(context, kRead, [this, request, answer]() -> Status {
        const auto limit = std::min<std::size_t>(request->limit(), kMostRecords);
        ISO_ASSIGN(const std::vector<RecoveryReceipt> receipts, m_service.recoveries(limit));
        for (const RecoveryReceipt& receipt : receipts) {
            *answer->add_receipts() = proto::toProto(receipt);
        }
        return {};
    });
}

RecoveryRpc::Unary* RecoveryRpc::StartDiff(Context* context, const v1::StartDiffRequest* request,
                                           v1::RecoveryJob* answer)
{
    const DiffRequest wanted = proto::fromProto(*request);
    const std::string target = wanted.sideRestore
                                   ? "side restore of " + jobText(*wanted.sideRestore)
                                   : "plan " + wanted.planId;
    return m_desk.change(context, kDiff, target,
                         [this, wanted, answer](const Visitor& visitor) -> Result<std::string> {
                             DiffRequest asked = wanted;
                             asked.caller = visitor.name;
                             ISO_ASSIGN(const JobId job, m_service.startDiff(asked));
                             answer->set_job(job.get());
                             return jobText(job);
                         });
}

RecoveryRpc::Unary* RecoveryRpc::PlanRecovery(Context* context, const v1::RecoveryRequest* request,
                                              v1::RecoveryPlan* answer)
{
    const RecoveryRequest wanted = proto::fromProto(*request);
    const std::string target =
        std::string(recoveryModeName(wanted.mode)) +
        (wanted.job ? " of " + jobText(*wanted.job) : " of plan " + wanted.planId);
    return m_desk.change(context, kPlan, target,
                         [this, wanted, answer](const Visitor&) -> Result<std::string> {
                             ISO_ASSIGN(const RecoveryPlan plan, m_service.planRecovery(wanted));
                             *answer = proto::toProto(plan);
                             return "plan " + plan.id;
                         });
}

RecoveryRpc::Unary* RecoveryRpc::RunRecovery(Context* context,
                                             const v1::RunRecoveryRequest* request,
                                             v1::RecoveryJob* answer)
{
    const std::string id = request->plan_id();
    return m_desk.change(
        context, kRun, "plan " + id,
        [this, id, answer](const Visitor& visitor) -> Result<std::string> {
            // Which role it takes is the plan's to say.
            ISO_ASSIGN(const RecoveryPlan plan, m_service.recoveryPlan(id));
            if (plan.request.mode == RecoveryMode::Replace && visitor.role < Role::Admin) {
                return makeError(Code::PermissionDenied,
                                 "replacing live tables takes role admin, " + visitor.name +
                                     " has role " + std::string(roleName(visitor.role)),
                                 "copy rows back instead, or ask an admin to run plan " + id);
            }
            ISO_ASSIGN(const JobId job, m_service.runRecovery({id, visitor.name}));
            answer->set_job(job.get());
            return jobText(job);
        });
}

} // namespace isotherm::api

// SPDX-License-Identifier: Apache-2.0
#include "agent/api/rpc_desk.h"

#include "agent/api/rpc_context.h"

namespace isotherm::api
{

Status checkTimes(WallTime from, WallTime to)
{
    constexpr WallTime kFirst{};
    constexpr WallTime kLast = fromUnixMicros(253'402'300'800'000'000); // the year 10000
    if (from < kFirst || to < kFirst || from > kLast || to > kLast) {
        return makeError(Code::InvalidArgument, "the time range is beyond the years 1970 to 9999",
                         "correct its begin and end");
    }
    return {};
}

RpcDesk::Unary* RpcDesk::enqueue(Context* context, std::function<Status()> work)
{
    Unary* reactor = context->DefaultReactor();
    const bool queued = m_parts.workers.submit([context, reactor, work = std::move(work)] {
        if (context->IsCancelled()) { // nobody waits for it any more
            reactor->Finish(grpc::Status::CANCELLED);
            return;
        }
        const Status status = work();
        reactor->Finish(status.ok() ? grpc::Status::OK : toGrpcStatus(*context, status.error()));
    });
    if (!queued) {
        reactor->Finish(toGrpcStatus(*context, makeError(Code::ResourceExhausted,
                                                         "the agent has too many calls waiting",
                                                         "try again in a moment")));
    }
    return reactor;
}

RpcDesk::Unary* RpcDesk::read(Context* context, const Permission& permission,
                              std::function<Status()> ask)
{
    return enqueue(context, [this, context, permission, ask = std::move(ask)]() -> Status {
        ISO_TRY(m_parts.gatekeeper.admit(evidenceOf(*context), permission));
        return ask();
    });
}

RpcDesk::Unary* RpcDesk::change(Context* context, const Permission& permission, std::string target,
                                std::function<Result<std::string>(const Visitor&)> apply)
{
    return enqueue(context,
                   [this, context, permission, target = std::move(target),
                    apply = std::move(apply)]() -> Status {
                       ISO_ASSIGN(const Visitor visitor,
                                  m_parts.gatekeeper.admit(evidenceOf(*context), permission));
                       ISO_TRY(m_parts.gatekeeper.record(visitor, permission, target, "started"));
                       const Result<std::string> outcome = apply(visitor);
                       // The change is made: that its second entry failed is in the log, not the
                       // caller's error.
                       (void)m_parts.gatekeeper.record(
                           visitor, permission, target,
                           outcome.ok() ? "ok" + (outcome->empty() ? "" : ": " + outcome.value())
                                        : "failed: " + outcome.error().message);
                       if (!outcome.ok()) {
                           return outcome.error();
                       }
                       m_parts.hub.nudge();
                       return {};
                   });
}

} // namespace isotherm::api

// SPDX-License-Identifier: Apache-2.0
#include "agent/drill/drill_handler.h"

#include "agent/drill/scratch_restore.h"

#include <nlohmann/json.hpp>

namespace isotherm::drill
{

std::string drillParams(ShardId shard, VerifyLevel level)
{
    return nlohmann::json({{"shard", shard.get()}, {"level", static_cast<int>(level)}}).dump();
}

Result<std::string> DrillHandler::run(jobs::JobContext& context)
{
    const nlohmann::json params = nlohmann::json::parse(context.params(), nullptr, false);
    if (!params.is_object() || !params.contains("shard")) {
        return makeError(Code::Internal, "the job's parameters cannot be read");
    }
    const ShardId shard(params.value("shard", std::uint64_t{0}));
    const auto level =
        static_cast<VerifyLevel>(params.value("level", static_cast<int>(VerifyLevel::Compared)));
    ISO_ASSIGN(const DrillReceipt receipt, m_driller.drill(context, shard, level));
    return receipt.outcome;
}

jobs::Recovery DrillHandler::recovery(const jobs::JobContext& /*context*/)
{
    return jobs::Recovery::Resume;
}

Result<std::string> DrillHandler::resume(jobs::JobContext& context)
{
    return run(context);
}

Status DrillHandler::rollBack(jobs::JobContext& context)
{
    return dropScratch(m_engine, drillMark(context.id()));
}

} // namespace isotherm::drill

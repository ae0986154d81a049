// SPDX-License-Identifier: Apache-2.0
#include "agent/recovery/recovery_jobs.h"

#include <nlohmann/json.hpp>

namespace isotherm::recovery
{
namespace
{

std::string textIn(const std::string& params, const char* name)
{
    const nlohmann::json value = nlohmann::json::parse(params, nullptr, false);
    return value.is_object() ? value.value(name, "") : "";
}

Error unknownMode()
{
    return makeError(Code::Unimplemented, "this restore is of a mode that this version lacks",
                     "start the version of the agent that took it up, or cancel it");
}

} // namespace

std::string recoveryParams(std::string_view mode, const std::string& planId)
{
    return nlohmann::json({{"mode", mode}, {"plan", planId}}).dump();
}

std::string planOf(const jobs::JobContext& context)
{
    return textIn(context.params(), "plan");
}

jobs::JobHandler* RecoveryJobs::handlerOf(const jobs::JobContext& context) const
{
    const std::string mode = textIn(context.params(), "mode");
    if (mode.empty()) {
        return &m_side;
    }
    const auto found = m_handlers.find(mode);
    return found == m_handlers.end() ? nullptr : found->second;
}

Result<std::string> RecoveryJobs::run(jobs::JobContext& context)
{
    jobs::JobHandler* const handler = handlerOf(context);
    return handler == nullptr ? Result<std::string>(unknownMode()) : handler->run(context);
}

jobs::Recovery RecoveryJobs::recovery(const jobs::JobContext& context)
{
    jobs::JobHandler* const handler = handlerOf(context);
    return handler == nullptr ? jobs::Recovery::RollBack : handler->recovery(context);
}

Result<std::string> RecoveryJobs::resume(jobs::JobContext& context)
{
    jobs::JobHandler* const handler = handlerOf(context);
    return handler == nullptr ? Result<std::string>(unknownMode()) : handler->resume(context);
}

Status RecoveryJobs::rollBack(jobs::JobContext& context)
{
    jobs::JobHandler* const handler = handlerOf(context);
    return handler == nullptr ? Status(unknownMode()) : handler->rollBack(context);
}

} // namespace isotherm::recovery

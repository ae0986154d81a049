// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/jobs/job_handler.h"

#include <map>
#include <string>
#include <string_view>

namespace isotherm::recovery
{

/// Restore jobs come in several modes; each has a handler of its own, found by "mode" in the job's
/// parameters. Thread-safe after the handlers were added; they outlive this.
class RecoveryJobs final : public jobs::JobHandler
{
public:
    /// `side` takes the jobs without a mode: restores into side tables.
    explicit RecoveryJobs(jobs::JobHandler& side) : m_side(side) {}

    void add(const std::string& mode, jobs::JobHandler& handler) { m_handlers[mode] = &handler; }

    [[nodiscard]] Result<std::string> run(jobs::JobContext& context) override;
    [[nodiscard]] jobs::Recovery recovery(const jobs::JobContext& context) override;
    [[nodiscard]] Result<std::string> resume(jobs::JobContext& context) override;
    [[nodiscard]] Status rollBack(jobs::JobContext& context) override;

private:
    /// Null for a mode of another version of the program.
    [[nodiscard]] jobs::JobHandler* handlerOf(const jobs::JobContext& context) const;

    jobs::JobHandler& m_side;
    std::map<std::string, jobs::JobHandler*> m_handlers;
};

/// The parameters of a recovery job, as its JSON text.
[[nodiscard]] std::string recoveryParams(std::string_view mode, const std::string& planId);
/// "plan" of the parameters; empty when it is not there.
[[nodiscard]] std::string planOf(const jobs::JobContext& context);

} // namespace isotherm::recovery

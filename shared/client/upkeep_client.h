// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "shared/client/connection.h"
#include "shared/model/upkeep_service.h"

#include <isotherm/v1/upkeep.grpc.pb.h>
#include <memory>

namespace isotherm::client
{

/// The agent's upkeep across the network. Thread-safe.
class UpkeepClient final : public UpkeepService
{
public:
    explicit UpkeepClient(std::shared_ptr<const Connection> connection);

    [[nodiscard]] Result<std::vector<ScheduleEntry>>
    scheduleAhead(const RotationQuery& query) override;
    [[nodiscard]] Result<PrunePlan> planPrune(const PruneRequest& request) override;
    [[nodiscard]] Result<std::vector<DrillReceipt>> drills(std::size_t limit) override;
    /// The agent takes the caller's name from the certificate.
    [[nodiscard]] Result<JobId> runPrune(const PruneRequest& request,
                                         const std::string& caller) override;
    [[nodiscard]] Result<std::vector<JobId>> runDrill(const DrillRequest& request,
                                                      const std::string& caller) override;

private:
    const std::shared_ptr<const Connection> m_connection;
    const std::unique_ptr<isotherm::v1::Upkeep::Stub> m_stub;
};

} // namespace isotherm::client

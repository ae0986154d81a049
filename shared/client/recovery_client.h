// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "shared/client/connection.h"
#include "shared/model/recovery_service.h"

#include <isotherm/v1/recovery.grpc.pb.h>
#include <memory>

namespace isotherm::client
{

/// The agent's recoveries across the network. Thread-safe.
class RecoveryClient final : public RecoveryService
{
public:
    explicit RecoveryClient(std::shared_ptr<const Connection> connection);

    [[nodiscard]] Result<CutList> cutTransactions(const std::string& planId) override;
    [[nodiscard]] Result<JobId> startDiff(const DiffRequest& request) override;
    [[nodiscard]] Result<RowDiff> diff(JobId job) override;
    [[nodiscard]] Result<std::vector<RowDiff>> diffs(std::size_t limit) override;
    [[nodiscard]] Result<DiffPage> diffRows(const DiffQuery& query) override;
    [[nodiscard]] Result<RecoveryPlan> planRecovery(const RecoveryRequest& request) override;
    [[nodiscard]] Result<RecoveryPlan> recoveryPlan(const std::string& id) override;
    [[nodiscard]] Result<JobId> runRecovery(const RecoveryRun& run) override;
    [[nodiscard]] Result<RecoveryReceipt> recoveryReceipt(JobId job) override;
    [[nodiscard]] Result<std::vector<RecoveryReceipt>> recoveries(std::size_t limit) override;

private:
    template <class Answer, class Method, class Request>
    [[nodiscard]] Result<Answer> call(Method method, const Request& request);

    const std::shared_ptr<const Connection> m_connection;
    const std::unique_ptr<isotherm::v1::Recovery::Stub> m_stub;
};

} // namespace isotherm::client

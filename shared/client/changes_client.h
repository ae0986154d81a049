// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "shared/client/connection.h"
#include "shared/model/changes_service.h"

#include <isotherm/v1/changes.grpc.pb.h>
#include <memory>

namespace isotherm::client
{

/// Splits and merges across the network; who calls is in the certificate. Thread-safe.
class ChangesClient final : public ChangesService
{
public:
    explicit ChangesClient(std::shared_ptr<const Connection> connection);

    [[nodiscard]] Result<std::vector<ChangeRecord>> changes(const ChangeFilter& filter) override;
    [[nodiscard]] Result<ChangeRecord> change(ChangeId id) override;
    [[nodiscard]] Result<std::vector<ChangeRefusal>>
    refusals(std::optional<ShardId> shard) override;
    [[nodiscard]] Result<KeyspacePlan> planKeyspace(const KeyspacePlanRequest& request) override;
    [[nodiscard]] Result<ChangeRecord> propose(const ProposeRequest& request) override;
    [[nodiscard]] Result<ChangeRecord> approve(const ChangeDecision& decision) override;
    [[nodiscard]] Result<ChangeRecord> reject(const ChangeDecision& decision) override;
    [[nodiscard]] Result<std::string> steer(const ChangeSteering& steering) override;
    [[nodiscard]] Result<TableAdoption> adoptTables(const AdoptTablesRequest& request) override;

private:
    template <class Method, class Request>
    [[nodiscard]] Result<ChangeRecord> one(Method method, const Request& request);

    const std::shared_ptr<const Connection> m_connection;
    const std::unique_ptr<isotherm::v1::Changes::Stub> m_stub;
};

} // namespace isotherm::client

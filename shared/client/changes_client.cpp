// SPDX-License-Identifier: Apache-2.0
#include "shared/client/changes_client.h"

#include "shared/client/unary_call.h"
#include "shared/proto/convert_changes.h"

namespace isotherm::client
{

namespace v1 = isotherm::v1;
using Stub = v1::Changes::Stub;

ChangesClient::ChangesClient(std::shared_ptr<const Connection> connection)
    : m_connection(std::move(connection)), m_stub(v1::Changes::NewStub(m_connection->channel))
{
}

template <class Method, class Request>
Result<ChangeRecord> ChangesClient::one(Method method, const Request& request)
{
    ISO_ASSIGN(const auto answer, unaryCall<v1::Change>(*m_connection, *m_stub, method, request));
    return proto::fromProto(answer);
}

Result<std::vector<ChangeRecord>> ChangesClient::changes(const ChangeFilter& filter)
{
    ISO_ASSIGN(const auto answer,
               unaryCall<v1::ListChangesResponse>(*m_connection, *m_stub, &Stub::ListChanges,
                                                  proto::toProto(filter)));
    return proto::fromProto(answer);
}

Result<ChangeRecord> ChangesClient::change(ChangeId id)
{
    v1::GetChangeRequest request;
    request.set_id(id.get());
    return one(&Stub::GetChange, request);
}

Result<std::vector<ChangeRefusal>> ChangesClient::refusals(std::optional<ShardId> shard)
{
    v1::ListRefusalsRequest request;
    if (shard) {
        request.set_shard(shard->get());
    }
    ISO_ASSIGN(const auto answer, unaryCall<v1::ListRefusalsResponse>(
                                      *m_connection, *m_stub, &Stub::ListRefusals, request));
    return proto::fromProto(answer);
}

Result<KeyspacePlan> ChangesClient::planKeyspace(const KeyspacePlanRequest& request)
{
    ISO_ASSIGN(const auto answer,
               unaryCall<v1::KeyspacePlan>(*m_connection, *m_stub, &Stub::PlanKeyspace,
                                           proto::toProto(request)));
    return proto::fromProto(answer);
}

Result<ChangeRecord> ChangesClient::propose(const ProposeRequest& request)
{
    return one(request.checkOnly ? &Stub::CheckChange : &Stub::ProposeChange,
               proto::toProto(request));
}

Result<ChangeRecord> ChangesClient::approve(const ChangeDecision& decision)
{
    return one(&Stub::ApproveChange, proto::toProto(decision));
}

Result<ChangeRecord> ChangesClient::reject(const ChangeDecision& decision)
{
    return one(&Stub::RejectChange, proto::toProto(decision));
}

Result<std::string> ChangesClient::steer(const ChangeSteering& steering)
{
    ISO_ASSIGN(const auto answer,
               unaryCall<v1::SteerChangeResponse>(*m_connection, *m_stub, &Stub::SteerChange,
                                                  proto::toProto(steering)));
    return answer.text();
}

Result<TableAdoption> ChangesClient::adoptTables(const AdoptTablesRequest& request)
{
    ISO_ASSIGN(const auto answer, unaryCall<v1::TableAdoption>(
                                      *m_connection, *m_stub,
                                      request.checkOnly ? &Stub::CheckAdoption : &Stub::AdoptTables,
                                      proto::toProto(request)));
    return proto::fromProto(answer);
}

} // namespace isotherm::client

// SPDX-License-Identifier: Apache-2.0
#include "agent/api/rpc_context.h"

#include "shared/proto/convert.h"

namespace isotherm::api
{
namespace
{

/// Metadata is bounded at 8 KiB by the other side: an error that long would be lost with the call.
constexpr std::size_t kLongestText = 1'500;

std::string cut(const std::string& text)
{
    return text.size() <= kLongestText ? text : text.substr(0, kLongestText) + " …";
}

} // namespace

PeerEvidence evidenceOf(const grpc::ServerContextBase& context)
{
    PeerEvidence evidence;
    evidence.address = context.peer();
    if (const auto authentication = context.auth_context()) {
        const auto certificates = authentication->FindPropertyValues("x509_pem_cert");
        if (certificates.size() == 1) {
            evidence.certificatePem =
                std::string(certificates.front().data(), certificates.front().size());
        }
    }
    return evidence;
}

grpc::Status toGrpcStatus(grpc::ServerContextBase& context, const Error& error)
{
    const proto::v1::ErrorDetail detail =
        proto::toProto(Error{error.code, cut(error.message), cut(error.hint)});
    context.AddTrailingMetadata("isotherm-error-bin", detail.SerializeAsString());
    return {static_cast<grpc::StatusCode>(proto::toWireCode(error.code)), detail.message()};
}

} // namespace isotherm::api

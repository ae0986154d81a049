// SPDX-License-Identifier: Apache-2.0
#include "shared/client/grpc_errors.h"

#include "shared/base/time_text.h"
#include "shared/proto/convert.h"

#include <array>
#include <grpcpp/client_context.h>
#include <grpcpp/support/status.h>
#include <optional>
#include <string_view>

namespace isotherm::client
{
namespace
{

/// Part of gRPC's own words → what it means here. The first that matches counts.
struct TransportCause
{
    std::string_view words;
    std::string_view meaning;
    std::string_view hint;
};

constexpr std::array kCauses = {
    TransportCause{"Connection refused", "nothing listens there",
                   "start isotherm-agent on that host, or correct the address in the profile"},
    TransportCause{"certificate verify failed",
                   "its certificate is not of this profile's authority",
                   "the agent may have been set up anew: ask for a new profile (isotherm-agent "
                   "enroll)"},
    TransportCause{"CERTIFICATE_VERIFY_FAILED",
                   "its certificate is not of this profile's authority",
                   "the agent may have been set up anew: ask for a new profile (isotherm-agent "
                   "enroll)"},
    TransportCause{"is not in peer certificate", "its certificate does not name this address",
                   "add the name to [agent] names, restart the agent, or use a name that it has"},
    TransportCause{"Hostname Verification", "its certificate does not name this address",
                   "add the name to [agent] names, restart the agent, or use a name that it has"},
    TransportCause{"DNS resolution failed", "the host name cannot be resolved",
                   "check the address in the profile and the name service"},
    TransportCause{"Domain name not found", "the host name cannot be resolved",
                   "check the address in the profile and the name service"},
    TransportCause{
        "handshake", "the TLS handshake failed",
        "check that an isotherm-agent listens there, and the certificates of both sides"},
    TransportCause{"No route to host", "there is no route to the host",
                   "check the network and the firewall"},
    TransportCause{"imeout", "the connection timed out", "check the network and the firewall"},
    TransportCause{"Socket closed", "the connection was cut",
                   "the agent may be restarting; its log says why"},
    TransportCause{"Connection reset", "the connection was cut",
                   "the agent may be restarting; its log says why"},
};

std::optional<Error> detailOf(const grpc::ClientContext& context)
{
    const auto& metadata = context.GetServerTrailingMetadata();
    const auto found = metadata.find("isotherm-error-bin");
    proto::v1::ErrorDetail detail;
    if (found == metadata.end() ||
        !detail.ParseFromArray(found->second.data(), static_cast<int>(found->second.size()))) {
        return std::nullopt;
    }
    return proto::fromProto(detail);
}

Error unavailable(const std::string& message, const std::string& address)
{
    for (const TransportCause& cause : kCauses) {
        if (message.find(cause.words) != std::string::npos) {
            return makeError(Code::Unavailable,
                             "cannot reach the agent at " + address + ": " +
                                 std::string(cause.meaning),
                             std::string(cause.hint));
        }
    }
    return makeError(Code::Unavailable, "cannot reach the agent at " + address + ": " + message,
                     "check that isotherm-agent runs there, the address in the profile, and the "
                     "firewall");
}

} // namespace

Error fromGrpcStatus(const grpc::Status& status, const grpc::ClientContext& context,
                     const CallTarget& target)
{
    // GetServerTrailingMetadata is only there to read after the call has finished: it has.
    if (const std::optional<Error> detail = detailOf(context)) {
        return *detail;
    }
    const Code code = proto::fromWireCode(static_cast<int>(status.error_code()));
    switch (code) {
    case Code::Unavailable:
        return unavailable(status.error_message(), target.address);
    case Code::DeadlineExceeded:
        return makeError(code,
                         "the agent at " + target.address + " did not answer within " +
                             formatDuration(target.deadline),
                         "it may be busy or cut off; look at its log, then try again");
    case Code::Unimplemented:
        return makeError(code, "the agent at " + target.address + " does not know this request",
                         "update the agent to the version of this program");
    default:
        return makeError(code, status.error_message().empty() ? std::string(codeName(code))
                                                              : status.error_message());
    }
}

} // namespace isotherm::client

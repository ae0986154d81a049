// SPDX-License-Identifier: Apache-2.0
#include "shared/proto/convert_audit.h"

namespace isotherm::proto
{

v1::AuditEntry toProto(const AuditEntry& entry)
{
    v1::AuditEntry message;
    message.set_sequence(entry.sequence);
    message.set_time_micros(toUnixMicros(entry.time));
    message.set_who(validUtf8(entry.who));
    message.set_role(validUtf8(entry.role));
    message.set_action(validUtf8(entry.action));
    message.set_target(validUtf8(entry.target));
    message.set_outcome(validUtf8(entry.outcome));
    message.set_peer(validUtf8(entry.peer));
    message.set_hash(validUtf8(entry.hash));
    return message;
}

AuditEntry fromProto(const v1::AuditEntry& message)
{
    return {.sequence = message.sequence(),
            .time = fromUnixMicros(message.time_micros()),
            .who = message.who(),
            .role = message.role(),
            .action = message.action(),
            .target = message.target(),
            .outcome = message.outcome(),
            .peer = message.peer(),
            .hash = message.hash()};
}

v1::ListAuditRequest toProto(const AuditFilter& filter)
{
    v1::ListAuditRequest message;
    message.set_after_sequence(filter.afterSequence);
    message.set_limit(filter.limit);
    return message;
}

AuditFilter fromProto(const v1::ListAuditRequest& message)
{
    return {.afterSequence = message.after_sequence(), .limit = message.limit()};
}

v1::ListAuditResponse toProto(const std::vector<AuditEntry>& entries)
{
    v1::ListAuditResponse message;
    for (const AuditEntry& entry : entries) {
        *message.add_entries() = toProto(entry);
    }
    return message;
}

std::vector<AuditEntry> fromProto(const v1::ListAuditResponse& message)
{
    std::vector<AuditEntry> entries;
    entries.reserve(static_cast<std::size_t>(message.entries_size()));
    for (const v1::AuditEntry& entry : message.entries()) {
        entries.push_back(fromProto(entry));
    }
    return entries;
}

v1::AuditVerification toProto(const AuditVerification& verification)
{
    v1::AuditVerification message;
    message.set_intact(verification.intact);
    message.set_entries(verification.entries);
    message.set_first_bad(verification.firstBad);
    return message;
}

AuditVerification fromProto(const v1::AuditVerification& message)
{
    return {
        .intact = message.intact(), .entries = message.entries(), .firstBad = message.first_bad()};
}

} // namespace isotherm::proto

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace isotherm
{
struct AuditEntry;
}

/// The lines of the audit file, as AUDIT.md describes them. Pure functions; used by AuditLog.
namespace isotherm::security
{

/// What the chain starts from: the hash "before" entry 1.
[[nodiscard]] std::string auditGenesis();

/// The newest entry that was acknowledged.
struct AuditHead
{
    std::uint64_t sequence = 0;
    std::string hash = auditGenesis();

    friend bool operator==(const AuditHead&, const AuditHead&) = default;
};

/// Sets entry.hash and returns the line, with its newline. Text fields longer than 1,000 bytes are
/// cut.
[[nodiscard]] std::string encodeAuditLine(AuditEntry& entry, std::string_view previousHash);

/// The entry, if every byte of `line` (without newline) is as it was written, and it follows
/// `previous`.
[[nodiscard]] std::optional<AuditEntry> checkAuditLine(std::string_view line,
                                                       const AuditHead& previous);

/// The entry, if `line` is unharmed, wherever it stands in the chain.
[[nodiscard]] std::optional<AuditEntry> checkAuditLine(std::string_view line);

/// Whatever can be read of a line, harmed or not, for showing it.
[[nodiscard]] AuditEntry readAuditLine(std::string_view line);

[[nodiscard]] std::string encodeAuditHead(const AuditHead& head);
[[nodiscard]] std::optional<AuditHead> parseAuditHead(std::string_view text);

} // namespace isotherm::security

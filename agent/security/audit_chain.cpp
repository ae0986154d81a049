// SPDX-License-Identifier: Apache-2.0
#include "agent/security/audit_chain.h"

#include "agent/security/crypto.h"
#include "shared/base/byte_io.h"
#include "shared/base/time_text.h"
#include "shared/model/records.h"

#include <array>
#include <charconv>
#include <cstdio>
#include <nlohmann/json.hpp>

namespace isotherm::security
{
namespace
{

using nlohmann::ordered_json;

constexpr std::size_t kHashDigits = 64;
constexpr std::size_t kFieldLimit = 1'000;
constexpr std::string_view kHashOpening = R"(,"hash":")";
constexpr std::string_view kClosing = R"("})";

std::string cut(const std::string& text)
{
    return text.size() <= kFieldLimit ? text : text.substr(0, kFieldLimit) + "…";
}

std::string textField(const ordered_json& object, const char* name)
{
    const auto found = object.find(name);
    return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

AuditEntry toEntry(const ordered_json& object)
{
    AuditEntry entry;
    const auto sequence = object.find("seq");
    if (sequence != object.end() && sequence->is_number_unsigned()) {
        entry.sequence = sequence->get<std::uint64_t>();
    }
    entry.time = parseInstant(textField(object, "time"), WallTime{}).valueOr(WallTime{});
    entry.who = textField(object, "who");
    entry.role = textField(object, "role");
    entry.action = textField(object, "action");
    entry.target = textField(object, "target");
    entry.outcome = textField(object, "outcome");
    entry.peer = textField(object, "peer");
    entry.hash = textField(object, "hash");
    return entry;
}

/// The line's object, if its hash is that of its bytes.
std::optional<ordered_json> unharmed(std::string_view line)
{
    const std::size_t tail = kHashOpening.size() + kHashDigits + kClosing.size();
    if (line.size() <= tail || !line.ends_with(kClosing)) {
        return std::nullopt;
    }
    const std::string_view body = line.substr(0, line.size() - tail);
    const std::string_view rest = line.substr(body.size());
    if (!rest.starts_with(kHashOpening) ||
        rest.substr(kHashOpening.size(), kHashDigits) != sha256Hex(body)) {
        return std::nullopt;
    }
    ordered_json object = ordered_json::parse(line, nullptr, false);
    if (!object.is_object()) {
        return std::nullopt;
    }
    return object;
}

} // namespace

std::string auditGenesis()
{
    return std::string(kHashDigits, '0');
}

std::string encodeAuditLine(AuditEntry& entry, std::string_view previousHash)
{
    const ordered_json object = {{"seq", entry.sequence},         {"time", formatUtc(entry.time)},
                                 {"who", cut(entry.who)},         {"role", cut(entry.role)},
                                 {"action", cut(entry.action)},   {"target", cut(entry.target)},
                                 {"outcome", cut(entry.outcome)}, {"peer", cut(entry.peer)},
                                 {"prev", previousHash}};
    // Replaces what is no UTF-8 instead of throwing: names may come from anywhere.
    std::string line = object.dump(-1, ' ', false, ordered_json::error_handler_t::replace);
    line.pop_back(); // the closing brace: the hash covers all before its own field
    entry.hash = sha256Hex(line);
    line.append(kHashOpening).append(entry.hash).append(kClosing).push_back('\n');
    return line;
}

std::optional<AuditEntry> checkAuditLine(std::string_view line)
{
    const std::optional<ordered_json> object = unharmed(line);
    if (!object) {
        return std::nullopt;
    }
    return toEntry(*object);
}

std::optional<AuditEntry> checkAuditLine(std::string_view line, const AuditHead& previous)
{
    const std::optional<ordered_json> object = unharmed(line);
    if (!object || textField(*object, "prev") != previous.hash) {
        return std::nullopt;
    }
    AuditEntry entry = toEntry(*object);
    if (entry.sequence != previous.sequence + 1) {
        return std::nullopt;
    }
    return entry;
}

AuditEntry readAuditLine(std::string_view line)
{
    const ordered_json object = ordered_json::parse(line, nullptr, false);
    if (object.is_object()) {
        return toEntry(object);
    }
    AuditEntry damaged;
    damaged.action = "unreadable";
    damaged.outcome = std::to_string(line.size()) + " bytes that are no entry";
    return damaged;
}

std::string encodeAuditHead(const AuditHead& head)
{
    std::array<char, 32> number{};
    std::snprintf(number.data(), number.size(), "%020llu",
                  static_cast<unsigned long long>(head.sequence));
    return std::string(number.data()) + " " + head.hash + "\n";
}

std::optional<AuditHead> parseAuditHead(std::string_view text)
{
    constexpr std::size_t kNumber = 20;
    if (text.size() != kNumber + 1 + kHashDigits + 1 || text[kNumber] != ' ' ||
        text.back() != '\n') {
        return std::nullopt;
    }
    AuditHead head;
    const auto [end, error] = std::from_chars(text.data(), text.data() + kNumber, head.sequence);
    head.hash = text.substr(kNumber + 1, kHashDigits);
    if (error != std::errc() || end != text.data() + kNumber || !fromHex(head.hash)) {
        return std::nullopt;
    }
    return head;
}

} // namespace isotherm::security

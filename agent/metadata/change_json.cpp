// SPDX-License-Identifier: Apache-2.0
#include "agent/metadata/change_json.h"

#include <nlohmann/json.hpp>
#include <stdexcept>

// How the parts of a change become JSON. Reading throws inside this file only: changeFromJson
// catches.
namespace nlohmann
{

template <class T>
struct adl_serializer<std::optional<T>>
{
    static void to_json(json& to, const std::optional<T>& value)
    {
        to = value ? json(*value) : json();
    }
    static void from_json(const json& from, std::optional<T>& value)
    {
        value = from.is_null() ? std::nullopt : std::optional(from.get<T>());
    }
};

template <class Tag, class Rep>
struct adl_serializer<isotherm::Strong<Tag, Rep>>
{
    static void to_json(json& to, const isotherm::Strong<Tag, Rep>& value) { to = value.get(); }
    static void from_json(const json& from, isotherm::Strong<Tag, Rep>& value)
    {
        value = isotherm::Strong<Tag, Rep>(from.get<Rep>());
    }
};

template <>
struct adl_serializer<isotherm::WallTime>
{
    static void to_json(json& to, const isotherm::WallTime& value)
    {
        to = isotherm::toUnixMicros(value);
    }
    static void from_json(const json& from, isotherm::WallTime& value)
    {
        value = isotherm::fromUnixMicros(from.get<std::int64_t>());
    }
};

template <>
struct adl_serializer<std::chrono::milliseconds>
{
    static void to_json(json& to, const std::chrono::milliseconds& value) { to = value.count(); }
    static void from_json(const json& from, std::chrono::milliseconds& value)
    {
        value = std::chrono::milliseconds(from.get<std::int64_t>());
    }
};

template <>
struct adl_serializer<isotherm::Key>
{
    static void to_json(json& to, const isotherm::Key& key)
    {
        constexpr const char* kDigits = "0123456789abcdef";
        std::string hex;
        for (const char byte : key.encoded()) {
            const auto value = static_cast<unsigned char>(byte);
            hex += kDigits[value >> 4U];
            hex += kDigits[value & 15U];
        }
        to = hex;
    }
    static void from_json(const json& from, isotherm::Key& key)
    {
        const auto hex = from.get<std::string>();
        std::string bytes;
        for (std::size_t i = 0; i + 1 < hex.size(); i += 2) {
            try {
                bytes += static_cast<char>(std::stoi(hex.substr(i, 2), nullptr, 16));
            } catch (const std::logic_error&) {
                throw json::other_error::create(501, "not hexadecimal: " + hex, &from);
            }
        }
        key = isotherm::Key(bytes);
    }
};

} // namespace nlohmann

namespace isotherm
{

NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE_WITH_DEFAULT(KeyRange, begin, end)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE_WITH_DEFAULT(ChangePart, range, rangeText, share, load,
                                                forecastLoad, rows, bytes, oneKey)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE_WITH_DEFAULT(KeyBar, from, label, loadShare, rowShare, singleKey)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE_WITH_DEFAULT(ChangeEvidence, trigger, why, loadNow, forecastPeak,
                                                probability, expectedAt, nodeBusy, shareOfNode,
                                                histogram, keysFrom, notes)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE_WITH_DEFAULT(ChangeVoice, who, approved, reason, when)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE_WITH_DEFAULT(ChangeOutcome, verdict, loadBefore, loadAfter, text,
                                                measuredAt, undo)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE_WITH_DEFAULT(PreflightFinding, level, what, hint)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE_WITH_DEFAULT(ChangeRecord, id, kind, state, keyspace, sources,
                                                sourceText, keyTypes, parts, cuts, evidence, rows,
                                                bytes, expectedTime, expectedPause, preflight,
                                                planHash, proposedBy, proposedAt, expiresAt,
                                                approvalsNeeded, voices, stateReason, job, phase,
                                                progress, lag, finishedAt, outcome)

} // namespace isotherm

namespace isotherm::metadata
{

using nlohmann::json;

std::string toJson(const ChangeRecord& change)
{
    return json(change).dump(-1, ' ', false, json::error_handler_t::replace);
}

Result<ChangeRecord> changeFromJson(std::string_view text)
{
    try {
        return json::parse(text).get<ChangeRecord>();
    } catch (const json::exception& problem) {
        return makeError(Code::Internal,
                         std::string("the metadata file holds a change that cannot be read: ") +
                             problem.what());
    }
}

} // namespace isotherm::metadata

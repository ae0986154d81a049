// SPDX-License-Identifier: Apache-2.0
#include "agent/restore/restore_steps.h"

#include "shared/base/byte_io.h"

#include <nlohmann/json.hpp>
#include <utility>

namespace isotherm::restore
{
namespace
{

using nlohmann::json;

json rangeToJson(const KeyRange& range)
{
    json result = {{"begin", toHex(range.begin.encoded())}};
    if (range.end) {
        result["end"] = toHex(range.end->encoded());
    }
    return result;
}

Error unreadable(const std::string& why)
{
    return makeError(Code::Internal, "the stored plan cannot be read: " + why,
                     "make the plan again");
}

/// Never guesses: an empty key instead of a damaged one would widen the range to all there is.
Result<Key> keyFromJson(const json& value)
{
    const auto encoded = fromHex(value.get<std::string>());
    if (!encoded) {
        return unreadable("a key is not hexadecimal");
    }
    return Key(*encoded);
}

Result<KeyRange> rangeFromJson(const json& value)
{
    KeyRange range;
    ISO_ASSIGN(range.begin, keyFromJson(value.at("begin")));
    if (value.contains("end")) {
        ISO_ASSIGN(range.end, keyFromJson(value.at("end")));
    }
    return range;
}

Result<std::size_t> indexFromJson(const json& value)
{
    constexpr std::size_t kTooMany = 100'000;
    if (!value.is_number_unsigned() || value.get<std::size_t>() >= kTooMany) {
        return unreadable("an index is no small number");
    }
    return value.get<std::size_t>();
}

Result<RestoreStep> stepFromJson(const json& value)
{
    RestoreStep step;
    step.backup = value.at("backup").get<std::string>();
    ISO_ASSIGN(step.table, indexFromJson(value.at("table")));
    ISO_ASSIGN(step.target, indexFromJson(value.at("target")));
    for (const json& entry : value.at("ranges").get_ref<const json::array_t&>()) {
        ISO_ASSIGN(KeyRange range, rangeFromJson(entry));
        step.ranges.push_back(std::move(range));
    }
    if (value.contains("until")) {
        step.until = Lsn(value.at("until").get<std::uint64_t>());
    }
    return step;
}

} // namespace

std::string encodeSteps(const std::vector<RestoreStep>& steps)
{
    json list = json::array();
    for (const RestoreStep& step : steps) {
        json ranges = json::array();
        for (const KeyRange& range : step.ranges) {
            ranges.push_back(rangeToJson(range));
        }
        list.push_back({{"backup", step.backup},
                        {"table", step.table},
                        {"target", step.target},
                        {"ranges", std::move(ranges)}});
        if (step.until) {
            list.back()["until"] = step.until->get();
        }
    }
    return list.dump();
}

Result<std::vector<RestoreStep>> decodeSteps(std::string_view text)
{
    try {
        const json list = json::parse(text);
        std::vector<RestoreStep> steps;
        for (const json& value : list.get_ref<const json::array_t&>()) {
            ISO_ASSIGN(RestoreStep step, stepFromJson(value));
            steps.push_back(std::move(step));
        }
        return steps;
    } catch (const json::exception& exception) {
        return unreadable(exception.what());
    }
}

} // namespace isotherm::restore

// SPDX-License-Identifier: Apache-2.0
#include "agent/restore/restore_steps.h"

#include "shared/base/byte_io.h"

#include <nlohmann/json.hpp>

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

KeyRange rangeFromJson(const json& value)
{
    KeyRange range;
    range.begin = Key(fromHex(value.at("begin").get<std::string>()).value_or(""));
    if (value.contains("end")) {
        range.end = Key(fromHex(value.at("end").get<std::string>()).value_or(""));
    }
    return range;
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
    }
    return list.dump();
}

Result<std::vector<RestoreStep>> decodeSteps(std::string_view text)
{
    try {
        std::vector<RestoreStep> steps;
        for (const json& value : json::parse(text)) {
            RestoreStep step;
            step.backup = value.at("backup").get<std::string>();
            step.table = value.at("table").get<std::size_t>();
            step.target = value.at("target").get<std::size_t>();
            for (const json& range : value.at("ranges")) {
                step.ranges.push_back(rangeFromJson(range));
            }
            steps.push_back(std::move(step));
        }
        return steps;
    } catch (const json::exception& exception) {
        return makeError(Code::Internal,
                         std::string("the stored plan cannot be read: ") + exception.what(),
                         "make the plan again");
    }
}

} // namespace isotherm::restore

// SPDX-License-Identifier: Apache-2.0
#include "agent/reshard/reshard_state.h"

#include "agent/reshard/range_json.h"

namespace isotherm::reshard
{
namespace
{

using nlohmann::json;

json rangesToJson(const std::vector<KeyRange>& ranges)
{
    json list = json::array();
    for (const KeyRange& range : ranges) {
        list.push_back(rangeToJson(range));
    }
    return list;
}

Result<std::vector<KeyRange>> rangesFromJson(const json& list)
{
    std::vector<KeyRange> ranges;
    for (const json& value : list.get_ref<const json::array_t&>()) {
        ISO_ASSIGN(KeyRange range, rangeFromJson(value));
        ranges.push_back(std::move(range));
    }
    return ranges;
}

Result<ReshardState> read(const json& value)
{
    ReshardState state;
    state.plan.token = value.at("token").get<std::string>();
    state.plan.tables = value.at("tables").get<std::vector<std::string>>();
    ISO_ASSIGN(state.plan.sources, rangesFromJson(value.at("sources")));
    ISO_ASSIGN(state.plan.targets, rangesFromJson(value.at("targets")));
    state.plan.adoptKey = value.value("adopt_key", std::string());
    if (value.contains("switched_at")) {
        state.switchedAt = fromUnixMicros(value.at("switched_at").get<std::int64_t>());
    }
    state.heldMicros = value.value("held_us", std::int64_t{0});
    state.note = value.value("note", std::string());
    return state;
}

} // namespace

std::string encodeState(const ReshardState& state)
{
    json value = {{"token", state.plan.token},
                  {"tables", state.plan.tables},
                  {"sources", rangesToJson(state.plan.sources)},
                  {"targets", rangesToJson(state.plan.targets)},
                  {"held_us", state.heldMicros},
                  {"note", state.note}};
    if (state.plan.adopts()) {
        value["adopt_key"] = state.plan.adoptKey;
    }
    if (state.switchedAt) {
        value["switched_at"] = toUnixMicros(*state.switchedAt);
    }
    return value.dump();
}

Result<ReshardState> decodeState(std::string_view text)
{
    try {
        return read(json::parse(text));
    } catch (const json::exception& exception) {
        return makeError(Code::Internal,
                         std::string("the state of a change of shards cannot be read: ") +
                             exception.what());
    }
}

} // namespace isotherm::reshard

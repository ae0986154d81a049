// SPDX-License-Identifier: Apache-2.0
#include "agent/reshard/reshard_request.h"

#include "agent/reshard/range_json.h"

namespace isotherm::reshard
{
namespace
{

using nlohmann::json;

constexpr std::size_t kMostParts = 4'096;

Error bad(const std::string& why)
{
    return makeError(Code::InvalidArgument, "the change of shards cannot be read: " + why);
}

Result<ReshardRequest> read(const json& value)
{
    ReshardRequest request;
    request.keyspace = value.at("keyspace").get<std::string>();
    request.grace = std::chrono::milliseconds(value.at("grace_ms").get<std::int64_t>());
    for (const json& source : value.at("sources").get_ref<const json::array_t&>()) {
        request.sources.push_back(ShardId(source.get<std::uint64_t>()));
    }
    for (const json& target : value.at("targets").get_ref<const json::array_t&>()) {
        ISO_ASSIGN(KeyRange range, rangeFromJson(target));
        request.targets.push_back(std::move(range));
    }
    request.adoptTables = value.value("adopt_tables", std::vector<std::string>());
    request.adoptKey = value.value("adopt_key", std::string());
    if (value.contains("adopt_rpo_ms")) {
        request.adoptRpo = std::chrono::milliseconds(value.at("adopt_rpo_ms").get<std::int64_t>());
    }
    if (request.targets.size() > kMostParts || request.sources.size() > kMostParts) {
        return bad("too many parts");
    }
    return request;
}

} // namespace

std::vector<KeyRange> targetsOf(const KeyRange& range, const std::vector<Key>& cuts)
{
    std::vector<KeyRange> targets;
    Key begin = range.begin;
    for (const Key& cut : cuts) {
        targets.push_back({begin, cut});
        begin = cut;
    }
    targets.push_back({begin, range.end});
    return targets;
}

Status checkTargets(const std::vector<KeyRange>& targets, const KeyRange& whole)
{
    if (targets.empty()) {
        return makeError(Code::InvalidArgument, "there is no range to make");
    }
    for (std::size_t i = 0; i < targets.size(); ++i) {
        const Key& expected = i == 0 ? whole.begin : *targets[i - 1].end;
        if (targets[i].empty() || targets[i].begin != expected ||
            (!targets[i].end && i + 1 < targets.size())) {
            return makeError(Code::InvalidArgument,
                             "range " + std::to_string(i + 1) +
                                 " is empty, or does not begin where the one before ends",
                             "give the cuts in ascending order, inside of the range");
        }
    }
    if (targets.back().end != whole.end) {
        return makeError(Code::InvalidArgument,
                         "the ranges do not end where the shards that they replace end");
    }
    return {};
}

std::string toParams(const ReshardRequest& request)
{
    json sources = json::array();
    for (const ShardId source : request.sources) {
        sources.push_back(source.get());
    }
    json targets = json::array();
    for (const KeyRange& target : request.targets) {
        targets.push_back(rangeToJson(target));
    }
    json value = {{"keyspace", request.keyspace},
                  {"sources", std::move(sources)},
                  {"targets", std::move(targets)},
                  {"grace_ms", request.grace.count()}};
    if (request.adopts()) {
        value["adopt_tables"] = request.adoptTables;
        value["adopt_key"] = request.adoptKey;
        if (request.adoptRpo) {
            value["adopt_rpo_ms"] = request.adoptRpo->count();
        }
    }
    return value.dump();
}

Result<ReshardRequest> fromParams(std::string_view params)
{
    try {
        return read(json::parse(params));
    } catch (const json::exception& exception) {
        return bad(exception.what());
    }
}

} // namespace isotherm::reshard

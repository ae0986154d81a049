// SPDX-License-Identifier: Apache-2.0
#include "agent/ctl/commands.h"

#include <array>
#include <charconv>
#include <cmath>

namespace isotherm::ctl
{
namespace
{

using Align = Column::Align;

/// "500MB", "10GB", "2 TB": SI units, as sizes are shown.
Result<ByteCount> parseSize(const std::string& text)
{
    double number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    std::string unit(end, static_cast<std::size_t>(text.data() + text.size() - end));
    unit.erase(0, unit.find_first_not_of(' '));
    constexpr std::array<const char*, 5> kUnits = {"B", "kB", "MB", "GB", "TB"};
    for (std::size_t i = 0; i < kUnits.size() && error == std::errc() && number > 0; ++i) {
        if (unit == kUnits[i]) {
            return ByteCount(
                static_cast<std::uint64_t>(number * std::pow(1000.0, static_cast<double>(i))));
        }
    }
    return makeError(Code::InvalidArgument, "\"" + text + "\" is no size", "for example 10GB");
}

} // namespace

ExitCode planKeyspace(Session& session, const KeyspacePlanArguments& arguments)
{
    KeyspacePlanRequest request;
    request.keyspace = arguments.keyspace;
    request.tables = arguments.tables;
    request.keyColumns = arguments.keyColumns;
    if (arguments.shards > 0) {
        request.shards = arguments.shards;
    }
    if (!arguments.targetSize.empty()) {
        const Result<ByteCount> size = parseSize(arguments.targetSize);
        if (!size.ok()) {
            return reportError(session.terminal, size.error());
        }
        request.targetSize = size.value();
    }
    const auto plan = session.agent.changes().planKeyspace(request);
    if (!plan.ok()) {
        return reportError(session.terminal, plan.error());
    }
    Listing shards{"shards",
                   {{"range", "SHARD"},
                    {"rows", "ROWS", Align::Right},
                    {"size_bytes", "SIZE", Align::Right},
                    {"load_share", "OF THE LOAD", Align::Right}},
                   {}};
    for (const PlannedShard& shard : plan->shards) {
        shards.rows.push_back({shard.rangeText, shard.rows, shard.bytes,
                               shard.loadShare ? Value(RatioValue{*shard.loadShare}) : Value()});
    }
    Record record{"keyspace_plan", {}, {shards}};
    record.fields = {
        {"tables", "tables", plan->tables},
        {"key_columns", "key", plan->keyColumns},
        {"rows", "rows", plan->rows},
        {"size_bytes", "size", plan->bytes},
        {"bytes_per_day", "growth a day", orUnknown(plan->bytesPerDay)},
        {"shards_now", "shards now", std::uint64_t{plan->shardsNow}},
        {"shards_recommended", "recommended", static_cast<std::uint64_t>(plan->shards.size())}};
    const auto lines = [&](const char* kind, const char* title,
                           const std::vector<std::string>& texts) {
        Listing listing{kind, {{"text", title}}, {}};
        for (const std::string& text : texts) {
            listing.rows.push_back({text});
        }
        record.parts.push_back(std::move(listing));
    };
    lines("reasons", "BECAUSE", plan->reasons);
    lines("warnings", "MIND", plan->warnings);
    return show(session, record);
}

} // namespace isotherm::ctl

// SPDX-License-Identifier: Apache-2.0
#include "tests/fuzz/attribution_targets.h"

#include "agent/attribution/log_reader.h"
#include "agent/attribution/statement_cache.h"
#include "agent/heat/key_sketch.h"
#include "shared/base/check.h"

#include <algorithm>
#include <cstdint>

namespace isotherm::fuzz
{

void readAnyLog(std::string_view bytes)
{
    if (bytes.empty()) {
        return;
    }
    static const attribution::StatementReader tables(
        {{"t", "public", "t", "id", KeyType::Integer}, {"t", "public", "u", "id", KeyType::Text}});
    const auto first = static_cast<std::uint8_t>(bytes.front());
    attribution::LogReader reader(
        (first & 1U) != 0 ? engine::LogFormat::Csv : engine::LogFormat::Json, (first & 2U) != 0);
    attribution::StatementCache cache(tables);
    const std::size_t chunk = 1 + first / 4U;
    for (std::size_t at = 1; at < bytes.size(); at += chunk) {
        reader.feed(bytes.substr(at, chunk), [&](const attribution::LoggedStatement& statement) {
            for (const attribution::TableAccess& access : cache.attribute(statement)) {
                ISO_CHECK(access.table <= tables.tables().size());
                ISO_CHECK(access.reason || access.range || !access.keys.empty());
            }
        });
    }
}

void readAnySketch(std::string_view bytes)
{
    auto sketch = heat::KeySketch::deserialize(bytes);
    if (!sketch.ok()) {
        return;
    }
    double last = 0;
    for (const heat::KeyQuantile& one : sketch->quantiles(heat::KeyUse::All, 64)) {
        ISO_CHECK(one.below >= last && one.below <= 1.000001);
        last = one.below;
    }
    ISO_CHECK(sketch->top(heat::KeyUse::All).size() <= 2 * heat::KeySketch::kTopKeys);
    sketch->add(heat::KeyUse::Writes, Key("k"), 1, fromUnixMicros(1'770'000'000'000'000));
    ISO_CHECK(heat::KeySketch::deserialize(sketch->serialize()).ok());
}

} // namespace isotherm::fuzz

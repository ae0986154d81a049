// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "shared/model/hotkeys_service.h"

#include <algorithm>
#include <string>
#include <utility>

namespace isotherm::test
{

/// One hot shard, number 2; there is no other.
class FakeHotKeys final : public HotKeysService
{
public:
    [[nodiscard]] static ShardHotKeys sample()
    {
        const auto keyOf = [](std::int64_t value) {
            std::string encoded;
            appendKeyInteger(encoded, value);
            return Key(std::move(encoded));
        };
        ShardHotKeys hot;
        hot.shard = ShardId(2);
        hot.keyspace = "accounts";
        hot.rangeText = "[250, 500)";
        hot.observations = 18'250;
        hot.readsPerSecond = 420;
        hot.writesPerSecond = 180;
        hot.observedReadsPerSecond = 400;
        hot.observedWritesPerSecond = 179;
        hot.readPart = 0.7;
        hot.keys = {{keyOf(300), "300", 0.41, 0.42, 0.9}, {keyOf(301), "301", 0.05, 0.06, 0.2}};
        hot.quantiles = {{keyOf(300), "300", 0.3, 0.41}, {keyOf(360), "360", 0.75, 0.01}};
        hot.cells = {{"[250, 300)", 0.2, 0.1}, {"[300, 500)", 0.8, 0.9}};
        hot.statements = {{"select * from accounts where id = $1", 390, 390, 0.8}};
        hot.unattributed = {{"no key in the condition", 12.5}};
        hot.attributedShare = 0.97;
        hot.readSource = "server log";
        hot.writeSource = "change stream";
        hot.statementSource = "pg_stat_statements";
        return hot;
    }

    [[nodiscard]] Result<ShardHotKeys> hotKeysOf(const HotKeysQuery& query) override
    {
        ShardHotKeys hot = sample();
        if (query.shard != hot.shard) {
            return makeError(Code::NotFound,
                             "there is no shard " + std::to_string(query.shard.get()));
        }
        hot.keys.resize(std::min(hot.keys.size(), query.keys));
        hot.quantiles.resize(std::min(hot.quantiles.size(), query.quantiles));
        hot.statements.resize(std::min(hot.statements.size(), query.statements));
        return hot;
    }
};

} // namespace isotherm::test

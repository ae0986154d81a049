// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/gui/demo_hot_keys.h"

namespace isotherm::test
{

Result<ShardHotKeys> DemoHotKeys::hotKeysOf(const HotKeysQuery& query)
{
    ISO_TRY(m_log("hotKeysOf", std::to_string(query.shard.get())));
    ShardHotKeys keys;
    keys.shard = query.shard;
    keys.observations = 43'000;
    keys.readsPerSecond = 5'200;
    keys.writesPerSecond = 1'300;
    keys.readPart = 0.8;
    const auto add = [&](const char* text, double share) {
        HotKey key;
        key.text = text;
        key.share = share;
        key.atMost = share + 0.01;
        key.readPart = 0.9;
        keys.keys.push_back(key);
    };
    add("84376", 0.27);
    add("84377", 0.06);
    add("12", 0.02);
    keys.statements = {
        {"select abalance from accounts where aid = $1", 4'900, 4'900, 0.71},
        {"update accounts set abalance = abalance + $1 where aid = $2", 1'300, 1'300, 0.22}};
    keys.readSource = "server log";
    keys.writeSource = "change stream";
    keys.statementSource = "pg_stat_statements";
    return keys;
}

} // namespace isotherm::test

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "shared/base/result.h"
#include "shared/model/hotkeys_records.h"

#include <cstddef>

namespace isotherm
{

struct HotKeysQuery
{
    ShardId shard;
    std::size_t keys = 20; ///< at most
    std::size_t quantiles = 64;
    std::size_t statements = 10;
};

/// Why is this shard hot? Read only. Thread-safe; see AgentService.
class HotKeysService
{
public:
    virtual ~HotKeysService() = default;

    /// NotFound for a shard that is not there. Where nothing is known by key, the sources say why.
    [[nodiscard]] virtual Result<ShardHotKeys> hotKeysOf(const HotKeysQuery& query) = 0;
};

} // namespace isotherm

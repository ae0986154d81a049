// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "shared/model/hotkeys_service.h"
#include "tests/gui/call_log.h"

namespace isotherm::test
{

/// Three keys and two statements, whatever the shard. Thread-safe.
class DemoHotKeys : public HotKeysService
{
public:
    explicit DemoHotKeys(CallLog log) : m_log(std::move(log)) {}

    [[nodiscard]] Result<ShardHotKeys> hotKeysOf(const HotKeysQuery& query) override;

private:
    const CallLog m_log;
};

} // namespace isotherm::test

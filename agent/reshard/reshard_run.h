// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/reshard/reshard_handler.h"

#include <chrono>
#include <memory>
#include <optional>
#include <string>

namespace isotherm::reshard
{

/// One change on its way, in one process: asks the database where it is, and does what is next,
/// until it is over. Not thread-safe.
class ReshardRun
{
public:
    ReshardRun(const ReshardHandler::Parts& parts, const ReshardSettings& settings,
               jobs::JobContext& context, ReshardState state);

    /// From wherever it is to its end.
    [[nodiscard]] Result<std::string> drive();
    /// The old parts serve, nothing else is left; or, when there is no way back, the new ones.
    [[nodiscard]] Status undo();

    /// For the result line: what became of a job that was interrupted.
    void resumed() { m_resumed = true; }

private:
    [[nodiscard]] Result<bool> step(); ///< true: it is over
    [[nodiscard]] Status fill();
    [[nodiscard]] Status bringOver();
    [[nodiscard]] Status verifyOnce();
    [[nodiscard]] Result<bool> trySwitch();
    [[nodiscard]] engine::SwitchLimits limitsOfAttempt() const;
    [[nodiscard]] Status cleanUp();
    [[nodiscard]] Status follow(std::chrono::milliseconds limit);
    [[nodiscard]] Status afterSwitch();
    [[nodiscard]] Status carryHistoryOver(Lsn at);
    [[nodiscard]] Status takeUp();
    [[nodiscard]] Status letGo();
    [[nodiscard]] Status awaitGrace();
    [[nodiscard]] bool mayEnd();
    [[nodiscard]] std::vector<ShardId> children() const;
    [[nodiscard]] Status connect();
    [[nodiscard]] Status checkpoint(const char* step);
    [[nodiscard]] std::string summary() const;

    const ReshardHandler::Parts& m_parts;
    const ReshardSettings& m_settings;
    jobs::JobContext& m_context;
    ReshardState m_state;
    ReshardRequest m_request;
    std::shared_ptr<engine::ReshardPort> m_port;
    std::unique_ptr<engine::Reshard> m_reshard;
    bool m_resumed = false;
    bool m_begunAgain = false;
    bool m_verified = false;
    int m_attempts = 0;
};

} // namespace isotherm::reshard

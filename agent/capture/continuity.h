// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/engine/change_stream.h"
#include "agent/journal/records.h"
#include "shared/base/units.h"

#include <optional>
#include <string>
#include <vector>

/// Does what the server would send now continue what the journal holds? Pure functions.
namespace isotherm::capture
{

/// Why it does not, in words; nullopt: it does, or there was nothing before. `forks` lead to the
/// feed's timeline.
[[nodiscard]] std::optional<std::string> whyBroken(const journal::State& state, Lsn position,
                                                   const engine::FeedState& feed,
                                                   const std::vector<engine::TimelineFork>& forks);

/// How far of what the journal holds happened on the server's history at all: below `position` when
/// another server took over before it had received everything.
[[nodiscard]] Lsn commonHistory(const journal::State& state, Lsn position,
                                const engine::FeedState& feed,
                                const std::vector<engine::TimelineFork>& forks);

/// Changes of a leaf were lost, the last ones with `transaction`: bases must show it and everything
/// before it. True if that changed anything.
bool raiseLeafFence(journal::State& state, std::uint64_t leaf, std::uint64_t table,
                    std::uint64_t transaction, Lsn since, const std::string& reason);

/// What a marker of a committed transaction does to the state. True if that changed anything.
bool applyMarker(journal::State& state, const engine::SchemaMarker& marker,
                 const journal::TransactionHeader& transaction);

/// Leaves that were dropped or detached, and of which the journal has nothing any more. True if
/// that changed anything.
bool forgetEnded(journal::State& state, Lsn oldest);

/// The marker names a captured table or a leaf of one.
[[nodiscard]] bool concerns(const journal::State& state, const engine::SchemaMarker& marker);

} // namespace isotherm::capture

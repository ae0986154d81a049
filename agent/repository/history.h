// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "shared/base/result.h"
#include "shared/base/units.h"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

/// Reading a shard as it was at a commit.
namespace isotherm::repository
{

/// What a base shows of the change stream: how the two are put together. By visibility, never by
/// LSN: a commit record is in the log before its transaction is seen by snapshots.
struct BaseFilter
{
    /// Is this (committed) transaction in the base?
    std::function<bool(std::uint64_t transaction, Lsn commit)> shows;
    /// No transaction with this id or a higher one is; nullopt: not known.
    std::optional<std::uint64_t> showsNoneFrom = {};
    /// Shows exactly the commits up to this one.
    std::optional<Lsn> cut = {};
};

/// Makes a filter out of a base's visibility text.
using BaseFilterFactory = std::function<Result<BaseFilter>(const std::string& visibility)>;

/// The rule for visibility texts of shared/model/visibility.h. InvalidArgument when it is none.
[[nodiscard]] Result<BaseFilter> visibilityFilter(const std::string& visibility);

/// The rule for synthetic bases: every commit up to and including `cut`.
[[nodiscard]] BaseFilter cutFilter(Lsn cut);

struct ReadMoment
{
    /// The newest versions with commits up to here; nullopt: the manifest's own LSN.
    std::optional<Lsn> target = {};
    /// Another rule than visibilityFilter.
    BaseFilterFactory filter = {};
    /// Only what these (committed) transactions did, of those up to the target: the shard as a
    /// snapshot shows it, which no commit position can say. Of two that changed the same row the
    /// earlier one must be in whenever the later one is, as it is in every snapshot. None: all.
    std::function<bool(std::uint64_t transaction, Lsn commit)> visible = {};
};

} // namespace isotherm::repository

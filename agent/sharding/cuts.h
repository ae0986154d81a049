// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/sharding/state.h"

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace isotherm::sharding
{

/// Why a range cannot be cut so that it helps.
enum class NoCut {
    TooFewSamples, ///< nothing is known of the load by key
    SingleKey,     ///< one key makes the load
    AppendEdge,    ///< the load is on keys above (almost) all rows
    EmptyChild,    ///< a part would have hardly any rows
};

/// Where a range is cut.
struct CutPlan
{
    std::vector<Key> cuts; ///< ascending, inside the range
    struct Part
    {
        double loadShare = 0;
        std::optional<double> rowShare; ///< nullopt: not known
        bool oneKey = false;
    };
    std::vector<Part> parts; ///< one more than cuts
};

struct CutQuestion
{
    std::size_t parts = 2; ///< wanted; more only where a hot key is set apart
    std::span<const Key> rowBounds;
};

struct CutAnswer
{
    std::optional<CutPlan> plan;
    NoCut refusal = NoCut::TooFewSamples; ///< without a plan
    std::string why;                      ///< the facts of the refusal
};

/// The cuts that make the loads of the parts as equal as can be (least sum of squares over all
/// possible cuts): at bars of the histogram, each part with at least policy.leastRowShare of the
/// rows. A key with policy.isolateAbove of the load or more gets a part of its own, however few rows
/// it and what lies beside it have; each further part then takes its share of the rest. Fewer parts
/// than wanted when rows or keys do not suffice.
[[nodiscard]] CutAnswer chooseCuts(const KeyLoads& keys, const CutQuestion& question,
                                   const Policy& policy);

/// The part of the rows below `key`, in [0, 1]; nullopt without bounds.
[[nodiscard]] std::optional<double> rowsBelow(const Key& key, std::span<const Key> rowBounds);

/// What given cuts would make of the load: for cuts that a person chose, and to see whether old
/// ones still fit. Cuts are ascending.
[[nodiscard]] CutPlan assessCuts(const std::vector<Key>& cuts, const KeyLoads& keys,
                                 std::span<const Key> rowBounds);

/// How unequal the parts are: (heaviest - lightest) / (heaviest + lightest), hot keys' own parts
/// left out; |L - R| / (L + R) for two. 0 with fewer than two.
[[nodiscard]] double imbalance(const CutPlan& plan);

/// The smallest key above `key`, for the types where the next value can be written down; nullopt
/// for others.
[[nodiscard]] std::optional<Key> keyAfter(const Key& key, const std::vector<KeyType>& types);

} // namespace isotherm::sharding

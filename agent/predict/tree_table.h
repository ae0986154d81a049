// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/predict/features.h"
#include "shared/base/result.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace isotherm::predict
{

/// Grown regression trees, laid out for predicting many rows of packed features: the library that
/// grows them takes five times as long over it. The sums are the library's own, bit by bit. A
/// value; not changed once made.
class TreeTable
{
public:
    static constexpr int kMostDepth = 5;

    /// From XGBoost's dumps as text, one a tree. Internal: it is not understood, or a tree is too
    /// deep.
    [[nodiscard]] static Result<TreeTable> parse(std::span<const char* const> dumps);

    /// The sum of the trees' leaves, a value a row.
    [[nodiscard]] std::vector<float> predict(std::span<const FeatureRow> rows) const;

private:
    static constexpr std::size_t kInner = (1U << kMostDepth) - 1;
    static constexpr std::size_t kLeaves = 1U << kMostDepth;
    /// Left where the feature is below the limit. A missing one is below every limit; where it has
    /// to go right, the node looks at the second copy of the features, in which it is above.
    struct Node
    {
        std::uint16_t feature = 0;
        std::int16_t limit = 0;
    };
    /// Complete: what ends early ends in many equal leaves.
    struct Tree
    {
        std::array<Node, kInner> nodes{};
        std::array<float, kLeaves> leaves{};
    };
    struct Builder;

    std::vector<Tree> m_trees;
};

} // namespace isotherm::predict

// SPDX-License-Identifier: Apache-2.0
#include "agent/predict/tree_table.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <map>
#include <sstream>
#include <string>

namespace isotherm::predict
{
namespace
{

constexpr std::size_t kAtOnce = 8; ///< rows, so that one's wait for memory is another's work
constexpr PackedFeature kAboveAll = 32767;

using BothCopies = std::array<PackedFeature, 2 * kFeatureCount>;

BothCopies copiesOf(const FeatureRow& row)
{
    BothCopies copies{};
    for (std::size_t i = 0; i < kFeatureCount; ++i) {
        copies[i] = row.packed[i];
        copies[kFeatureCount + i] = row.known(i) ? row.packed[i] : kAboveAll;
    }
    return copies;
}

/// A line of a dump.
struct Line
{
    bool leaf = false;
    float value = 0; ///< a leaf's, or where a node splits
    unsigned feature = 0;
    int yes = 0;
    int no = 0;
    int missing = 0;
};

/// f < limit as whole numbers: packed features are multiples of 1/1024.
std::int16_t packedLimit(float limit)
{
    return static_cast<std::int16_t>(
        std::clamp(std::ceil(limit * kFeatureUnit), -32767.0F, 32767.0F));
}

Error notUnderstood()
{
    return makeError(Code::Internal, "boosted trees: the model is not understood",
                     "the other models go on; report it with the log");
}

} // namespace

struct TreeTable::Builder
{
    std::map<int, Line> lines;
    Tree tree;

    Status read(const char* dump)
    {
        std::istringstream text(dump);
        for (std::string line; std::getline(text, line);) {
            int id = 0;
            Line node;
            const char* begin = line.c_str() + std::min(line.find_first_not_of('\t'), line.size());
            if (std::sscanf(begin, "%d:leaf=%f", &id, &node.value) == 2) {
                node.leaf = true;
            } else if (std::sscanf(begin, "%d:[f%u<%f] yes=%d,no=%d,missing=%d", &id, &node.feature,
                                   &node.value, &node.yes, &node.no, &node.missing) != 6 ||
                       node.feature >= kFeatureCount) {
                return notUnderstood();
            }
            lines[id] = node;
        }
        return place(0, 0, 0);
    }

    /// Node `id` of the dump, at `place` of the row of nodes `depth` below the root.
    Status place(int id, std::size_t place, int depth)
    {
        const auto found = lines.find(id);
        if (found == lines.end()) {
            return notUnderstood();
        }
        const Line& line = found->second;
        if (line.leaf) {
            const std::size_t width = kLeaves >> static_cast<unsigned>(depth);
            std::fill_n(tree.leaves.begin() + static_cast<std::ptrdiff_t>(place * width), width,
                        line.value);
            return {};
        }
        if (depth == kMostDepth) {
            return notUnderstood();
        }
        const std::size_t copy = line.missing == line.yes ? 0 : std::size_t{kFeatureCount};
        tree.nodes[(std::size_t{1} << static_cast<unsigned>(depth)) - 1 + place] = {
            static_cast<std::uint16_t>(line.feature + copy), packedLimit(line.value)};
        ISO_TRY(this->place(line.yes, 2 * place, depth + 1));
        return this->place(line.no, 2 * place + 1, depth + 1);
    }
};

Result<TreeTable> TreeTable::parse(std::span<const char* const> dumps)
{
    TreeTable table;
    for (const char* dump : dumps) {
        Builder builder;
        ISO_TRY(builder.read(dump));
        table.m_trees.push_back(builder.tree);
    }
    return table;
}

std::vector<float> TreeTable::predict(std::span<const FeatureRow> rows) const
{
    std::vector<float> sums(rows.size());
    std::array<BothCopies, kAtOnce> features{};
    for (std::size_t first = 0; first < rows.size(); first += kAtOnce) {
        const std::size_t count = std::min(kAtOnce, rows.size() - first);
        for (std::size_t i = 0; i < count; ++i) {
            features[i] = copiesOf(rows[first + i]);
        }
        std::array<float, kAtOnce> sum{};
        for (const Tree& tree : m_trees) {
            std::array<std::size_t, kAtOnce> place{};
            for (int depth = 0; depth < kMostDepth; ++depth) {
                for (std::size_t i = 0; i < kAtOnce; ++i) {
                    const Node node = tree.nodes[place[i]];
                    place[i] = 2 * place[i] + (features[i][node.feature] < node.limit ? 1 : 2);
                }
            }
            for (std::size_t i = 0; i < kAtOnce; ++i) {
                sum[i] += tree.leaves[place[i] - kInner];
            }
        }
        std::copy_n(sum.begin(), count, sums.begin() + static_cast<std::ptrdiff_t>(first));
    }
    return sums;
}

} // namespace isotherm::predict

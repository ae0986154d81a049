// SPDX-License-Identifier: Apache-2.0
#include "agent/sharding/cuts.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

namespace isotherm::sharding
{
namespace
{

constexpr double kNever = std::numeric_limits<double>::infinity();
/// Hot keys that get parts of their own, at most: the other parts must go somewhere too.
constexpr std::size_t kMostIsolated = 3;

std::string percent(double share)
{
    return std::to_string(std::lround(share * 100)) + " %";
}

/// The bars with running sums, and which of them stand alone.
class Cutter
{
public:
    Cutter(const KeyLoads& keys, const CutQuestion& question, const Policy& policy)
        : m_bars(keys.bars), m_policy(policy)
    {
        const std::size_t bars = m_bars.size();
        m_load.resize(bars + 1);
        for (std::size_t i = 0; i < bars; ++i) {
            m_load[i + 1] = m_load[i] + m_bars[i].loadShare;
        }
        if (!question.rowBounds.empty()) {
            m_rows.resize(bars + 1, 1.0);
            m_rows.front() = 0;
            for (std::size_t i = 1; i < bars; ++i) {
                m_rows[i] = *rowsBelow(m_bars[i].from, question.rowBounds);
            }
        }
        findIsolated();
    }

    [[nodiscard]] std::size_t forcedParts() const { return m_forced.size() + 1; }

    /// The part of the load on keys above (almost) all rows.
    [[nodiscard]] double loadAtEdge() const
    {
        double load = 0;
        for (std::size_t i = 0; i < m_bars.size(); ++i) {
            const bool beyond = !m_rows.empty() && m_rows[i] >= 1 - m_policy.leastRowShare;
            load += beyond ? m_bars[i].loadShare : 0;
        }
        return load;
    }

    /// The best cut into exactly `parts`; nullopt when rows or keys do not suffice.
    [[nodiscard]] std::optional<CutPlan> best(std::size_t parts) const
    {
        const std::size_t bars = m_bars.size();
        if (parts > bars) {
            return std::nullopt;
        }
        // cost[p][i]: of the first i bars in p parts.
        std::vector<std::vector<double>> cost(parts + 1, std::vector<double>(bars + 1, kNever));
        std::vector<std::vector<std::size_t>> from(parts + 1, std::vector<std::size_t>(bars + 1));
        cost[0][0] = 0;
        for (std::size_t part = 1; part <= parts; ++part) {
            for (std::size_t end = part; end <= bars; ++end) {
                for (std::size_t begin = part - 1; begin < end; ++begin) {
                    if (cost[part - 1][begin] == kNever) {
                        continue;
                    }
                    const double sum = cost[part - 1][begin] + costOf(begin, end);
                    if (sum < cost[part][end]) {
                        cost[part][end] = sum;
                        from[part][end] = begin;
                    }
                }
            }
        }
        if (cost[parts][bars] == kNever) {
            return std::nullopt;
        }
        CutPlan plan;
        std::size_t end = bars;
        for (std::size_t part = parts; part > 0; --part) {
            const std::size_t begin = from[part][end];
            plan.parts.push_back(partOf(begin, end));
            if (begin > 0) {
                plan.cuts.push_back(m_bars[begin].from);
            }
            end = begin;
        }
        std::reverse(plan.parts.begin(), plan.parts.end());
        std::reverse(plan.cuts.begin(), plan.cuts.end());
        return plan;
    }

private:
    void findIsolated()
    {
        std::vector<std::size_t> hot;
        for (std::size_t i = 0; i < m_bars.size(); ++i) {
            if (m_bars[i].singleKey && m_bars[i].loadShare >= m_policy.isolateAbove) {
                hot.push_back(i);
            }
        }
        std::stable_sort(hot.begin(), hot.end(), [this](std::size_t a, std::size_t b) {
            return m_bars[a].loadShare > m_bars[b].loadShare;
        });
        hot.resize(std::min(hot.size(), kMostIsolated));
        m_isolated = hot;
        for (const std::size_t bar : hot) {
            for (const std::size_t cut : {bar, bar + 1}) {
                if (cut > 0 && cut < m_bars.size()) {
                    m_forced.push_back(cut);
                }
            }
        }
        std::sort(m_forced.begin(), m_forced.end());
        m_forced.erase(std::unique(m_forced.begin(), m_forced.end()), m_forced.end());
    }

    [[nodiscard]] bool isAlone(std::size_t begin, std::size_t end) const
    {
        return end == begin + 1 && m_bars[begin].singleKey &&
               m_bars[begin].loadShare >= m_policy.isolateAbove;
    }

    /// A hot key's part may have hardly any rows, and so may what lies between it and the next hot
    /// key or the end of the range: else the key could not be alone. Without any row on the fringe
    /// the key takes it along.
    [[nodiscard]] bool mayBeThin(std::size_t begin, std::size_t end) const
    {
        const bool holdsHotKey =
            std::any_of(m_isolated.begin(), m_isolated.end(),
                        [=](std::size_t bar) { return bar >= begin && bar < end; });
        return holdsHotKey || (isBorder(begin) && isBorder(end) && m_rows[end] > m_rows[begin]);
    }

    /// An end of the range, or a cut that sets a hot key apart.
    [[nodiscard]] bool isBorder(std::size_t bar) const
    {
        return bar == 0 || bar == m_bars.size() ||
               std::binary_search(m_forced.begin(), m_forced.end(), bar);
    }

    [[nodiscard]] double costOf(std::size_t begin, std::size_t end) const
    {
        constexpr double kSpanned = 10; // more than any balance can be worth
        const double load = m_load[end] - m_load[begin];
        if (!m_rows.empty() && !mayBeThin(begin, end) &&
            m_rows[end] - m_rows[begin] < m_policy.leastRowShare) {
            return kNever;
        }
        const auto first = std::upper_bound(m_forced.begin(), m_forced.end(), begin);
        const auto last = std::lower_bound(first, m_forced.end(), end);
        return load * load + kSpanned * static_cast<double>(last - first);
    }

    [[nodiscard]] CutPlan::Part partOf(std::size_t begin, std::size_t end) const
    {
        CutPlan::Part part;
        part.loadShare = m_load[end] - m_load[begin];
        part.oneKey = isAlone(begin, end);
        if (!m_rows.empty()) {
            part.rowShare = m_rows[end] - m_rows[begin];
        }
        return part;
    }

    const std::vector<KeyBar>& m_bars;
    const Policy& m_policy;
    std::vector<double> m_load;
    std::vector<double> m_rows; ///< empty: not known
    std::vector<std::size_t> m_isolated;
    std::vector<std::size_t> m_forced; ///< cuts that set a hot key apart
};

CutAnswer refuse(NoCut reason, std::string why)
{
    return {std::nullopt, reason, std::move(why)};
}

/// What is wrong with the best plan there is, if anything.
std::optional<CutAnswer> noHelp(const CutPlan& plan, const Policy& policy)
{
    const auto heaviest =
        std::max_element(plan.parts.begin(), plan.parts.end(),
                         [](const auto& a, const auto& b) { return a.loadShare < b.loadShare; });
    if (heaviest->loadShare <= policy.mostHeavyPart) {
        return std::nullopt;
    }
    const std::string share = percent(heaviest->loadShare);
    return heaviest->oneKey ? refuse(NoCut::SingleKey, "one key makes " + share + " of the load")
                            : refuse(NoCut::EmptyChild,
                                     "no cut that leaves rows on both sides takes more than " +
                                         percent(1 - heaviest->loadShare) + " of the load away");
}

} // namespace

std::optional<double> rowsBelow(const Key& key, std::span<const Key> rowBounds)
{
    if (rowBounds.size() < 2) {
        return std::nullopt;
    }
    const auto at = std::lower_bound(rowBounds.begin(), rowBounds.end(), key);
    if (at == rowBounds.end()) {
        return 1.0;
    }
    const auto index = static_cast<double>(at - rowBounds.begin());
    const auto parts = static_cast<double>(rowBounds.size() - 1);
    return *at == key || index == 0 ? index / parts : (index - 0.5) / parts;
}

CutAnswer chooseCuts(const KeyLoads& keys, const CutQuestion& question, const Policy& policy)
{
    if (keys.observations < policy.leastObservations || keys.bars.empty()) {
        return refuse(NoCut::TooFewSamples,
                      std::to_string(std::lround(keys.observations)) +
                          " accesses with a key are known, " +
                          std::to_string(std::lround(policy.leastObservations)) + " are needed");
    }
    for (const KeyBar& bar : keys.bars) {
        if (bar.singleKey && bar.loadShare > policy.mostHeavyPart) {
            return refuse(NoCut::SingleKey,
                          "key " + bar.label + " makes " + percent(bar.loadShare) + " of the load");
        }
    }
    if (keys.bars.size() < 2) {
        return refuse(NoCut::SingleKey, "all accesses are to one key");
    }
    const Cutter cutter(keys, question, policy);
    if (const double edge = cutter.loadAtEdge(); edge >= 0.5) {
        return refuse(NoCut::AppendEdge, percent(edge) + " of the load is on keys above " +
                                             percent(1 - policy.leastRowShare) + " of the rows");
    }
    const std::size_t wanted = std::clamp(std::max(question.parts, cutter.forcedParts()),
                                          policy.leastParts, policy.mostParts);
    for (std::size_t parts = wanted; parts >= policy.leastParts; --parts) {
        if (std::optional<CutPlan> plan = cutter.best(parts)) {
            if (auto refusal = noHelp(*plan, policy)) {
                return *refusal;
            }
            return {std::move(plan), {}, {}};
        }
    }
    return refuse(NoCut::EmptyChild, "every cut would make a shard with less than " +
                                         percent(policy.leastRowShare) + " of the rows");
}

CutPlan assessCuts(const std::vector<Key>& cuts, const KeyLoads& keys,
                   std::span<const Key> rowBounds)
{
    CutPlan plan;
    plan.cuts = cuts;
    plan.parts.resize(cuts.size() + 1);
    const auto partOf = [&cuts](const Key& key) {
        return static_cast<std::size_t>(std::upper_bound(cuts.begin(), cuts.end(), key) -
                                        cuts.begin());
    };
    for (std::size_t i = 0; i < keys.bars.size(); ++i) {
        const KeyBar& bar = keys.bars[i];
        const std::size_t first = partOf(bar.from);
        // A cut inside a bar: what is on either side of it is not known, halves are the best guess.
        const bool cutInside = !bar.singleKey && first < cuts.size() &&
                               (i + 1 == keys.bars.size() || cuts[first] < keys.bars[i + 1].from);
        plan.parts[first].loadShare += cutInside ? bar.loadShare / 2 : bar.loadShare;
        plan.parts[cutInside ? first + 1 : first].loadShare += cutInside ? bar.loadShare / 2 : 0;
    }
    double below = 0;
    for (std::size_t i = 0; i < plan.parts.size() && rowBounds.size() >= 2; ++i) {
        const double upTo = i < cuts.size() ? *rowsBelow(cuts[i], rowBounds) : 1.0;
        plan.parts[i].rowShare = upTo - below;
        below = upTo;
    }
    return plan;
}

double imbalance(const CutPlan& plan)
{
    double least = kNever;
    double most = 0;
    std::size_t parts = 0;
    for (const CutPlan::Part& part : plan.parts) {
        if (!part.oneKey) {
            ++parts;
            least = std::min(least, part.loadShare);
            most = std::max(most, part.loadShare);
        }
    }
    return parts < 2 || most + least <= 0 ? 0 : (most - least) / (most + least);
}

std::optional<Key> keyAfter(const Key& key, const std::vector<KeyType>& types)
{
    if (types.empty()) {
        return std::nullopt;
    }
    std::size_t length = 0; // of the last component's value: big-endian, in the order of the keys
    switch (types.back()) {
    case KeyType::Integer:
    case KeyType::Timestamp:
    case KeyType::Date:
        length = 8;
        break;
    case KeyType::Uuid:
        length = 16;
        break;
    case KeyType::Text: { // ends with 00 01; no text holds a zero byte, so 01 is the least to add
        std::string longer = key.encoded();
        if (longer.size() < 3) {
            return std::nullopt;
        }
        longer.insert(longer.size() - 2, 1, '\x01');
        return Key(std::move(longer));
    }
    default:
        return std::nullopt;
    }
    std::string bytes = key.encoded();
    if (bytes.size() <= length) {
        return std::nullopt;
    }
    for (std::size_t i = 1; i <= length; ++i) {
        char& byte = bytes[bytes.size() - i];
        byte = static_cast<char>(static_cast<std::uint8_t>(byte) + 1U);
        if (byte != 0) {
            return Key(std::move(bytes));
        }
    }
    return std::nullopt; // it was the highest
}

} // namespace isotherm::sharding

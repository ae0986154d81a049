// SPDX-License-Identifier: Apache-2.0
#include "agent/heat/rate_meter.h"

#include <algorithm>
#include <utility>

namespace isotherm::heat
{

void RateMeter::setCells(std::vector<CellLeaves> cells)
{
    m_cells = std::move(cells);
}

std::optional<RateSample> RateMeter::update(const engine::AccessSample& sample)
{
    const bool first = m_readings.empty();
    if (!first && sample.taken <= m_readings.back().taken) {
        return std::nullopt;
    }
    RateSample result;
    result.end = sample.serverTime;
    if (!first) {
        result.start = std::min(m_readings.back().serverTime, sample.serverTime);
        result.gap = gapBefore(sample);
        if (sample.serverTime < m_readings.back().serverTime) {
            result.start = sample.serverTime;
        }
    }
    if (!result.gap.empty()) {
        m_readings.clear(); // no difference may be taken across it
    }
    m_resetEpoch = sample.resetEpoch;
    m_readings.push_back(readingOf(sample));
    forgetOldReadings(sample.taken);
    if (first) {
        return std::nullopt;
    }
    result.cells.reserve(m_cells.size());
    for (const CellLeaves& cell : m_cells) {
        result.cells.push_back({cell.cell, ratesOf(cell)});
    }
    return result;
}

RateMeter::Reading RateMeter::readingOf(const engine::AccessSample& sample) const
{
    Reading reading{sample.serverTime, sample.taken, {}};
    reading.leaves.reserve(sample.leaves.size());
    for (const engine::LeafCounters& counters : sample.leaves) {
        Leaf leaf{{counters.reads, counters.writes, counters.rows, counters.bytes}, sample.taken};
        if (!m_readings.empty()) {
            const auto& before = m_readings.back().leaves;
            const auto known = before.find(counters.objectId);
            leaf.settled =
                known != before.end() ? known->second.settled : sample.taken + m_options.lateness;
        }
        reading.leaves.emplace(counters.objectId, leaf);
    }
    return reading;
}

std::string RateMeter::gapBefore(const engine::AccessSample& sample) const
{
    const Reading& last = m_readings.back();
    if (sample.resetEpoch != m_resetEpoch) {
        return "the counters were reset, or the server restarted";
    }
    const auto steady = sample.taken - last.taken;
    if (steady > m_options.maxGap) {
        return "the agent did not sample";
    }
    if (std::chrono::abs((sample.serverTime - last.serverTime) - steady) >
        m_options.clockTolerance) {
        return "the server's clock was set";
    }
    return {};
}

/// The difference to the oldest kept reading from which the cell's counters ran on unbroken.
Rates RateMeter::ratesOf(const CellLeaves& cell) const
{
    std::size_t base = m_readings.size() - 1;
    while (base > 0 && continues(cell, base)) {
        --base;
    }
    const Reading& from = m_readings[base];
    const Reading& to = m_readings.back();
    const double seconds = std::chrono::duration<double>(to.taken - from.taken).count();
    if (seconds <= 0) {
        return kMissingRates;
    }
    const Totals before = totalsOf(cell, from);
    const Totals after = totalsOf(cell, to);
    Rates rates{};
    for (std::size_t i = 0; i < rates.size(); ++i) {
        rates[i] = static_cast<float>(static_cast<double>(after[i] - before[i]) / seconds);
    }
    return rates;
}

/// True if every leaf of the cell is in this reading and the one before it, none of its counters
/// ran backwards between them, and none can be what filled it.
bool RateMeter::continues(const CellLeaves& cell, std::size_t reading) const
{
    const auto& after = m_readings[reading].leaves;
    const auto& before = m_readings[reading - 1].leaves;
    return !cell.leaves.empty() &&
           std::all_of(cell.leaves.begin(), cell.leaves.end(), [&](std::uint64_t leaf) {
               const auto now = after.find(leaf);
               const auto then = before.find(leaf);
               return now != after.end() && then != before.end() &&
                      (!cell.filled || m_readings[reading - 1].taken >= then->second.settled) &&
                      std::equal(now->second.totals.begin(), now->second.totals.end(),
                                 then->second.totals.begin(), std::greater_equal<>());
           });
}

RateMeter::Totals RateMeter::totalsOf(const CellLeaves& cell, const Reading& reading) const
{
    Totals totals{};
    for (const std::uint64_t leaf : cell.leaves) {
        const Totals& counters = reading.leaves.at(leaf).totals;
        for (std::size_t i = 0; i < totals.size(); ++i) {
            totals[i] += counters[i];
        }
    }
    return totals;
}

/// Keeps the newest reading that is at least `smoothing` old, and all after it.
void RateMeter::forgetOldReadings(Instant now)
{
    while (m_readings.size() > 2 && now - m_readings[1].taken >= m_options.smoothing) {
        m_readings.pop_front();
    }
}

} // namespace isotherm::heat

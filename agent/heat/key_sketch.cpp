// SPDX-License-Identifier: Apache-2.0
#include "agent/heat/key_sketch.h"

#include "shared/base/byte_io.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <map>
#include <numbers>
#include <utility>

namespace isotherm::heat
{
namespace
{

constexpr std::uint8_t kVersion = 1;
constexpr std::size_t kChecksumBytes = 8;
/// Weights grow by 2 to the power of this before all are made smaller.
constexpr double kLandmarkAge = 60;

/// FNV-1a: against damage, not against malice.
std::uint64_t checksumOf(std::string_view bytes)
{
    std::uint64_t hash = 0xCBF29CE484222325U;
    for (const char c : bytes) {
        hash = (hash ^ static_cast<std::uint8_t>(c)) * 0x100000001B3U;
    }
    return hash;
}

double halfLives(std::chrono::microseconds time, std::chrono::milliseconds halfLife)
{
    return static_cast<double>(time.count()) /
           static_cast<double>(std::chrono::microseconds(halfLife).count());
}

} // namespace

KeySketch::KeySketch(KeySketchOptions options) : m_options(options), m_state(options.seed) {}

KeySketch::Stream& KeySketch::stream(KeyUse use)
{
    return m_streams[use == KeyUse::Writes ? 1 : 0];
}

const KeySketch::Stream& KeySketch::stream(KeyUse use) const
{
    return m_streams[use == KeyUse::Writes ? 1 : 0];
}

double KeySketch::ages(WallTime when) const
{
    return halfLives(when - m_landmark, m_options.halfLife);
}

/// SplitMix64; in (0, 1].
double KeySketch::random()
{
    m_state += 0x9E3779B97F4A7C15U;
    std::uint64_t z = m_state;
    z = (z ^ (z >> 30U)) * 0xBF58476D1CE4E5B9U;
    z = (z ^ (z >> 27U)) * 0x94D049BB133111EBU;
    z ^= z >> 31U;
    return static_cast<double>((z >> 11U) + 1) * 0x1.0p-53;
}

void KeySketch::forget(WallTime from)
{
    m_streams = {};
    m_landmark = m_first = m_newest = from;
}

void KeySketch::moveLandmark(WallTime to)
{
    const double factor = std::exp2(-ages(to));
    for (Stream& stream : m_streams) {
        stream.heavy.scale(factor);
        stream.total *= factor;
    }
    m_landmark = to;
}

void KeySketch::add(KeyUse use, const Key& key, double weight, WallTime when)
{
    if (!(weight > 0) || !std::isfinite(weight)) {
        return;
    }
    const bool fresh = m_newest == WallTime();
    if (fresh || halfLives(m_newest - when, m_options.halfLife) > kLandmarkAge) {
        forget(when);
    }
    m_newest = std::max(m_newest, when);
    if (ages(when) > kLandmarkAge) {
        moveLandmark(when);
    }
    Stream& to = stream(use);
    const double scaled = weight * std::exp2(ages(when));
    to.heavy.add(key, scaled);
    to.total += scaled;
    ++to.observations;
    // Since the epoch: the same for every sketch, and never to be moved.
    const double age = halfLives(when - WallTime(), m_options.halfLife);
    to.sample.add(key, std::log(weight) + age * std::numbers::ln2, random());
}

Status KeySketch::merge(const KeySketch& other)
{
    if (m_options.halfLife != other.m_options.halfLife) {
        return makeError(Code::FailedPrecondition, "sketches of different half lives");
    }
    if (other.m_newest == WallTime()) {
        return {};
    }
    if (m_newest == WallTime()) {
        const std::uint64_t state = m_state;
        *this = other;
        m_state = state;
        return {};
    }
    KeySketch added = other;
    const WallTime landmark = std::max(m_landmark, added.m_landmark);
    moveLandmark(landmark);
    added.moveLandmark(landmark);
    for (std::size_t i = 0; i < m_streams.size(); ++i) {
        m_streams[i].sample.merge(added.m_streams[i].sample);
        m_streams[i].heavy.merge(added.m_streams[i].heavy);
        m_streams[i].total += added.m_streams[i].total;
        m_streams[i].observations += added.m_streams[i].observations;
    }
    m_first = std::min(m_first, added.m_first);
    m_newest = std::max(m_newest, added.m_newest);
    return {};
}

void KeySketch::keepOnly(const KeyRange& range)
{
    for (Stream& stream : m_streams) {
        double inside = 0;
        for (const WeightedKey& key : stream.sample.weighted()) {
            inside += range.contains(key.key) ? key.weight : 0;
        }
        stream.total *= inside;
        stream.observations = static_cast<std::uint64_t>(
            std::llround(static_cast<double>(stream.observations) * inside));
        stream.sample.keepOnly(range);
        stream.heavy.keepOnly(range);
    }
}

double KeySketch::weight(KeyUse use, WallTime now) const
{
    if (use == KeyUse::All) {
        return weight(KeyUse::Reads, now) + weight(KeyUse::Writes, now);
    }
    return m_newest == WallTime() ? 0
                                  : stream(use).total * std::exp2(-ages(std::max(now, m_newest)));
}

double KeySketch::rate(KeyUse use, WallTime now) const
{
    const auto measured =
        std::max<std::chrono::microseconds>(now - m_first, std::chrono::seconds(1));
    const double window = std::chrono::duration<double>(m_options.halfLife).count() /
                          std::numbers::ln2 *
                          -std::expm1(-halfLives(measured, m_options.halfLife) * std::numbers::ln2);
    return weight(use, now) / window;
}

std::uint64_t KeySketch::observations(KeyUse use) const
{
    return use == KeyUse::All ? m_streams[0].observations + m_streams[1].observations
                              : stream(use).observations;
}

std::vector<KeyShare> KeySketch::top(KeyUse use, std::size_t limit) const
{
    struct Parts
    {
        double reads = 0;
        double writes = 0;
        double atMost = 0;
    };
    std::map<Key, Parts> keys;
    double total = 0;
    for (const KeyUse one : {KeyUse::Reads, KeyUse::Writes}) {
        if (use != KeyUse::All && use != one) {
            continue;
        }
        total += stream(one).total;
        for (HeavyKey& key : stream(one).heavy.top(kTopKeys)) {
            Parts& parts = keys[std::move(key.key)];
            (one == KeyUse::Reads ? parts.reads : parts.writes) += key.least();
            parts.atMost += key.count;
        }
    }
    std::vector<KeyShare> shares;
    for (const auto& [key, parts] : keys) {
        const double least = parts.reads + parts.writes;
        shares.push_back({key, std::min(1.0, least / total), std::min(1.0, parts.atMost / total),
                          parts.reads / least});
    }
    std::stable_sort(shares.begin(), shares.end(),
                     [](const KeyShare& a, const KeyShare& b) { return a.share > b.share; });
    shares.resize(std::min(shares.size(), limit));
    return shares;
}

std::vector<WeightedKey> KeySketch::keys(KeyUse use) const
{
    if (use != KeyUse::All) {
        return stream(use).sample.weighted();
    }
    const double total = m_streams[0].total + m_streams[1].total;
    std::map<Key, double> sums;
    for (const Stream& stream : m_streams) {
        for (WeightedKey& key : stream.sample.weighted()) {
            sums[std::move(key.key)] += total > 0 ? key.weight * stream.total / total : 0;
        }
    }
    std::vector<WeightedKey> all;
    all.reserve(sums.size());
    for (const auto& [key, weight] : sums) {
        all.push_back({key, weight});
    }
    return all;
}

std::vector<KeyQuantile> KeySketch::quantiles(KeyUse use, std::size_t count) const
{
    std::vector<KeyQuantile> quantiles;
    double below = 0;
    std::size_t next = 1;
    const std::vector<WeightedKey> sampled = keys(use);
    for (std::size_t i = 0; i < sampled.size() && next <= count; ++i) {
        const double step = 1.0 / static_cast<double>(count + 1);
        // A cut before this key comes nearer to the wanted part than one before the next.
        const double middle = below + sampled[i].weight / 2;
        if (i > 0 && middle >= step * static_cast<double>(next)) {
            quantiles.push_back({sampled[i].key, below, sampled[i].weight});
            while (next <= count && middle >= step * static_cast<double>(next)) {
                ++next;
            }
        }
        below += sampled[i].weight;
    }
    return quantiles;
}

std::optional<double> KeySketch::below(KeyUse use, const Key& key) const
{
    const std::vector<WeightedKey> sampled = keys(use);
    if (sampled.empty()) {
        return std::nullopt;
    }
    double below = 0;
    for (const WeightedKey& one : sampled) {
        below += one.key < key ? one.weight : 0;
    }
    return std::min(below, 1.0);
}

std::size_t KeySketch::bytes() const
{
    std::size_t total = sizeof(*this);
    for (const Stream& stream : m_streams) {
        total += stream.sample.bytes() + stream.heavy.bytes();
    }
    return total;
}

std::string KeySketch::serialize() const
{
    std::string to;
    to.push_back(static_cast<char>(kVersion));
    appendBigEndian(to, static_cast<std::uint64_t>(m_options.halfLife.count()));
    for (const WallTime time : {m_landmark, m_first, m_newest}) {
        appendBigEndian(to, static_cast<std::uint64_t>(toUnixMicros(time)));
    }
    appendBigEndian(to, m_state);
    for (const Stream& stream : m_streams) {
        appendBigEndian(to, std::bit_cast<std::uint64_t>(stream.total));
        appendVarint(to, stream.observations);
        stream.sample.serialize(to);
        stream.heavy.serialize(to);
    }
    appendBigEndian(to, checksumOf(to));
    return to;
}

Result<KeySketch> KeySketch::deserialize(std::string_view bytes)
{
    const auto unreadable = [] {
        return makeError(Code::InvalidArgument, "this is no sketch of keys");
    };
    if (bytes.size() <= kChecksumBytes || bytes.front() != static_cast<char>(kVersion)) {
        return unreadable();
    }
    const std::string_view body = bytes.substr(0, bytes.size() - kChecksumBytes);
    if (loadBigEndian<std::uint64_t>(bytes.data() + body.size()) != checksumOf(body)) {
        return makeError(Code::DataLoss, "a sketch of keys is damaged");
    }
    ByteReader from(body.substr(1));
    constexpr std::uint64_t kLongest = std::uint64_t{1} << 40U; // milliseconds: 34 years
    const auto halfLife = from.takeBigEndian<std::uint64_t>();
    KeySketch sketch;
    for (WallTime* time : {&sketch.m_landmark, &sketch.m_first, &sketch.m_newest}) {
        const auto micros = static_cast<std::int64_t>(from.takeBigEndian<std::uint64_t>());
        if (micros < 0 || micros > std::int64_t{1} << 60U) {
            return unreadable();
        }
        *time = fromUnixMicros(micros);
    }
    sketch.m_state = from.takeBigEndian<std::uint64_t>();
    if (!from.ok() || halfLife == 0 || halfLife > kLongest) {
        return unreadable();
    }
    sketch.m_options.halfLife = std::chrono::milliseconds(halfLife);
    for (Stream& stream : sketch.m_streams) {
        stream.total = std::bit_cast<double>(from.takeBigEndian<std::uint64_t>());
        stream.observations = from.takeVarint();
        ISO_ASSIGN(stream.sample, KeySample::deserialize(from, kSampled));
        ISO_ASSIGN(stream.heavy, HeavyKeys::deserialize(from, kTopKeys));
        if (!std::isfinite(stream.total) || stream.total < 0) {
            return unreadable();
        }
    }
    if (!from.ok() || !from.atEnd()) {
        return unreadable();
    }
    return sketch;
}

} // namespace isotherm::heat

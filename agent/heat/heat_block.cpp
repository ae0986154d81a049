// SPDX-License-Identifier: Apache-2.0
#include "agent/heat/heat_block.h"

#include "agent/heat/log_codec.h"
#include "shared/base/byte_io.h"

#include <algorithm>

namespace isotherm::heat
{
namespace
{

constexpr char kVersion = '\x01';
constexpr char kMaxFollows = '\x01';
constexpr char kMaxIsMean = '\x00';
constexpr std::size_t kHeader = 1 + kCellsPerBlock * sizeof(std::uint16_t);
constexpr std::uint8_t kRunBit = 0x80;

using Codes = std::array<std::uint16_t, kBucketsPerBlock>;

std::size_t runLength(const Codes& codes, std::size_t from)
{
    std::size_t end = from + 1;
    while (end < codes.size() && codes[end] == codes[from]) {
        ++end;
    }
    return end - from;
}

/// Runs of three and more as (0x80 | length, code); what is between them as (length, code…).
void packCodes(std::string& to, const Codes& codes)
{
    std::size_t literal = 0; // codes before `at` that are not written yet
    const auto flush = [&](std::size_t at) {
        if (literal > 0) {
            to.push_back(static_cast<char>(literal));
            for (std::size_t i = at - literal; i < at; ++i) {
                appendBigEndian(to, codes[i]);
            }
            literal = 0;
        }
    };
    for (std::size_t at = 0; at < codes.size();) {
        const std::size_t run = runLength(codes, at);
        if (run >= 3) {
            flush(at);
            to.push_back(static_cast<char>(kRunBit | run));
            appendBigEndian(to, codes[at]);
        } else {
            literal += run;
        }
        at += run;
    }
    flush(codes.size());
}

bool unpackCodes(ByteReader& from, Codes& codes)
{
    std::size_t at = 0;
    while (at < codes.size()) {
        const auto token = from.takeBigEndian<std::uint8_t>();
        const std::size_t length = token & 0x7FU;
        if (!from.ok() || length == 0 || length > codes.size() - at) {
            return false;
        }
        if ((token & kRunBit) != 0) {
            const auto code = from.takeBigEndian<std::uint16_t>();
            std::fill_n(codes.begin() + static_cast<std::ptrdiff_t>(at), length, code);
        } else {
            for (std::size_t i = 0; i < length; ++i) {
                codes[at + i] = from.takeBigEndian<std::uint16_t>();
            }
        }
        at += length;
    }
    return from.ok();
}

bool isMissing(const CellBuckets& cell)
{
    return std::all_of(cell.mean.begin(), cell.mean.end(),
                       [](std::uint16_t code) { return code == LogCodec::kMissing; });
}

} // namespace

HeatBlockBuffer::HeatBlockBuffer() : m_cells(kCellsPerBlock)
{
    clearFrom(0);
}

void HeatBlockBuffer::clearFrom(std::size_t first)
{
    const auto offset = static_cast<std::ptrdiff_t>(std::min(first, kBucketsPerBlock));
    for (CellBuckets& cell : m_cells) {
        std::fill(cell.mean.begin() + offset, cell.mean.end(), LogCodec::kMissing);
        std::fill(cell.max.begin() + offset, cell.max.end(), LogCodec::kMissing);
    }
}

std::size_t HeatBlockBuffer::usedBuckets() const
{
    std::size_t used = 0;
    for (const CellBuckets& cell : m_cells) {
        for (std::size_t bucket = used; bucket < kBucketsPerBlock; ++bucket) {
            if (cell.mean[bucket] != LogCodec::kMissing) {
                used = bucket + 1;
            }
        }
    }
    return used;
}

std::string HeatBlockBuffer::pack() const
{
    std::string lengths(1, kVersion);
    std::string body;
    for (const CellBuckets& cell : m_cells) {
        const std::size_t before = body.size();
        if (!isMissing(cell)) {
            const bool same = cell.mean == cell.max;
            body.push_back(same ? kMaxIsMean : kMaxFollows);
            packCodes(body, cell.mean);
            if (!same) {
                packCodes(body, cell.max);
            }
        }
        appendBigEndian(lengths, static_cast<std::uint16_t>(body.size() - before));
    }
    return lengths + body;
}

Result<CellBuckets> unpackCell(std::string_view packed, std::size_t cell)
{
    const Error damaged = makeError(Code::Internal, "a block of heat history cannot be read");
    if (cell >= kCellsPerBlock || packed.size() < kHeader || packed.front() != kVersion) {
        return damaged;
    }
    const char* lengths = packed.data() + 1;
    std::size_t offset = kHeader;
    for (std::size_t i = 0; i < cell; ++i) {
        offset += loadBigEndian<std::uint16_t>(lengths + i * sizeof(std::uint16_t));
    }
    const auto length = loadBigEndian<std::uint16_t>(lengths + cell * sizeof(std::uint16_t));
    if (offset > packed.size() || length > packed.size() - offset) {
        return damaged;
    }
    CellBuckets buckets;
    buckets.mean.fill(LogCodec::kMissing);
    buckets.max.fill(LogCodec::kMissing);
    if (length == 0) {
        return buckets;
    }
    ByteReader reader(packed.substr(offset, length));
    const std::string_view flag = reader.take(1);
    if (!unpackCodes(reader, buckets.mean)) {
        return damaged;
    }
    if (flag.front() == kMaxIsMean) {
        buckets.max = buckets.mean;
    } else if (!unpackCodes(reader, buckets.max)) {
        return damaged;
    }
    return reader.atEnd() ? Result<CellBuckets>(buckets) : Result<CellBuckets>(damaged);
}

} // namespace isotherm::heat

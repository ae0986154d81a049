// SPDX-License-Identifier: Apache-2.0
#include "agent/repository/compression.h"

#include "agent/repository/fields.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <zstd.h>

namespace isotherm::repository
{
namespace
{

enum Codec : std::uint8_t { kStored = 0, kZstd = 1, kRepeated = 2 };

/// A zstd block of 128 KiB takes at least 4 bytes, so nothing expands more than this.
constexpr std::uint64_t kLargestExpansion = 32768;
constexpr std::uint64_t kExpansionFloor = 128ULL << 10U;
constexpr std::size_t kSmallestWorthCompressing = 48;
/// Above this many bits a byte, entropy coding saves less than it costs.
constexpr double kIncompressibleBits = 7.7;
constexpr int kLargestWindowLog = 27;

struct CompressorDeleter
{
    void operator()(ZSTD_CCtx* context) const { ZSTD_freeCCtx(context); }
};
struct DecompressorDeleter
{
    void operator()(ZSTD_DCtx* context) const { ZSTD_freeDCtx(context); }
};

bool canExpandTo(std::uint64_t stored, std::uint64_t raw)
{
    return raw <= kExpansionFloor || (raw - kExpansionFloor) / kLargestExpansion <= stored;
}

bool isOneByteRepeated(std::string_view raw)
{
    return raw.size() > 1 && std::memcmp(raw.data(), raw.data() + 1, raw.size() - 1) == 0;
}

constexpr std::size_t kPieces = 8;
constexpr std::size_t kPiece = 128;
constexpr std::size_t kMostSamples = (kPieces + 1) * kPiece;

/// n · log2(n) for every count that there can be.
const std::array<float, kMostSamples + 1>& weightedLogs()
{
    static const auto logs = [] {
        std::array<float, kMostSamples + 1> made{};
        for (std::size_t n = 1; n < made.size(); ++n) {
            made[n] = static_cast<float>(n) * std::log2(static_cast<float>(n));
        }
        return made;
    }();
    return logs;
}

/// Order-0 entropy of about 1 KiB of samples spread over `raw`, in bits a byte.
double sampledEntropy(std::string_view raw)
{
    std::array<std::uint32_t, 256> counts{};
    std::size_t samples = 0;
    const std::size_t step = std::max(raw.size() / kPieces, kPiece);
    for (std::size_t at = 0; at < raw.size(); at += step) {
        const std::string_view piece = raw.substr(at, kPiece);
        for (const char c : piece) {
            ++counts[static_cast<std::uint8_t>(c)];
        }
        samples += piece.size();
    }
    const auto& logs = weightedLogs();
    float known = 0;
    float seen = 0;
    for (const std::uint32_t count : counts) {
        known += logs[count];
        seen += count > 0 ? 1.0F : 0.0F;
    }
    const float bits = logs[samples] - known;
    // A finite sample underestimates entropy (Miller and Madow's correction).
    return static_cast<double>((bits + (seen - 1) * 0.72F) / static_cast<float>(samples));
}

} // namespace

struct Compression::State
{
    std::unique_ptr<ZSTD_CCtx, CompressorDeleter> compressor{ZSTD_createCCtx()};
    std::unique_ptr<ZSTD_DCtx, DecompressorDeleter> decompressor{ZSTD_createDCtx()};
    std::unique_ptr<char[]> scratch;
    std::size_t scratchSize = 0;

    /// Compresses into the scratch room; empty when it failed.
    std::string_view compress(std::string_view raw)
    {
        const std::size_t bound = ZSTD_compressBound(raw.size());
        if (bound > scratchSize) {
            scratch = std::make_unique_for_overwrite<char[]>(bound);
            scratchSize = bound;
        }
        const std::size_t stored =
            ZSTD_compress2(compressor.get(), scratch.get(), scratchSize, raw.data(), raw.size());
        return ZSTD_isError(stored) != 0 ? std::string_view()
                                         : std::string_view(scratch.get(), stored);
    }
};

Compression::Compression(int level) : m_state(std::make_unique<State>())
{
    ISO_CHECK(m_state->compressor && m_state->decompressor);
    ZSTD_CCtx* compressor = m_state->compressor.get();
    ZSTD_CCtx_setParameter(compressor, ZSTD_c_compressionLevel, level);
    ZSTD_CCtx_setParameter(compressor, ZSTD_c_checksumFlag, 0);
    ZSTD_CCtx_setParameter(compressor, ZSTD_c_contentSizeFlag, 0);
    ZSTD_DCtx_setParameter(m_state->decompressor.get(), ZSTD_d_windowLogMax, kLargestWindowLog);
}

Compression::~Compression() = default;
Compression::Compression(Compression&&) noexcept = default;
Compression& Compression::operator=(Compression&&) noexcept = default;

void Compression::appendStream(std::string& to, std::string_view raw, Hint hint)
{
    if (isOneByteRepeated(raw)) {
        to.push_back(kRepeated);
        appendVarint(to, raw.size());
        to.push_back(raw.front());
        return;
    }
    if (raw.size() >= kSmallestWorthCompressing &&
        (hint == Hint::Text || sampledEntropy(raw) < kIncompressibleBits)) {
        const std::string_view stored = m_state->compress(raw);
        if (!stored.empty() && stored.size() + stored.size() / 32 < raw.size()) {
            to.push_back(kZstd);
            appendVarint(to, raw.size());
            appendSized(to, stored);
            return;
        }
    }
    to.push_back(kStored);
    appendVarint(to, raw.size());
    to.append(raw);
}

bool Compression::inflate(std::string_view stored, std::uint64_t rawLength, char* to)
{
    const std::size_t got = ZSTD_decompressDCtx(m_state->decompressor.get(), to, rawLength,
                                                stored.data(), stored.size());
    return ZSTD_isError(got) == 0 && got == rawLength;
}

bool Compression::takeStream(ByteReader& from, std::uint64_t rawLength, char* to)
{
    const auto codec = from.takeBigEndian<std::uint8_t>();
    if (from.takeVarint() != rawLength || !from.ok()) {
        return false;
    }
    switch (codec) {
    case kStored: {
        const std::string_view bytes = from.take(rawLength);
        std::copy(bytes.begin(), bytes.end(), to);
        return from.ok();
    }
    case kZstd: {
        const std::string_view stored = from.takeSized();
        return from.ok() && inflate(stored, rawLength, to);
    }
    case kRepeated: {
        const std::string_view byte = from.take(1);
        if (!byte.empty()) {
            std::fill_n(to, rawLength, byte.front());
        }
        return from.ok();
    }
    default:
        return false;
    }
}

bool Compression::takeStream(ByteReader& from, std::uint64_t rawLength, ByteBuffer& to)
{
    ByteReader ahead = from;
    const auto codec = ahead.takeBigEndian<std::uint8_t>();
    if (ahead.takeVarint() != rawLength || !ahead.ok() ||
        (codec != kRepeated && !canExpandTo(ahead.remaining(), rawLength))) {
        return false;
    }
    to.clear();
    to.resize(rawLength);
    return takeStream(from, rawLength, to.data());
}

std::string Compression::packContainer(std::string_view raw)
{
    const std::string_view stored = m_state->compress(raw);
    const bool worth = !stored.empty() && stored.size() < raw.size();
    std::string packed(1, static_cast<char>(worth ? kZstd : kStored));
    appendVarint(packed, raw.size());
    packed.append(worth ? stored : raw);
    return packed;
}

Result<std::string> Compression::unpackContainer(std::string_view packed)
{
    ByteReader reader(packed);
    const auto codec = reader.takeBigEndian<std::uint8_t>();
    const std::uint64_t rawLength = reader.takeVarint();
    if (!reader.ok() || rawLength > kContainerLimit) {
        return malformedBytes("a container");
    }
    if (codec > kZstd) {
        return needsNewerVersion("a container has codec " + std::to_string(codec));
    }
    const std::string_view rest = reader.take(reader.remaining());
    if (codec == kStored ? rest.size() != rawLength : !canExpandTo(rest.size(), rawLength)) {
        return malformedBytes("a container");
    }
    if (codec == kStored) {
        return std::string(rest);
    }
    std::string raw(rawLength, '\0');
    if (!inflate(rest, rawLength, raw.data())) {
        return malformedBytes("a container");
    }
    return raw;
}

} // namespace isotherm::repository

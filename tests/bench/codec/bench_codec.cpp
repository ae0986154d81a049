// SPDX-License-Identifier: Apache-2.0
// Speed and ratio of the block codec against COPY's text form under zstd -3, on the same rows.
#include "agent/repository/block_codec.h"
#include "agent/repository/crypto.h"
#include "agent/repository/row_checksum.h"
#include "sample_rows.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <string>
#include <vector>
#include <zstd.h>

namespace isotherm::bench
{
namespace
{

using repository::Aead;
using repository::BlockBuilder;
using repository::BlockDecoder;
using repository::BlockExpectation;
using repository::RowChecksum;
using repository::SecretKey;

constexpr std::size_t kBlockBytes = std::size_t{1} << 20U;
constexpr std::size_t kRawBytes = std::size_t{96} << 20U;
constexpr int kRepetitions = 5;
const std::string kNonce(repository::kNonceBytes, '\0');

struct SealedBlock
{
    std::string bytes;
    BlockExpectation expected;
};

/// Counts this thread's CPU time: "per core" must not depend on what else the machine does.
class Stopwatch
{
public:
    [[nodiscard]] double seconds() const { return now() - m_start; }

private:
    static double now()
    {
        std::timespec time{};
        ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
        return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) * 1e-9;
    }

    double m_start = now();
};

double median(std::vector<double> values)
{
    std::sort(values.begin(), values.end());
    return values[values.size() / 2];
}

void fail(const Error& error)
{
    std::fprintf(stderr, "%s\n", error.text().c_str());
    std::exit(1);
}

/// Split into columns, encode, compress, encrypt.
std::vector<SealedBlock> encode(const RowBatch& rows, BlockBuilder& builder, Aead& aead)
{
    std::vector<SealedBlock> blocks;
    const auto close = [&] {
        SealedBlock block;
        block.expected = {builder.rows(), builder.rawBytes()};
        if (const Status status = aead.seal(kNonce, "bench", builder.finish(), block.bytes);
            !status.ok()) {
            fail(status.error());
        }
        blocks.push_back(std::move(block));
    };
    for (std::size_t i = 0; i < rows.rowCount(); ++i) {
        if (const Status status = builder.add(rows.row(i)); !status.ok()) {
            fail(status.error());
        }
        if (builder.rawBytes() >= kBlockBytes) {
            close();
        }
    }
    if (builder.rows() > 0) {
        close();
    }
    return blocks;
}

std::uint64_t decode(const std::vector<SealedBlock>& blocks, BlockDecoder& decoder, Aead& aead,
                     RowChecksum* checksum)
{
    std::uint64_t bytes = 0;
    RowBatch batch;
    for (const SealedBlock& block : blocks) {
        const auto plain = aead.open(kNonce, "bench", block.bytes);
        if (!plain.ok()) {
            fail(plain.error());
        }
        const Status status = decoder.decode(plain.value(), block.expected, batch);
        if (!status.ok()) {
            fail(status.error());
        }
        bytes += batch.bytes.size();
        if (checksum != nullptr) {
            checksum->add(batch);
        }
    }
    return bytes;
}

double compressText(const std::string& text, std::size_t& size)
{
    std::string to(ZSTD_compressBound(text.size()), '\0');
    const Stopwatch watch;
    size = ZSTD_compress(to.data(), to.size(), text.data(), text.size(), 3);
    return watch.seconds();
}

struct Line
{
    const char* metric;
    const char* unit;
    const char* peerName;
    double ours;
    double peer;
};

void print(const Line& line)
{
    std::printf(
        "{\"bench\":\"codec\",\"metric\":\"%s\",\"unit\":\"%s\",\"ours\":%.4g,\"peer\":%.4g,"
        "\"peer_name\":\"%s\",\"ratio\":%.4g,\"n\":%d}\n",
        line.metric, line.unit, line.ours, line.peer, line.peerName, line.ours / line.peer,
        kRepetitions);
}

void run(int level)
{
    SampleRows sample(7);
    RowBatch rows;
    std::string text;
    while (rows.bytes.size() < kRawBytes) {
        sample.next(rows, text);
    }
    Aead aead(SecretKey(std::string(repository::kKeyBytes, 'k')));
    BlockBuilder builder(SampleRows::schema().columns.size(), level);
    BlockDecoder decoder(SampleRows::schema().columns.size());
    const double megabytes = static_cast<double>(rows.bytes.size()) / 1e6;
    std::vector<double> encodeSpeeds;
    std::vector<double> decodeSpeeds;
    std::vector<double> textSpeeds;
    std::vector<double> checksumSpeeds;
    std::size_t textSize = 0;
    std::size_t stored = 0;
    for (int i = 0; i < kRepetitions; ++i) {
        const Stopwatch encoding;
        const std::vector<SealedBlock> blocks = encode(rows, builder, aead);
        encodeSpeeds.push_back(megabytes / encoding.seconds());
        stored = 0;
        for (const SealedBlock& block : blocks) {
            stored += block.bytes.size();
        }
        const Stopwatch decoding;
        decode(blocks, decoder, aead, nullptr);
        decodeSpeeds.push_back(megabytes / decoding.seconds());
        RowChecksum before;
        const Stopwatch summing;
        before.add(rows);
        checksumSpeeds.push_back(megabytes / summing.seconds());
        RowChecksum after;
        decode(blocks, decoder, aead, &after);
        if (!(before == after)) {
            fail(makeError(Code::Internal, "the decoded rows are not the encoded ones"));
        }
        textSpeeds.push_back(megabytes / compressText(text, textSize));
    }
    std::fprintf(stderr, "%zu rows, %.1f MB raw, %.1f MB text\n", rows.rowCount(), megabytes,
                 static_cast<double>(text.size()) / 1e6);
    print({"encode_speed", "MB/s of raw rows", "zstd -3 of COPY text", median(encodeSpeeds),
           median(textSpeeds)});
    print({"decode_speed", "MB/s of raw rows", "target", median(decodeSpeeds), 700});
    print({"checksum_speed", "MB/s of raw rows", "target", median(checksumSpeeds), 2000});
    print({"stored_bytes", "MB", "zstd -3 of COPY text", static_cast<double>(stored) / 1e6,
           static_cast<double>(textSize) / 1e6});
}

} // namespace
} // namespace isotherm::bench

int main(int argc, char** argv)
{
    isotherm::bench::run(argc > 1 ? std::atoi(argv[1]) : 1);
    return 0;
}

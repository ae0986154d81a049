// SPDX-License-Identifier: Apache-2.0
#include "tests/fuzz/decoder_targets.h"

#include "agent/repository/block_codec.h"
#include "agent/repository/manifest.h"
#include "agent/repository/repository_header.h"
#include "agent/repository/run_index.h"
#include "agent/repository/sealed_object.h"
#include "agent/repository/transaction_table.h"
#include "shared/base/byte_io.h"

#include <string>

namespace isotherm::fuzz
{
namespace
{

using namespace isotherm::repository;

/// What an index may claim here, so that runs of the fuzzer stay short.
constexpr std::uint64_t kLargestClaim = 8ULL << 20U;
constexpr std::uint64_t kMostClaimedColumns = 64;

/// The bytes as the content of a container that stores them as they are.
std::string asContainer(std::string_view bytes)
{
    std::string container(1, '\0');
    appendVarint(container, bytes.size());
    container += bytes;
    return container;
}

void checkIndex(std::string_view bytes)
{
    ByteReader reader(bytes);
    const auto blocksEnd = reader.takeBigEndian<std::uint16_t>();
    const auto index = decodeRunIndex(reader.take(reader.remaining()), blocksEnd);
    if (index.ok()) {
        ISO_CHECK(!index.value().blocks.empty() || !index.value().truncates.empty());
        ISO_CHECK(decodeRunIndex(encodeRunIndex(index.value()), blocksEnd).value() ==
                  index.value());
    }
}

void checkManifest(std::string_view bytes)
{
    const auto manifest = decodeManifest(bytes);
    if (manifest.ok()) {
        ISO_CHECK(decodeManifest(encodeManifest(manifest.value())).value() == manifest.value());
    }
}

} // namespace

void decodeAnyBlock(std::string_view bytes)
{
    ByteReader reader(bytes);
    (void)reader.takeBigEndian<std::uint8_t>();
    (void)reader.takeVarint();
    // The index says how many rows and bytes there must be: let it say what the block says.
    const BlockExpectation expected{reader.takeVarint(), reader.takeVarint()};
    const std::uint64_t columns = reader.takeVarint();
    if (!reader.ok() || columns > kMostClaimedColumns || expected.rawBytes > kLargestClaim ||
        expected.rows > kLargestClaim) {
        return;
    }
    BlockDecoder decoder(columns);
    RowBatch batch;
    std::vector<RowVersion> versions;
    std::string previousKeys;
    if (decoder.decode(bytes, expected, batch, &versions, &previousKeys).ok()) {
        ISO_CHECK(batch.rowCount() == expected.rows && batch.bytes.size() == expected.rawBytes);
        ISO_CHECK(versions.empty() || versions.size() == expected.rows);
        for (const RowVersion& version : versions) {
            ISO_CHECK(version.previousBegin + version.previousSize <= previousKeys.size());
        }
        for (std::size_t i = 0; i < batch.rowCount(); ++i) {
            ISO_CHECK(splitRow(batch.row(i), columns).ok());
        }
    }
}

void decodeAnyRunIndex(std::string_view bytes)
{
    checkIndex(bytes);
    if (bytes.size() >= 2) {
        checkIndex(std::string(bytes.substr(0, 2)) + asContainer(bytes.substr(2)));
    }
}

void decodeAnyRunEnds(std::string_view bytes)
{
    (void)decodeObjectHeader(bytes, ObjectKind::Run).ok();
    (void)decodeRepositoryHeader(bytes).ok();
    const auto trailer = decodeRunTrailer(bytes, bytes.size() * 1000);
    ISO_CHECK(!trailer.ok() ||
              trailer.value().indexOffset + trailer.value().indexBytes + kTrailerBytes ==
                  bytes.size() * 1000);
    // Past the checksums, which a fuzzer does not guess.
    if (bytes.size() >= kObjectHeaderBytes) {
        std::string header(bytes.substr(0, kObjectHeaderBytes - 8));
        header += shortCheck(header);
        (void)decodeObjectHeader(header, ObjectKind::Run).ok();
    }
    if (bytes.size() >= kDigestBytes) {
        std::string header(bytes.substr(0, bytes.size() - kDigestBytes));
        header += sha256(header);
        (void)decodeRepositoryHeader(header).ok();
    }
    if (bytes.size() >= kTrailerBytes) {
        std::string end(bytes.substr(0, kTrailerBytes - 8));
        end += shortCheck(end);
        const auto claimed = loadBigEndian<std::uint64_t>(end.data() + kObjectHeaderBytes + 16);
        (void)decodeRunTrailer(end, claimed).ok();
    }
}

void decodeAnyTransactions(std::string_view bytes)
{
    ByteReader reader(bytes);
    (void)reader.takeBigEndian<std::uint8_t>();
    (void)reader.takeVarint();
    TransactionFrame expected;
    expected.rows = reader.takeVarint();
    expected.raw = reader.takeVarint();
    if (!reader.ok() || expected.raw > kLargestClaim || expected.rows > kLargestClaim) {
        return;
    }
    const auto transactions = decodeTransactions(bytes, expected);
    ISO_CHECK(!transactions.ok() || transactions.value().size() == expected.rows);
}

void decodeAnyManifest(std::string_view bytes)
{
    checkManifest(bytes);
    checkManifest(asContainer(bytes));
}

} // namespace isotherm::fuzz

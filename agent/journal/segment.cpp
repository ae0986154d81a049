// SPDX-License-Identifier: Apache-2.0
#include "agent/journal/segment.h"

#include "shared/base/byte_io.h"

namespace isotherm::journal
{
namespace
{

constexpr std::string_view kMagic("\x89ISOJ\r\n\x1a", 8);
constexpr std::uint16_t kMajor = 1;
constexpr std::uint16_t kSuite = 1;
constexpr std::size_t kSaltBytes = 32;
constexpr std::size_t kCheckBytes = 8;
constexpr std::size_t kCheckedBytes = kSegmentHeaderBytes - kCheckBytes;
/// Below this packing wins nothing.
constexpr std::size_t kWorthPacking = 64;

std::string nonceOf(std::uint32_t number)
{
    std::string nonce(4, '\0');
    appendBigEndian(nonce, std::uint64_t{number});
    return nonce;
}

Error damaged(const char* what)
{
    return makeError(Code::DataLoss, std::string(what) + " of a journal segment is damaged",
                     "take full backups of the shards; the journal goes on behind it");
}

} // namespace

std::string SegmentHeader::encode() const
{
    ISO_CHECK(salt.size() == kSaltBytes && systemCheck.size() == kCheckBytes &&
              chain.size() == repository::kDigestBytes);
    std::string bytes(kMagic);
    appendBigEndian(bytes, kMajor);
    appendBigEndian(bytes, std::uint16_t{0});
    appendBigEndian(bytes, kSuite);
    appendBigEndian(bytes, std::uint16_t{0});
    appendBigEndian(bytes, number);
    appendBigEndian(bytes, static_cast<std::uint64_t>(toUnixMicros(created)));
    bytes += salt;
    appendBigEndian(bytes, start.get());
    appendBigEndian(bytes, timeline);
    appendBigEndian(bytes, epoch);
    bytes += systemCheck;
    bytes += chain;
    ISO_CHECK(bytes.size() == kCheckedBytes);
    return bytes + repository::shortCheck(bytes);
}

Result<SegmentHeader> decodeSegmentHeader(std::string_view bytes)
{
    if (bytes.size() < kSegmentHeaderBytes || bytes.substr(0, kMagic.size()) != kMagic ||
        bytes.substr(kCheckedBytes, kCheckBytes) !=
            repository::shortCheck(bytes.substr(0, kCheckedBytes))) {
        return damaged("the header");
    }
    ByteReader reader(bytes.substr(kMagic.size()));
    const auto major = reader.takeBigEndian<std::uint16_t>();
    (void)reader.takeBigEndian<std::uint16_t>();
    const auto suite = reader.takeBigEndian<std::uint16_t>();
    const auto flags = reader.takeBigEndian<std::uint16_t>();
    if (major != kMajor || suite != kSuite || flags != 0) {
        return makeError(Code::Unimplemented, "the journal was written by a newer version",
                         "use that version, or a newer one");
    }
    SegmentHeader header;
    header.number = reader.takeBigEndian<std::uint64_t>();
    header.created =
        fromUnixMicros(static_cast<std::int64_t>(reader.takeBigEndian<std::uint64_t>()));
    header.salt = reader.take(kSaltBytes);
    header.start = Lsn(reader.takeBigEndian<std::uint64_t>());
    header.timeline = reader.takeBigEndian<std::uint32_t>();
    header.epoch = reader.takeBigEndian<std::uint32_t>();
    header.systemCheck = reader.take(kCheckBytes);
    header.chain = reader.take(repository::kDigestBytes);
    return header;
}

Result<FrameHead> decodeFrameHead(std::string_view bytes)
{
    ByteReader reader(bytes);
    FrameHead head;
    head.cipherBytes = reader.takeBigEndian<std::uint32_t>();
    head.number = reader.takeBigEndian<std::uint32_t>();
    const auto kind = reader.takeBigEndian<std::uint8_t>();
    const std::string_view zeros = reader.take(3);
    if (!reader.ok() || kind < 1 || kind > 6 || zeros != std::string_view("\0\0\0", 3)) {
        return damaged("a frame");
    }
    head.kind = static_cast<FrameKind>(kind);
    return head;
}

Result<SegmentCipher> SegmentCipher::make(const repository::SecretKey& key,
                                          const SegmentHeader& header)
{
    const std::string info =
        "isotherm journal segment v1" + header.encode().substr(0, kCheckedBytes);
    ISO_ASSIGN(const repository::SecretKey segmentKey, repository::hkdfKey(key, header.salt, info));
    return SegmentCipher(repository::Aead(segmentKey));
}

Status SegmentCipher::seal(FrameKind kind, std::uint32_t number, std::string_view content,
                           std::string& to)
{
    std::string plain(1, '\0');
    if (content.size() >= kWorthPacking && content.size() <= repository::kContainerLimit) {
        plain[0] = '\1';
        plain += m_compression.packContainer(content);
    } else {
        plain += content;
    }
    if (plain.size() > 0xFFFFFFFFU) {
        return makeError(Code::ResourceExhausted, "a row is too large for the journal");
    }
    std::string head;
    appendBigEndian(head, static_cast<std::uint32_t>(plain.size()));
    appendBigEndian(head, number);
    head.push_back(static_cast<char>(kind));
    head.append(3, '\0');
    to += head;
    return m_aead.seal(nonceOf(number), head, plain, to);
}

Result<Frame> SegmentCipher::open(std::string_view bytes)
{
    Frame frame;
    ISO_ASSIGN(frame.head, decodeFrameHead(bytes));
    if (bytes.size() != frame.head.frameBytes()) {
        return damaged("a frame");
    }
    auto plain = m_aead.open(nonceOf(frame.head.number), bytes.substr(0, kFrameHeaderBytes),
                             bytes.substr(kFrameHeaderBytes));
    if (!plain.ok() || plain->empty()) {
        return damaged("a frame");
    }
    if (plain->front() == '\0') {
        frame.content = plain->substr(1);
    } else {
        ISO_ASSIGN(frame.content,
                   m_compression.unpackContainer(std::string_view(*plain).substr(1)));
    }
    return frame;
}

void Chain::add(std::string_view frame)
{
    repository::Sha256 digest;
    digest.add(m_value);
    digest.add(frame.substr(frame.size() - repository::kTagBytes));
    m_value = digest.finish();
}

} // namespace isotherm::journal

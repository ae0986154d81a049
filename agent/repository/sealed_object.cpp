// SPDX-License-Identifier: Apache-2.0
#include "agent/repository/sealed_object.h"

#include "agent/repository/fields.h"
#include "shared/base/byte_io.h"

namespace isotherm::repository
{
namespace
{

constexpr std::uint16_t kMajorVersion = 1;
constexpr std::uint16_t kCipherSuite = 1;
constexpr std::size_t kCheckedHeaderBytes = 88;
constexpr std::string_view kKeyPurpose = "isotherm object v1";
constexpr std::uint8_t kLastFrame = 1;

std::string magicOf(ObjectKind kind)
{
    std::string magic("\x89ISO?\r\n\x1A", 8);
    magic[4] = static_cast<char>(kind);
    return magic;
}

std::string nonceOf(std::uint32_t number)
{
    std::string nonce(4, '\0');
    appendBigEndian(nonce, std::uint64_t{number});
    return nonce;
}

FrameKind soleFrameKind(ObjectKind kind)
{
    return kind == ObjectKind::Manifest ? FrameKind::Manifest : FrameKind::GarbageMark;
}

} // namespace

std::string ObjectHeader::encode() const
{
    ISO_CHECK(repositoryId.size() == kIdBytes && objectId.size() == kIdBytes &&
              salt.size() == kKeyBytes);
    std::string bytes = magicOf(kind);
    appendBigEndian(bytes, kMajorVersion);
    appendBigEndian(bytes, minorVersion);
    appendBigEndian(bytes, kCipherSuite);
    appendBigEndian(bytes, std::uint16_t{0});
    bytes += repositoryId + objectId + salt;
    appendBigEndian(bytes, static_cast<std::uint64_t>(toUnixMicros(created)));
    bytes += shortCheck(bytes);
    return bytes;
}

Result<ObjectHeader> decodeObjectHeader(std::string_view bytes, ObjectKind kind)
{
    if (bytes.size() != kObjectHeaderBytes || !bytes.starts_with(magicOf(kind)) ||
        shortCheck(bytes.substr(0, kCheckedHeaderBytes)) != bytes.substr(kCheckedHeaderBytes)) {
        return makeError(Code::DataLoss, "the object's header is damaged");
    }
    ByteReader reader(bytes.substr(8));
    const auto major = reader.takeBigEndian<std::uint16_t>();
    const auto minor = reader.takeBigEndian<std::uint16_t>(); // a greater one stays readable
    const auto suite = reader.takeBigEndian<std::uint16_t>();
    const auto flags = reader.takeBigEndian<std::uint16_t>();
    if (major != kMajorVersion || suite != kCipherSuite || flags != 0) {
        return needsNewerVersion("the object's format is " + std::to_string(major) +
                                 " with cipher suite " + std::to_string(suite));
    }
    ObjectHeader header;
    header.kind = kind;
    header.minorVersion = minor;
    header.repositoryId = reader.take(kIdBytes);
    header.objectId = reader.take(kIdBytes);
    header.salt = reader.take(kKeyBytes);
    header.created =
        fromUnixMicros(static_cast<std::int64_t>(reader.takeBigEndian<std::uint64_t>()));
    return header;
}

Result<ObjectHeader> makeObjectHeader(const RepositoryKeys& keys, ObjectKind kind, WallTime created)
{
    ObjectHeader header;
    header.kind = kind;
    header.repositoryId = keys.repositoryId;
    header.created = created;
    ISO_ASSIGN(header.objectId, randomBytes(kIdBytes));
    ISO_ASSIGN(header.salt, randomBytes(kKeyBytes));
    return header;
}

std::string FrameHeader::encode() const
{
    std::string bytes;
    appendBigEndian(bytes, cipherBytes);
    appendBigEndian(bytes, number);
    bytes.push_back(static_cast<char>(kind));
    bytes.push_back(static_cast<char>(last ? kLastFrame : 0));
    bytes.append(2, '\0');
    return bytes;
}

Result<ObjectCipher> ObjectCipher::make(const RepositoryKeys& keys, const ObjectHeader& header)
{
    if (header.repositoryId != keys.repositoryId) {
        return makeError(Code::DataLoss, "the object belongs to another repository");
    }
    std::string info(kKeyPurpose);
    info += header.encode().substr(0, kCheckedHeaderBytes);
    ISO_ASSIGN(const SecretKey key, hkdfKey(keys.dataKey, header.salt, info));
    return ObjectCipher(Aead(key), header.objectId);
}

Status ObjectCipher::seal(const FrameWanted& frame, std::string_view context,
                          std::string_view plain, std::string& to)
{
    const std::string header =
        FrameHeader{plain.size(), frame.number, frame.kind, frame.last}.encode();
    to += header;
    return m_aead.seal(nonceOf(frame.number), m_objectId + header + std::string(context), plain,
                       to);
}

Result<std::string> ObjectCipher::open(const FrameWanted& wanted, std::string_view context,
                                       std::string_view frame)
{
    if (frame.size() < kFrameOverhead) {
        return makeError(Code::DataLoss, "the frame is too short");
    }
    const std::string header =
        FrameHeader{frame.size() - kFrameOverhead, wanted.number, wanted.kind, wanted.last}
            .encode();
    if (frame.substr(0, kFrameHeaderBytes) != header) {
        return makeError(Code::DataLoss, "the frame's header is damaged or of another frame");
    }
    return m_aead.open(nonceOf(wanted.number), m_objectId + header + std::string(context),
                       frame.substr(kFrameHeaderBytes));
}

Result<std::string> sealSmallObject(const RepositoryKeys& keys, ObjectKind kind,
                                    std::string_view name, std::string_view plain, WallTime created)
{
    ISO_ASSIGN(const ObjectHeader header, makeObjectHeader(keys, kind, created));
    ISO_ASSIGN(ObjectCipher cipher, ObjectCipher::make(keys, header));
    std::string bytes = header.encode();
    ISO_TRY(cipher.seal({0, soleFrameKind(kind), true}, name, plain, bytes));
    return bytes;
}

Result<std::string> openSmallObject(const RepositoryKeys& keys, ObjectKind kind,
                                    std::string_view name, std::string_view bytes)
{
    ISO_ASSIGN(const ObjectHeader header,
               decodeObjectHeader(bytes.substr(0, kObjectHeaderBytes), kind));
    ISO_ASSIGN(ObjectCipher cipher, ObjectCipher::make(keys, header));
    return cipher.open({0, soleFrameKind(kind), true}, name, bytes.substr(kObjectHeaderBytes));
}

} // namespace isotherm::repository

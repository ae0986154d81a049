// SPDX-License-Identifier: Apache-2.0
#include "agent/repository/repository_header.h"

#include "agent/repository/fields.h"
#include "shared/base/byte_io.h"

namespace isotherm::repository
{
namespace
{

constexpr std::string_view kMagic("\x89ISOH\r\n\x1A", 8);
constexpr std::uint16_t kMajorVersion = 1;
constexpr std::uint16_t kMinorVersion = 0;
constexpr std::uint16_t kCipherSuite = 1;
constexpr std::size_t kSaltBytes = 32;
constexpr std::size_t kNonceAt = 80;
constexpr std::size_t kAuthenticatedBytes = 92;
constexpr std::size_t kWrappedBytes = kKeyBytes + kTagBytes;
constexpr std::size_t kFixedBytes = 144;
constexpr std::size_t kLargestFields = 65536;

Error damagedHeader()
{
    return makeError(Code::DataLoss, "the repository header is damaged",
                     "the other copy is used if it is good; change the passphrase (the same one "
                     "will do) to write both again");
}

} // namespace

Result<std::string> wrapDataKey(const RepositoryHeader& header, const SecretKey& dataKey,
                                std::string_view passphrase)
{
    ISO_CHECK(header.repositoryId.size() == kIdBytes && header.scrypt.salt.size() == kSaltBytes);
    ISO_ASSIGN(const SecretKey wrapping, scryptKey(passphrase, header.scrypt));
    ISO_ASSIGN(const std::string nonce, randomBytes(kNonceBytes));
    std::string bytes(kMagic);
    appendBigEndian(bytes, kMajorVersion);
    appendBigEndian(bytes, kMinorVersion);
    appendBigEndian(bytes, kCipherSuite);
    appendBigEndian(bytes, std::uint16_t{0});
    bytes += header.repositoryId;
    appendBigEndian(bytes, static_cast<std::uint64_t>(toUnixMicros(header.created)));
    appendBigEndian(bytes, header.generation);
    bytes.push_back(static_cast<char>(header.scrypt.logN));
    bytes.push_back(static_cast<char>(header.scrypt.blockSize));
    bytes.push_back(static_cast<char>(header.scrypt.parallel));
    bytes.push_back('\0');
    bytes += header.scrypt.salt + nonce;
    const std::string authenticated = bytes;
    ISO_TRY(Aead(wrapping).seal(nonce, authenticated, dataKey.bytes(), bytes));
    appendBigEndian(bytes, std::uint32_t{0}); // no fields yet
    bytes += sha256(bytes);
    return bytes;
}

Result<RepositoryHeader> decodeRepositoryHeader(std::string_view bytes)
{
    if (bytes.size() < kFixedBytes + kDigestBytes || !bytes.starts_with(kMagic) ||
        sha256(bytes.substr(0, bytes.size() - kDigestBytes)) !=
            bytes.substr(bytes.size() - kDigestBytes)) {
        return damagedHeader();
    }
    ByteReader reader(bytes.substr(kMagic.size()));
    const auto major = reader.takeBigEndian<std::uint16_t>();
    (void)reader.takeBigEndian<std::uint16_t>(); // a greater minor version stays readable
    const auto suite = reader.takeBigEndian<std::uint16_t>();
    const auto flags = reader.takeBigEndian<std::uint16_t>();
    if (major != kMajorVersion || suite != kCipherSuite || flags != 0) {
        return needsNewerVersion("the repository's format is " + std::to_string(major) +
                                 " with cipher suite " + std::to_string(suite));
    }
    RepositoryHeader header;
    header.repositoryId = reader.take(kIdBytes);
    header.created =
        fromUnixMicros(static_cast<std::int64_t>(reader.takeBigEndian<std::uint64_t>()));
    header.generation = reader.takeBigEndian<std::uint32_t>();
    header.scrypt.logN = reader.takeBigEndian<std::uint8_t>();
    header.scrypt.blockSize = reader.takeBigEndian<std::uint8_t>();
    header.scrypt.parallel = reader.takeBigEndian<std::uint8_t>();
    (void)reader.takeBigEndian<std::uint8_t>();
    header.scrypt.salt = reader.take(kSaltBytes);
    (void)reader.take(kNonceBytes + kWrappedBytes);
    const auto fieldBytes = reader.takeBigEndian<std::uint32_t>();
    if (!header.scrypt.valid() || fieldBytes > kLargestFields ||
        reader.remaining() != fieldBytes + kDigestBytes) {
        return damagedHeader();
    }
    FieldReader fields(reader.take(fieldBytes));
    while (fields.next()) {
        fields.unknown();
    }
    ISO_TRY(fields.status("the repository header"));
    return header;
}

Result<RepositoryKeys> unwrapDataKey(std::string_view bytes, std::string_view passphrase)
{
    ISO_ASSIGN(const RepositoryHeader header, decodeRepositoryHeader(bytes));
    ISO_ASSIGN(const SecretKey wrapping, scryptKey(passphrase, header.scrypt));
    const auto plain = Aead(wrapping).open(bytes.substr(kNonceAt, kNonceBytes),
                                           bytes.substr(0, kAuthenticatedBytes),
                                           bytes.substr(kAuthenticatedBytes, kWrappedBytes));
    if (!plain.ok() || plain.value().size() != kKeyBytes) {
        return makeError(Code::Unauthenticated, "the passphrase does not open the repository",
                         "check repository.passphrase_file, and that the folder is the right one");
    }
    return RepositoryKeys{header.repositoryId, SecretKey(plain.value())};
}

} // namespace isotherm::repository

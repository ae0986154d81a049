// SPDX-License-Identifier: Apache-2.0
#include "agent/recovery/edit_format.h"

#include "agent/repository/schema_codec.h"

namespace isotherm::recovery::format
{
namespace
{

constexpr std::string_view kMagic("ISOEDIT\n", 8);
constexpr std::string_view kEndMagic("ISOEEND\n", 8);
constexpr std::uint16_t kMajor = 1;
constexpr std::size_t kCheckedBytes = 40;
constexpr std::uint8_t kHasExpected = 1;
constexpr std::uint8_t kHasWanted = 2;
constexpr std::uint8_t kLastKind = 3;
constexpr std::uint64_t kMostSections = 1'000'000;

} // namespace

std::string makeHeader(std::string_view salt, JobId job)
{
    std::string header(kMagic);
    appendBigEndian(header, kMajor);
    appendBigEndian(header, std::uint16_t{0});
    appendBigEndian(header, std::uint32_t{0});
    header += salt;
    appendBigEndian(header, job.get());
    header += repository::shortCheck(header);
    return header;
}

Status checkHeader(std::string_view header)
{
    if (header.size() != kHeaderBytes || !header.starts_with(kMagic) ||
        repository::shortCheck(header.substr(0, kCheckedBytes)) != header.substr(kCheckedBytes)) {
        return makeError(Code::DataLoss, "the edit file's header is damaged");
    }
    if (loadBigEndian<std::uint16_t>(header.data() + kMagic.size()) != kMajor) {
        return makeError(Code::Unimplemented, "the edit file was written by a newer version",
                         "start the newer version of the agent that wrote it");
    }
    return {};
}

Result<repository::Aead> cipherFor(const repository::SecretKey& key, std::string_view header)
{
    ISO_ASSIGN(const repository::SecretKey fileKey,
               repository::hkdfKey(key, header.substr(16, kSaltBytes), "edit file"));
    return repository::Aead(fileKey);
}

std::string nonceOf(std::uint64_t frame)
{
    std::string nonce(4, '\0');
    appendBigEndian(nonce, frame);
    return nonce;
}

std::string associated(std::string_view header, std::uint64_t frame, bool index)
{
    std::string bytes(header);
    appendBigEndian(bytes, frame);
    bytes.push_back(index ? '\1' : '\0');
    return bytes;
}

std::string makeTrailer(std::uint64_t offset, std::uint64_t length)
{
    std::string trailer;
    appendBigEndian(trailer, offset);
    appendBigEndian(trailer, length);
    trailer += kEndMagic;
    return trailer;
}

std::optional<Trailer> readTrailer(std::string_view bytes)
{
    if (bytes.size() != kTrailerBytes || bytes.substr(16) != kEndMagic) {
        return std::nullopt;
    }
    return Trailer{loadBigEndian<std::uint64_t>(bytes.data()),
                   loadBigEndian<std::uint64_t>(bytes.data() + 8)};
}

void appendRecord(std::string& to, const EditRecord& record)
{
    appendVarint(to, record.number);
    appendVarint(to, record.section);
    to.push_back(static_cast<char>(record.kind ? static_cast<std::uint8_t>(*record.kind) : 0));
    to.push_back(
        static_cast<char>((record.expected ? kHasExpected : 0) | (record.wanted ? kHasWanted : 0)));
    if (record.expected) {
        appendSized(to, *record.expected);
    }
    if (record.wanted) {
        appendSized(to, *record.wanted);
    }
}

std::optional<EditRecord> takeRecord(ByteReader& from)
{
    EditRecord record;
    record.number = from.takeVarint();
    record.section = static_cast<std::uint32_t>(from.takeVarint());
    const auto kind = from.takeBigEndian<std::uint8_t>();
    const auto flags = from.takeBigEndian<std::uint8_t>();
    if (!from.ok() || kind > kLastKind || flags > (kHasExpected | kHasWanted)) {
        return std::nullopt;
    }
    if (kind != 0) {
        record.kind = static_cast<RowDifference>(kind);
    }
    if ((flags & kHasExpected) != 0) {
        record.expected = std::string(from.takeSized());
    }
    if ((flags & kHasWanted) != 0) {
        record.wanted = std::string(from.takeSized());
    }
    return from.ok() ? std::optional(std::move(record)) : std::nullopt;
}

void appendSections(std::string& to, const std::vector<EditSection>& sections)
{
    appendVarint(to, sections.size());
    for (const EditSection& section : sections) {
        appendBigEndian(to, section.shard.get());
        appendBigEndian(to, section.target.leaf.objectId);
        appendBigEndian(to, section.target.leaf.generation);
        appendSized(to, section.target.leaf.schema);
        appendSized(to, section.target.leaf.name);
        appendSized(to, repository::encodeSchema(section.target.table));
        appendVarint(to, section.target.columns.size());
        for (const std::uint32_t column : section.target.columns) {
            appendVarint(to, column);
        }
    }
}

std::optional<std::vector<EditSection>> takeSections(ByteReader& from)
{
    const std::uint64_t count = from.takeVarint();
    if (!from.ok() || count > kMostSections) {
        return std::nullopt;
    }
    std::vector<EditSection> sections;
    for (std::uint64_t i = 0; i < count; ++i) {
        EditSection section;
        section.shard = ShardId(from.takeBigEndian<std::uint64_t>());
        section.target.leaf.objectId = from.takeBigEndian<std::uint64_t>();
        section.target.leaf.generation = from.takeBigEndian<std::uint64_t>();
        section.target.leaf.schema = std::string(from.takeSized());
        section.target.leaf.name = std::string(from.takeSized());
        auto schema = repository::decodeSchema(from.takeSized());
        const std::uint64_t columns = from.takeVarint();
        if (!from.ok() || !schema.ok() || columns > schema->columns.size()) {
            return std::nullopt;
        }
        section.target.table = std::move(*schema);
        for (std::uint64_t k = 0; k < columns; ++k) {
            const std::uint64_t column = from.takeVarint();
            if (column >= section.target.table.columns.size()) {
                return std::nullopt;
            }
            section.target.columns.push_back(static_cast<std::uint32_t>(column));
        }
        sections.push_back(std::move(section));
    }
    return from.ok() ? std::optional(std::move(sections)) : std::nullopt;
}

} // namespace isotherm::recovery::format

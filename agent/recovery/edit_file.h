// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/engine/row_edit.h"
#include "agent/repository/crypto.h"
#include "shared/base/file.h"
#include "shared/base/result.h"
#include "shared/base/units.h"
#include "shared/model/recovery_records.h"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// Edits on disk, as EDITFILE.md describes them.
namespace isotherm::recovery
{

/// Rows of one leaf.
struct EditSection
{
    ShardId shard;
    engine::EditTarget target;

    friend bool operator==(const EditSection&, const EditSection&) = default;
};

struct EditRecord
{
    std::uint64_t number = 0;
    std::uint32_t section = 0;
    std::optional<RowDifference> kind; ///< of a comparison
    std::optional<std::string> expected;
    std::optional<std::string> wanted;

    friend bool operator==(const EditRecord&, const EditRecord&) = default;
};

/// Not thread-safe. Destroyed before finish(), it leaves nothing.
class EditFileWriter
{
public:
    [[nodiscard]] static Result<std::unique_ptr<EditFileWriter>>
    create(const std::filesystem::path& path, JobId job, const repository::SecretKey& key);

    ~EditFileWriter();
    EditFileWriter(const EditFileWriter&) = delete;
    EditFileWriter& operator=(const EditFileWriter&) = delete;

    /// Its number for the records that follow.
    std::uint32_t addSection(EditSection section);
    /// Precondition: numbers ascend, the section was added. ResourceExhausted when the disk is
    /// full.
    [[nodiscard]] Status add(const EditRecord& record);
    [[nodiscard]] std::uint64_t records() const { return m_records; }
    /// Written and waiting to be.
    [[nodiscard]] ByteCount bytes() const { return ByteCount(m_offset + m_pending.size()); }
    /// The file is durable under its name after this.
    [[nodiscard]] Status finish();

private:
    struct Frame
    {
        std::uint64_t offset = 0;
        std::uint64_t length = 0;
        std::uint64_t first = 0;
        std::uint64_t last = 0;
        std::uint8_t kinds = 0;
        std::uint32_t lowestSection = 0;
        std::uint32_t highestSection = 0;
    };
    friend class EditFileReader;

    EditFileWriter(std::filesystem::path path, FileDescriptor file, std::string header,
                   repository::Aead aead);
    [[nodiscard]] Status flush();
    /// Its length on disk.
    [[nodiscard]] Result<std::uint64_t> appendFrame(std::string_view plain, bool index);
    [[nodiscard]] Status write(std::string_view bytes);

    const std::filesystem::path m_path;
    FileDescriptor m_file;
    const std::string m_header;
    repository::Aead m_aead;
    std::vector<EditSection> m_sections;
    std::vector<Frame> m_frames;
    Frame m_frame;
    std::string m_pending;
    std::uint64_t m_offset = 0;
    std::uint64_t m_records = 0;
    bool m_finished = false;
};

/// Not thread-safe; the file may be removed meanwhile.
class EditFileReader
{
public:
    /// NotFound; DataLoss when damaged or of another repository; Unimplemented for a newer version.
    [[nodiscard]] static Result<std::unique_ptr<EditFileReader>>
    open(const std::filesystem::path& path, const repository::SecretKey& key);

    [[nodiscard]] const std::vector<EditSection>& sections() const { return m_sections; }
    [[nodiscard]] std::uint64_t records() const { return m_records; }

    /// The next record will be the first with a higher number.
    void seek(std::uint64_t after);
    /// Frames without any of these are passed over unread; nothing set: all count. What comes may
    /// still be others.
    void wantKinds(std::uint8_t mask) { m_kinds = mask; }
    void wantSection(std::optional<std::uint32_t> section) { m_section = section; }
    /// nullopt: the end. DataLoss.
    [[nodiscard]] Result<std::optional<EditRecord>> next();

private:
    EditFileReader(FileDescriptor file, std::string header, repository::Aead aead);
    [[nodiscard]] Status loadIndex(std::uint64_t fileSize);
    [[nodiscard]] Status decodeIndex(std::string_view plain);
    [[nodiscard]] Result<std::string> readFrame(std::uint64_t offset, std::uint64_t length,
                                                std::uint64_t number, bool index);
    /// False: there is no further frame.
    [[nodiscard]] Result<bool> loadFrame();
    [[nodiscard]] bool wanted(const EditFileWriter::Frame& frame) const;

    FileDescriptor m_file;
    const std::string m_header;
    repository::Aead m_aead;
    std::vector<EditSection> m_sections;
    std::vector<EditFileWriter::Frame> m_frames;
    std::uint64_t m_records = 0;
    std::uint8_t m_kinds = 0;
    std::optional<std::uint32_t> m_section;
    std::uint64_t m_after = 0;
    std::size_t m_nextFrame = 0;
    std::string m_frame;
    std::size_t m_at = 0;
};

/// The key of a repository's edit files.
inline constexpr std::string_view kEditKeyPurpose = "recovery edits";

} // namespace isotherm::recovery

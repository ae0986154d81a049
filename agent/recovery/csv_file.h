// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "shared/base/file.h"
#include "shared/base/result.h"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace isotherm::recovery
{

/// One record as RFC 4180 has it, with "\n": NULL is an empty field, an empty text is "".
[[nodiscard]] std::string csvLine(const std::vector<std::optional<std::string>>& values);

/// A CSV file that is there as a whole or not at all: "<path>.part" until finish(). Not
/// thread-safe.
class CsvFile
{
public:
    /// AlreadyExists when there is such a file.
    [[nodiscard]] static Result<std::unique_ptr<CsvFile>>
    create(const std::filesystem::path& path, const std::vector<std::string>& columns);

    [[nodiscard]] Status add(const std::vector<std::optional<std::string>>& values);
    /// Syncs, reads everything back, compares, and gives the file its name. Returns the SHA-256 of
    /// its content, hexadecimal. DataLoss when the disk holds something else.
    [[nodiscard]] Result<std::string> finish();

private:
    CsvFile(std::filesystem::path path, FileDescriptor file);
    [[nodiscard]] Status write();

    struct Digest;
    const std::filesystem::path m_path;
    FileDescriptor m_file;
    std::shared_ptr<Digest> m_digest;
    std::string m_pending;
};

} // namespace isotherm::recovery

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "shared/base/result.h"

#include <filesystem>
#include <string>
#include <string_view>

namespace isotherm
{

/// Maps errno to our codes: ENOENT NotFound, EACCES/EPERM PermissionDenied, ENOSPC/EDQUOT
/// ResourceExhausted, … `what` says what was tried ("cannot write /x").
[[nodiscard]] Error errnoError(int errnoValue, std::string_view what);

/// The whole file. ResourceExhausted when it is larger than `limitBytes`.
[[nodiscard]] Result<std::string> readFile(const std::filesystem::path& path,
                                           std::size_t limitBytes = std::size_t{64} << 20U);

enum class FileMode : unsigned { Private = 0600, Shared = 0644 };

/// Replaces `path` so that a crash leaves the old content or the new, never a mixture:
/// temporary file → fsync → rename → fsync of the directory.
[[nodiscard]] Status writeFileDurably(const std::filesystem::path& path, std::string_view content,
                                      FileMode mode = FileMode::Shared);

/// Makes the names in `directory` durable.
[[nodiscard]] Status syncDirectory(const std::filesystem::path& directory);

/// An owned file descriptor, closed on destruction. -1 is "none".
class FileDescriptor
{
public:
    FileDescriptor() = default;
    explicit FileDescriptor(int fd) : m_fd(fd) {}
    ~FileDescriptor() { reset(); }
    FileDescriptor(FileDescriptor&& other) noexcept : m_fd(other.release()) {}
    FileDescriptor& operator=(FileDescriptor&& other) noexcept;
    FileDescriptor(const FileDescriptor&) = delete;
    FileDescriptor& operator=(const FileDescriptor&) = delete;

    [[nodiscard]] int get() const { return m_fd; }
    [[nodiscard]] int release();
    void reset();

private:
    int m_fd = -1;
};

} // namespace isotherm

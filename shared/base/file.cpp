// SPDX-License-Identifier: Apache-2.0
#include "shared/base/file.h"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

namespace isotherm
{
namespace
{

Status writeAll(int fd, std::string_view content)
{
    while (!content.empty()) {
        const ssize_t written = ::write(fd, content.data(), content.size());
        if (written < 0 && errno == EINTR) {
            continue;
        }
        if (written < 0) {
            return errnoError(errno, "write failed");
        }
        content.remove_prefix(static_cast<std::size_t>(written));
    }
    return {};
}

Status writeSynced(const std::filesystem::path& path, std::string_view content, FileMode mode)
{
    // What a crash left under this name may have another mode: it must not lend it to a secret.
    ::unlink(path.c_str());
    const FileDescriptor fd(
        ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, static_cast<mode_t>(mode)));
    if (fd.get() < 0) {
        return errnoError(errno, "cannot create " + path.string());
    }
    if (Status status = writeAll(fd.get(), content); !status.ok()) {
        return status.error().within(path.string());
    }
    if (::fsync(fd.get()) != 0) {
        return errnoError(errno, "cannot sync " + path.string());
    }
    return {};
}

} // namespace

Error errnoError(int errnoValue, std::string_view what)
{
    Error error{Code::Unavailable, std::string(what) + ": " + std::strerror(errnoValue), {}};
    switch (errnoValue) {
    case ENOENT:
    case ENOTDIR:
        error.code = Code::NotFound;
        break;
    case EACCES:
    case EPERM:
    case EROFS:
        error.code = Code::PermissionDenied;
        error.hint = "check the owner and mode of the file and its folders";
        break;
    case ENOSPC:
    case EDQUOT:
        error.code = Code::ResourceExhausted;
        error.hint = "free space on that file system; nothing that was acknowledged is lost";
        break;
    case EFBIG:
        error.code = Code::ResourceExhausted;
        error.hint = "raise the limit on the size of files (ulimit -f, LimitFSIZE)";
        break;
    case EEXIST:
        error.code = Code::AlreadyExists;
        break;
    case EINVAL:
    case ENAMETOOLONG:
        error.code = Code::InvalidArgument;
        break;
    default:
        break;
    }
    return error;
}

Result<std::string> readFile(const std::filesystem::path& path, std::size_t limitBytes)
{
    const FileDescriptor fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (fd.get() < 0) {
        return errnoError(errno, "cannot open " + path.string());
    }
    std::string content;
    constexpr std::size_t kChunk = 65536;
    for (;;) {
        const std::size_t used = content.size();
        content.resize(used + kChunk);
        const ssize_t got = ::read(fd.get(), content.data() + used, kChunk);
        content.resize(used + static_cast<std::size_t>(got > 0 ? got : 0));
        if (got == 0) {
            return content;
        }
        if (got < 0 && errno != EINTR) {
            return errnoError(errno, "cannot read " + path.string());
        }
        if (content.size() > limitBytes) {
            return makeError(Code::ResourceExhausted, path.string() + " is larger than expected");
        }
    }
}

Status writeFileDurably(const std::filesystem::path& path, std::string_view content, FileMode mode)
{
    std::filesystem::path temporary = path;
    // The thread's id: two threads may write the same file at once, and the last one wins.
    temporary += ".tmp." + std::to_string(::gettid());
    Status status = writeSynced(temporary, content, mode);
    if (status.ok() && ::rename(temporary.c_str(), path.c_str()) != 0) {
        status = errnoError(errno, "cannot rename to " + path.string());
    }
    if (!status.ok()) {
        ::unlink(temporary.c_str());
        return status;
    }
    return syncDirectory(path.has_parent_path() ? path.parent_path() : ".");
}

Status syncDirectory(const std::filesystem::path& directory)
{
    const FileDescriptor fd(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (fd.get() < 0 || ::fsync(fd.get()) != 0) {
        return errnoError(errno, "cannot sync the folder " + directory.string());
    }
    return {};
}

FileDescriptor& FileDescriptor::operator=(FileDescriptor&& other) noexcept
{
    if (this != &other) {
        reset();
        m_fd = other.release();
    }
    return *this;
}

int FileDescriptor::release()
{
    return std::exchange(m_fd, -1);
}

void FileDescriptor::reset()
{
    if (m_fd >= 0) {
        ::close(m_fd);
        m_fd = -1;
    }
}

} // namespace isotherm

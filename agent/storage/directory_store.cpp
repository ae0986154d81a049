// SPDX-License-Identifier: Apache-2.0
#include "agent/storage/directory_store.h"

#include "shared/base/file.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace isotherm::storage
{
namespace
{

namespace fs = std::filesystem;

constexpr const char* kUncommitted = ".uncommitted";
constexpr const char* kLockFile = ".lock";
constexpr mode_t kFolderMode = 0700;
constexpr mode_t kFileMode = 0600;
/// Dirty bytes after which the kernel is asked to start writing, so that the final fsync is short.
constexpr std::uint64_t kFlushStep = 4ULL << 20U;

/// Makes `folder` and its missing parents below `root`, each durable in its parent.
Status makeFolders(const fs::path& root, const fs::path& folder)
{
    if (::mkdir(folder.c_str(), kFolderMode) == 0) {
        return syncDirectory(folder.parent_path());
    }
    if (errno == EEXIST) {
        return {};
    }
    if (errno != ENOENT || folder == root) {
        return errnoError(errno, "cannot make the folder " + folder.string());
    }
    ISO_TRY(makeFolders(root, folder.parent_path()));
    return makeFolders(root, folder);
}

/// Gives `from` its final name without ever replacing a file.
Status renameWithoutReplacing(const fs::path& from, const fs::path& to)
{
    if (::renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), RENAME_NOREPLACE) == 0) {
        return {};
    }
    if (errno == EINVAL || errno == ENOSYS) { // a file system without it: a link refuses as well
        if (::link(from.c_str(), to.c_str()) == 0) {
            ::unlink(from.c_str());
            return {};
        }
    }
    return errnoError(errno, "cannot commit " + to.string());
}

class DirectoryWriter final : public ObjectWriter
{
public:
    DirectoryWriter(fs::path root, fs::path temporary, fs::path final, FileDescriptor fd)
        : m_root(std::move(root)), m_temporary(std::move(temporary)), m_final(std::move(final)),
          m_fd(std::move(fd))
    {
    }
    ~DirectoryWriter() override { discard(); }
    DirectoryWriter(const DirectoryWriter&) = delete;
    DirectoryWriter& operator=(const DirectoryWriter&) = delete;

    Status append(std::string_view bytes) override
    {
        if (m_fd.get() < 0) {
            return makeError(Code::FailedPrecondition, m_final.string() + " is no longer open");
        }
        while (!bytes.empty()) {
            const ssize_t written = ::write(m_fd.get(), bytes.data(), bytes.size());
            if (written < 0 && errno == EINTR) {
                continue;
            }
            if (written < 0) {
                const Error error = errnoError(errno, "cannot write " + m_temporary.string());
                discard();
                return error;
            }
            bytes.remove_prefix(static_cast<std::size_t>(written));
            m_written += static_cast<std::uint64_t>(written);
        }
        startWriteBack();
        return {};
    }

    Status commit() override
    {
        if (m_fd.get() < 0) {
            return makeError(Code::FailedPrecondition, m_final.string() + " is no longer open");
        }
        Status status = syncAndRename();
        if (!status.ok()) {
            discard();
            return status;
        }
        m_fd.reset();
        return syncDirectory(m_final.parent_path());
    }

private:
    Status syncAndRename()
    {
        if (::fsync(m_fd.get()) != 0) {
            return errnoError(errno, "cannot sync " + m_temporary.string());
        }
        ISO_TRY(makeFolders(m_root, m_final.parent_path()));
        return renameWithoutReplacing(m_temporary, m_final);
    }

    void startWriteBack()
    {
        if (m_written - m_flushed >= kFlushStep) {
            // Only a hint: its failure shows again, and is reported, at fsync.
            ::sync_file_range(m_fd.get(), static_cast<off64_t>(m_flushed),
                              static_cast<off64_t>(m_written - m_flushed), SYNC_FILE_RANGE_WRITE);
            m_flushed = m_written;
        }
    }

    void discard()
    {
        if (m_fd.get() >= 0) {
            ::unlink(m_temporary.c_str());
            m_fd.reset();
        }
    }

    fs::path m_root;
    fs::path m_temporary;
    fs::path m_final;
    FileDescriptor m_fd;
    std::uint64_t m_written = 0;
    std::uint64_t m_flushed = 0;
};

class DirectoryLock final : public StoreLock
{
public:
    DirectoryLock(fs::path path, FileDescriptor fd) : m_path(std::move(path)), m_fd(std::move(fd))
    {
    }

    Status check() override
    {
        struct ::stat held
        {
        };
        struct ::stat named
        {
        };
        if (::fstat(m_fd.get(), &held) != 0 || ::stat(m_path.c_str(), &named) != 0 ||
            held.st_ino != named.st_ino || held.st_dev != named.st_dev) {
            return makeError(Code::Unavailable, "the lock file " + m_path.string() + " was removed",
                             "restart the agent; do not delete files of the repository");
        }
        return {};
    }

private:
    fs::path m_path;
    FileDescriptor m_fd; ///< closing it releases the kernel's lock
};

std::string readHolder(int fd)
{
    std::array<char, 256> text{};
    const ssize_t got = ::pread(fd, text.data(), text.size(), 0);
    return got > 0 ? std::string(text.data(), static_cast<std::size_t>(got)) : "another writer";
}

/// Visits the files below `folder`; what vanishes meanwhile is skipped.
template <class Visit>
Status walkFiles(const fs::path& folder, const Visit& visit)
{
    std::error_code error;
    fs::directory_iterator entries(folder, error);
    for (; !error && entries != fs::directory_iterator(); entries.increment(error)) {
        if (entries->path().filename().native().starts_with('.')) {
            continue;
        }
        std::error_code typeError;
        if (entries->is_directory(typeError)) {
            ISO_TRY(walkFiles(entries->path(), visit));
        } else if (!typeError) {
            visit(entries->path());
        }
    }
    if (error && error != std::errc::no_such_file_or_directory &&
        error != std::errc::not_a_directory) {
        return errnoError(error.value(), "cannot list " + folder.string());
    }
    return {};
}

Result<std::string> readRange(int fd, std::uint64_t offset, std::uint64_t length)
{
    std::string bytes;
    bytes.resize(length);
    std::uint64_t done = 0;
    while (done < length) {
        const ssize_t got =
            ::pread(fd, bytes.data() + done, length - done, static_cast<off_t>(offset + done));
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got < 0) {
            return errnoError(errno, "cannot read");
        }
        if (got == 0) {
            return makeError(Code::OutOfRange, "it became shorter while it was read");
        }
        done += static_cast<std::uint64_t>(got);
    }
    return bytes;
}

} // namespace

DirectoryStore::DirectoryStore(std::filesystem::path root) : m_root(std::move(root)) {}

DirectoryStore::~DirectoryStore() = default;

Result<std::unique_ptr<DirectoryStore>> DirectoryStore::open(const std::filesystem::path& root)
{
    std::error_code error;
    const fs::path absolute = fs::absolute(root, error).lexically_normal();
    if (error) {
        return errnoError(error.value(), "cannot resolve " + root.string());
    }
    fs::path clean = absolute.has_filename() ? absolute : absolute.parent_path();
    ISO_TRY(makeFolders(clean, clean));
    ISO_TRY(makeFolders(clean, clean / kUncommitted));
    if (::access(clean.c_str(), R_OK | X_OK) != 0) {
        return errnoError(errno, "cannot read the folder " + clean.string());
    }
    return std::unique_ptr<DirectoryStore>(new DirectoryStore(std::move(clean)));
}

Result<std::unique_ptr<ObjectWriter>> DirectoryStore::create(const std::string& name)
{
    ISO_TRY(checkObjectName(name));
    const fs::path final = m_root / name;
    if (::access(final.c_str(), F_OK) == 0) {
        return makeError(Code::AlreadyExists, final.string() + " exists already");
    }
    std::string temporary = (m_root / kUncommitted / "XXXXXX").string();
    FileDescriptor fd(::mkostemp(temporary.data(), O_CLOEXEC));
    if (fd.get() < 0 || ::fchmod(fd.get(), kFileMode) != 0) {
        return errnoError(errno, "cannot create a file in " + (m_root / kUncommitted).string());
    }
    return std::unique_ptr<ObjectWriter>(
        std::make_unique<DirectoryWriter>(m_root, temporary, final, std::move(fd)));
}

Result<std::string> DirectoryStore::read(const std::string& name, std::uint64_t offset,
                                         std::uint64_t length)
{
    ISO_TRY(checkObjectName(name));
    const fs::path path = m_root / name;
    const FileDescriptor fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    struct ::stat info
    {
    };
    if (fd.get() < 0 || ::fstat(fd.get(), &info) != 0) {
        return errnoError(errno, "cannot open " + path.string());
    }
    if (!S_ISREG(info.st_mode)) {
        return makeError(Code::NotFound, path.string() + " is not a file");
    }
    const auto size = static_cast<std::uint64_t>(info.st_size);
    if (offset > size || length > size - offset) { // before memory is taken for a wild length
        return makeError(Code::OutOfRange,
                         path.string() + " has only " + std::to_string(size) + " bytes");
    }
    auto bytes = readRange(fd.get(), offset, length);
    return bytes.ok() ? std::move(bytes) : Result<std::string>(bytes.error().within(path.string()));
}

Result<ObjectInfo> DirectoryStore::stat(const std::string& name)
{
    ISO_TRY(checkObjectName(name));
    const fs::path path = m_root / name;
    struct ::stat info
    {
    };
    if (::stat(path.c_str(), &info) != 0) {
        return errnoError(errno, "cannot find " + path.string());
    }
    if (!S_ISREG(info.st_mode)) {
        return makeError(Code::NotFound, path.string() + " is not a file");
    }
    return ObjectInfo{name, ByteCount(static_cast<std::uint64_t>(info.st_size))};
}

Result<std::vector<ObjectInfo>> DirectoryStore::list(const std::string& prefix)
{
    const std::size_t slash = prefix.rfind('/');
    const std::string folder = slash == std::string::npos ? "" : prefix.substr(0, slash);
    if (!folder.empty()) {
        ISO_TRY(checkObjectName(folder));
    }
    std::vector<ObjectInfo> found;
    const std::size_t rootLength = m_root.native().size() + 1;
    ISO_TRY(walkFiles(folder.empty() ? m_root : m_root / folder, [&](const fs::path& path) {
        const std::string name = path.native().substr(rootLength);
        struct ::stat info
        {
        };
        if (name.starts_with(prefix) && ::stat(path.c_str(), &info) == 0 && S_ISREG(info.st_mode) &&
            checkObjectName(name).ok()) {
            found.push_back({name, ByteCount(static_cast<std::uint64_t>(info.st_size))});
        }
    }));
    std::sort(found.begin(), found.end(),
              [](const ObjectInfo& a, const ObjectInfo& b) { return a.name < b.name; });
    return found;
}

Status DirectoryStore::remove(const std::string& name)
{
    ISO_TRY(checkObjectName(name));
    const fs::path path = m_root / name;
    if (::unlink(path.c_str()) != 0) {
        return errno == ENOENT ? Status() : errnoError(errno, "cannot delete " + path.string());
    }
    // Durable before the caller goes on: what it deletes next may be what this object named.
    return syncDirectory(path.parent_path());
}

Result<std::uint32_t> DirectoryStore::removeLeftovers()
{
    std::uint32_t removed = 0;
    ISO_TRY(walkFiles(m_root / kUncommitted, [&removed](const fs::path& path) {
        removed += ::unlink(path.c_str()) == 0 ? 1 : 0;
    }));
    return removed;
}

Result<std::unique_ptr<StoreLock>> DirectoryStore::lockExclusive(const std::string& owner)
{
    const fs::path path = m_root / kLockFile;
    FileDescriptor fd(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, kFileMode));
    if (fd.get() < 0) {
        return errnoError(errno, "cannot open " + path.string());
    }
    if (::flock(fd.get(), LOCK_EX | LOCK_NB) != 0) {
        if (errno != EWOULDBLOCK) {
            return errnoError(errno, "cannot lock " + path.string());
        }
        return makeError(Code::FailedPrecondition,
                         m_root.string() + " is in use by " + readHolder(fd.get()),
                         "one agent writes to a repository; stop the other, or give this one a "
                         "folder of its own");
    }
    if (::ftruncate(fd.get(), 0) != 0 ||
        ::pwrite(fd.get(), owner.data(), owner.size(), 0) != static_cast<ssize_t>(owner.size())) {
        return errnoError(errno, "cannot write " + path.string());
    }
    return std::unique_ptr<StoreLock>(std::make_unique<DirectoryLock>(path, std::move(fd)));
}

std::optional<ByteCount> DirectoryStore::freeSpace()
{
    struct ::statvfs info
    {
    };
    if (::statvfs(m_root.c_str(), &info) != 0) {
        return std::nullopt;
    }
    return ByteCount(static_cast<std::uint64_t>(info.f_bavail) * info.f_frsize);
}

} // namespace isotherm::storage

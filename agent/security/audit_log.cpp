// SPDX-License-Identifier: Apache-2.0
#include "agent/security/audit_log.h"

#include "agent/security/crypto.h"

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

namespace isotherm::security
{
namespace
{

constexpr std::uint64_t kTailBytes = 128U << 10U; ///< more than the longest line
constexpr std::uint64_t kChunkBytes = 1U << 20U;

/// Orders the writers of several processes for as long as it lives.
class FileLock
{
public:
    explicit FileLock(int fd) : m_fd(fd)
    {
        while (::flock(m_fd, LOCK_EX) != 0 && errno == EINTR) {
        }
    }
    ~FileLock() { ::flock(m_fd, LOCK_UN); }
    FileLock(const FileLock&) = delete;
    FileLock& operator=(const FileLock&) = delete;

private:
    int m_fd;
};

Result<FileDescriptor> openForAudit(const std::filesystem::path& file, int flags)
{
    FileDescriptor fd(::open(file.c_str(), flags | O_RDWR | O_CREAT | O_CLOEXEC, 0600));
    if (fd.get() < 0) {
        return errnoError(errno, "cannot open the audit log " + file.string());
    }
    return fd;
}

/// Splits complete lines off the front of `text` and hands each to `take`, until it says false.
template <class Take>
bool takeLines(std::string& text, Take&& take)
{
    std::size_t begin = 0;
    for (std::size_t end = text.find('\n'); end != std::string::npos;
         end = text.find('\n', begin)) {
        if (!take(std::string_view(text).substr(begin, end - begin))) {
            return false;
        }
        begin = end + 1;
    }
    text.erase(0, begin);
    return true;
}

} // namespace

AuditLog::AuditLog(std::filesystem::path file, const Clock& clock, Log& log)
    : m_file(std::move(file)), m_clock(clock), m_log(log)
{
}

Result<std::unique_ptr<AuditLog>> AuditLog::open(const std::filesystem::path& file,
                                                 const Clock& clock, Log& log)
{
    std::unique_ptr<AuditLog> opened(new AuditLog(file, clock, log));
    const std::lock_guard guard(opened->m_mutex);
    ISO_TRY(opened->openFiles());
    const FileLock lock(opened->m_fd.get());
    ISO_TRY(opened->recover());
    return opened;
}

Status AuditLog::openFiles()
{
    ISO_ASSIGN(m_fd, openForAudit(m_file, O_APPEND));
    ISO_ASSIGN(m_headFd, openForAudit(m_file.string() + ".head", 0));
    return syncDirectory(m_file.has_parent_path() ? m_file.parent_path() : ".");
}

Result<std::uint64_t> AuditLog::fileSize() const
{
    struct stat info = {};
    if (::fstat(m_fd.get(), &info) != 0) {
        return errnoError(errno, "cannot look at " + m_file.string());
    }
    return static_cast<std::uint64_t>(info.st_size);
}

Result<std::string> AuditLog::readRange(std::uint64_t offset, std::uint64_t length) const
{
    std::string bytes(length, '\0');
    std::size_t used = 0;
    while (used < length) {
        const ssize_t got = ::pread(m_fd.get(), bytes.data() + used, length - used,
                                    static_cast<off_t>(offset + used));
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got < 0) {
            return errnoError(errno, "cannot read " + m_file.string());
        }
        if (got == 0) {
            break;
        }
        used += static_cast<std::size_t>(got);
    }
    bytes.resize(used);
    return bytes;
}

std::optional<AuditHead> AuditLog::readHead() const
{
    std::string text(128, '\0');
    const ssize_t got = ::pread(m_headFd.get(), text.data(), text.size(), 0);
    text.resize(static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
    return parseAuditHead(text);
}

/// Finds where the chain goes on. What was acknowledged (the head) is never given up: if the file
/// says otherwise, the chain continues behind the head, and verify() names the break.
Status AuditLog::recover()
{
    ISO_ASSIGN(const std::uint64_t size, fileSize());
    const std::uint64_t start = size > kTailBytes ? size - kTailBytes : 0;
    ISO_ASSIGN(const std::string tail, readRange(start, size - start));
    const std::optional<AuditHead> head = readHead();
    m_head = head.value_or(AuditHead{});
    m_size = size;

    const std::size_t complete = tail.rfind('\n');
    std::string_view last =
        complete == std::string::npos ? "" : std::string_view(tail).substr(0, complete);
    if (const std::size_t before = last.rfind('\n'); before != std::string_view::npos) {
        last.remove_prefix(before + 1);
    }
    const std::optional<AuditEntry> entry = checkAuditLine(last);
    if (entry && entry->sequence >= m_head.sequence) {
        m_head = {entry->sequence, entry->hash}; // a crash can leave the head one behind
    }
    const std::string_view torn =
        std::string_view(tail).substr(complete == std::string::npos ? 0 : complete + 1);
    if (!torn.empty()) {
        const bool present = m_head.sequence == 0 || (entry && entry->hash == m_head.hash);
        return mendTail(torn, present ? HeadEntry::Present : HeadEntry::Missing);
    }
    if (!head && size > 0) {
        m_log.warning("audit.head_missing", "the head of the audit log is missing or unreadable");
        ISO_TRY(appendLocked({.who = "agent",
                              .action = "audit.repair",
                              .target = m_file.filename().string(),
                              .outcome = "the head file was missing; written anew"}));
    }
    return {};
}

/// The last line has no newline. Behind the acknowledged head, a crash tore it: it goes, and an
/// entry says so; if only its newline is missing, it is completed. Where the head's own entry is
/// not in the file, the line may be what somebody left of it: it must stay visible.
Status AuditLog::mendTail(std::string_view torn, HeadEntry headEntry)
{
    AuditEvent repair{.who = "agent",
                      .action = "audit.repair",
                      .target = std::to_string(torn.size()) + " bytes, sha256 " + sha256Hex(torn)};
    const std::optional<AuditEntry> whole = checkAuditLine(torn, m_head);
    if (whole || headEntry == HeadEntry::Missing) {
        ISO_TRY(writeLine("\n"));
        m_head = whole ? AuditHead{whole->sequence, whole->hash} : m_head;
        repair.outcome = whole ? "the last line lacked its end; completed"
                               : "an acknowledged entry is damaged; kept as it is";
    } else {
        const std::uint64_t kept = m_size - torn.size();
        if (::ftruncate(m_fd.get(), static_cast<off_t>(kept)) != 0) {
            return errnoError(errno, "cannot cut the torn line off " + m_file.string());
        }
        m_size = kept;
        repair.outcome = "a line torn by a crash was cut off; it was never acknowledged";
    }
    m_log.warning("audit.repaired", repair.outcome, {{"target", repair.target}});
    ISO_TRY(appendLocked(repair));
    return {};
}

Status AuditLog::writeLine(std::string_view line)
{
    std::size_t written = 0;
    while (written < line.size()) {
        const ssize_t got = ::write(m_fd.get(), line.data() + written, line.size() - written);
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got < 0) {
            const Error error = errnoError(errno, "cannot write to the audit log");
            // Best effort: what cannot be cut off now is mended as a torn line at the next append.
            (void)!::ftruncate(m_fd.get(), static_cast<off_t>(m_size));
            return error;
        }
        written += static_cast<std::size_t>(got);
    }
    if (::fdatasync(m_fd.get()) != 0) {
        return errnoError(errno, "cannot sync the audit log");
    }
    m_size += line.size();
    return {};
}

Result<AuditEntry> AuditLog::appendLocked(const AuditEvent& event)
{
    AuditEntry entry{.sequence = m_head.sequence + 1,
                     .time = m_clock.wallNow(),
                     .who = event.who.empty() ? "-" : event.who,
                     .role = event.role,
                     .action = event.action,
                     .target = event.target,
                     .outcome = event.outcome,
                     .peer = event.peer,
                     .hash = {}};
    const std::string line = encodeAuditLine(entry, m_head.hash);
    ISO_TRY(writeLine(line));
    m_head = {entry.sequence, entry.hash};
    const std::string head = encodeAuditHead(m_head);
    if (::pwrite(m_headFd.get(), head.data(), head.size(), 0) !=
        static_cast<ssize_t>(head.size())) {
        m_log.warning("audit.head_unwritten", "cannot write the head of the audit log",
                      {{"file", m_file.string() + ".head"}});
    }
    return entry;
}

Result<AuditEntry> AuditLog::append(const AuditEvent& event)
{
    const std::lock_guard guard(m_mutex);
    const FileLock lock(m_fd.get());
    ISO_ASSIGN(const std::uint64_t size, fileSize());
    if (size != m_size) { // another process appended, or somebody cut the file
        ISO_TRY(recover());
    }
    return appendLocked(event);
}

Result<std::vector<AuditEntry>> AuditLog::list(const AuditFilter& filter) const
{
    std::uint64_t begin = 0;
    {
        const std::lock_guard guard(m_mutex);
        const FileLock lock(m_fd.get());
        ISO_ASSIGN(begin, fileSize());
    }
    std::string text; // complete lines from `begin` on, once its first newline is passed
    auto wanted = static_cast<std::ptrdiff_t>(std::min<std::size_t>(filter.limit, 100'000));
    while (begin > 0 && std::count(text.begin(), text.end(), '\n') <= wanted) {
        const std::uint64_t length = std::min(begin, kChunkBytes);
        begin -= length;
        ISO_ASSIGN(const std::string chunk, readRange(begin, length));
        text.insert(0, chunk);
    }
    if (begin > 0) {
        text.erase(0, text.find('\n') + 1);
    }
    std::vector<AuditEntry> entries;
    takeLines(text, [&](std::string_view line) {
        AuditEntry entry = readAuditLine(line);
        if (entry.sequence > filter.afterSequence ||
            (entry.sequence == 0 && filter.afterSequence == 0)) {
            entries.push_back(std::move(entry));
        }
        return true;
    });
    if (entries.size() > static_cast<std::size_t>(wanted)) {
        entries.erase(entries.begin(), entries.end() - wanted);
    }
    return entries;
}

Result<AuditVerification> AuditLog::verify() const
{
    std::uint64_t size = 0;
    std::optional<AuditHead> head;
    {
        const std::lock_guard guard(m_mutex);
        const FileLock lock(m_fd.get());
        ISO_ASSIGN(size, fileSize());
        head = readHead();
    }
    AuditHead at;
    AuditVerification result{.intact = true, .entries = 0, .firstBad = 0};
    std::string text;
    for (std::uint64_t offset = 0; offset < size; offset += kChunkBytes) {
        ISO_ASSIGN(const std::string chunk,
                   readRange(offset, std::min(kChunkBytes, size - offset)));
        text += chunk;
        takeLines(text, [&](std::string_view line) {
            ++result.entries;
            const std::optional<AuditEntry> entry =
                result.intact ? checkAuditLine(line, at) : std::nullopt;
            if (entry) {
                at = {entry->sequence, entry->hash};
            } else if (result.intact) {
                result.intact = false;
                result.firstBad = at.sequence + 1;
            }
            return true;
        });
    }
    if (result.intact && !text.empty()) {
        result = {.intact = false, .entries = result.entries, .firstBad = at.sequence + 1};
    }
    if (result.intact && !head && size > 0) {
        result = {.intact = false, .entries = result.entries, .firstBad = at.sequence + 1};
    }
    if (result.intact && head && head->sequence > at.sequence) { // entries cut off at the end
        result = {.intact = false, .entries = result.entries, .firstBad = at.sequence + 1};
    }
    if (result.intact && head && head->sequence == at.sequence && head->hash != at.hash) {
        result = {.intact = false, .entries = result.entries, .firstBad = at.sequence};
    }
    return result;
}

} // namespace isotherm::security

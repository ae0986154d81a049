// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/security/audit_chain.h"
#include "shared/base/clock.h"
#include "shared/base/file.h"
#include "shared/base/log.h"
#include "shared/base/result.h"
#include "shared/model/agent_service.h"
#include "shared/model/records.h"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace isotherm::security
{

/// What somebody did or tried.
struct AuditEvent
{
    std::string who = "-"; ///< certificate name, "agent", or "-" when unknown
    std::string role = {};
    std::string action = {}; ///< "restore.run"
    std::string target = {};
    std::string outcome = {}; ///< "ok", "started", or the error
    std::string peer = {};
};

/// The record of every change and every refusal: `audit.jsonl`, one JSON object a line,
/// append-only, outside the managed database. Each entry carries the hash of the one before it, and
/// is on disk before append() returns. Beside it, `audit.jsonl.head` names the newest entry, so
/// that entries cut off at the end are missed too. Thread-safe, also between processes (the command
/// line appends while the agent runs). The format is in agent/security/AUDIT.md.
class AuditLog
{
public:
    /// Opens or creates `file`. A line torn by a crash is cut off and an entry says so. Never fails
    /// because an entry was tampered with: verify() names it, and the chain goes on behind it.
    [[nodiscard]] static Result<std::unique_ptr<AuditLog>> open(const std::filesystem::path& file,
                                                                const Clock& clock, Log& log);

    /// Durable when it returns. ResourceExhausted when the disk is full: the caller must then not
    /// carry out what it was about to do.
    [[nodiscard]] Result<AuditEntry> append(const AuditEvent& event);

    /// The newest `limit` entries after `afterSequence`, in ascending order. A damaged entry is
    /// shown with what can be read of it.
    [[nodiscard]] Result<std::vector<AuditEntry>> list(const AuditFilter& filter) const;

    /// Reads the whole chain.
    [[nodiscard]] Result<AuditVerification> verify() const;

private:
    AuditLog(std::filesystem::path file, const Clock& clock, Log& log);

    [[nodiscard]] Status openFiles();
    [[nodiscard]] Status recover();
    enum class HeadEntry { Present, Missing };
    [[nodiscard]] Status mendTail(std::string_view torn, HeadEntry headEntry);
    [[nodiscard]] Result<AuditEntry> appendLocked(const AuditEvent& event);
    [[nodiscard]] Status writeLine(std::string_view line);
    [[nodiscard]] Result<std::string> readRange(std::uint64_t offset, std::uint64_t length) const;
    [[nodiscard]] Result<std::uint64_t> fileSize() const;
    [[nodiscard]] std::optional<AuditHead> readHead() const;

    const std::filesystem::path m_file;
    const Clock& m_clock;
    Log& m_log;
    mutable std::mutex m_mutex;
    FileDescriptor m_fd;
    FileDescriptor m_headFd;
    std::uint64_t m_size = 0; ///< bytes of the file that m_head stands for
    AuditHead m_head;
};

} // namespace isotherm::security

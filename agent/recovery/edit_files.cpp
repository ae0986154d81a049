// SPDX-License-Identifier: Apache-2.0
#include "agent/recovery/edit_files.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <string>
#include <system_error>
#include <vector>

namespace isotherm::recovery
{
namespace
{

struct KeptFile
{
    std::filesystem::path path;
    std::filesystem::file_time_type written;
    std::uint64_t bytes = 0;
};

/// The job that a file's name begins with.
std::optional<JobId> jobOf(const std::filesystem::path& path)
{
    const std::string name = path.filename().string();
    std::uint64_t number = 0;
    const auto parsed = std::from_chars(name.data(), name.data() + name.size(), number);
    return parsed.ec == std::errc() ? std::optional(JobId(number)) : std::nullopt;
}

std::vector<KeptFile> filesIn(const std::filesystem::path& folder)
{
    std::vector<KeptFile> files;
    std::error_code failed;
    for (const auto& entry : std::filesystem::directory_iterator(folder, failed)) {
        std::error_code gone;
        const KeptFile file{entry.path(), entry.last_write_time(gone), entry.file_size(gone)};
        if (!gone) {
            files.push_back(file);
        }
    }
    std::sort(files.begin(), files.end(),
              [](const KeptFile& a, const KeptFile& b) { return a.written < b.written; });
    return files;
}

/// What the store says of a file that is gone.
Status forget(metadata::RecoveryStore& store, const std::filesystem::path& path)
{
    const auto job = jobOf(path);
    if (!job) {
        return {};
    }
    if (path.extension() == ".diff") {
        return store.removeDiff(*job);
    }
    auto receipt = store.receipt(*job);
    if (receipt.ok() && receipt->undoUntil) {
        receipt->undoUntil.reset();
        return store.putReceipt(*receipt);
    }
    return {};
}

} // namespace

std::filesystem::path EditFiles::diffPath(JobId job) const
{
    return m_folder / (std::to_string(job.get()) + ".diff");
}

std::filesystem::path EditFiles::undoPath(JobId job, std::size_t transaction) const
{
    return m_folder / (std::to_string(job.get()) + "-" + std::to_string(transaction) + ".undo");
}

Result<std::unique_ptr<EditFileWriter>> EditFiles::createDiff(JobId job) const
{
    return EditFileWriter::create(diffPath(job), job, m_key);
}

Result<std::unique_ptr<EditFileReader>> EditFiles::openDiff(JobId job) const
{
    auto reader = EditFileReader::open(diffPath(job), m_key);
    if (!reader.ok() && reader.error().code == Code::NotFound) {
        return makeError(Code::NotFound,
                         "the rows of comparison " + std::to_string(job.get()) +
                             " are not kept any more",
                         "take it again: isothermctl restore diff");
    }
    return reader;
}

Result<std::unique_ptr<EditFileWriter>> EditFiles::createUndo(JobId job,
                                                              std::size_t transaction) const
{
    return EditFileWriter::create(undoPath(job, transaction), job, m_key);
}

Result<std::unique_ptr<EditFileReader>> EditFiles::openUndo(JobId job,
                                                            std::size_t transaction) const
{
    auto reader = EditFileReader::open(undoPath(job, transaction), m_key);
    if (!reader.ok() && reader.error().code == Code::NotFound) {
        return makeError(Code::NotFound,
                         "the images for undoing job " + std::to_string(job.get()) +
                             " are not kept any more",
                         "compare with the moment before it: isothermctl restore diff --at");
    }
    return reader;
}

void EditFiles::removeUndo(JobId job) const
{
    for (const KeptFile& file : filesIn(m_folder)) {
        if (file.path.extension() == ".undo" && jobOf(file.path) == job) {
            std::error_code ignored;
            std::filesystem::remove(file.path, ignored);
        }
    }
}

Status EditFiles::tidy(metadata::RecoveryStore& store, WallTime now) const
{
    const std::vector<KeptFile> files = filesIn(m_folder);
    std::uint64_t total = 0;
    for (const KeptFile& file : files) {
        total += file.bytes;
    }
    const auto fileNow = std::filesystem::file_time_type::clock::now();
    for (const KeptFile& file : files) {
        const bool leftover =
            file.path.extension() == ".part" && fileNow - file.written > std::chrono::hours(1);
        const bool whole = file.path.extension() != ".part";
        const bool old = whole && fileNow - file.written > m_limits.keep;
        const bool tooMuch = whole && total > m_limits.total.get();
        if (!leftover && !old && !tooMuch) {
            continue;
        }
        std::error_code failed;
        std::filesystem::remove(file.path, failed);
        if (failed) {
            return errnoError(failed.value(), "cannot remove " + file.path.string());
        }
        total -= file.bytes;
        ISO_TRY(forget(store, file.path));
    }
    return store.prunePlans(now - m_limits.keepPlans);
}

} // namespace isotherm::recovery

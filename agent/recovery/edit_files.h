// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/metadata/recovery_store.h"
#include "agent/recovery/edit_file.h"
#include "shared/base/clock.h"
#include "shared/base/result.h"
#include "shared/base/units.h"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>

namespace isotherm::recovery
{

struct EditFileLimits
{
    std::chrono::hours keep{7 * 24};
    std::chrono::hours keepPlans{400 * 24}; ///< as long as what they did can be undone
    ByteCount total{4ULL << 30U};           ///< of all files; the oldest go first
    ByteCount ofOneDiff{1ULL << 30U};
};

/// The agent's edit files: what differed, and what was written over. Thread-safe.
class EditFiles
{
public:
    EditFiles(std::filesystem::path folder, repository::SecretKey key, EditFileLimits limits = {})
        : m_folder(std::move(folder)), m_key(std::move(key)), m_limits(limits)
    {
    }

    [[nodiscard]] const EditFileLimits& limits() const { return m_limits; }

    [[nodiscard]] Result<std::unique_ptr<EditFileWriter>> createDiff(JobId job) const;
    [[nodiscard]] Result<std::unique_ptr<EditFileReader>> openDiff(JobId job) const;
    /// Of one transaction of the job.
    [[nodiscard]] Result<std::unique_ptr<EditFileWriter>> createUndo(JobId job,
                                                                     std::size_t transaction) const;
    /// NotFound when the images are not kept any more.
    [[nodiscard]] Result<std::unique_ptr<EditFileReader>> openUndo(JobId job,
                                                                   std::size_t transaction) const;
    void removeUndo(JobId job) const;

    /// Removes what an interrupted writer left, files that are too old, and the oldest above the
    /// limit, with what the store says of them.
    [[nodiscard]] Status tidy(metadata::RecoveryStore& store, WallTime now) const;

private:
    [[nodiscard]] std::filesystem::path diffPath(JobId job) const;
    [[nodiscard]] std::filesystem::path undoPath(JobId job, std::size_t transaction) const;

    const std::filesystem::path m_folder;
    const repository::SecretKey m_key;
    const EditFileLimits m_limits;
};

} // namespace isotherm::recovery

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/storage/object_store.h"

#include <filesystem>
#include <memory>

namespace isotherm::storage
{

/// Objects as files below one folder; the '/' of a name makes subfolders.
///
/// Writing: a file in `.uncommitted/` → fsync → rename that refuses to replace → fsync of the
/// folders. So a file under an object's name is always complete, and everything in `.uncommitted/`
/// is a leftover. Files are 0600, folders 0700. The write lock is a kernel lock on `.lock`: it ends
/// with the process, however that dies. Thread-safe.
class DirectoryStore final : public ObjectStore
{
public:
    /// Opens `root`, and makes it when it is not there (its parent must be). PermissionDenied,
    /// NotFound, … as the file system says.
    [[nodiscard]] static Result<std::unique_ptr<DirectoryStore>>
    open(const std::filesystem::path& root);

    ~DirectoryStore() override;
    [[nodiscard]] Result<std::unique_ptr<ObjectWriter>> create(const std::string& name) override;
    [[nodiscard]] Result<std::string> read(const std::string& name, std::uint64_t offset,
                                           std::uint64_t length) override;
    [[nodiscard]] Result<ObjectInfo> stat(const std::string& name) override;
    [[nodiscard]] Result<std::vector<ObjectInfo>> list(const std::string& prefix) override;
    [[nodiscard]] Status remove(const std::string& name) override;
    [[nodiscard]] Result<std::uint32_t> removeLeftovers() override;
    [[nodiscard]] Result<std::unique_ptr<StoreLock>>
    lockExclusive(const std::string& owner) override;
    [[nodiscard]] std::optional<ByteCount> freeSpace() override;

    [[nodiscard]] const std::filesystem::path& root() const { return m_root; }

private:
    explicit DirectoryStore(std::filesystem::path root);

    std::filesystem::path m_root;
};

} // namespace isotherm::storage

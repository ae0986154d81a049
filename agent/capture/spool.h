// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/engine/change_stream.h"
#include "agent/repository/compression.h"
#include "agent/repository/crypto.h"
#include "shared/base/file.h"
#include "shared/base/result.h"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace isotherm::capture
{

/// A change or a marker that waits for its transaction's commit.
struct SpooledChange
{
    engine::ChangeKind kind = engine::ChangeKind::Insert; ///< Insert … Marker, Unreadable
    std::shared_ptr<const engine::ChangeRelation> relation;
    std::string_view row;
    std::string_view oldRow;
    const engine::SchemaMarker* marker = nullptr;
};

/// Changes of transactions that have not ended, in order, each transaction in a file of its own
/// once it is large. Memory: 8 MiB in all. Nothing in it survives the process: the server sends
/// what was not confirmed again. Encrypted under a key that only this object knows. Not
/// thread-safe.
class Spool
{
public:
    /// Removes what an earlier process left in `folder`.
    [[nodiscard]] static Result<std::unique_ptr<Spool>> open(const std::filesystem::path& folder);

    ~Spool();
    Spool(const Spool&) = delete;
    Spool& operator=(const Spool&) = delete;

    [[nodiscard]] Status add(std::uint64_t transaction, std::uint64_t part,
                             const SpooledChange& change);
    /// Takes back what the part did.
    void abortPart(std::uint64_t transaction, std::uint64_t part);
    void remove(std::uint64_t transaction);
    void clear();

    /// Object ids of the leaves that it changed; of its aborted parts perhaps some too many.
    [[nodiscard]] std::vector<std::uint64_t> leaves(std::uint64_t transaction) const;
    /// False: nothing of it is here.
    [[nodiscard]] bool has(std::uint64_t transaction) const { return m_open.contains(transaction); }

    /// Everything that was not taken back, in order. Views are good during the call.
    [[nodiscard]] Status replay(std::uint64_t transaction,
                                const std::function<Status(const SpooledChange&)>& take);

    [[nodiscard]] std::size_t openTransactions() const { return m_open.size(); }
    [[nodiscard]] ByteCount onDisk() const { return ByteCount(m_onDisk); }

private:
    struct Open
    {
        std::string buffer;
        FileDescriptor file; ///< none: all of it is in the buffer
        std::uint64_t fileBytes = 0;
        std::vector<std::shared_ptr<const engine::ChangeRelation>> relations;
        std::map<const engine::ChangeRelation*, std::uint64_t> relationIndexes;
        std::vector<engine::SchemaMarker> markers;
        std::set<std::uint64_t> aborted;
        std::map<std::uint64_t, std::set<std::uint64_t>> leavesOfParts;
    };

    Spool(std::filesystem::path folder, repository::SecretKey key);

    [[nodiscard]] Status flush(std::uint64_t transaction, Open& open);
    [[nodiscard]] Status flushLargest();
    [[nodiscard]] Result<std::string> readFrame(const Open& open, std::uint64_t& at);
    [[nodiscard]] Status replayRecords(const Open& open, std::string_view records,
                                       const std::function<Status(const SpooledChange&)>& take);

    std::filesystem::path m_folder;
    repository::Aead m_aead;
    repository::Compression m_compression;
    std::uint64_t m_nonce = 0;
    std::map<std::uint64_t, Open> m_open;
    std::size_t m_buffered = 0;
    std::uint64_t m_onDisk = 0;
};

} // namespace isotherm::capture

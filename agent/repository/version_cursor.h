// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/repository/run_file.h"
#include "agent/repository/version.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

namespace isotherm::repository
{

/// What to read of a delta run.
struct VersionRange
{
    KeyRange keys;
    Lsn upTo; ///< blocks whose versions are all younger are not read; others give all of theirs
    std::uint64_t readAhead = 1U << 20U; ///< bytes of blocks to read at once, and at least one
    std::size_t tag = 0;                 ///< the caller's name for the run
};

/// Walks the versions of one delta run by (key, newest first), block by block. Not thread-safe.
class VersionCursor
{
public:
    /// `store` must outlive the cursor.
    [[nodiscard]] static Result<std::unique_ptr<VersionCursor>>
    open(std::shared_ptr<const RunFile> run, const CountedStore& store, VersionRange range);

    [[nodiscard]] bool atEnd() const { return !loaded() && m_next == m_span.end; }
    /// True while versions of a decoded block are left.
    [[nodiscard]] bool loaded() const { return m_row < m_end; }
    /// Decodes the next block, which may turn out to have nothing in the range. Precondition:
    /// !loaded() && !atEnd().
    [[nodiscard]] Status load();

    /// Not above the key of the next version. Precondition: !atEnd().
    [[nodiscard]] std::string_view lowerBound() const;

    /// Valid until the next load(). Precondition: loaded().
    [[nodiscard]] VersionView current() const;
    void advance()
    {
        ++m_row;
        skipBlocks();
    }

    [[nodiscard]] std::size_t tag() const { return m_range.tag; }

private:
    VersionCursor(std::shared_ptr<const RunFile> run, const CountedStore& store,
                  VersionRange range);
    void skipBlocks();
    [[nodiscard]] Status readFrames();
    [[nodiscard]] Status makeKeys();
    void trimToRange();
    [[nodiscard]] std::string_view key(std::size_t row) const;

    std::shared_ptr<const RunFile> m_run;
    CountedStore m_store;
    VersionRange m_range;
    BlockSpan m_span;
    std::optional<ObjectCipher> m_cipher;
    BlockDecoder m_decoder;
    RowKeyEncoder m_keyEncoder;
    std::size_t m_next = 0; ///< block to load next
    std::string m_frames;   ///< frames read ahead
    std::size_t m_framesBegin = 0;
    std::size_t m_framesEnd = 0;
    DecodedVersions m_block;
    std::string m_keys;
    std::vector<std::size_t> m_keyEnds;
    std::size_t m_row = 0;
    std::size_t m_end = 0;
};

/// Merges delta runs by (key, newest first). Not thread-safe.
class VersionMerge
{
public:
    VersionMerge(std::vector<std::unique_ptr<VersionCursor>> cursors, std::stop_token stop);

    /// Goes to the first version, or to the next one. False at the end.
    [[nodiscard]] Result<bool> next();

    /// Valid until next().
    [[nodiscard]] const VersionView& current() const { return m_current; }
    /// Of the run that it is from.
    [[nodiscard]] std::size_t tag() const { return m_cursors.front()->tag(); }

private:
    void settleFront();

    std::vector<std::unique_ptr<VersionCursor>> m_cursors; ///< a heap, the first in front
    std::stop_token m_stop;
    VersionView m_current;
    bool m_started = false;
};

} // namespace isotherm::repository

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/engine/change_stream.h"
#include "shared/base/clock.h"
#include "shared/base/units.h"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

/// What the journal keeps, as plain values (JOURNAL.md).
namespace isotherm::journal
{

struct TransactionHeader
{
    std::uint64_t id = 0; ///< 64-bit: what Visibility::shows asks for
    Lsn commitLsn;
    Lsn endLsn;
    WallTime time{};
    bool otherOrigin = false;
    std::vector<std::uint64_t> leaves; ///< object ids of all leaves that it touched

    friend bool operator==(const TransactionHeader&, const TransactionHeader&) = default;
};

/// Commits in (after, until] are lost, for some leaves or for all.
struct Gap
{
    Lsn after;
    Lsn until;
    WallTime at{};                     ///< when it was found, by the agent's clock
    std::vector<std::uint64_t> leaves; ///< empty: all
    std::string reason;                ///< in words

    friend bool operator==(const Gap&, const Gap&) = default;
};

/// One making of the feed.
struct Epoch
{
    std::uint32_t number = 0; ///< 0: there was none yet
    std::uint32_t timeline = 0;
    Lsn start;
    std::uint64_t fence = 0; ///< see State
    std::string systemId;
    std::string identity; ///< engine::FeedState::identity

    friend bool operator==(const Epoch&, const Epoch&) = default;
};

struct TableState
{
    std::string name;
    bool captured = false;
    std::uint64_t fence = 0;
    Lsn since;
    std::string reason;     ///< why it is not captured, or what its history begins with
    std::string shape = {}; ///< engine::TableCoverage::shape, as last looked at …
    Lsn shapeAt = {};       ///< … when the journal had reached this

    friend bool operator==(const TableState&, const TableState&) = default;
};

/// What bases of a leaf had to be, until its history began once more: attached, rewritten, or
/// changes lost. One that was that goes on up to there.
struct EarlierBeginning
{
    std::uint64_t fence = 0; ///< the highest of its own, its table's and the epoch's
    std::uint64_t mustShow = 0;
    Lsn until; ///< the commit that began it anew

    friend bool operator==(const EarlierBeginning&, const EarlierBeginning&) = default;
};

/// A leaf of a captured table, whose history may start later than its table's: attached, rewritten
/// (then there is a transaction that its bases must show), or changes lost (then there is a fence).
struct LeafState
{
    std::uint64_t table = 0;
    std::uint64_t fence = 0;
    Lsn since;
    std::string reason;
    std::uint64_t mustShow = 0; ///< it had the leaf to itself: what shows it shows all before it
    std::vector<EarlierBeginning> earlier = {}; ///< oldest first, the newest few

    friend bool operator==(const LeafState&, const LeafState&) = default;
};

/// A leaf that left its table: dropped or detached. What is in the journal of it continues its
/// bases up to its end.
struct EndedLeaf
{
    std::uint64_t table = 0;
    std::uint64_t fence = 0; ///< the highest of its own, its table's and the epoch's
    Lsn at;                  ///< the commit that ended it
    std::string reason;
    std::uint64_t mustShow = 0; ///< as it was
    std::vector<EarlierBeginning> earlier = {};

    friend bool operator==(const EndedLeaf&, const EndedLeaf&) = default;
};

struct State
{
    Epoch epoch;
    std::map<std::uint64_t, TableState> tables;
    std::map<std::uint64_t, LeafState> leaves;
    std::map<std::uint64_t, EndedLeaf> ended; ///< for as long as the journal reaches back to it
    /// Highest transaction id in the segments before; the journal sees to it itself.
    std::uint64_t newestBefore = 0;

    friend bool operator==(const State&, const State&) = default;
};

/// What a base must be so that the journal continues it.
struct Requirement
{
    bool captured = false;
    std::uint64_t fence = 0;    ///< Visibility::oldestRunning() of the base must be at least this
    std::uint64_t mustShow = 0; ///< the base must show this transaction; 0: none
    std::string reason;         ///< why it is not captured, or what the history begins with
    std::uint32_t epoch = 0;
    /// The journal let go of transactions up to this id: what a base does not show of them is
    /// nowhere, unless an increment has it already.
    std::uint64_t dropped = 0;
    std::vector<EarlierBeginning> earlier = {}; ///< oldest first

    /// For a base that no increment has continued yet.
    [[nodiscard]] bool begins(const Visibility& base) const
    {
        return continues(base) && base.oldestRunning() > dropped;
    }
    /// Does the journal hold everything that a base with this visibility does not show?
    [[nodiscard]] bool continues(const Visibility& base) const
    {
        return captured && meets(base, fence, mustShow);
    }
    /// The commit before which it does, of a base that it does not continue beyond; nullopt: none.
    [[nodiscard]] std::optional<Lsn> continuesUntil(const Visibility& base) const
    {
        for (auto before = earlier.rbegin(); captured && before != earlier.rend(); ++before) {
            if (meets(base, before->fence, before->mustShow)) {
                return before->until;
            }
        }
        return std::nullopt;
    }

private:
    [[nodiscard]] static bool meets(const Visibility& base, std::uint64_t fence,
                                    std::uint64_t mustShow)
    {
        return base.oldestRunning() >= fence && (mustShow == 0 || base.shows(mustShow));
    }
};

/// A moment of the server's clock and a position of its log.
struct Moment
{
    WallTime time{};
    Lsn lsn;

    friend bool operator==(const Moment&, const Moment&) = default;
};

} // namespace isotherm::journal

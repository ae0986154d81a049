// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/engine/engine.h"
#include "shared/base/clock.h"
#include "shared/base/result.h"
#include "shared/base/units.h"
#include "shared/model/key.h"

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

/// The third part of the port: new parts in place of old ones while the application goes on
/// writing. agent/reshard/RESHARD.md has the states and what follows a crash.
namespace isotherm::engine
{

enum class FindingKind : std::uint8_t {
    Lock = 1,        ///< somebody holds what the switch will have to lock
    Disk = 2,        ///< room for a second copy of the rows
    OldSnapshot = 3, ///< a transaction that would see an empty range: we wait for it
    Prepared = 4,    ///< a prepared transaction: we wait for it
    ForeignKey = 5,  ///< from or to the tables
    DefaultPart = 6, ///< the part of rows that no range takes
    Log = 7,         ///< how much log is written, and how much the server keeps
    Rights = 8,      ///< what the agent's role may not do
    Definition = 9,  ///< what cannot be carried over, or will be
    Setting = 10,    ///< of the server
};

enum class FindingLevel : std::uint8_t { Note = 1, Warning = 2, Refusal = 3 };

struct Finding
{
    FindingKind kind = FindingKind::Definition;
    FindingLevel level = FindingLevel::Note;
    std::string text; ///< what and which
    std::string hint; ///< what to do about it; may be empty

    friend bool operator==(const Finding&, const Finding&) = default;
};

/// Somebody who holds the switch up, or would.
struct Blocker
{
    std::int64_t process = 0; ///< 0: a prepared transaction
    std::string text; ///< "process 4711 (pg_dump of backup, idle in transaction for 12 min)"

    friend bool operator==(const Blocker&, const Blocker&) = default;
};

/// What a dry run finds; nothing was changed.
struct PreflightReport
{
    std::vector<Finding> findings;
    std::vector<Blocker> blockers; ///< as of now
    std::uint64_t rows = 0;        ///< to be copied: the server's estimate
    ByteCount bytes;               ///< of the tables with their indexes
    ByteCount diskNeeded;          ///< at the peak, log included
    ByteCount logNeeded;
    std::optional<ByteCount> logLeft; ///< that may be written before the server gives our feed up
    std::chrono::milliseconds expectedPause{0}; ///< of writers, at the switch

    /// Nothing refuses.
    [[nodiscard]] bool possible() const;
    /// The first refusal, as an error with its hint; ok when there is none.
    [[nodiscard]] Status verdict() const;
};

/// n adjacent parts become m, of every table of a keyspace at once.
struct ReshardPlan
{
    /// Names everything that the change makes: lower-case letters and digits, at most 16.
    std::string token;
    std::vector<std::string> tables; ///< partition roots, qualified, in the keyspace's order
    std::vector<KeyRange> sources;   ///< in key order, adjacent
    std::vector<KeyRange> targets;   ///< in key order, adjacent, together what the sources are
    /// Adoption: `tables` are ordinary tables, which become partitioned by this column. Empty: not.
    std::string adoptKey;

    [[nodiscard]] bool adopts() const { return !adoptKey.empty(); }
    friend bool operator==(const ReshardPlan&, const ReshardPlan&) = default;
};

/// Which side of the switch the database is on; it says so itself.
enum class ReshardSide : std::uint8_t {
    Absent = 1,    ///< nothing of this change is there
    Building = 2,  ///< the old parts serve, the new ones are not complete
    Following = 3, ///< the old parts serve, the new ones have their rows and follow them
    Switched = 4,  ///< the new parts serve, the old ones follow them
    Returned = 5,  ///< the old parts serve again, after a switch
};

/// How hard the copy may go, asked before every piece.
class CopyPace
{
public:
    virtual ~CopyPace() = default;
    /// Blocks while it must (also while paused); Cancelled by `stop`. `lastPiece`: how long the
    /// piece before took.
    [[nodiscard]] virtual Status beforePiece(std::chrono::microseconds lastPiece,
                                             std::stop_token stop) = 0;
    virtual void copied(std::uint64_t rows, ByteCount bytes) = 0;
};

struct SwitchLimits
{
    std::chrono::milliseconds lockWait{40}; ///< others queue behind us as long: keep it short
    std::chrono::milliseconds hardCap{200}; ///< from the first lock on; then it is given up
};

struct SwitchOutcome
{
    bool switched = false;
    std::vector<Blocker> blockers;     ///< who was in the way
    std::string reason;                ///< why not, in words
    std::chrono::microseconds held{0}; ///< from the first lock to its release
    Lsn at;                            ///< position of the switch, when switched
};

struct VerifyOutcome
{
    struct Part
    {
        std::string name; ///< table and range, for people
        std::uint64_t rows = 0;
        bool same = false;
    };
    std::vector<Part> parts;
    [[nodiscard]] bool same() const;
};

/// One change of parts being carried out. Every call can be repeated; what it did is found again.
/// Not thread-safe.
class Reshard
{
public:
    virtual ~Reshard() = default;

    [[nodiscard]] virtual Result<ReshardSide> side() = 0;

    /// Makes the new parts, empty, and the feed of the old ones' changes. What an interrupted
    /// attempt left is removed first. FailedPrecondition as preflight says; DeadlineExceeded when
    /// open transactions hold it up.
    [[nodiscard]] virtual Status build(std::stop_token stop) = 0;
    /// Copies what the feed's first moment shows, while the feed is read ahead. After build() in
    /// the same process: the moment dies with our session.
    [[nodiscard]] virtual Status copy(CopyPace& pace, std::stop_token stop) = 0;
    /// Keys, indexes, statistics; ends in Following.
    [[nodiscard]] virtual Status complete(std::stop_token stop) = 0;

    /// Follows the side that serves, for `limit` or until nothing is left to do; how far behind it
    /// is then.
    [[nodiscard]] virtual Result<ByteCount> follow(std::chrono::milliseconds limit,
                                                   std::stop_token stop) = 0;
    /// Compares both sides at one moment. DataLoss never: what differs is in the outcome.
    [[nodiscard]] virtual Result<VerifyOutcome> verify(std::stop_token stop) = 0;
    /// One attempt to let the other side serve, forth from Following, back from Switched. Waits for
    /// nobody longer than the limits say.
    [[nodiscard]] virtual Result<SwitchOutcome> trySwitch(const SwitchLimits& limits) = 0;

    /// True when the side that does not serve is there to switch (back) to.
    [[nodiscard]] virtual Result<bool> canSwitch() = 0;

    /// Keeps what serves, removes the other side and everything else that the change made.
    [[nodiscard]] virtual Status cleanUp() = 0;

    /// Object ids of the new parts, by target, then by table; known from Building on.
    [[nodiscard]] virtual Result<std::vector<std::vector<LeafRef>>> targetParts() = 0;
    /// The position of the switch that the database remembers; 0: none.
    [[nodiscard]] virtual Result<Lsn> switchedAt() = 0;
};

/// Thread-safe.
class ReshardPort
{
public:
    virtual ~ReshardPort() = default;
    /// Changes nothing, and holds nothing when it returns.
    [[nodiscard]] virtual Result<PreflightReport> preflight(const ReshardPlan& plan) = 0;
    [[nodiscard]] virtual Result<std::unique_ptr<Reshard>> open(const ReshardPlan& plan) = 0;
    /// Tokens of changes that left something in the database.
    [[nodiscard]] virtual Result<std::vector<std::string>> leftovers() = 0;
    /// Transactions that the application committed so far, by the server's count.
    [[nodiscard]] virtual Result<std::uint64_t> committed() = 0;
};

inline bool PreflightReport::possible() const
{
    return verdict().ok();
}

inline Status PreflightReport::verdict() const
{
    for (const Finding& finding : findings) {
        if (finding.level == FindingLevel::Refusal) {
            return makeError(Code::FailedPrecondition, finding.text, finding.hint);
        }
    }
    return {};
}

inline bool VerifyOutcome::same() const
{
    for (const Part& part : parts) {
        if (!part.same) {
            return false;
        }
    }
    return true;
}

} // namespace isotherm::engine

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/journal/records.h"
#include "agent/repository/crypto.h"
#include "shared/base/clock.h"
#include "shared/base/result.h"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <limits>
#include <memory>
#include <string_view>
#include <vector>

namespace isotherm::journal
{

struct JournalOptions
{
    std::filesystem::path folder; ///< made if missing
    repository::SecretKey key;    ///< Repository::deriveKey("journal")
    const Clock& clock;           ///< must outlive the journal
    ByteCount segmentBytes{64ULL << 20U};
    std::chrono::milliseconds segmentAge = std::chrono::minutes(10);
};

struct Change
{
    engine::ChangeKind kind = engine::ChangeKind::Insert; ///< Insert … Truncate, Unreadable
    std::shared_ptr<const engine::ChangeRelation> relation;
    std::string_view row = {};    ///< of a Delete the old row
    std::string_view oldRow = {}; ///< of an Update, see ChangeEvent::oldRow
};

/// Which changes are wanted.
struct ReadRange
{
    std::vector<std::uint64_t> leaves; ///< object ids; those of tables add their markers
    Lsn first;                         ///< commits after this …
    Lsn last;                          ///< … up to this one, inclusive
    bool changes = true;               ///< false: markers and gaps only, which is cheap
};

enum class EventKind : std::uint8_t { Change = 1, Marker = 2, Gap = 3 };

/// Views and pointers are good until the next event is asked for.
struct Event
{
    EventKind kind = EventKind::Change;
    const TransactionHeader* transaction = nullptr; ///< null for a gap
    std::uint64_t sequence = 0; ///< of a change in its transaction, over all leaves
    Change change;
    const engine::SchemaMarker* marker = nullptr;
    const Gap* gap = nullptr;
};

/// Changes of some leaves in commit order, those of one transaction in the order in which they
/// happened. Reads the indexes of the segments in the range and of the chunks those of the leaves.
/// Not thread-safe; goes on while the journal is written and while old segments are dropped.
class Cursor
{
public:
    virtual ~Cursor() = default;
    /// nullptr at the end. DataLoss when a segment is damaged.
    [[nodiscard]] virtual Result<const Event*> next() = 0;
    /// Bytes read from disk so far.
    [[nodiscard]] virtual ByteCount bytesRead() const = 0;
};

struct JournalUsage
{
    std::uint32_t segments = 0;
    ByteCount bytes;
    Lsn oldest;   ///< every commit after this, up to `position`, can be read
    Lsn position; ///< durable
};

/// The durable log of captured changes (JOURNAL.md). The writing functions belong to one thread;
/// the others are thread-safe.
class Journal
{
public:
    /// Finds where a crash left it, and cuts off what was not committed. Unauthenticated: another
    /// key. DataLoss: a closed segment is damaged or missing.
    [[nodiscard]] static Result<std::unique_ptr<Journal>> open(JournalOptions options);

    virtual ~Journal() = default;

    // --- writing: transactions in commit order, then seal()

    /// InvalidArgument unless commits rise.
    [[nodiscard]] virtual Status begin(const TransactionHeader& transaction) = 0;
    [[nodiscard]] virtual Status add(const Change& change) = 0;
    [[nodiscard]] virtual Status addMarker(const engine::SchemaMarker& marker) = 0;
    virtual void addMoment(const Moment& moment) = 0;
    [[nodiscard]] virtual Status addGap(const Gap& gap) = 0;
    /// Replaces the state. A new epoch or timeline starts a new segment.
    [[nodiscard]] virtual Status setState(const State& state) = 0;

    /// Makes everything since the last seal durable, with the promise that every commit up to
    /// `position` is in. ResourceExhausted when the disk is full. After an error of any writing
    /// function call discard() and give everything after position() again.
    [[nodiscard]] virtual Status seal(Lsn position) = 0;
    virtual void discard() = 0;
    /// Something was given since the last seal.
    [[nodiscard]] virtual bool dirty() const = 0;

    // --- looking

    /// As of the last seal.
    [[nodiscard]] virtual State state() const = 0;
    [[nodiscard]] virtual Lsn position() const = 0;
    /// `table` 0: not known.
    [[nodiscard]] virtual Requirement requirement(std::uint64_t leaf,
                                                  std::uint64_t table) const = 0;
    [[nodiscard]] virtual JournalUsage usage() const = 0;

    /// OutOfRange when commits after `first` were dropped already, or `last` is beyond position().
    [[nodiscard]] virtual Result<std::unique_ptr<Cursor>> read(const ReadRange& range) = 0;

    /// Just before the first change of the leaves that a base with this visibility does not show;
    /// position() when there is none. It may lie before the base's LSN: a commit is in the log
    /// before it is visible. Reads indexes first, and then changes from where there may be one.
    [[nodiscard]] virtual Result<Lsn> startFor(const Visibility& base,
                                               const std::vector<std::uint64_t>& leaves) = 0;

    /// Moments of heartbeats with positions in (first, last], oldest first.
    [[nodiscard]] virtual Result<std::vector<Moment>> moments(Lsn first, Lsn last) = 0;

    /// Whole segments that hold nothing after `lsn`, and no transaction with the id `settled` or a
    /// higher one, may go. The newest stays.
    [[nodiscard]] virtual Status
    dropBelow(Lsn lsn, std::uint64_t settled = std::numeric_limits<std::uint64_t>::max()) = 0;
};

} // namespace isotherm::journal

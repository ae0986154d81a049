// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/pgoutput/decoder.h"
#include "agent/postgres/change_fold.h"
#include "agent/postgres/connection.h"
#include "agent/postgres/replication_link.h"
#include "agent/postgres/reshard_book.h"
#include "shared/base/result.h"
#include "shared/model/visibility.h"

#include <chrono>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

namespace isotherm::postgres
{

/// The messages of a change of parts in the stream: prefix of pg_logical_emit_message().
inline constexpr std::string_view kReshardMessage = "isotherm.reshard";

/// Lets one side follow the other. Which one says the stream: a change of an old part goes to the
/// new ones, and the other way round. Rows and position are one transaction, so that nothing is
/// applied twice or left out, whoever is killed. Not thread-safe.
class ReshardFollower
{
public:
    struct Options
    {
        PostgresOptions postgres;
        std::string token;
        bool quietTriggers = false; ///< may apply as a replica
        std::size_t ahead = std::size_t{64} << 20U;
    };

    /// Starts reading behind `applied`.
    [[nodiscard]] static Result<std::unique_ptr<ReshardFollower>>
    start(Options options, const ReshardBook& book, Lsn applied, std::uint64_t nextTransaction);

    /// Applies what comes until nothing is left, or `until`. True when nothing was left.
    [[nodiscard]] Result<bool> follow(std::chrono::steady_clock::time_point until,
                                      const std::stop_token& stop);

    /// Writes a mark into the log and applies everything before it: then the side that follows is
    /// equal to the other as of the mark. DeadlineExceeded after `until`, also while the disk or
    /// the stream lets it wait.
    [[nodiscard]] Status drain(std::chrono::steady_clock::time_point until,
                               const std::stop_token& stop);

    /// From now on what `shown` does not show is kept back, until release(). With drain() the side
    /// that follows is then as that snapshot shows the other.
    /// All of it is one open transaction on connection() until then: read there.
    /// False, and nothing is kept back, while something was taken already that `shown` does not
    /// show: a commit is sent when it is in the log, which is before other sessions see it. Then
    /// take a later snapshot.
    [[nodiscard]] bool holdBack(Visibility shown);
    [[nodiscard]] Status release();
    [[nodiscard]] Connection& connection() { return m_connection; }

    [[nodiscard]] Lsn applied() const { return m_applied; }
    /// A transaction of ours is open, with locks on the parts that follow.
    [[nodiscard]] bool inTransaction() const { return m_open; }
    [[nodiscard]] std::uint64_t changes() const { return m_changes; }

private:
    struct Plan
    {
        std::size_t table = 0;
        bool old = false; ///< it is one of the old parts
        KeyRange range;
        std::vector<std::size_t> columns; ///< by the message's column: ours
        bool full = false;                ///< old rows have all columns
    };
    struct Table
    {
        ChangeFold fold;
        bool toNews = true; ///< where the fold goes
    };
    /// A transaction that is kept back, as its messages came.
    struct Kept
    {
        std::vector<std::string> messages;
    };

    ReshardFollower(Options options, const ReshardBook& book, std::unique_ptr<ReplicationLink> link,
                    Connection connection, Connection marks);

    [[nodiscard]] Result<bool> markIsWritten(std::chrono::steady_clock::time_point until);
    [[nodiscard]] Status takeEntries(std::chrono::milliseconds wait, const std::stop_token& stop);
    [[nodiscard]] Status take(std::string_view bytes);
    [[nodiscard]] Status takeMessage();
    [[nodiscard]] Status takeRelation();
    [[nodiscard]] Status takeRow();
    [[nodiscard]] Status takeTruncate();
    [[nodiscard]] const Plan* planOf(std::uint32_t relation) const;
    void takeLogical();
    [[nodiscard]] FoldedRow rowOf(const Plan& plan, const pgoutput::Tuple& tuple, bool keyOnly);
    [[nodiscard]] Status turn(std::size_t table, bool toNews);
    [[nodiscard]] Status beginApply();
    [[nodiscard]] Status flush();
    enum class Disk { MayWait, Later };
    [[nodiscard]] Status commit(Disk disk = Disk::MayWait);
    [[nodiscard]] const std::vector<ReshardPart>& partsOf(std::size_t table, bool news) const;
    [[nodiscard]] std::uint64_t extend(std::uint32_t xid);
    [[nodiscard]] std::size_t pendingBytes() const;

    const Options m_options;
    const ReshardBook& m_book;
    std::unique_ptr<ReplicationLink> m_link;
    Connection m_connection; ///< applies
    Connection m_marks;      ///< writes marks
    pgoutput::Decoder m_decoder;
    pgoutput::Message m_message;
    std::map<std::uint32_t, Plan> m_plans; ///< by relation
    std::vector<Table> m_tables;
    std::uint64_t m_near = 0; ///< a transaction id nearby
    bool m_inside = false;    ///< between Begin and Commit
    bool m_open = false;      ///< our transaction is
    bool m_keeping = false;   ///< this transaction is kept back
    std::optional<Visibility> m_shown;
    std::deque<Kept> m_kept;
    std::deque<std::uint64_t> m_recent; ///< transactions taken last, for holdBack()
    Lsn m_seen;                         ///< end of the last whole transaction that was taken
    Lsn m_applied;
    Lsn m_durable; ///< of m_applied, what no crash of the server takes back: what may be confirmed
    std::chrono::steady_clock::time_point m_durableAt{};
    std::optional<Lsn> m_switchSeen; ///< end of a switch's commit that is not written down yet
    std::string m_mark; ///< the content of the last mark that came by
    std::uint64_t m_marksMade = 0;
    bool m_markSent = false; ///< and not answered yet
    std::uint64_t m_changes = 0;
    bool m_switchInside = false; ///< this transaction is a switch
};

} // namespace isotherm::postgres

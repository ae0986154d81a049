// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/postgres/connection.h"
#include "shared/base/file.h"
#include "shared/base/units.h"

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <thread>

namespace isotherm::postgres
{

/// How values come, and when transactions do.
enum class StreamForm {
    Binary, ///< values in binary form, large transactions in pieces before they commit
    Text,   ///< values as text, every transaction whole, when it has committed
};

struct ReplicationStart
{
    std::string slot;
    std::string publication;
    Lsn after;
    StreamForm form = StreamForm::Binary;
    /// Read ahead of the consumer; a single row may be larger.
    std::size_t ahead = std::size_t{2} << 20U;
    std::string decodingMemory =
        {}; ///< of the server's session, as it writes sizes; empty: its own
    /// After something came, leave the server alone for this long: a busy one sends every
    /// transaction by itself, and waking for each costs more than the rest.
    std::chrono::milliseconds gather{0};
};

/// A replication session that streams. A thread of its own reads ahead, up to a bound, and tells
/// the server every second what is durable: a consumer that takes its time does not look dead.
/// take() belongs to one thread, confirm() to any.
class ReplicationLink
{
public:
    /// FailedPrecondition when the server cannot stream from the slot any more, Unavailable when
    /// another session does.
    [[nodiscard]] static Result<std::unique_ptr<ReplicationLink>>
    start(const PostgresOptions& options, const ReplicationStart& start);

    ~ReplicationLink();
    ReplicationLink(const ReplicationLink&) = delete;
    ReplicationLink& operator=(const ReplicationLink&) = delete;

    /// One entry of what take() gives: a message, or a keepalive with the position that everything
    /// was sent up to.
    struct Entry
    {
        bool keepalive = false;
        Lsn endLsn;
        std::string_view message;
    };

    /// What was read ahead, as entries for nextEntry; empty when nothing came for `wait`.
    [[nodiscard]] Result<std::string> take(std::chrono::milliseconds wait,
                                           const std::stop_token& stop);

    /// Takes the entry at `at`, which moves on; nullopt at the end.
    [[nodiscard]] static std::optional<Entry> nextEntry(std::string_view entries, std::size_t& at);

    void confirm(Lsn endLsn);

private:
    ReplicationLink(Connection connection, const ReplicationStart& start);

    void run(const std::stop_token& stop);
    [[nodiscard]] Status round(const std::stop_token& stop);
    [[nodiscard]] Status waitForWork(bool mayRead);
    /// Takes what came, up to the bound.
    [[nodiscard]] Status readAhead();
    [[nodiscard]] Status takeCopyData(std::string_view data, std::string& entries);
    [[nodiscard]] bool hasInput() const;
    [[nodiscard]] Status consume();
    /// For the consumer; empty: there is nothing new.
    void handOver(const std::string& entries);
    [[nodiscard]] Status ended();
    [[nodiscard]] Status sendFeedback();
    void wake();

    Connection m_connection;
    const std::size_t m_most;
    const std::chrono::milliseconds m_gather;
    FileDescriptor m_wake;
    std::atomic<std::uint64_t> m_confirmed{0};
    std::uint64_t m_received = 0;
    std::uint64_t m_lastSent = 0;
    bool m_replyWanted = false;
    bool m_pendingFlush = false;
    bool m_gathering = false; ///< something came in the last round
    std::chrono::steady_clock::time_point m_lastFeedback;
    std::mutex m_mutex;
    std::condition_variable_any m_changed;
    std::string m_ahead;
    std::optional<Error> m_error;
    std::jthread m_thread; ///< last: ends before what it uses
};

} // namespace isotherm::postgres

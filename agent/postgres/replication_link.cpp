// SPDX-License-Identifier: Apache-2.0
#include "agent/postgres/replication_link.h"

#include "agent/postgres/pg_error.h"
#include "agent/postgres/sql_text.h"
#include "shared/base/byte_io.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>
#include <utility>

namespace isotherm::postgres
{
namespace
{

constexpr auto kFeedbackEvery = std::chrono::milliseconds(1'000);
/// What was just made durable is reported at once, but not more often than this.
constexpr auto kFeedbackSpacing = std::chrono::milliseconds(50);
/// Who gets this much at once is in the middle of more.
constexpr std::size_t kPlenty = std::size_t{64} << 10U;
constexpr std::size_t kDataHeader = 25; // kind, start, end, time
constexpr std::size_t kKeepalive = 18;  // kind, end, time, reply
/// 2000-01-01 in microseconds since 1970.
constexpr std::int64_t kPostgresEpoch = 946'684'800'000'000;

std::string lsnText(Lsn lsn)
{
    std::array<char, 32> text{};
    std::snprintf(text.data(), text.size(), "%X/%X", static_cast<unsigned>(lsn.get() >> 32U),
                  static_cast<unsigned>(lsn.get() & 0xFFFFFFFFU));
    return text.data();
}

/// Why the server will not stream, in terms of what can be done about it.
Error startError(Error error)
{
    const auto says = [&error](std::string_view part) {
        return error.message.find(part) != std::string::npos;
    };
    if (says("is active for PID")) {
        error.code = Code::Unavailable;
        error.hint = "another process reads this slot, or our last session is still ending";
    } else if (says("can no longer get changes") || says("does not exist")) {
        error.code = Code::FailedPrecondition;
        error.hint = "changes were lost: the agent starts anew and takes full backups";
    }
    return error;
}

} // namespace

Result<std::unique_ptr<ReplicationLink>> ReplicationLink::start(const PostgresOptions& options,
                                                                const ReplicationStart& start)
{
    ISO_ASSIGN(Connection connection, Connection::open(options, Session::Replication));
    ISO_TRY(connection.run("SET statement_timeout = 0; SET lock_timeout = 0"));
    if (!start.decodingMemory.empty()) {
        ISO_TRY(connection.run("SET logical_decoding_work_mem = " +
                               quoteLiteral(start.decodingMemory)));
    }
    const bool text = start.form == StreamForm::Text;
    const std::string sql =
        "START_REPLICATION SLOT " + quoteIdentifier(start.slot) + " LOGICAL " +
        lsnText(start.after) + " (proto_version '2', publication_names " +
        quoteLiteral(quoteIdentifier(start.publication)) + ", messages 'true'" +
        (text ? ", binary 'false', streaming 'off')" : ", binary 'true', streaming 'on')");
    if (const Status started = connection.run(sql); !started.ok()) {
        return startError(started.error());
    }
    if (::PQtransactionStatus(connection.handle()) != PQTRANS_ACTIVE ||
        ::PQsetnonblocking(connection.handle(), 1) != 0) {
        return makeError(Code::Internal, "the server did not start to stream changes");
    }
    std::unique_ptr<ReplicationLink> link(new ReplicationLink(std::move(connection), start));
    link->m_confirmed = start.after.get();
    link->m_received = start.after.get();
    link->m_thread =
        std::jthread([raw = link.get()](const std::stop_token& stop) { raw->run(stop); });
    return link;
}

ReplicationLink::ReplicationLink(Connection connection, const ReplicationStart& start)
    : m_connection(std::move(connection)), m_most(start.ahead), m_gather(start.gather),
      m_wake(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)),
      m_lastFeedback(std::chrono::steady_clock::now())
{
}

ReplicationLink::~ReplicationLink()
{
    m_thread.request_stop();
    wake();
    if (m_thread.joinable()) {
        m_thread.join();
    }
}

void ReplicationLink::wake()
{
    const std::uint64_t one = 1;
    (void)!::write(m_wake.get(), &one, sizeof(one));
}

void ReplicationLink::confirm(Lsn endLsn)
{
    std::uint64_t known = m_confirmed.load();
    while (known < endLsn.get() && !m_confirmed.compare_exchange_weak(known, endLsn.get())) {
    }
    if (known < endLsn.get()) {
        wake();
    }
}

Result<std::string> ReplicationLink::take(std::chrono::milliseconds wait,
                                          const std::stop_token& stop)
{
    std::string taken;
    std::unique_lock lock(m_mutex);
    m_changed.wait_for(lock, stop, wait, [this] { return !m_ahead.empty() || m_error; });
    if (stop.stop_requested()) {
        return makeError(Code::Cancelled, "stopped");
    }
    if (m_ahead.empty() && m_error) {
        return *m_error;
    }
    taken.swap(m_ahead);
    lock.unlock();
    if (taken.size() >= m_most) {
        wake(); // there is room again
    }
    return taken;
}

std::optional<ReplicationLink::Entry> ReplicationLink::nextEntry(std::string_view entries,
                                                                 std::size_t& at)
{
    if (at >= entries.size()) {
        return std::nullopt;
    }
    Entry entry;
    entry.keepalive = entries[at] == 'k';
    const auto word = loadBigEndian<std::uint64_t>(entries.data() + at + 1);
    at += 1 + sizeof(word);
    if (entry.keepalive) {
        entry.endLsn = Lsn(word);
    } else {
        entry.message = entries.substr(at, word);
        at += word;
    }
    return entry;
}

void ReplicationLink::run(const std::stop_token& stop)
{
    Status status;
    while (status.ok() && !stop.stop_requested()) {
        status = round(stop);
    }
    const std::lock_guard lock(m_mutex);
    m_error = status.ok() ? makeError(Code::Cancelled, "stopped") : status.error();
    m_changed.notify_all();
}

Status ReplicationLink::round(const std::stop_token& stop)
{
    bool mayRead = false;
    {
        const std::lock_guard lock(m_mutex);
        mayRead = m_ahead.size() < m_most;
    }
    m_gathering = false;
    if (mayRead) {
        ISO_TRY(readAhead());
    }
    const auto since = std::chrono::steady_clock::now() - m_lastFeedback;
    const bool news = m_confirmed.load() > m_lastSent && since >= kFeedbackSpacing;
    if (m_replyWanted || news || since >= kFeedbackEvery) {
        ISO_TRY(sendFeedback());
    }
    if (m_pendingFlush) {
        const int left = ::PQflush(m_connection.handle());
        if (left < 0) {
            return connectionError(m_connection.handle());
        }
        m_pendingFlush = left > 0;
    }
    return stop.stop_requested() ? Status() : waitForWork(mayRead);
}

Status ReplicationLink::waitForWork(bool mayRead)
{
    {
        const std::lock_guard lock(m_mutex);
        mayRead = mayRead && m_ahead.size() < m_most;
    }
    mayRead = mayRead && !m_gathering;
    const auto events = static_cast<short>((mayRead ? POLLIN : 0) | (m_pendingFlush ? POLLOUT : 0));
    std::array<pollfd, 2> watched{
        {{::PQsocket(m_connection.handle()), events, 0}, {m_wake.get(), POLLIN, 0}}};
    const auto since = std::chrono::duration_cast<std::chrono::milliseconds>(
        std::chrono::steady_clock::now() - m_lastFeedback);
    const bool news = m_confirmed.load() > m_lastSent;
    auto until = (news ? kFeedbackSpacing : kFeedbackEvery) - since;
    until = m_gathering ? std::min(until, m_gather) : until;
    const int limit = static_cast<int>(std::clamp<long>(until.count(), 1, 1'000));
    if (::poll(watched.data(), watched.size(), limit) < 0 && errno != EINTR) {
        return errnoError(errno, "cannot wait for the database");
    }
    if (watched[1].revents != 0) {
        std::uint64_t count = 0;
        (void)!::read(m_wake.get(), &count, sizeof(count));
    }
    const bool readable = (watched[0].revents & (POLLIN | POLLERR | POLLHUP)) != 0 && mayRead;
    return readable ? consume() : Status();
}

Status ReplicationLink::readAhead()
{
    std::string entries;
    Status status;
    for (std::size_t bytes = 0; status.ok() && bytes < m_most;) {
        char* buffer = nullptr;
        const int length = ::PQgetCopyData(m_connection.handle(), &buffer, 1);
        if (length < 0) {
            status = ended();
            break;
        }
        if (length == 0) {
            if (!hasInput()) {
                break;
            }
            status = consume();
            continue;
        }
        bytes += static_cast<std::size_t>(length);
        status = takeCopyData({buffer, static_cast<std::size_t>(length)}, entries);
        ::PQfreemem(buffer);
    }
    handOver(entries);
    return status;
}

bool ReplicationLink::hasInput() const
{
    pollfd socket{::PQsocket(m_connection.handle()), POLLIN, 0};
    return ::poll(&socket, 1, 0) > 0;
}

Status ReplicationLink::consume()
{
    return ::PQconsumeInput(m_connection.handle()) != 0
               ? Status()
               : Status(connectionError(m_connection.handle()));
}

void ReplicationLink::handOver(const std::string& entries)
{
    if (entries.empty()) {
        return;
    }
    m_gathering = m_gather.count() > 0 && entries.size() < kPlenty;
    const std::lock_guard lock(m_mutex);
    m_ahead += entries;
    m_changed.notify_all();
}

Status ReplicationLink::takeCopyData(std::string_view data, std::string& entries)
{
    const auto word = [&data](std::size_t at) {
        return loadBigEndian<std::uint64_t>(data.data() + at);
    };
    if (data.size() >= kDataHeader && data.front() == 'w') {
        m_received = std::max({m_received, word(1), word(9)});
        entries.push_back('w');
        appendBigEndian(entries, static_cast<std::uint64_t>(data.size() - kDataHeader));
        entries.append(data.substr(kDataHeader));
        return {};
    }
    if (data.size() == kKeepalive && data.front() == 'k') {
        m_received = std::max(m_received, word(1));
        m_replyWanted = m_replyWanted || data.back() != 0;
        entries.push_back('k');
        appendBigEndian(entries, word(1));
        return {};
    }
    return makeError(Code::Internal, "the change stream is malformed");
}

/// The stream never ends by itself: the server is stopping, or cannot go on.
Status ReplicationLink::ended()
{
    PGresult* result = ::PQgetResult(m_connection.handle());
    const bool good = result != nullptr && ::PQresultStatus(result) != PGRES_FATAL_ERROR;
    const Error error = good ? makeError(Code::Unavailable, "the server ended the change stream",
                                         "the agent opens it again by itself")
                             : resultError(result, m_connection.handle());
    ::PQclear(result);
    return startError(error);
}

Status ReplicationLink::sendFeedback()
{
    const std::uint64_t confirmed = m_confirmed.load();
    const auto now = std::chrono::duration_cast<std::chrono::microseconds>(
                         std::chrono::system_clock::now().time_since_epoch())
                         .count() -
                     kPostgresEpoch;
    std::string message(1, 'r');
    appendBigEndian(message, std::max(m_received, confirmed)); // written
    appendBigEndian(message, confirmed);                       // flushed
    appendBigEndian(message, confirmed);                       // applied
    appendBigEndian(message, static_cast<std::uint64_t>(now));
    message.push_back('\0');
    if (::PQputCopyData(m_connection.handle(), message.data(), static_cast<int>(message.size())) <
        0) {
        return connectionError(m_connection.handle());
    }
    m_pendingFlush = true;
    m_replyWanted = false;
    m_lastSent = confirmed;
    m_lastFeedback = std::chrono::steady_clock::now();
    return {};
}

} // namespace isotherm::postgres

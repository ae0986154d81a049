// SPDX-License-Identifier: Apache-2.0
#include "agent/postgres/copy_source.h"

#include "agent/postgres/pg_error.h"
#include "shared/base/byte_io.h"

#include <utility>

namespace isotherm::postgres
{
namespace
{

constexpr std::size_t kBatchBytes = std::size_t{1} << 18U;
constexpr std::string_view kSignature("PGCOPY\n\xFF\r\n\0", 11);
constexpr std::size_t kHeaderBytes = 19; // signature, flags, length of the extension
constexpr std::uint16_t kTrailer = 0xFFFF;

Error malformed(const std::string& what)
{
    return makeError(Code::Internal, "the server's row stream is malformed: " + what);
}

} // namespace

Result<std::unique_ptr<RowSource>> CopySource::start(Lease connection, CopyOutOptions options,
                                                     std::stop_token stop)
{
    // libpq reads as much at a time as its buffer holds, which grows to the largest message seen
    // and never shrinks: one long message now spares most of the system calls of a long stream.
    ISO_TRY(connection->run("SELECT pg_catalog.repeat(' ', 200000)"));
    ISO_TRY(connection->send(options.sql));
    return std::unique_ptr<RowSource>(
        new CopySource(std::move(connection), std::move(options), std::move(stop)));
}

CopySource::CopySource(Lease connection, CopyOutOptions options, std::stop_token stop)
    : m_connection(std::move(connection)), m_options(std::move(options)), m_stop(std::move(stop)),
      m_filter(m_options.filter)
{
}

CopySource::~CopySource()
{
    if (!m_done && !m_connection->broken()) {
        m_connection->cancel(); // the server need not write what nobody reads
    }
}

Status CopySource::next(RowBatch& batch)
{
    batch.clear();
    if (m_error) {
        return *m_error;
    }
    if (m_done) {
        return {};
    }
    if (Status filled = fill(batch); !filled.ok()) {
        batch.clear();
        m_error = filled.error();
        return filled;
    }
    return {};
}

Status CopySource::awaitStart()
{
    while (::PQisBusy(m_connection->handle()) != 0) {
        ISO_TRY(wait());
    }
    PGresult* result = ::PQgetResult(m_connection->handle());
    m_started = ::PQresultStatus(result) == PGRES_COPY_OUT;
    const Error error = m_started ? Error() : resultError(result, m_connection->handle());
    ::PQclear(result);
    return m_started ? Status() : Status(error);
}

Status CopySource::fill(RowBatch& batch)
{
    if (!m_started) {
        ISO_TRY(awaitStart());
    }
    if (batch.bytes.capacity() < kBatchBytes) {
        batch.bytes.reserve(kBatchBytes + kBatchBytes / 8);
    }
    while (batch.bytes.size() < kBatchBytes) {
        char* buffer = nullptr;
        const int length = ::PQgetCopyData(m_connection->handle(), &buffer, 1);
        if (length > 0) {
            const char* wrong = takeMessage({buffer, static_cast<std::size_t>(length)}, batch);
            ::PQfreemem(buffer);
            if (wrong != nullptr) {
                return malformed(wrong);
            }
            continue;
        }
        if (length == 0) {
            ISO_TRY(wait());
            continue;
        }
        if (length == -1) {
            return finish();
        }
        return m_connection->broken() ? connectionError(m_connection->handle())
                                      : malformed(::PQerrorMessage(m_connection->handle()));
    }
    return {};
}

Status CopySource::wait()
{
    Status ready = m_connection->waitSocket(false, m_connection->options().batchTimeout, &m_stop);
    if (!ready.ok()) {
        m_connection->cancel();
        return ready;
    }
    if (::PQconsumeInput(m_connection->handle()) == 0) {
        return connectionError(m_connection->handle());
    }
    return {};
}

const char* CopySource::takeHeader(std::string_view& message)
{
    if (message.size() < kHeaderBytes || message.substr(0, kSignature.size()) != kSignature ||
        loadBigEndian<std::uint32_t>(message.data() + kSignature.size()) != 0 ||
        loadBigEndian<std::uint32_t>(message.data() + kSignature.size() + 4) != 0) {
        return "bad header";
    }
    m_headerSeen = true;
    message.remove_prefix(kHeaderBytes);
    return nullptr;
}

const char* CopySource::takeMessage(std::string_view message, RowBatch& batch)
{
    if (!m_headerSeen) [[unlikely]] {
        if (const char* wrong = takeHeader(message); wrong != nullptr || message.empty()) {
            return wrong;
        }
    }
    if (m_trailerSeen || message.size() < 2) {
        return "unexpected bytes";
    }
    const auto count = loadBigEndian<std::uint16_t>(message.data());
    message.remove_prefix(2);
    if (count == kTrailer && message.empty()) {
        m_trailerSeen = true;
        return nullptr;
    }
    // The server sends each row in a message of its own. Who takes its fields apart sees whether
    // they fit.
    if (count != m_options.columns) {
        return "a row does not fit its columns";
    }
    ++m_rows;
    if (!m_filter || wanted(message)) {
        batch.append(message);
    }
    return m_error ? "a row's key cannot be read" : nullptr;
}

bool CopySource::wanted(std::string_view row)
{
    auto decided = m_filter->wants(row);
    if (!decided.ok()) {
        m_error = decided.error();
        return false;
    }
    return *decided;
}

Status CopySource::finish()
{
    const auto counted = m_connection->finishCopy(m_connection->options().batchTimeout);
    if (!counted.ok()) {
        return m_stop.requested() ? makeError(Code::Cancelled, "stopped") : counted.error();
    }
    if (!m_headerSeen || !m_trailerSeen || *counted != m_rows) {
        return malformed("it ended early");
    }
    m_done = true;
    return m_connection->run("COMMIT");
}

} // namespace isotherm::postgres

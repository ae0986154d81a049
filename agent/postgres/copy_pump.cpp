// SPDX-License-Identifier: Apache-2.0
#include "agent/postgres/copy_pump.h"

#include "agent/postgres/pg_error.h"
#include "shared/base/byte_io.h"

#include <algorithm>

namespace isotherm::postgres
{
namespace
{

/// Signature, no flags, no extension.
constexpr std::string_view kHeader("PGCOPY\n\xFF\r\n\0\0\0\0\0\0\0\0\0", 19);
constexpr std::uint16_t kTrailer = 0xFFFF;
/// libpq copies what it is given into its buffer: in pieces, the buffer stays small.
constexpr std::size_t kPieceBytes = std::size_t{1} << 18U;

} // namespace

CopyPump::CopyPump(Connection& connection, std::size_t columns)
    : m_connection(connection), m_columns(columns), m_buffer(kHeader)
{
    ::PQsetnonblocking(connection.handle(), 1); // a vanished server must not hang us
}

Status CopyPump::add(std::string_view first, std::string_view rest)
{
    appendBigEndian(m_buffer, static_cast<std::uint16_t>(m_columns));
    m_buffer.append(first);
    m_buffer.append(rest);
    ++m_rows;
    return m_buffer.size() >= kPieceBytes ? send() : Status();
}

Status CopyPump::send()
{
    std::string_view rest = m_buffer;
    while (!rest.empty()) {
        const std::size_t piece = std::min(rest.size(), kPieceBytes);
        const int sent =
            ::PQputCopyData(m_connection.handle(), rest.data(), static_cast<int>(piece));
        if (sent < 0) {
            return serverError();
        }
        if (sent == 1) {
            rest.remove_prefix(piece);
        }
        // Nothing may pile up in libpq: what it holds is sent before it takes more.
        for (int left = ::PQflush(m_connection.handle()); left != 0;
             left = ::PQflush(m_connection.handle())) {
            if (left < 0) {
                return serverError();
            }
            ISO_TRY(waitWritable());
        }
    }
    m_buffer.clear();
    return {};
}

Status CopyPump::waitWritable()
{
    ISO_TRY(m_connection.waitSocket(true, m_connection.options().batchTimeout, nullptr));
    // An error of the server waits to be read; the next PQputCopyData reports it.
    if (::PQconsumeInput(m_connection.handle()) == 0) {
        return connectionError(m_connection.handle());
    }
    return {};
}

Error CopyPump::serverError()
{
    Error error = connectionError(m_connection.handle());
    (void)::PQputCopyEnd(m_connection.handle(), "stopped");
    while (PGresult* result = ::PQgetResult(m_connection.handle())) {
        const ExecStatusType status = ::PQresultStatus(result);
        if (status == PGRES_FATAL_ERROR) {
            error = resultError(result, m_connection.handle());
        }
        ::PQclear(result);
        if (status == PGRES_COPY_IN) {
            break;
        }
    }
    return error;
}

Result<std::uint64_t> CopyPump::finish()
{
    appendBigEndian(m_buffer, kTrailer);
    ISO_TRY(send());
    ::PQsetnonblocking(m_connection.handle(), 0);
    if (::PQputCopyEnd(m_connection.handle(), nullptr) != 1) {
        return serverError();
    }
    ISO_ASSIGN(const std::uint64_t rows,
               m_connection.finishCopy(m_connection.options().batchTimeout));
    if (rows != m_rows) {
        return makeError(Code::Internal, "the server took " + std::to_string(rows) + " of " +
                                             std::to_string(m_rows) + " rows");
    }
    return rows;
}

} // namespace isotherm::postgres

// SPDX-License-Identifier: Apache-2.0
#include "agent/metadata/connection.h"

#include "agent/metadata/sqlite_error.h"
#include "shared/base/check.h"

#include <sqlite3.h>
#include <utility>

namespace isotherm::metadata
{
namespace
{

constexpr int kBusyTimeoutMs = 5'000;

} // namespace

Statement::Statement(sqlite3_stmt* statement, std::string_view sql)
    : m_statement(statement), m_sql(sql)
{
}

Statement::~Statement()
{
    if (m_statement != nullptr) {
        sqlite3_reset(m_statement);
        sqlite3_clear_bindings(m_statement);
    }
}

Statement::Statement(Statement&& other) noexcept
    : m_statement(std::exchange(other.m_statement, nullptr)), m_sql(std::move(other.m_sql)),
      m_bound(other.m_bound)
{
}

Statement& Statement::bind(std::int64_t value)
{
    ISO_CHECK(sqlite3_bind_int64(m_statement, ++m_bound, value) == SQLITE_OK);
    return *this;
}

Statement& Statement::bind(std::uint64_t value)
{
    return bind(static_cast<std::int64_t>(value)); // the bits are kept, natural() reads them back
}

Statement& Statement::bind(double value)
{
    ISO_CHECK(sqlite3_bind_double(m_statement, ++m_bound, value) == SQLITE_OK);
    return *this;
}

Statement& Statement::bind(WallTime value)
{
    return bind(toUnixMicros(value));
}

Statement& Statement::bindText(std::string_view value)
{
    ISO_CHECK(sqlite3_bind_text64(m_statement, ++m_bound, value.empty() ? "" : value.data(),
                                  value.size(), SQLITE_TRANSIENT, SQLITE_UTF8) == SQLITE_OK);
    return *this;
}

Statement& Statement::bindBlob(std::string_view value)
{
    ISO_CHECK(sqlite3_bind_blob64(m_statement, ++m_bound, value.empty() ? "" : value.data(),
                                  value.size(), SQLITE_TRANSIENT) == SQLITE_OK);
    return *this;
}

Statement& Statement::bindNull()
{
    ISO_CHECK(sqlite3_bind_null(m_statement, ++m_bound) == SQLITE_OK);
    return *this;
}

Result<bool> Statement::step()
{
    const int code = sqlite3_step(m_statement);
    if (code == SQLITE_ROW || code == SQLITE_DONE) {
        return code == SQLITE_ROW;
    }
    return sqliteError(code, sqlite3_db_handle(m_statement), m_sql.substr(0, 60));
}

Status Statement::execute()
{
    for (;;) {
        ISO_ASSIGN(const bool more, step());
        if (!more) {
            return {};
        }
    }
}

bool Statement::isNull(int column) const
{
    return sqlite3_column_type(m_statement, column) == SQLITE_NULL;
}

std::int64_t Statement::integer(int column) const
{
    return sqlite3_column_int64(m_statement, column);
}

std::uint64_t Statement::natural(int column) const
{
    return static_cast<std::uint64_t>(integer(column));
}

double Statement::real(int column) const
{
    return sqlite3_column_double(m_statement, column);
}

WallTime Statement::time(int column) const
{
    return fromUnixMicros(integer(column));
}

std::optional<WallTime> Statement::optionalTime(int column) const
{
    return isNull(column) ? std::nullopt : std::optional(time(column));
}

std::string Statement::text(int column) const
{
    return blob(column);
}

std::string Statement::blob(int column) const
{
    const auto* bytes = static_cast<const char*>(sqlite3_column_blob(m_statement, column));
    const int size = sqlite3_column_bytes(m_statement, column);
    return bytes == nullptr ? std::string() : std::string(bytes, static_cast<std::size_t>(size));
}

Result<std::unique_ptr<Connection>> Connection::open(const std::filesystem::path& file)
{
    sqlite3* handle = nullptr;
    // No mutex of SQLite's own: only the owner thread comes here.
    const int code =
        sqlite3_open_v2(file.c_str(), &handle,
                        SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, nullptr);
    std::unique_ptr<Connection> connection(new Connection(handle));
    if (code != SQLITE_OK) {
        return sqliteError(code, handle, "cannot open " + file.string());
    }
    sqlite3_extended_result_codes(handle, 1);
    sqlite3_busy_timeout(handle, kBusyTimeoutMs);
    ISO_TRY(connection->run("pragma journal_mode = wal; pragma synchronous = full;"
                            "pragma foreign_keys = on; pragma temp_store = memory;"));
    return connection;
}

Connection::~Connection()
{
    for (const auto& [sql, statement] : m_prepared) {
        sqlite3_finalize(statement);
    }
    sqlite3_close(m_handle);
}

Result<Statement> Connection::prepare(std::string_view sql)
{
    const std::string text(sql);
    auto found = m_prepared.find(text);
    if (found == m_prepared.end()) {
        sqlite3_stmt* statement = nullptr;
        const int code = sqlite3_prepare_v3(m_handle, text.c_str(), -1, SQLITE_PREPARE_PERSISTENT,
                                            &statement, nullptr);
        if (code != SQLITE_OK) {
            return sqliteError(code, m_handle, text.substr(0, 60));
        }
        found = m_prepared.emplace(text, statement).first;
    }
    ISO_CHECK(sqlite3_stmt_busy(found->second) == 0); // one use of a statement at a time
    return Statement(found->second, sql);
}

Status Connection::run(const std::string& sql)
{
    const int code = sqlite3_exec(m_handle, sql.c_str(), nullptr, nullptr, nullptr);
    return code == SQLITE_OK ? Status() : sqliteError(code, m_handle, sql.substr(0, 60));
}

std::int64_t Connection::lastInsertId() const
{
    return sqlite3_last_insert_rowid(m_handle);
}

std::int64_t Connection::changedRows() const
{
    return sqlite3_changes64(m_handle);
}

} // namespace isotherm::metadata

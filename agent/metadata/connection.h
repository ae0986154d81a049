// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "shared/base/clock.h"
#include "shared/base/result.h"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

struct sqlite3;
struct sqlite3_stmt;

namespace isotherm::metadata
{

/// A prepared statement while it is being run. Gives itself back to its connection's cache on
/// destruction. Only on the owner thread.
class Statement
{
public:
    Statement(sqlite3_stmt* statement, std::string_view sql);
    ~Statement();
    Statement(Statement&& other) noexcept;
    Statement& operator=(Statement&&) = delete;
    Statement(const Statement&) = delete;
    Statement& operator=(const Statement&) = delete;

    // Bind the parameters from the first on, one call per "?".
    Statement& bind(std::int64_t value);
    Statement& bind(std::uint64_t value);
    Statement& bind(double value);
    Statement& bind(WallTime value);
    Statement& bindText(std::string_view value);
    Statement& bindBlob(std::string_view value);
    Statement& bindNull();

    /// True: a row is there to be read; false: no more rows.
    [[nodiscard]] Result<bool> step();
    /// Runs a statement that gives no rows (or whose rows do not matter).
    [[nodiscard]] Status execute();

    // The columns of the current row, from 0. NULL reads as 0 or empty.
    [[nodiscard]] bool isNull(int column) const;
    [[nodiscard]] std::int64_t integer(int column) const;
    [[nodiscard]] std::uint64_t natural(int column) const;
    [[nodiscard]] double real(int column) const;
    [[nodiscard]] WallTime time(int column) const;
    [[nodiscard]] std::optional<WallTime> optionalTime(int column) const;
    [[nodiscard]] std::string text(int column) const;
    [[nodiscard]] std::string blob(int column) const;

private:
    sqlite3_stmt* m_statement;
    std::string m_sql;
    int m_bound = 0;
};

/// An open SQLite file with its statement cache. Not thread-safe: lives on the owner thread of
/// Database.
class Connection
{
public:
    /// Opens or creates `file`, in WAL mode with every commit synced.
    [[nodiscard]] static Result<std::unique_ptr<Connection>>
    open(const std::filesystem::path& file);
    ~Connection();
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;

    /// Statements are kept prepared by their text: use parameters, not values.
    [[nodiscard]] Result<Statement> prepare(std::string_view sql);
    /// Runs one or more statements without parameters.
    [[nodiscard]] Status run(const std::string& sql);
    [[nodiscard]] std::int64_t lastInsertId() const;
    [[nodiscard]] std::int64_t changedRows() const;

private:
    explicit Connection(sqlite3* handle) : m_handle(handle) {}
    sqlite3* m_handle;
    std::unordered_map<std::string, sqlite3_stmt*> m_prepared;
};

} // namespace isotherm::metadata

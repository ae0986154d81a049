// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/postgres/connection.h"
#include "shared/base/result.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace isotherm::postgres
{

/// Feeds one COPY … FROM STDIN (FORMAT binary) that was started on `connection`, in the transaction
/// that is open there. Not thread-safe.
class CopyPump
{
public:
    /// Of `columns` columns. The connection outlives it.
    CopyPump(Connection& connection, std::size_t columns);

    /// `row` in RowBatch's form; sent when enough has gathered.
    [[nodiscard]] Status add(std::string_view row) { return add({}, row); }
    /// A row whose fields come in two parts.
    [[nodiscard]] Status add(std::string_view first, std::string_view rest);
    [[nodiscard]] Status send();
    /// Ends the COPY: the rows that the server took. Internal when they are not those given.
    [[nodiscard]] Result<std::uint64_t> finish();

private:
    [[nodiscard]] Status waitWritable();
    /// The server's reason, after it refused rows.
    [[nodiscard]] Error serverError();

    Connection& m_connection;
    const std::size_t m_columns;
    std::string m_buffer;
    std::uint64_t m_rows = 0;
};

} // namespace isotherm::postgres

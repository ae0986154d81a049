// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "shared/base/units.h"
#include "tests/harness/pg_cluster.h"

#include <cstdint>
#include <shared_mutex>
#include <string>
#include <vector>

namespace isotherm::test
{

/// One table at a point.
struct OracleTable
{
    std::string name;                ///< "o.a"
    std::string copy;                ///< where its rows are, as text, and the leaf of each
    std::string columns;             ///< "k integer, s integer, …", stored ones, in order
    std::string row;                 ///< expression of a row's text
    std::vector<std::string> leaves; ///< "o.a_0", …
};

/// What the database was after a commit: every commit up to `lsn` was visible, and none after it
/// had begun to be.
struct OraclePoint
{
    std::size_t number = 0;
    Lsn lsn;
    std::vector<OracleTable> tables;
};

/// Takes copies that know nothing of backups, and compares tables with them. Not thread-safe.
class OraclePoints
{
public:
    [[nodiscard]] static Result<OraclePoints> open(const std::string& conninfo);

    /// While `gate` is held alone.
    [[nodiscard]] Result<OraclePoint> take(std::shared_mutex& gate);

    /// "" when the table `restored` is the one of the point but for the rows of `withoutLeaves`, or
    /// what differs.
    [[nodiscard]] Result<std::string> compare(const OracleTable& expected,
                                              const std::string& restored,
                                              const std::vector<std::string>& withoutLeaves);
    [[nodiscard]] PgSession& session() { return *m_session; }

private:
    explicit OraclePoints(std::unique_ptr<PgSession> session) : m_session(std::move(session)) {}
    [[nodiscard]] Result<OracleTable> copy(const std::string& table, std::size_t number);
    [[nodiscard]] Result<std::string> columnsOf(const std::string& table);

    std::unique_ptr<PgSession> m_session;
    std::size_t m_taken = 0;
};

} // namespace isotherm::test

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/demo/private_server.h"
#include "shared/base/result.h"
#include "tests/harness/temp_dir.h"

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace isotherm::test
{

/// The rows that a statement returned, every value as text, NULL as nullopt.
using PgRows = std::vector<std::vector<std::optional<std::string>>>;

/// One session of a private cluster, for what a test does beside the code under test. Not
/// thread-safe.
class PgSession
{
public:
    [[nodiscard]] static Result<std::unique_ptr<PgSession>> open(const std::string& conninfo);
    ~PgSession();
    PgSession(const PgSession&) = delete;
    PgSession& operator=(const PgSession&) = delete;

    /// Runs one or more statements; the rows of the last. The server's message as the error's text,
    /// "SQLSTATE" in its hint.
    [[nodiscard]] Result<PgRows> exec(const std::string& sql);
    /// The first value of the first row; "" for NULL or no row. Aborts the program on an error.
    [[nodiscard]] std::string value(const std::string& sql);
    /// The server process of this session.
    [[nodiscard]] int backendPid() const;

private:
    struct State;
    explicit PgSession(std::unique_ptr<State> state);
    std::unique_ptr<State> m_state;
};

struct PgClusterOptions
{
    bool fsync = false;
    std::vector<std::pair<std::string, std::string>> settings;
};

/// A private PostgreSQL for one test program, in a temporary folder, with a socket and a port of
/// its own; ended (by its pid) and removed in every outcome, a crash of the test among them. Not
/// thread-safe, but any thread may open a PgSession on conninfo().
///
///     auto cluster = PgCluster::start();
///     QVERIFY2(cluster.ok(), cluster.error().text().c_str());   // keep *cluster as a member
///     QVERIFY((*cluster)->exec("create table t (k int)").ok());
class PgCluster
{
public:
    [[nodiscard]] static Result<std::unique_ptr<PgCluster>> start(PgClusterOptions options = {});

    /// libpq connection string as the superuser over the unix socket.
    [[nodiscard]] std::string conninfo(const std::string& database = "postgres") const;
    [[nodiscard]] demo::PrivateServer& server() { return *m_server; }

    /// In a new session each.
    [[nodiscard]] Result<PgRows> exec(const std::string& sql,
                                      const std::string& database = "postgres");
    /// The first value of the first row; aborts the program on an error.
    [[nodiscard]] std::string value(const std::string& sql,
                                    const std::string& database = "postgres");
    /// Runs a program of the PostgreSQL installation ("pgbench", "pg_dump", "psql") with
    /// PGHOST, PGPORT, PGUSER and PGDATABASE set; standard output, or the error output as error.
    [[nodiscard]] Result<std::string> tool(const std::string& program,
                                           std::vector<std::string> arguments,
                                           const std::string& database = "postgres");

    [[nodiscard]] Status stop(demo::StopMode mode = demo::StopMode::Fast);
    [[nodiscard]] Status startAgain();
    [[nodiscard]] Status restart(demo::StopMode mode = demo::StopMode::Fast);

private:
    PgCluster() = default;

    TempDir m_folder{"isopg"};
    std::unique_ptr<demo::PrivateServer> m_server;
};

} // namespace isotherm::test

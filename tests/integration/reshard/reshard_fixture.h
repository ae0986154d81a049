// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tests/harness/test_log.h"
#include "tests/integration/reshard/reshard_world.h"
#include "tests/integration/reshard/writer_crew.h"

#include <memory>
#include <string>
#include <vector>

namespace isotherm::test
{

/// A table of two partitions, [0, 1000) and [1000, 2000), with 4,000 rows that nobody touches.
inline constexpr const char* kAccounts =
    "create table accounts (customer_id int8 not null, id int8 not null, amount int8, note text,"
    " big text, primary key (customer_id, id)) partition by range (customer_id);"
    "create table accounts_p1 partition of accounts for values from (0) to (1000);"
    "create table accounts_p2 partition of accounts for values from (1000) to (2000);"
    "insert into accounts select i % 2000, -i, i, 'quiet', null from generate_series(1, 4000) i;";

/// The same with an index and `rows` of them.
[[nodiscard]] std::string accountsSql(int rows);

/// What the suites of changes of shards have in common: one server a suite, and for each test an
/// empty database and an agent's parts that know nothing yet.
class ReshardFixture
{
protected:
    void startServer();
    /// Nothing is in the database, and `sql` then.
    void beginEmpty(const std::string& sql = {});
    /// The agent starts, or starts again on what it remembers.
    void open(const std::string& conninfo = {});
    void end();

    void exec(const std::string& sql);
    std::string value(const std::string& sql) { return m_cluster->value(sql); }
    std::unique_ptr<PgSession> session();
    std::vector<ShardRecord> shards() { return m_world->shards("accounts"); }
    /// [0, 1000) in two.
    reshard::ReshardRequest half() { return m_world->split(shards()[0], {500}); }
    /// Makes the tables and manages them.
    void begin(const std::string& sql, std::vector<std::string> tables = {"accounts"});

    void verifyDone(const Result<JobRecord>& job);
    void verifyNothingLeft();
    void verifySplit();
    /// Its grace is ended, and then it is done.
    void verifyEnds(JobId job);
    void verifyCrew(WriterCrew& crew);
    /// The switch waits, and `who` is named.
    void verifyHeldOff(JobId job, const std::string& who);

    std::unique_ptr<PgCluster> m_cluster;
    std::unique_ptr<TempDir> m_folder;
    std::unique_ptr<TestLog> m_log;
    std::unique_ptr<ReshardWorld> m_world;
};

} // namespace isotherm::test

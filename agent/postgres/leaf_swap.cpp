// SPDX-License-Identifier: Apache-2.0
#include "agent/postgres/leaf_swap.h"

#include "agent/postgres/completion.h"
#include "agent/postgres/edit_survey.h"
#include "agent/postgres/leaf_likeness.h"
#include "agent/postgres/sql_text.h"
#include "agent/postgres/swap_transaction.h"

#include <string>
#include <utility>

namespace isotherm::postgres
{
namespace
{

using engine::FreshLeaf;
using engine::SwapPair;

std::string qualified(const engine::StagingTable& table)
{
    return quoteQualified(table.schema, table.name);
}

class PostgresLeafSwapping final : public engine::LeafSwapping
{
public:
    explicit PostgresLeafSwapping(std::shared_ptr<ConnectionPool> pool) : m_pool(std::move(pool)) {}

    Result<engine::SwapSurvey> survey(const FreshLeaf& fresh) override;
    Status create(const FreshLeaf& fresh) override;
    Status complete(const FreshLeaf& fresh) override;
    Status prepareBack(const SwapPair& pair) override;
    Result<std::vector<std::string>> oldSnapshots(std::uint64_t transaction) override;
    Result<std::uint64_t> nextTransaction() override;
    Result<std::unique_ptr<engine::SwapTransaction>> swap(const std::vector<SwapPair>& pairs,
                                                          engine::SwapKind kind) override
    {
        return beginSwap(m_pool, pairs, kind);
    }

private:
    static Status raiseSequences(Connection& connection, const FreshLeaf& fresh);

    std::shared_ptr<ConnectionPool> m_pool;
};

Result<engine::SwapSurvey> PostgresLeafSwapping::survey(const FreshLeaf& fresh)
{
    return m_pool->with([&](Connection& connection) -> Result<engine::SwapSurvey> {
        ISO_ASSIGN(const Likeness likeness, loadLikeness(connection, fresh.leaf));
        ISO_ASSIGN(const LeafFacts facts, loadFacts(connection, fresh.leaf));
        engine::SwapSurvey survey;
        survey.refusals = likeness.refusals;
        survey.warnings = likeness.warnings;
        for (std::string& warning : warningsOf(facts.sequences)) {
            survey.warnings.push_back(std::move(warning));
        }
        const std::string table = qualified(fresh.table);
        survey.sql = {completionFor(likeness.create, table),
                      "ALTER TABLE " + table + " ADD CONSTRAINT " + kBoundCheck + " " +
                          likeness.boundCheck,
                      "COPY " + table + " FROM STDIN (FORMAT binary)"};
        for (const std::string& statement : likeness.statements) {
            survey.sql.push_back(completionFor(statement, table));
        }
        for (std::string& statement : previewSwap(
                 {fresh.leaf, fresh.table.name, fresh.leaf.name + "_before_…", {}}, facts.parent)) {
            survey.sql.push_back(std::move(statement));
        }
        return survey;
    });
}

Status PostgresLeafSwapping::create(const FreshLeaf& fresh)
{
    ISO_ASSIGN(Lease connection, m_pool->takeWorking());
    ISO_ASSIGN(const Likeness likeness, loadLikeness(*connection, fresh.leaf));
    if (!likeness.refusals.empty()) {
        return likeness.refusals.front();
    }
    const std::string table = qualified(fresh.table);
    std::string retyped;
    for (const std::string& statement : likeness.beforeLoad) {
        retyped += ";" + completionFor(statement, table);
    }
    // One transaction: the mark is there from the first moment on.
    return connection->run("BEGIN;" + completionFor(likeness.create, table) + retyped +
                           ";ALTER TABLE " + table + " ADD CONSTRAINT " + kBoundCheck + " " +
                           likeness.boundCheck + ";COMMENT ON TABLE " + table + " IS " +
                           quoteLiteral(fresh.table.marker) + ";COMMIT");
}

Status PostgresLeafSwapping::complete(const FreshLeaf& fresh)
{
    ISO_ASSIGN(Lease connection, m_pool->takeWorking());
    ISO_ASSIGN(const Likeness likeness, loadLikeness(*connection, fresh.leaf));
    const std::string table = qualified(fresh.table);
    const auto limit = m_pool->options().completionTimeout;
    for (const std::string& statement : likeness.statements) {
        const Status done = connection->runLong("BEGIN;SET LOCAL statement_timeout = 0;SET LOCAL"
                                                " maintenance_work_mem = '256MB';" +
                                                    completionFor(statement, table) + ";COMMIT",
                                                limit);
        if (!done.ok()) {
            return done.error().within("completing " + fresh.table.name);
        }
    }
    if (!likeness.replicaIndex.empty()) {
        ISO_ASSIGN(const QueryRows index,
                   connection->query("SELECT c.relname FROM pg_index i JOIN pg_class c"
                                     " ON c.oid = i.indexrelid WHERE i.indrelid = to_regclass($1)"
                                     " AND i.indisunique AND substring(pg_get_indexdef(c.oid)"
                                     " FROM ' USING .*$') = substring($2 FROM ' USING .*$')",
                                     {table, likeness.replicaIndex}));
        if (index.size() == 0) {
            return makeError(Code::Internal, "the index of the replica identity was not made");
        }
        ISO_TRY(connection->run("ALTER TABLE " + table + " REPLICA IDENTITY USING INDEX " +
                                quoteIdentifier(index.text(0, 0))));
    }
    ISO_TRY(raiseSequences(*connection, fresh));
    return connection->runLong("ANALYZE " + table, limit);
}

/// Before the swap, which must be short: sequences only ever go forward.
Status PostgresLeafSwapping::raiseSequences(Connection& connection, const FreshLeaf& fresh)
{
    ISO_ASSIGN(const LeafFacts facts, loadFacts(connection, fresh.leaf));
    for (const ColumnSequence& sequence : facts.sequences) {
        ISO_TRY(raiseSequence(connection, sequence, "ONLY " + qualified(fresh.table),
                              quoteIdentifier(sequence.column)));
    }
    return {};
}

Status PostgresLeafSwapping::prepareBack(const SwapPair& pair)
{
    ISO_ASSIGN(Lease connection, m_pool->takeWorking());
    ISO_ASSIGN(const std::string check, loadBoundCheck(*connection, pair.out));
    const std::string table = quoteQualified(pair.out.schema, pair.in);
    ISO_TRY(connection->run("ALTER TABLE " + table + " DROP CONSTRAINT IF EXISTS " + kBoundCheck));
    return connection->runLong("ALTER TABLE " + table + " ADD CONSTRAINT " + kBoundCheck + " " +
                                   check,
                               m_pool->options().completionTimeout);
}

Result<std::vector<std::string>> PostgresLeafSwapping::oldSnapshots(std::uint64_t transaction)
{
    return m_pool->with([&](Connection& connection) -> Result<std::vector<std::string>> {
        // Ages count back from the next transaction: no wrap-around of the short ids matters.
        ISO_ASSIGN(
            const QueryRows rows,
            connection.query(
                "WITH now AS (SELECT pg_snapshot_xmax(pg_current_snapshot())::text::int8 AS next)"
                " SELECT 'process ' || pid || ' (' || coalesce(application_name, '') || ' of '"
                "   || coalesce(usename, '') || ', ' || coalesce(state, '') || ')'"
                " FROM pg_stat_activity, now WHERE backend_xmin IS NOT NULL"
                " AND pid <> pg_backend_pid() AND datname = current_database()"
                " AND coalesce(backend_type, 'client backend') = 'client backend'"
                " AND now.next - age(backend_xmin) < $1::int8"
                " UNION ALL SELECT 'prepared transaction ' || gid FROM pg_prepared_xacts, now"
                " WHERE database = current_database()"
                " AND now.next - age(transaction) < $1::int8",
                {std::to_string(transaction)}));
        std::vector<std::string> holders;
        for (std::size_t row = 0; row < rows.size(); ++row) {
            holders.push_back(rows.text(row, 0));
        }
        return holders;
    });
}

Result<std::uint64_t> PostgresLeafSwapping::nextTransaction()
{
    return m_pool->with([](Connection& connection) -> Result<std::uint64_t> {
        ISO_ASSIGN(const QueryRows rows,
                   connection.query("SELECT pg_snapshot_xmax(pg_current_snapshot())"));
        return static_cast<std::uint64_t>(rows.integer(0, 0));
    });
}

} // namespace

std::shared_ptr<engine::LeafSwapping> makeLeafSwapping(std::shared_ptr<ConnectionPool> pool)
{
    return std::make_shared<PostgresLeafSwapping>(std::move(pool));
}

} // namespace isotherm::postgres

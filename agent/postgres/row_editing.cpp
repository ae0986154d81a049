// SPDX-License-Identifier: Apache-2.0
#include "agent/postgres/row_editing.h"

#include "agent/postgres/edit_sql.h"
#include "agent/postgres/edit_survey.h"
#include "agent/postgres/edit_transaction.h"
#include "agent/postgres/sql_text.h"
#include "agent/postgres/text_values.h"
#include "shared/base/byte_io.h"
#include "shared/model/row_batch.h"

#include <string>
#include <utility>
#include <vector>

namespace isotherm::postgres
{
namespace
{

using Texts = std::vector<std::optional<std::string>>;

class PostgresRowEditing final : public engine::RowEditing
{
public:
    explicit PostgresRowEditing(std::shared_ptr<ConnectionPool> pool) : m_pool(std::move(pool)) {}

    Result<engine::EditSurvey> survey(const engine::EditTarget& target,
                                      const engine::EditRules& rules) override
    {
        return m_pool->with([&](Connection& connection) -> Result<engine::EditSurvey> {
            ISO_ASSIGN(const LeafFacts facts, loadFacts(connection, target.leaf));
            return judge(target, rules, facts);
        });
    }

    std::vector<std::string> preview(const engine::EditTarget& target,
                                     const engine::EditRules& rules) override;

    Result<std::unique_ptr<engine::EditTransaction>> begin(const engine::EditRules& rules) override
    {
        return beginEdit(m_pool, rules);
    }

    Result<engine::TransactionOutcome> transactionOutcome(std::uint64_t transaction) override;

    Result<std::vector<Texts>> render(const TableSchema& table,
                                      const std::vector<std::string_view>& rows) override;

private:
    Result<std::vector<Oid>> typesOf(const TableSchema& table);

    std::shared_ptr<ConnectionPool> m_pool;
};

std::vector<std::string> PostgresRowEditing::preview(const engine::EditTarget& target,
                                                     const engine::EditRules& rules)
{
    const EditSql sql(target, 0);
    std::vector<std::string> statements = {
        "BEGIN",
        "LOCK TABLE ONLY " + sql.leaf() + " IN ROW EXCLUSIVE MODE",
        sql.createStaging(),
        sql.copyWanted(),
        sql.copyExpected(),
        sql.gatherKeys(),
        sql.lockRows(),
        sql.decide(rules.onConflict),
    };
    if (rules.triggers == engine::UserTriggers::Silent) {
        statements.emplace_back(
            "SET LOCAL session_replication_role = replica -- if it has triggers");
    }
    statements.push_back(sql.keepBefore());
    statements.emplace_back(
        "SELECT setval(…) -- for sequences of columns that stand before the rows");
    for (std::string statement : {sql.update({}), sql.insert(), sql.remove()}) {
        if (!statement.empty()) {
            statements.push_back(std::move(statement));
        }
    }
    statements.emplace_back("COMMIT");
    return statements;
}

Result<engine::TransactionOutcome> PostgresRowEditing::transactionOutcome(std::uint64_t transaction)
{
    return m_pool->with([&](Connection& connection) -> Result<engine::TransactionOutcome> {
        ISO_ASSIGN(const QueryRows rows, connection.query("SELECT pg_xact_status($1::xid8)",
                                                          {std::to_string(transaction)}));
        if (rows.isNull(0, 0)) {
            return makeError(Code::NotFound,
                             "the server does not remember transaction " +
                                 std::to_string(transaction) + " any more",
                             "compare with the moment before it to see whether it was committed");
        }
        if (rows.view(0, 0) == "committed") {
            return engine::TransactionOutcome::Committed;
        }
        return rows.view(0, 0) == "aborted" ? engine::TransactionOutcome::RolledBack
                                            : engine::TransactionOutcome::Running;
    });
}

Result<std::vector<Oid>> PostgresRowEditing::typesOf(const TableSchema& table)
{
    std::vector<std::string> names;
    for (const ColumnSchema& column : table.columns) {
        names.push_back(column.typeName);
    }
    return m_pool->with([&](Connection& connection) -> Result<std::vector<Oid>> {
        ISO_ASSIGN(const QueryRows rows,
                   connection.query("SELECT coalesce(to_regtype(t)::oid, 0) FROM unnest($1::text[])"
                                    " WITH ORDINALITY u(t, n) ORDER BY n",
                                    {arrayLiteral(names)}));
        std::vector<Oid> types;
        for (std::size_t row = 0; row < rows.size(); ++row) {
            types.push_back(static_cast<Oid>(rows.integer(row, 0)));
        }
        return types;
    });
}

Result<std::vector<Texts>> PostgresRowEditing::render(const TableSchema& table,
                                                      const std::vector<std::string_view>& rows)
{
    ISO_ASSIGN(const std::vector<Oid> types, typesOf(table));
    TextValues values(m_pool);
    std::vector<std::vector<Field>> split;
    for (const std::string_view row : rows) {
        ISO_ASSIGN(std::vector<Field> fields, splitRow(row, table.columns.size()));
        for (std::size_t i = 0; i < fields.size(); ++i) {
            if (fields[i].length >= 0 && table.columns[i].encoding == ValueEncoding::Binary &&
                types[i] != 0) {
                values.want(types[i], fields[i].bytes);
            }
        }
        split.push_back(std::move(fields));
    }
    ISO_TRY(values.ask());
    std::vector<Texts> texts;
    for (const std::vector<Field>& fields : split) {
        Texts row;
        for (std::size_t i = 0; i < fields.size(); ++i) {
            if (fields[i].length < 0) {
                row.emplace_back(std::nullopt);
            } else if (table.columns[i].encoding == ValueEncoding::Text) {
                row.emplace_back(std::string(fields[i].bytes));
            } else if (const auto text = values.find(types[i], fields[i].bytes); text) {
                row.emplace_back(std::string(*text));
            } else { // its type is gone
                row.emplace_back("\\x" + toHex(fields[i].bytes));
            }
        }
        texts.push_back(std::move(row));
    }
    return texts;
}

} // namespace

std::shared_ptr<engine::RowEditing> makeRowEditing(std::shared_ptr<ConnectionPool> pool)
{
    return std::make_shared<PostgresRowEditing>(std::move(pool));
}

} // namespace isotherm::postgres

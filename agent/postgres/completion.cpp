// SPDX-License-Identifier: Apache-2.0
#include "agent/postgres/completion.h"

#include "agent/postgres/completion_sql.h"

#include <string_view>

namespace isotherm::postgres
{
namespace
{

constexpr std::string_view kPlaceholder = "%TABLE%";

} // namespace

Result<std::vector<std::string>> loadCompletion(Connection& connection, Oid table)
{
    const std::vector<std::string> parameters = {std::to_string(table)};
    std::vector<std::string> statements;
    ISO_ASSIGN(const QueryRows generated, connection.query(std::string(kGeneratedSql), parameters));
    if (!generated.isNull(0, 0)) {
        statements.push_back(std::string(kAddGenerated) + generated.text(0, 0));
    }
    ISO_ASSIGN(const QueryRows constraints,
               connection.query(std::string(kConstraintsSql), parameters));
    for (std::size_t row = 0; row < constraints.size(); ++row) {
        statements.push_back("ALTER TABLE %TABLE% ADD " + constraints.text(row, 0));
    }
    ISO_ASSIGN(const QueryRows indexes, connection.query(std::string(kIndexesSql), parameters));
    for (std::size_t row = 0; row < indexes.size(); ++row) {
        statements.push_back(
            (indexes.truth(row, 0) ? "CREATE UNIQUE INDEX ON %TABLE%" : "CREATE INDEX ON %TABLE%") +
            indexes.text(row, 1));
    }
    return statements;
}

std::string completionFor(const std::string& statement, const std::string& qualified)
{
    std::string text = statement;
    if (const std::size_t at = text.find(kPlaceholder); at != std::string::npos) {
        text.replace(at, kPlaceholder.size(), qualified);
    }
    return text;
}

} // namespace isotherm::postgres

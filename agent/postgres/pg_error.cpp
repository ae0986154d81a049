// SPDX-License-Identifier: Apache-2.0
#include "agent/postgres/pg_error.h"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

namespace isotherm::postgres
{
namespace
{

struct Mapping
{
    std::string_view prefix; ///< of the SQLSTATE; the first match counts
    Code code;
    std::string_view hint;
};

constexpr std::string_view kServerHint =
    "check that the server runs and takes connections; the agent tries again by itself";
constexpr std::string_view kRightsHint =
    "give the agent's role the rights that `isotherm-agent init-db --print-sql` prints";

constexpr std::array kMappings = {
    Mapping{"08", Code::Unavailable, kServerHint},
    Mapping{"57P", Code::Unavailable, kServerHint},
    Mapping{"28", Code::Unauthenticated, "check the role and password of the dsn, and pg_hba.conf"},
    Mapping{"3D000", Code::NotFound, "check the database name of the dsn"},
    Mapping{"42501", Code::PermissionDenied, kRightsHint},
    Mapping{"42P01", Code::NotFound, ""},
    Mapping{"42703", Code::NotFound, ""},
    Mapping{"42704", Code::NotFound, ""},
    Mapping{"42883", Code::NotFound, ""},
    Mapping{"3F000", Code::NotFound, ""},
    Mapping{"42P06", Code::AlreadyExists, ""},
    Mapping{"42P07", Code::AlreadyExists, "choose another name, or drop what has it"},
    Mapping{"42710", Code::AlreadyExists, ""},
    Mapping{"40", Code::Aborted, "try again"},
    Mapping{"55P03", Code::DeadlineExceeded,
            "another session holds or waits for a stronger lock; see pg_locks, and try again"},
    Mapping{"57014", Code::Cancelled, ""},
    Mapping{"53100", Code::ResourceExhausted, "free space on the database server"},
    Mapping{"53300", Code::ResourceExhausted, "raise max_connections, or stop idle clients"},
    Mapping{"53", Code::ResourceExhausted, ""},
    Mapping{"54", Code::ResourceExhausted, ""},
    Mapping{"23", Code::FailedPrecondition, ""},
    Mapping{"25006", Code::FailedPrecondition,
            "the server is read-only: point the dsn at the primary"},
    Mapping{"25", Code::FailedPrecondition, ""},
    Mapping{"55", Code::FailedPrecondition, ""},
    Mapping{"2B", Code::FailedPrecondition, ""},
    Mapping{"22", Code::InvalidArgument, ""},
    Mapping{"42", Code::InvalidArgument, ""},
    Mapping{"0A000", Code::Unimplemented, ""},
    Mapping{"XX", Code::Internal, "read the server's log: it reports damaged or impossible data"},
};

const Mapping* mappingFor(std::string_view sqlState)
{
    const auto* found = std::find_if(kMappings.begin(), kMappings.end(), [&](const Mapping& m) {
        return sqlState.substr(0, m.prefix.size()) == m.prefix;
    });
    return found == kMappings.end() ? nullptr : found;
}

/// libpq's message as one line of ours.
std::string oneLine(const char* message)
{
    std::string text = message == nullptr ? "" : message;
    while (!text.empty() && (text.back() == '\n' || text.back() == '.')) {
        text.pop_back();
    }
    std::string line;
    for (const char c : text) {
        if (c == '\n' || c == '\t') {
            line += line.empty() || line.back() == ' ' ? "" : " ";
        } else {
            line.push_back(c);
        }
    }
    return line;
}

bool contains(const std::string& text, std::string_view part)
{
    return text.find(part) != std::string::npos;
}

} // namespace

Code codeForSqlState(std::string_view sqlState, std::string_view message)
{
    if (sqlState == "57014" && message.find("statement timeout") != std::string_view::npos) {
        return Code::DeadlineExceeded;
    }
    const Mapping* mapping = mappingFor(sqlState);
    return mapping == nullptr ? Code::Unknown : mapping->code;
}

Error resultError(const PGresult* result, const PGconn* connection)
{
    const char* sqlState =
        result == nullptr ? nullptr : ::PQresultErrorField(result, PG_DIAG_SQLSTATE);
    const char* primary =
        result == nullptr ? nullptr : ::PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
    if (sqlState == nullptr || primary == nullptr) {
        return connectionError(connection);
    }
    Error error;
    error.code = codeForSqlState(sqlState, primary);
    error.message = oneLine(primary);
    if (const Mapping* mapping = mappingFor(sqlState); mapping != nullptr) {
        error.hint = mapping->hint;
    }
    return error;
}

Error connectionError(const PGconn* connection)
{
    std::string message = oneLine(connection == nullptr ? nullptr : ::PQerrorMessage(connection));
    if (message.empty()) {
        message = "the connection to the database was lost";
    }
    // Before authentication libpq gives no SQLSTATE, only words.
    if (connection != nullptr &&
        (::PQconnectionNeedsPassword(connection) != 0 ||
         contains(message, "authentication failed") || contains(message, "no pg_hba.conf entry"))) {
        return makeError(Code::Unauthenticated, std::move(message),
                         "check the role and password of the dsn, and pg_hba.conf");
    }
    return makeError(Code::Unavailable, std::move(message), std::string(kServerHint));
}

} // namespace isotherm::postgres

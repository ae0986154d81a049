// SPDX-License-Identifier: Apache-2.0
#include "agent/attribution/log_reader.h"

#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>
#include <utility>

namespace isotherm::attribution
{
namespace
{

constexpr std::size_t kLongestRecord = std::size_t{1} << 20U;
constexpr std::size_t kMostParameters = 65'535;

// csvlog's columns that matter, from 0; a server of any supported version has them there.
constexpr std::size_t kCsvDatabase = 2;
constexpr std::size_t kCsvSeverity = 11;
constexpr std::size_t kCsvMessage = 13;
constexpr std::size_t kCsvDetail = 14;
constexpr std::size_t kCsvColumns = 23;

struct Fields
{
    std::string database;
    std::string severity;
    std::string message;
    std::string detail;
};

std::optional<Fields> fieldsOfJson(std::string_view record)
{
    const auto tree = nlohmann::json::parse(record, nullptr, false);
    if (!tree.is_object()) {
        return std::nullopt;
    }
    const auto text = [&tree](const char* name) {
        const auto found = tree.find(name);
        return found != tree.end() && found->is_string() ? found->get<std::string>()
                                                         : std::string();
    };
    return Fields{text("dbname"), text("error_severity"), text("message"), text("detail")};
}

std::optional<Fields> fieldsOfCsv(std::string_view record)
{
    std::vector<std::string> columns(1);
    bool quoted = false;
    for (std::size_t i = 0; i < record.size(); ++i) {
        const char c = record[i];
        if (quoted && c == '"' && i + 1 < record.size() && record[i + 1] == '"') {
            columns.back().push_back('"');
            ++i;
        } else if (c == '"') {
            quoted = !quoted;
        } else if (c == ',' && !quoted) {
            if (columns.size() > 2 * kCsvColumns) {
                return std::nullopt;
            }
            columns.emplace_back();
        } else {
            columns.back().push_back(c);
        }
    }
    if (quoted || columns.size() < kCsvColumns) {
        return std::nullopt;
    }
    return Fields{std::move(columns[kCsvDatabase]), std::move(columns[kCsvSeverity]),
                  std::move(columns[kCsvMessage]), std::move(columns[kCsvDetail])};
}

bool takePrefix(std::string_view& text, std::string_view prefix)
{
    if (!text.starts_with(prefix)) {
        return false;
    }
    text.remove_prefix(prefix.size());
    return true;
}

/// A quoted value with its quotes doubled.
std::optional<std::string> takeQuoted(std::string_view& text)
{
    if (!takePrefix(text, "'")) {
        return std::nullopt;
    }
    std::string value;
    while (!text.empty()) {
        const char c = text.front();
        text.remove_prefix(1);
        if (c != '\'') {
            value.push_back(c);
        } else if (takePrefix(text, "'")) {
            value.push_back('\'');
        } else {
            return value;
        }
    }
    return std::nullopt;
}

} // namespace

std::optional<std::string> statementOf(std::string_view message, bool everything)
{
    if (takePrefix(message, "duration: ")) {
        const std::size_t end = message.find(" ms  ");
        if (end == std::string_view::npos || end > 32) {
            return std::nullopt; // the statement itself was in an earlier record
        }
        message.remove_prefix(end + 5);
    } else if (!everything) {
        return std::nullopt;
    }
    if (takePrefix(message, "statement: ")) {
        return std::string(message);
    }
    // "execute NAME: …"; also "execute fetch from NAME/PORTAL: …", whose rows were counted before.
    if (!takePrefix(message, "execute ") || message.starts_with("fetch from ")) {
        return std::nullopt;
    }
    const std::size_t colon = message.find(": ");
    if (colon == std::string_view::npos) {
        return std::nullopt;
    }
    return std::string(message.substr(colon + 2));
}

std::optional<std::vector<std::optional<std::string>>> parametersOf(std::string_view detail)
{
    if (!takePrefix(detail, "parameters: ") && !takePrefix(detail, "Parameters: ")) {
        return std::nullopt;
    }
    std::vector<std::optional<std::string>> values;
    while (takePrefix(detail, "$")) {
        std::size_t number = 0;
        const auto [end, error] =
            std::from_chars(detail.data(), detail.data() + detail.size(), number);
        if (error != std::errc() || number != values.size() + 1 || number > kMostParameters) {
            return std::nullopt;
        }
        detail.remove_prefix(static_cast<std::size_t>(end - detail.data()));
        if (!takePrefix(detail, " = ")) {
            return std::nullopt;
        }
        if (takePrefix(detail, "NULL")) {
            values.emplace_back(std::nullopt);
        } else if (auto value = takeQuoted(detail)) {
            values.push_back(std::move(value));
        } else {
            return std::nullopt;
        }
        if (!takePrefix(detail, ", ")) {
            break;
        }
    }
    return values;
}

void LogReader::restart()
{
    m_rest.clear();
    m_looked = 0;
    m_quoted = false;
    m_dropping = false;
}

/// Where the first record of m_rest ends (behind its newline); remembers how far it looked.
std::optional<std::size_t> LogReader::endOfRecord()
{
    for (; m_looked < m_rest.size(); ++m_looked) {
        const char c = m_rest[m_looked];
        if (c == '"' && m_format == engine::LogFormat::Csv) {
            m_quoted = !m_quoted; // a doubled quote toggles twice
        } else if (c == '\n' && !m_quoted) {
            return m_looked + 1;
        }
    }
    return std::nullopt;
}

void LogReader::feed(std::string_view bytes, const Sink& sink)
{
    m_rest.append(bytes);
    std::size_t done = 0;
    while (const auto end = endOfRecord()) {
        if (!m_dropping) {
            take(std::string_view(m_rest).substr(done, *end - done - 1), sink);
        }
        m_dropping = false;
        done = *end;
        m_looked = *end;
    }
    m_rest.erase(0, done);
    m_looked -= done;
    if (m_rest.size() > kLongestRecord) {
        // A csv quote that never closes: begin anew at the next line.
        ++m_counts.malformed;
        restart();
        m_dropping = true;
    }
}

void LogReader::take(std::string_view record, const Sink& sink)
{
    if (record.empty()) {
        return;
    }
    ++m_counts.records;
    auto fields = m_format == engine::LogFormat::Json ? fieldsOfJson(record) : fieldsOfCsv(record);
    if (!fields) {
        ++m_counts.malformed;
        return;
    }
    if (fields->severity != "LOG") {
        return;
    }
    auto text = statementOf(fields->message, m_everything);
    if (!text) {
        return;
    }
    LoggedStatement statement{std::move(fields->database), std::move(*text), {}};
    if (auto parameters = parametersOf(fields->detail)) {
        statement.parameters = std::move(*parameters);
    }
    ++m_counts.statements;
    sink(std::move(statement));
}

} // namespace isotherm::attribution

// SPDX-License-Identifier: Apache-2.0
#include "agent/postgres/sql_text.h"

namespace isotherm::postgres
{
namespace
{

std::string quotedWith(char quote, std::string_view text)
{
    std::string quoted(1, quote);
    for (const char c : text) {
        quoted.append(c == quote ? 2 : 1, c);
    }
    quoted.push_back(quote);
    return quoted;
}

} // namespace

std::string quoteIdentifier(std::string_view name)
{
    return quotedWith('"', name);
}

std::string quoteQualified(std::string_view schema, std::string_view name)
{
    return quoteIdentifier(schema) + "." + quoteIdentifier(name);
}

std::string quoteLiteral(std::string_view text)
{
    return quotedWith('\'', text);
}

std::string quoteList(const std::vector<std::string>& names)
{
    std::string list;
    for (const std::string& name : names) {
        list += (list.empty() ? "" : ", ") + quoteIdentifier(name);
    }
    return list;
}

std::string arrayLiteral(const std::vector<std::string>& values)
{
    std::string literal = "{";
    for (const std::string& value : values) {
        literal += literal.size() == 1 ? "\"" : ",\"";
        for (const char c : value) {
            if (c == '"' || c == '\\') {
                literal.push_back('\\');
            }
            literal.push_back(c);
        }
        literal += '"';
    }
    return literal + "}";
}

std::string replaceAll(std::string text, std::string_view what, std::string_view with)
{
    for (std::size_t at = text.find(what); at != std::string::npos;
         at = text.find(what, at + with.size())) {
        text.replace(at, what.size(), with);
    }
    return text;
}

} // namespace isotherm::postgres

// SPDX-License-Identifier: Apache-2.0
#include "tests/tidy/source_text.h"

#include <algorithm>
#include <cctype>
#include <sstream>

namespace isotherm::tidy
{
namespace
{

bool isWordChar(char c)
{
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_';
}

/// Walks over a source and blanks what is not code.
class Blanker
{
public:
    explicit Blanker(std::string_view source) : m_text(source) {}

    std::string run()
    {
        while (m_at < m_text.size()) {
            if (at("//")) {
                blankUntil("\n", 0);
            } else if (at("/*")) {
                blankUntil("*/", 2);
            } else if (at("R\"") && (m_at == 0 || !isWordChar(m_text[m_at - 1]))) {
                const std::size_t open = m_text.find('(', m_at);
                const std::string end = ")" + m_text.substr(m_at + 2, open - m_at - 2) + "\"";
                blankUntil(end, end.size());
            } else if (m_text[m_at] == '"' || isCharacterLiteral()) {
                blankLiteral(m_text[m_at]);
            } else {
                ++m_at;
            }
        }
        return m_text;
    }

private:
    [[nodiscard]] bool at(std::string_view what) const
    {
        return m_text.compare(m_at, what.size(), what) == 0;
    }

    /// A quote inside a number separates digits: 1'000.
    [[nodiscard]] bool isCharacterLiteral() const
    {
        return m_text[m_at] == '\'' && (m_at == 0 || !isWordChar(m_text[m_at - 1]));
    }

    void blank(std::size_t from, std::size_t to)
    {
        for (std::size_t i = from; i < to; ++i) {
            m_text[i] = m_text[i] == '\n' ? '\n' : ' ';
        }
    }

    void blankUntil(const std::string& end, std::size_t endLength)
    {
        const std::size_t found = m_text.find(end, m_at + 2);
        const std::size_t to = found == std::string::npos ? m_text.size() : found + endLength;
        blank(m_at, to);
        m_at = to;
    }

    void blankLiteral(char quote)
    {
        const std::size_t from = ++m_at;
        while (m_at < m_text.size() && m_text[m_at] != quote && m_text[m_at] != '\n') {
            m_at += m_text[m_at] == '\\' ? 2 : 1;
        }
        m_at = std::min(m_at, m_text.size());
        blank(from, m_at);
        ++m_at;
    }

    std::string m_text;
    std::size_t m_at = 0;
};

/// True if a brace behind this text opens the body of a function or a lambda.
bool opensFunction(const std::string& head)
{
    const std::size_t first = head.find_first_not_of(" \n");
    if (first == std::string::npos || head.find(')') == std::string::npos) {
        return false;
    }
    const std::string word = head.substr(
        first,
        static_cast<std::size_t>(std::find_if_not(head.begin() + static_cast<std::ptrdiff_t>(first),
                                                  head.end(), isWordChar) -
                                 head.begin()) -
            first);
    for (const char* other : {"if", "else", "for", "while", "switch", "do", "try", "catch",
                              "namespace", "class", "struct", "union", "enum", "case", "default"}) {
        if (word == other) {
            return head.find("](") != std::string::npos; // a lambda in a condition
        }
    }
    return true;
}

} // namespace

std::string withoutLiterals(std::string_view source)
{
    return Blanker(source).run();
}

std::vector<FunctionLength> functionLengths(std::string_view source)
{
    struct Block
    {
        std::size_t line = 0;
        bool function = false;
        std::string headBefore; ///< of an initializer: what goes on behind it
    };
    std::vector<FunctionLength> functions;
    std::vector<Block> open;
    std::string head; // since the last ; { or }
    std::size_t line = 1;
    const std::string code = withoutLiterals(source);
    for (const char c : code) {
        line += c == '\n' ? 1 : 0;
        if (c == '{') {
            // m_value{5} and Type{…} are values: what is before them goes on behind them.
            const bool value = !head.empty() && (isWordChar(head.back()) || head.back() == '>');
            open.push_back({line, !value && opensFunction(head), value ? head + "x" : ""});
            head.clear();
        } else if (c == '}' && !open.empty()) {
            if (open.back().function) {
                functions.push_back({open.back().line, line - open.back().line + 1});
            }
            head = open.back().headBefore;
            open.pop_back();
        } else if (c == ';') {
            head.clear();
        } else {
            head.push_back(c);
        }
    }
    return functions;
}

std::vector<Include> includesOf(std::string_view source)
{
    std::vector<Include> includes;
    std::istringstream lines{std::string(source)};
    std::string line;
    for (std::size_t number = 1; std::getline(lines, line); ++number) {
        const std::size_t hash = line.find_first_not_of(" \t");
        if (hash == std::string::npos || line[hash] != '#') {
            continue;
        }
        const std::size_t word = line.find_first_not_of(" \t", hash + 1);
        if (word == std::string::npos || line.compare(word, 7, "include") != 0) {
            continue;
        }
        const std::size_t open = line.find_first_of("\"<", word);
        const std::size_t close =
            open == std::string::npos ? open : line.find_first_of("\">", open + 1);
        if (close != std::string::npos) {
            includes.push_back(
                {number, line.substr(open + 1, close - open - 1), line[open] == '"'});
        }
    }
    return includes;
}

} // namespace isotherm::tidy

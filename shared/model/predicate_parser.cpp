// SPDX-License-Identifier: Apache-2.0
#include "shared/model/predicate_parser.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

namespace isotherm
{
namespace
{

constexpr std::string_view kBlanks = " \t\r\n";
constexpr std::string_view kEndsWord = " \t\r\n,()='\"<>!";

enum class Kind { End, Word, Quoted, Name, Symbol };

struct Token
{
    Kind kind = Kind::End;
    std::string text;
    std::size_t position = 0;
};

std::string lower(std::string_view text)
{
    std::string result(text);
    std::transform(result.begin(), result.end(), result.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
    return result;
}

Error errorAt(std::size_t position, std::string what, std::string hint = {})
{
    return makeError(Code::InvalidArgument,
                     "condition, character " + std::to_string(position + 1) + ": " +
                         std::move(what),
                     std::move(hint));
}

/// Cuts the text into words, quoted values, quoted names and symbols.
class Lexer
{
public:
    explicit Lexer(std::string_view text) : m_text(text) {}

    Result<std::vector<Token>> run()
    {
        std::vector<Token> tokens;
        for (;;) {
            m_at = std::min(m_text.find_first_not_of(kBlanks, m_at), m_text.size());
            ISO_ASSIGN(Token token, next());
            tokens.push_back(std::move(token));
            if (tokens.back().kind == Kind::End) {
                return tokens;
            }
        }
    }

private:
    Result<Token> next()
    {
        if (m_at == m_text.size()) {
            return Token{Kind::End, {}, m_at};
        }
        const char c = m_text[m_at];
        if (c == '\'' || c == '"') {
            return quoted(c);
        }
        for (const std::string_view symbol :
             {"<=", ">=", "<>", "!=", "<", ">", "=", "(", ")", ",", "!"}) {
            if (m_text.substr(m_at, symbol.size()) == symbol) {
                Token token{Kind::Symbol, std::string(symbol), m_at};
                m_at += symbol.size();
                return token;
            }
        }
        const std::size_t end = std::min(m_text.find_first_of(kEndsWord, m_at), m_text.size());
        Token token{Kind::Word, std::string(m_text.substr(m_at, end - m_at)), m_at};
        m_at = end;
        return token;
    }

    /// The quote itself is written twice inside.
    Result<Token> quoted(char quote)
    {
        Token token{quote == '"' ? Kind::Name : Kind::Quoted, {}, m_at};
        for (std::size_t i = m_at + 1; i < m_text.size(); ++i) {
            if (m_text[i] != quote) {
                token.text.push_back(m_text[i]);
            } else if (i + 1 < m_text.size() && m_text[i + 1] == quote) {
                token.text.push_back(quote);
                ++i;
            } else {
                m_at = i + 1;
                return token;
            }
        }
        return errorAt(m_at, "this quote is not closed",
                       "a quote inside a value is written twice: 'it''s'");
    }

    std::string_view m_text;
    std::size_t m_at = 0;
};

class Parser
{
public:
    Parser(std::vector<Token> tokens, const std::vector<std::string>& columns)
        : m_tokens(std::move(tokens)), m_columns(columns)
    {
    }

    Result<std::vector<PredicateTerm>> run()
    {
        std::vector<PredicateTerm> terms;
        for (;;) {
            ISO_ASSIGN(PredicateTerm parsed, term());
            terms.push_back(std::move(parsed));
            if (peek().kind == Kind::End) {
                return terms;
            }
            if (isWord("or") || isWord("not")) {
                return errorAt(peek().position, "\"" + peek().text + "\" is not supported",
                               "use in (…) for several values, or several restores");
            }
            if (!isWord("and")) {
                return errorAt(peek().position, "\"" + peek().text + "\" was not expected here",
                               "join conditions with and; quote values that hold blanks");
            }
            ++m_at;
        }
    }

private:
    [[nodiscard]] const Token& peek() const { return m_tokens[m_at]; }
    [[nodiscard]] bool isWord(std::string_view word) const
    {
        return peek().kind == Kind::Word && lower(peek().text) == word;
    }
    [[nodiscard]] bool isSymbol(std::string_view symbol) const
    {
        return peek().kind == Kind::Symbol && peek().text == symbol;
    }

    Result<PredicateTerm> term()
    {
        ISO_ASSIGN(m_column, column());
        PredicateTerm parsed;
        parsed.column = m_column;
        if (isWord("between")) {
            ++m_at;
            parsed.comparison = Comparison::Between;
            ISO_TRY(takeValue(parsed));
            if (!isWord("and")) {
                return errorAt(peek().position, "\"and\" was expected",
                               "write between 100 and 200");
            }
            ++m_at;
            ISO_TRY(takeValue(parsed));
            return parsed;
        }
        if (isWord("in")) {
            ++m_at;
            parsed.comparison = Comparison::In;
            ISO_TRY(takeList(parsed));
            return parsed;
        }
        ISO_ASSIGN(parsed.comparison, comparison());
        ISO_TRY(takeValue(parsed));
        return parsed;
    }

    /// The column's name; or the one before (at first: the first) where none is written.
    Result<std::size_t> column()
    {
        const bool left = peek().kind == Kind::Symbol || isWord("between") || isWord("in");
        if (left) {
            return m_column;
        }
        if (peek().kind != Kind::Word && peek().kind != Kind::Name) {
            return errorAt(peek().position, "the name of a key column was expected", keyHint());
        }
        const bool exact = peek().kind == Kind::Name;
        for (std::size_t i = 0; i < m_columns.size(); ++i) {
            if (exact ? m_columns[i] == peek().text : lower(m_columns[i]) == lower(peek().text)) {
                ++m_at;
                return i;
            }
        }
        return errorAt(peek().position, "\"" + peek().text + "\" is not a column of the key",
                       keyHint());
    }

    Result<Comparison> comparison()
    {
        static constexpr std::array<std::pair<std::string_view, Comparison>, 5> kSymbols = {{
            {"=", Comparison::Equal},
            {"<", Comparison::Less},
            {"<=", Comparison::LessEqual},
            {">", Comparison::Greater},
            {">=", Comparison::GreaterEqual},
        }};
        for (const auto& [symbol, meaning] : kSymbols) {
            if (isSymbol(symbol)) {
                ++m_at;
                return meaning;
            }
        }
        return errorAt(peek().position, "a comparison was expected",
                       "one of =, <, <=, >, >=, between … and …, in (…)");
    }

    Status takeValue(PredicateTerm& parsed)
    {
        if (peek().kind != Kind::Word && peek().kind != Kind::Quoted) {
            return errorAt(peek().position, "a value was expected",
                           "a number, a date, or text in single quotes");
        }
        if (isWord("null")) {
            return errorAt(peek().position, "null cannot be searched for");
        }
        parsed.values.push_back({peek().text, peek().position});
        ++m_at;
        return {};
    }

    Status takeList(PredicateTerm& parsed)
    {
        if (!isSymbol("(")) {
            return errorAt(peek().position, "\"(\" was expected", "write in (1, 5, 9)");
        }
        do {
            ++m_at;
            ISO_TRY(takeValue(parsed));
        } while (isSymbol(","));
        if (!isSymbol(")")) {
            return errorAt(peek().position, "\",\" or \")\" was expected", "write in (1, 5, 9)");
        }
        ++m_at;
        return {};
    }

    [[nodiscard]] std::string keyHint() const
    {
        std::string hint = "the key is (";
        for (std::size_t i = 0; i < m_columns.size(); ++i) {
            hint += (i == 0 ? "" : ", ") + m_columns[i];
        }
        return hint + ")";
    }

    std::vector<Token> m_tokens;
    const std::vector<std::string>& m_columns;
    std::size_t m_at = 0;
    std::size_t m_column = 0;
};

} // namespace

Result<std::vector<PredicateTerm>> parsePredicate(std::string_view text,
                                                  const std::vector<std::string>& columns)
{
    ISO_ASSIGN(auto tokens, Lexer(text).run());
    return Parser(std::move(tokens), columns).run();
}

} // namespace isotherm

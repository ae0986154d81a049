// SPDX-License-Identifier: Apache-2.0
#include "agent/attribution/statement_cache.h"

#include <algorithm>
#include <charconv>
#include <utility>

namespace isotherm::attribution
{
namespace
{

using Values = std::vector<std::optional<std::string>>;

/// More keys than this in one statement are a bulk load, not a hot key.
constexpr std::size_t kMostKeys = 10'000;

bool isWord(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '$' || static_cast<unsigned char>(c) >= 0x80;
}

bool isDigit(char c)
{
    return c >= '0' && c <= '9';
}

/// Takes a statement apart; see withoutConstants().
class Stripper
{
public:
    explicit Stripper(std::string_view text) : m_text(text) {}

    std::optional<BareStatement> run()
    {
        while (m_at < m_text.size()) {
            if (!step()) {
                return std::nullopt;
            }
        }
        return std::move(m_bare);
    }

private:
    bool step()
    {
        const char c = m_text[m_at];
        const char next = m_at + 1 < m_text.size() ? m_text[m_at + 1] : '\0';
        if (c == '$' || (c == '-' && next == '-') || (c == '/' && next == '*')) {
            return false;
        }
        if (c == '\'') {
            return quoted();
        }
        if (c == '"') {
            const std::size_t end = m_text.find('"', m_at + 1);
            if (end == std::string_view::npos) {
                return false;
            }
            copy(end + 1);
            return true;
        }
        if (isDigit(c)) {
            return number();
        }
        std::size_t end = m_at + 1;
        while (isWord(c) && end < m_text.size() && isWord(m_text[end])) {
            ++end;
        }
        if (isWord(c) && end < m_text.size() && m_text[end] == '\'') {
            return false; // E'…', B'…', N'…'
        }
        copy(end);
        return true;
    }

    bool quoted()
    {
        std::string value;
        for (std::size_t i = m_at + 1; i < m_text.size(); ++i) {
            if (m_text[i] == '\\') {
                return false; // depends on standard_conforming_strings
            }
            if (m_text[i] != '\'') {
                value.push_back(m_text[i]);
            } else if (i + 1 < m_text.size() && m_text[i + 1] == '\'') {
                value.push_back('\'');
                ++i;
            } else {
                replace(i + 1, std::move(value));
                return true;
            }
        }
        return false;
    }

    bool number()
    {
        std::size_t end = m_at;
        while (end < m_text.size() && (isDigit(m_text[end]) || m_text[end] == '.')) {
            ++end;
        }
        if (end < m_text.size() && isWord(m_text[end])) {
            return false; // 1e5, 0x1F
        }
        replace(end, std::string(m_text.substr(m_at, end - m_at)));
        return true;
    }

    void copy(std::size_t end)
    {
        m_bare.text.append(m_text.substr(m_at, end - m_at));
        m_at = end;
    }

    void replace(std::size_t end, std::string value)
    {
        m_bare.constants.push_back(std::move(value));
        m_bare.text += '$' + std::to_string(m_bare.constants.size());
        m_at = end;
    }

    std::string_view m_text;
    std::size_t m_at = 0;
    BareStatement m_bare;
};

std::optional<std::int64_t> wholeNumber(const std::optional<std::string>& text)
{
    std::int64_t number = 0;
    if (!text) {
        return std::nullopt;
    }
    const char* end = text->data() + text->size();
    const auto read = std::from_chars(text->data(), end, number);
    return read.ec == std::errc() && read.ptr == end ? std::optional(number) : std::nullopt;
}

std::optional<std::string> textOf(const KeyValue& value, const Values& values);

/// nullopt for what is not whole numbers, and for what overflows.
std::optional<std::string> worked(const KeyValue& value, const Values& values)
{
    const auto left = wholeNumber(textOf(value.operands[0], values));
    const auto right = wholeNumber(textOf(value.operands[1], values));
    std::int64_t result = 0;
    if (!left || !right) {
        return std::nullopt;
    }
    const bool overflows = value.sign == '+'   ? __builtin_add_overflow(*left, *right, &result)
                           : value.sign == '-' ? __builtin_sub_overflow(*left, *right, &result)
                                               : __builtin_mul_overflow(*left, *right, &result);
    return overflows ? std::nullopt : std::optional(std::to_string(result));
}

std::optional<std::string> textOf(const KeyValue& value, const Values& values)
{
    std::optional<std::string> text = value.text;
    if (!value.operands.empty()) {
        text = worked(value, values);
    } else if (value.parameter > 0) {
        text = value.parameter <= values.size() ? values[value.parameter - 1] : std::nullopt;
    }
    if (text && value.negated) {
        text = text->starts_with('-') ? text->substr(1) : "-" + *text;
    }
    return text;
}

std::optional<Key> keyOf(const std::optional<std::string>& text, KeyType type)
{
    std::string encoded;
    if (!text || !appendKeyFromText(encoded, type, *text).ok()) {
        return std::nullopt;
    }
    return Key(std::move(encoded));
}

/// "{1,2,3}": the elements of a list in its text form; quotes only around plain ones.
std::optional<std::vector<std::string>> elementsOf(const std::string& text)
{
    if (text.size() < 2 || text.front() != '{' || text.back() != '}' ||
        text.find('\\') != std::string::npos) {
        return std::nullopt;
    }
    std::vector<std::string> elements;
    std::string element;
    bool quoted = false;
    for (const char c : text.substr(1, text.size() - 2)) {
        if (c == '"') {
            quoted = !quoted;
        } else if (c == ',' && !quoted) {
            elements.push_back(std::exchange(element, {}));
        } else {
            element.push_back(c);
        }
    }
    elements.push_back(std::move(element));
    return elements;
}

} // namespace

std::optional<BareStatement> withoutConstants(std::string_view text)
{
    return Stripper(text).run();
}

StatementCache::Form StatementCache::formOf(const std::string& text)
{
    if (const auto known = m_forms.find(text); known != m_forms.end()) {
        return known->second;
    }
    if (m_forms.size() >= kForms) {
        m_forms.clear(); // a workload of ever new forms: no use in keeping any
    }
    ++m_parsed;
    auto form = std::make_shared<const StatementKeys>(m_reader.read(text));
    m_forms.emplace(text, form);
    return form;
}

std::vector<TableAccess> StatementCache::attribute(const LoggedStatement& statement)
{
    Form form;
    const Values* values = &statement.parameters;
    Values constants;
    if (statement.parameters.empty()) {
        if (const auto bare = withoutConstants(statement.text)) {
            form = formOf(bare->text);
            constants.assign(bare->constants.begin(), bare->constants.end());
            values = &constants;
        }
        // Where a constant cannot be a parameter ("interval '1 day'"): as it is, and not kept.
        if (!form || form->failure == Reason::NotParsed) {
            ++m_parsed;
            form = std::make_shared<const StatementKeys>(m_reader.read(statement.text));
            constants.clear();
        }
    } else {
        form = formOf(statement.text);
    }
    std::vector<TableAccess> accesses;
    if (form->failure) {
        TableAccess unknown;
        unknown.table = m_reader.tables().size();
        unknown.reason = form->failure;
        accesses.push_back(std::move(unknown));
    }
    for (const TableUse& use : form->uses) {
        accesses.push_back(bind(use, *values));
    }
    return accesses;
}

TableAccess StatementCache::bind(const TableUse& use, const Values& values) const
{
    TableAccess access;
    access.table = use.table;
    access.reads = use.reads;
    access.writes = use.writes;
    if (!use.condition) {
        access.reason = use.reason;
        return access;
    }
    const KeyCondition& condition = *use.condition;
    const KeyType type = m_reader.tables()[use.table].keyType;
    std::vector<std::optional<std::string>> texts;
    for (const KeyValue& value : condition.equal) {
        texts.push_back(textOf(value, values));
    }
    if (condition.array) {
        const auto list = textOf(*condition.array, values);
        const auto elements = list ? elementsOf(*list) : std::nullopt;
        if (elements) {
            texts.insert(texts.end(), elements->begin(), elements->end());
        }
    }
    for (const auto& text : texts) {
        auto key = keyOf(text, type);
        if (key && access.keys.size() < kMostKeys) {
            access.keys.push_back(std::move(*key));
        }
    }
    if (!condition.lower && !condition.upper) {
        if (access.keys.empty()) {
            access.reason = Reason::OtherValue;
        }
        return access;
    }
    const auto lower = condition.lower ? keyOf(textOf(*condition.lower, values), type) : Key();
    const auto upper = condition.upper ? keyOf(textOf(*condition.upper, values), type) : Key();
    if (!lower || !upper) {
        access.reason = Reason::OtherValue;
        return access;
    }
    access.range = KeyRange{*lower, condition.upper ? keyAfterPrefix(*upper) : std::nullopt};
    return access;
}

} // namespace isotherm::attribution

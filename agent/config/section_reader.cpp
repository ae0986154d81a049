// SPDX-License-Identifier: Apache-2.0
#include "agent/config/section_reader.h"

#include "shared/base/time_text.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <numeric>

namespace isotherm::config
{
namespace
{

std::string inQuotes(std::string_view text)
{
    return "\"" + std::string(text) + "\"";
}

std::string number(double value)
{
    std::array<char, 32> text{};
    std::snprintf(text.data(), text.size(), "%g", value);
    return text.data();
}

std::optional<double> realOf(const Node& node)
{
    if (const auto* real = std::get_if<double>(&node.value)) {
        return *real;
    }
    if (const auto* integer = std::get_if<std::int64_t>(&node.value)) {
        return static_cast<double>(*integer);
    }
    return std::nullopt;
}

/// Insertions, deletions, replacements and swaps of neighbours (optimal string alignment).
std::size_t editDistance(std::string_view a, std::string_view b)
{
    std::vector<std::vector<std::size_t>> d(a.size() + 1, std::vector<std::size_t>(b.size() + 1));
    for (std::size_t i = 0; i <= a.size(); ++i) {
        for (std::size_t j = 0; j <= b.size(); ++j) {
            if (i == 0 || j == 0) {
                d[i][j] = i + j;
                continue;
            }
            d[i][j] = std::min({d[i - 1][j] + 1, d[i][j - 1] + 1,
                                d[i - 1][j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1)});
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
                d[i][j] = std::min(d[i][j], d[i - 2][j - 2] + 1);
            }
        }
    }
    return d[a.size()][b.size()];
}

} // namespace

void Problems::add(const Origin& where, const std::string& what, const std::string& hint)
{
    m_lines.push_back(where.text() + ": " + what + (hint.empty() ? "" : "; hint: " + hint));
}

std::string Problems::text() const
{
    std::string text;
    for (const std::string& line : m_lines) {
        text += (text.empty() ? "" : "\n") + line;
    }
    return text;
}

std::optional<std::string> nearestName(std::string_view wrong,
                                       const std::set<std::string, std::less<>>& names)
{
    std::optional<std::string> nearest;
    std::size_t best = std::max<std::size_t>(1, wrong.size() / 3) + 1;
    for (const std::string& name : names) {
        const std::size_t distance = editDistance(wrong, name);
        if (distance < best) {
            best = distance;
            nearest = name;
        }
    }
    return nearest;
}

SectionReader::SectionReader(std::string name, const Node* node, Problems& problems)
    : m_name(std::move(name)), m_problems(problems)
{
    if (node == nullptr) {
        return;
    }
    m_origin = node->origin;
    m_table = node->table();
    if (m_table == nullptr) {
        m_problems.add(m_origin, inQuotes(m_name) + " must be a table", "write [" + m_name + "]");
    }
}

bool SectionReader::has(std::string_view key) const
{
    return m_table != nullptr && find(*m_table, key) != nullptr;
}

Origin SectionReader::originOf(std::string_view key) const
{
    const Node* node = m_table == nullptr ? nullptr : find(*m_table, key);
    return node == nullptr ? m_origin : node->origin;
}

const Node* SectionReader::take(std::string_view key)
{
    m_known.emplace(key);
    return m_table == nullptr ? nullptr : find(*m_table, key);
}

void SectionReader::problem(std::string_view key, const std::string& what, const std::string& hint)
{
    m_problems.add(originOf(key), m_name + "." + std::string(key) + " " + what, hint);
}

void SectionReader::read(std::string_view key, std::string& value)
{
    if (const Node* node = take(key)) {
        if (const auto* text = std::get_if<std::string>(&node->value)) {
            value = *text;
        } else {
            problem(key, "must be a text", "put it in quotes");
        }
    }
}

void SectionReader::read(std::string_view key, std::filesystem::path& value)
{
    std::string text = value.string();
    read(key, text);
    value = text;
}

void SectionReader::read(std::string_view key, std::vector<std::string>& value)
{
    const Node* node = take(key);
    if (node == nullptr) {
        return;
    }
    if (const auto* text = std::get_if<std::string>(&node->value)) {
        value = {*text};
        return;
    }
    const auto* list = std::get_if<List>(&node->value);
    std::vector<std::string> texts;
    for (const Node& item : list == nullptr ? List() : *list) {
        if (const auto* text = std::get_if<std::string>(&item.value)) {
            texts.push_back(*text);
        }
    }
    if (list == nullptr || texts.size() != list->size()) {
        problem(key, "must be a list of texts", R"(write ["a", "b"])");
        return;
    }
    value = std::move(texts);
}

void SectionReader::read(std::string_view key, std::chrono::milliseconds& value)
{
    const Node* node = take(key);
    if (node == nullptr) {
        return;
    }
    const auto* text = std::get_if<std::string>(&node->value);
    const auto duration =
        text == nullptr ? Result<std::chrono::milliseconds>(Error()) : parseDuration(*text);
    if (!duration.ok() || duration->count() <= 0) {
        problem(key, "must be a duration above 0", R"(write "30s", "5m", "6h" or "7d", in quotes)");
        return;
    }
    value = *duration;
}

void SectionReader::read(std::string_view key, std::optional<std::chrono::milliseconds>& value)
{
    std::chrono::milliseconds duration = value.value_or(std::chrono::milliseconds(0));
    read(key, duration);
    if (duration.count() > 0) {
        value = duration;
    }
}

void SectionReader::read(std::string_view key, double& value, const RealBounds& bounds)
{
    const Node* node = take(key);
    if (node == nullptr) {
        return;
    }
    const auto real = realOf(*node);
    if (!real || !(*real >= bounds.least && *real <= bounds.most)) {
        problem(key,
                "must be a number from " + number(bounds.least) + " to " + number(bounds.most));
        return;
    }
    value = *real;
}

void SectionReader::read(std::string_view key, std::optional<double>& value,
                         const RealBounds& bounds)
{
    if (double real = 0; has(key)) {
        read(key, real, bounds);
        value = real;
    }
    m_known.emplace(key);
}

void SectionReader::read(std::string_view key, std::int64_t& value, const IntegerBounds& bounds)
{
    const Node* node = take(key);
    if (node == nullptr) {
        return;
    }
    const auto* integer = std::get_if<std::int64_t>(&node->value);
    if (integer == nullptr || *integer < bounds.least || *integer > bounds.most) {
        problem(key, "must be a whole number from " + std::to_string(bounds.least) + " to " +
                         std::to_string(bounds.most));
        return;
    }
    value = *integer;
}

void SectionReader::read(std::string_view key, bool& value)
{
    const Node* node = take(key);
    if (node == nullptr) {
        return;
    }
    const auto* truth = std::get_if<bool>(&node->value);
    if (truth == nullptr) {
        problem(key, "must be true or false");
        return;
    }
    value = *truth;
}

void SectionReader::readChoice(std::string_view key, std::size_t& index,
                               const std::vector<std::string>& choices)
{
    const Node* node = take(key);
    if (node == nullptr) {
        return;
    }
    const auto* text = std::get_if<std::string>(&node->value);
    const auto choice =
        text == nullptr ? choices.end() : std::find(choices.begin(), choices.end(), *text);
    if (choice != choices.end()) {
        index = static_cast<std::size_t>(choice - choices.begin());
        return;
    }
    std::string all;
    for (const std::string& name : choices) {
        all += (all.empty() ? "" : ", ") + inQuotes(name);
    }
    problem(key, "must be one of " + all);
}

const Node* SectionReader::child(std::string_view key)
{
    return take(key);
}

std::vector<std::pair<std::string, const Node*>> SectionReader::tables(std::string_view key)
{
    std::vector<std::pair<std::string, const Node*>> found;
    const Node* node = take(key);
    if (node != nullptr && node->table() == nullptr) {
        problem(key, "must hold named tables",
                "write [" + m_name + "." + std::string(key) + ".NAME]");
    } else if (node != nullptr) {
        for (const auto& [name, table] : *node->table()) {
            found.emplace_back(name, &table);
        }
    }
    return found;
}

void SectionReader::reportUnknown()
{
    if (m_table == nullptr) {
        return;
    }
    for (const auto& [key, node] : *m_table) {
        if (m_known.contains(key)) {
            continue;
        }
        const auto nearest = nearestName(key, m_known);
        std::string known;
        for (const std::string& name : m_known) {
            known += (known.empty() ? "" : ", ") + name;
        }
        m_problems.add(
            node.origin, "unknown key " + inQuotes(m_name.empty() ? key : m_name + "." + key),
            nearest ? "did you mean " + inQuotes(*nearest) + "?" : "known here: " + known);
    }
}

} // namespace isotherm::config

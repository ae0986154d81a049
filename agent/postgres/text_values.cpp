// SPDX-License-Identifier: Apache-2.0
#include "agent/postgres/text_values.h"

#include <algorithm>
#include <vector>

namespace isotherm::postgres
{
namespace
{

constexpr std::size_t kMostParameters = 1'000;
/// Kept from batch to batch below this: the same few values come again and again.
constexpr std::size_t kMostKept = 10'000;

} // namespace

void TextValues::want(Oid type, std::string_view binary)
{
    m_values.try_emplace({type, std::string(binary)}, std::nullopt);
}

std::optional<std::string_view> TextValues::find(Oid type, std::string_view binary) const
{
    const auto found = m_values.find({type, std::string(binary)});
    if (found == m_values.end() || !found->second) {
        return std::nullopt;
    }
    return std::string_view(*found->second);
}

Status TextValues::ask()
{
    std::vector<std::map<Value, std::optional<std::string>>::iterator> wanted;
    for (auto it = m_values.begin(); it != m_values.end(); ++it) {
        if (!it->second) {
            wanted.push_back(it);
        }
    }
    std::size_t from = 0;
    std::size_t step = kMostParameters;
    while (from < wanted.size()) {
        const std::size_t count = std::min(step, wanted.size() - from);
        std::string sql;
        std::vector<TypedParameter> parameters;
        for (std::size_t i = from; i < from + count; ++i) {
            sql += (i == from ? "VALUES ($" : ", ($") + std::to_string(i - from + 1) + "::text)";
            parameters.push_back({wanted[i]->first.first, wanted[i]->first.second});
        }
        const auto rows = m_pool->with(
            [&](Connection& connection) { return connection.queryBinary(sql, parameters); });
        if (rows.ok()) {
            for (std::size_t i = 0; i < count; ++i) {
                wanted[from + i]->second = rows->text(i, 0);
            }
            from += count;
            step = kMostParameters;
        } else if (rows.error().code == Code::Unavailable ||
                   rows.error().code == Code::DeadlineExceeded) {
            return rows.error();
        } else if (count > 1) {
            step = (count + 1) / 2; // one of them is bad: close in on it
        } else {
            ++from;
        }
    }
    return {};
}

void TextValues::forget()
{
    if (m_values.size() > kMostKept) {
        m_values.clear();
        return;
    }
    // Names may change, and what was refused may be taken next time.
    std::erase_if(m_values, [](const auto& value) { return !value.second; });
}

} // namespace isotherm::postgres

// SPDX-License-Identifier: Apache-2.0
#include "agent/config/document.h"

#include <algorithm>

namespace isotherm::config
{

std::string Origin::text() const
{
    return line == 0 ? source : source + ":" + std::to_string(line) + ":" + std::to_string(column);
}

Node* find(Table& table, std::string_view key)
{
    const auto entry = std::find_if(table.begin(), table.end(),
                                    [key](const auto& each) { return each.first == key; });
    return entry == table.end() ? nullptr : &entry->second;
}

const Node* find(const Table& table, std::string_view key)
{
    const auto entry = std::find_if(table.begin(), table.end(),
                                    [key](const auto& each) { return each.first == key; });
    return entry == table.end() ? nullptr : &entry->second;
}

void merge(Table& into, Table from)
{
    for (auto& [key, node] : from) {
        Node* const known = find(into, key);
        if (known == nullptr) {
            into.emplace_back(key, std::move(node));
        } else if (known->table() != nullptr && node.table() != nullptr) {
            merge(std::get<Table>(known->value), std::move(std::get<Table>(node.value)));
        } else {
            *known = std::move(node);
        }
    }
}

} // namespace isotherm::config

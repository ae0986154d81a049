// SPDX-License-Identifier: Apache-2.0
#include "agent/backup/table_forms.h"

#include <algorithm>
#include <string_view>

namespace isotherm::backup
{
namespace
{

using repository::ColumnOrigin;

Error cannotFollow(const std::string& why)
{
    return makeError(Code::FailedPrecondition, why);
}

/// "numeric(10,2)" is a numeric: the bytes of its values do not depend on what is in the brackets.
std::string withoutModifier(const std::string& type)
{
    const std::size_t open = type.find('(');
    const std::size_t close = type.find(')', open);
    return open == std::string::npos || close == std::string::npos
               ? type
               : type.substr(0, open) + type.substr(close + 1);
}

/// The server changed the type without writing rows anew, and the bytes of values stayed, too. Not
/// every such change does that: a cidr says that it is one.
bool sameBytes(const ColumnSchema& before, const ColumnSchema& now)
{
    const std::string from = withoutModifier(before.typeName);
    const std::string to = withoutModifier(now.typeName);
    const auto isText = [](const std::string& type) {
        return type == "text" || type == "character varying";
    };
    return before.encoding == now.encoding && (from == to || (isText(from) && isText(to)));
}

bool numbered(const TableSchema& schema)
{
    return std::all_of(schema.columns.begin(), schema.columns.end(),
                       [](const ColumnSchema& column) { return column.number != 0; });
}

/// No column of the table was ever dropped, so equal names mean equal columns.
bool neverDropped(const TableSchema& schema)
{
    for (std::size_t i = 0; i < schema.columns.size(); ++i) {
        if (schema.columns[i].number != i + 1) {
            return false;
        }
    }
    return true;
}

std::optional<std::uint32_t> find(const TableSchema& in, const ColumnSchema& column, bool byNumber)
{
    for (std::uint32_t i = 0; i < in.columns.size(); ++i) {
        const ColumnSchema& other = in.columns[i];
        if (byNumber ? other.number == column.number : other.name == column.name) {
            return i;
        }
    }
    return std::nullopt;
}

/// The key must be made of the same columns: rows are sorted by it, and found by it.
Status takeKey(const TableSchema& previous, FollowedSchema& followed)
{
    std::vector<KeyColumn>& key = followed.schema.key;
    bool same = key.size() == previous.key.size() &&
                followed.schema.partitionKeyColumns == previous.partitionKeyColumns &&
                followed.schema.keyIsUnique == previous.keyIsUnique;
    for (std::size_t i = 0; same && i < key.size(); ++i) {
        const ColumnSchema& column = followed.schema.columns[key[i].column];
        const ColumnSchema& before = previous.columns[previous.key[i].column];
        same = followed.origins[key[i].column].previous == previous.key[i].column &&
               column.typeName == before.typeName && column.collation == before.collation;
        key[i].type = previous.key[i].type;
    }
    return same ? Status() : Status(cannotFollow("its key is another one"));
}

} // namespace

Result<FollowedSchema> followSchema(const TableSchema& previous,
                                    const engine::TableDefinition& definition)
{
    if (!definition.unknown.empty() ||
        definition.missing.size() != definition.schema.columns.size()) {
        return cannotFollow(definition.unknown);
    }
    const bool byNumber = numbered(previous);
    if (!byNumber && !neverDropped(definition.schema)) {
        return cannotFollow("the backup before does not tell renamed columns from new ones");
    }
    FollowedSchema followed{definition.schema, {}};
    std::size_t kept = 0;
    for (std::size_t i = 0; i < followed.schema.columns.size(); ++i) {
        const ColumnSchema& column = followed.schema.columns[i];
        ColumnOrigin origin;
        origin.previous = find(previous, column, byNumber);
        if (origin.previous && !sameBytes(previous.columns[*origin.previous], column)) {
            return cannotFollow("column " + column.name + " is of type " + column.typeName +
                                " now");
        }
        kept += origin.previous ? 1 : 0;
        if (!origin.previous) {
            origin.missing = definition.missing[i];
        }
        followed.origins.push_back(std::move(origin));
    }
    if (!byNumber && kept < previous.columns.size()) {
        return cannotFollow("the backup before does not tell renamed columns from new ones");
    }
    ISO_TRY(takeKey(previous, followed));
    return followed;
}

TableForms::TableForms(const repository::ManifestTable& table)
    : m_forms{{Lsn(), 0, table.schema, {}}}, m_versions(table.versions)
{
    if (m_versions.empty()) {
        m_versions.push_back({Lsn(), table.schema, {}});
    }
}

Status TableForms::follow(Lsn commit, std::uint64_t sequence,
                          const engine::TableDefinition& definition)
{
    const TableSchema& now = m_forms.back().schema;
    ISO_ASSIGN(FollowedSchema next, followSchema(now, definition));
    bool same = next.schema.columns == now.columns && next.schema.name == now.name &&
                next.schema.schema == now.schema;
    for (std::size_t i = 0; i < next.origins.size(); ++i) {
        same = same && next.origins[i].previous == i; // dropped, and made again by that name
    }
    if (same) {
        return {};
    }
    m_forms.push_back({commit, sequence, next.schema, next.origins});
    repository::SchemaVersion& newest = m_versions.back();
    if (newest.from == commit && m_versions.size() > 1) {
        newest.schema = std::move(next.schema);
        ISO_ASSIGN(newest.origins, repository::composeOrigins(newest.origins, next.origins));
    } else {
        m_versions.push_back({commit, std::move(next.schema), std::move(next.origins)});
    }
    return {};
}

bool TableForms::changedAt(Lsn commit) const
{
    return std::any_of(m_forms.begin() + 1, m_forms.end(),
                       [commit](const Form& form) { return form.commit == commit; });
}

std::pair<std::size_t, std::size_t> TableForms::placeAt(Lsn commit, std::uint64_t sequence) const
{
    std::pair<std::size_t, std::size_t> place;
    for (std::size_t i = 1; i < m_forms.size(); ++i) {
        const Form& form = m_forms[i];
        place.first =
            std::pair(form.commit, form.sequence) < std::pair(commit, sequence) ? i : place.first;
        place.second = form.commit <= commit ? i : place.second;
    }
    return place;
}

const TableSchema& TableForms::formAt(Lsn commit, std::uint64_t sequence) const
{
    return m_forms[placeAt(commit, sequence).first].schema;
}

Result<std::vector<ColumnOrigin>> TableForms::originsAt(Lsn commit, std::uint64_t sequence) const
{
    const auto [form, last] = placeAt(commit, sequence);
    std::vector<ColumnOrigin> origins;
    for (std::size_t i = form + 1; i <= last; ++i) {
        if (origins.empty()) {
            origins = m_forms[i].origins;
        } else {
            ISO_ASSIGN(origins, repository::composeOrigins(origins, m_forms[i].origins));
        }
    }
    return origins;
}

} // namespace isotherm::backup

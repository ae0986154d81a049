// SPDX-License-Identifier: Apache-2.0
#include "agent/postgres/relation_book.h"

#include "agent/postgres/sql_text.h"

#include <algorithm>
#include <utility>

namespace isotherm::postgres
{
namespace
{

// Object ids of built-in types never change.
constexpr Oid kOid = 26;
constexpr Oid kXid = 28;
constexpr Oid kCid = 29;
constexpr Oid kXid8 = 5069;

ValueForm formOf(Oid type, const TypePolicy& types)
{
    if (types.encoding(type) == ValueEncoding::Binary || types.sendFunction(type).empty()) {
        return ValueForm::AsSent; // without a send function it is sent as text
    }
    const bool number = type == kOid || type == kXid || type == kCid || type == kXid8;
    return number ? ValueForm::Number : ValueForm::AskTheServer;
}

/// What the catalog knows of a leaf now: it may have changed since the stream's moment.
struct CatalogView
{
    std::uint64_t tableId = 0;
    std::vector<std::string> order; ///< the table's stored columns
    std::vector<std::string> typeNames;
};

Result<CatalogView> look(Connection& connection, const pgoutput::Message& message)
{
    std::vector<std::string> types;
    std::vector<std::string> modifiers;
    for (const pgoutput::Column& column : message.columns) {
        types.push_back(std::to_string(column.type));
        modifiers.push_back(std::to_string(column.modifier));
    }
    ISO_ASSIGN(
        const QueryRows rows,
        connection.query(
            "WITH root AS (SELECT coalesce((SELECT i.inhparent FROM pg_inherits i"
            "    WHERE i.inhrelid = $1::oid LIMIT 1), 0::oid) AS oid)"
            "SELECT root.oid, ARRAY(SELECT a.attname::text FROM pg_attribute a"
            "    WHERE a.attrelid = CASE WHEN root.oid = 0 THEN $1::oid ELSE root.oid END"
            "    AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''"
            "    ORDER BY a.attnum),"
            "  ARRAY(SELECT format_type(t.type, t.modifier)"
            "    FROM unnest($2::oid[], $3::int4[]) WITH ORDINALITY t(type, modifier, n)"
            "    ORDER BY t.n) FROM root",
            {std::to_string(message.relation), arrayLiteral(types), arrayLiteral(modifiers)}));
    CatalogView view;
    view.tableId = static_cast<std::uint64_t>(rows.integer(0, 0));
    view.order = rows.array(0, 1);
    view.typeNames = rows.array(0, 2);
    view.typeNames.resize(message.columns.size());
    return view;
}

/// The message's columns in the table's order; those that the table does not have at the end.
std::vector<std::uint32_t> inOrder(const pgoutput::Message& message,
                                   const std::vector<std::string>& order)
{
    std::vector<std::uint32_t> source;
    std::vector<bool> used(message.columns.size());
    const auto add = [&](std::size_t index) {
        source.push_back(static_cast<std::uint32_t>(index));
        used[index] = true;
    };
    for (const std::string& name : order) {
        const auto found =
            std::find_if(message.columns.begin(), message.columns.end(),
                         [&](const pgoutput::Column& column) { return column.name == name; });
        if (found != message.columns.end()) {
            add(static_cast<std::size_t>(found - message.columns.begin()));
        }
    }
    for (std::size_t i = 0; i < used.size(); ++i) {
        if (!used[i]) {
            add(i);
        }
    }
    return source;
}

std::shared_ptr<const RelationPlan> planOf(const pgoutput::Message& message,
                                           const CatalogView& view, const TypePolicy& types)
{
    auto relation = std::make_shared<engine::ChangeRelation>();
    relation->leaf = {message.relation, 0, std::string(message.schema), std::string(message.name)};
    relation->tableId = view.tableId;
    relation->fullOldRows = message.replicaIdentity == 'f';
    auto plan = std::make_shared<RelationPlan>();
    plan->source = inOrder(message, view.order);
    plan->plain = true;
    for (std::size_t i = 0; i < plan->source.size(); ++i) {
        const std::uint32_t from = plan->source[i];
        const pgoutput::Column& column = message.columns[from];
        relation->columns.push_back({std::string(column.name), view.typeNames[from],
                                     types.encoding(column.type), column.key});
        plan->types.push_back(column.type);
        plan->forms.push_back(formOf(column.type, types));
        if (!types.knows(column.type)) { // dropped since: how its values were kept is not known
            plan->unreadable = "the type of column " + std::string(column.name) + " is gone";
        }
        plan->plain = plan->plain && from == i && plan->forms.back() == ValueForm::AsSent;
    }
    plan->relation = std::move(relation);
    return plan;
}

} // namespace

Status RelationBook::describe(const pgoutput::Message& message, std::uint64_t transaction)
{
    std::vector<Oid> types;
    for (const pgoutput::Column& column : message.columns) {
        types.push_back(column.type);
    }
    ISO_ASSIGN(
        auto plan,
        m_pool->with([&](Connection& connection) -> Result<std::shared_ptr<const RelationPlan>> {
            ISO_ASSIGN(const CatalogView view, look(connection, message));
            ISO_ASSIGN(const TypePolicy policy, TypePolicy::loadTypes(connection, types));
            return planOf(message, view, policy);
        }));
    (transaction == 0 ? m_plans : m_open[transaction])[message.relation] = std::move(plan);
    return {};
}

Result<engine::SchemaMarker> RelationBook::resolve(ParsedMarker parsed)
{
    if (parsed.types.empty()) {
        return std::move(parsed.marker);
    }
    return m_pool->with([&](Connection& connection) -> Result<engine::SchemaMarker> {
        ISO_ASSIGN(const TypePolicy policy, TypePolicy::loadTypes(connection, parsed.types));
        return resolveMarker(parsed, policy); // a copy: it may be tried again
    });
}

std::shared_ptr<const RelationPlan> RelationBook::find(std::uint32_t relation,
                                                       std::uint64_t transaction) const
{
    if (const auto open = m_open.find(transaction); open != m_open.end()) {
        if (const auto found = open->second.find(relation); found != open->second.end()) {
            return found->second;
        }
    }
    const auto found = m_plans.find(relation);
    return found == m_plans.end() ? nullptr : found->second;
}

/// The server takes its descriptions inside of a committed transaction as known from then on.
void RelationBook::commit(std::uint64_t transaction)
{
    const auto open = m_open.find(transaction);
    if (open == m_open.end()) {
        return;
    }
    for (auto& [relation, plan] : open->second) {
        m_plans[relation] = std::move(plan);
    }
    m_open.erase(open);
}

} // namespace isotherm::postgres

// SPDX-License-Identifier: Apache-2.0
#include "agent/attribution/statement_keys.h"

#include "agent/attribution/key_conditions.h"

#include <algorithm>
#include <array>
#include <map>
#include <nlohmann/json.hpp>
#include <pg_query.h>
#include <unordered_map>
#include <utility>

namespace isotherm::attribution
{
namespace
{

using nlohmann::json;

constexpr std::size_t kLongestStatement = std::size_t{64} << 10U;
constexpr int kDeepest = 64;

constexpr std::array<std::string_view, kReasonCount> kReasons = {
    "not understood by the parser",           "no condition on the key",
    "the key is compared with an expression", "a value that is not of the key's type",
    "a range over much of the table",         "EXECUTE of a statement prepared in SQL",
    "passed over to keep up with the log",
};

/// libpg_query's result, freed.
class ParseTree
{
public:
    explicit ParseTree(const std::string& text) : m_result(::pg_query_parse(text.c_str())) {}
    ~ParseTree() { ::pg_query_free_parse_result(m_result); }
    ParseTree(const ParseTree&) = delete;
    ParseTree& operator=(const ParseTree&) = delete;

    [[nodiscard]] bool ok() const { return m_result.error == nullptr; }
    [[nodiscard]] const char* text() const { return m_result.parse_tree; }

private:
    PgQueryParseResult m_result;
};

const json kNothing = json::object();

const json& part(const json& node, const char* name)
{
    if (!node.is_object()) {
        return kNothing;
    }
    const auto found = node.find(name);
    return found == node.end() ? kNothing : *found;
}

std::string textOf(const json& node, const char* name)
{
    const json& value = part(node, name);
    return value.is_string() ? value.get<std::string>() : std::string();
}

} // namespace

std::string_view reasonText(Reason reason)
{
    return kReasons.at(static_cast<std::size_t>(reason));
}

struct StatementReader::Tables
{
    std::vector<ManagedTable> all;
    std::unordered_multimap<std::string, std::size_t> byName;
};

StatementReader::StatementReader(std::vector<ManagedTable> tables)
{
    auto made = std::make_unique<Tables>();
    made->all = std::move(tables);
    for (std::size_t i = 0; i < made->all.size(); ++i) {
        made->byName.emplace(made->all[i].name, i);
    }
    m_tables = std::move(made);
}

StatementReader::~StatementReader() = default;

const std::vector<ManagedTable>& StatementReader::tables() const
{
    return m_tables->all;
}

std::optional<std::size_t> StatementReader::find(std::string_view schema,
                                                 std::string_view name) const
{
    const auto [first, last] = m_tables->byName.equal_range(std::string(name));
    std::optional<std::size_t> found;
    for (auto it = first; it != last; ++it) {
        if (schema.empty() || m_tables->all[it->second].schema == schema) {
            if (found) {
                return std::nullopt; // which of them is not known
            }
            found = it->second;
        }
    }
    return found;
}

namespace
{

/// Walks one statement's tree; every query level has a scope of its own.
class Walker
{
public:
    explicit Walker(const StatementReader& reader) : m_reader(reader) {}

    void statement(const json& node, int depth);
    [[nodiscard]] StatementKeys result() && { return std::move(m_result); }

private:
    struct Entry
    {
        std::string alias;
        std::size_t table = 0;
        bool reads = true;
        bool writes = false;
    };
    struct Scope
    {
        std::vector<Entry> entries;
        std::vector<const json*> conditions;
        std::vector<std::string> joinedOn; ///< columns of USING
    };

    void select(const json& node, int depth);
    void insert(const json& node, int depth);
    void change(const json& node, bool deletes, int depth);
    void with(const json& node, int depth);
    void from(const json& item, Scope& scope, int depth);
    void rangeVar(const json& node, Scope& scope, bool writes);
    /// Queries inside of expressions.
    void inside(const json& node, int depth);
    void finish(const Scope& scope, int depth);
    [[nodiscard]] const ManagedTable& tableOf(const Entry& entry) const
    {
        return m_reader.tables()[entry.table];
    }
    [[nodiscard]] std::optional<std::size_t> entryOf(const Scope& scope, const json& column) const;
    void gather(const Scope& scope, const json& condition, std::vector<KeyFinding>& found,
                std::vector<std::pair<std::size_t, std::size_t>>& joins, int depth) const;

    const StatementReader& m_reader;
    StatementKeys m_result;
};

void Walker::statement(const json& node, int depth)
{
    if (depth > kDeepest || !node.is_object()) {
        return;
    }
    if (node.contains("SelectStmt")) {
        select(node["SelectStmt"], depth);
    } else if (node.contains("InsertStmt")) {
        insert(node["InsertStmt"], depth);
    } else if (node.contains("UpdateStmt")) {
        change(node["UpdateStmt"], false, depth);
    } else if (node.contains("DeleteStmt")) {
        change(node["DeleteStmt"], true, depth);
    } else if (node.contains("ExecuteStmt")) {
        m_result.failure = Reason::SqlExecute;
    } else if (node.contains("DeclareCursorStmt")) {
        statement(part(node["DeclareCursorStmt"], "query"), depth + 1);
    } else if (node.contains("CopyStmt")) {
        statement(part(node["CopyStmt"], "query"), depth + 1);
    }
}

void Walker::with(const json& node, int depth)
{
    for (const json& cte : part(part(node, "withClause"), "ctes")) {
        statement(part(part(cte, "CommonTableExpr"), "ctequery"), depth + 1);
    }
}

void Walker::select(const json& node, int depth)
{
    if (depth > kDeepest) {
        return;
    }
    with(node, depth);
    if (node.contains("larg")) { // UNION and its like: the queries without their names
        select(part(node, "larg"), depth + 1);
        select(part(node, "rarg"), depth + 1);
        return;
    }
    Scope scope;
    for (const json& item : part(node, "fromClause")) {
        from(item, scope, depth + 1);
    }
    const json& where = part(node, "whereClause");
    scope.conditions.push_back(&where);
    inside(part(node, "targetList"), depth + 1);
    inside(where, depth + 1);
    finish(scope, depth);
}

void Walker::change(const json& node, bool deletes, int depth)
{
    with(node, depth);
    Scope scope;
    rangeVar(part(node, "relation"), scope, true);
    for (const json& item : part(node, deletes ? "usingClause" : "fromClause")) {
        from(item, scope, depth + 1);
    }
    const json& where = part(node, "whereClause");
    scope.conditions.push_back(&where);
    inside(where, depth + 1);
    inside(part(node, "targetList"), depth + 1);
    finish(scope, depth);
}

/// The key of the rows that VALUES gives; of rows from a query it is not known.
void Walker::insert(const json& node, int depth)
{
    with(node, depth);
    const json& query = part(part(node, "selectStmt"), "SelectStmt");
    select(query, depth + 1);
    Scope scope;
    rangeVar(part(node, "relation"), scope, true);
    if (scope.entries.empty()) {
        return;
    }
    TableUse use{scope.entries.front().table, false, true, std::nullopt, Reason::NoKey};
    std::optional<std::size_t> place;
    const json& columns = part(node, "cols");
    for (std::size_t i = 0; columns.is_array() && i < columns.size(); ++i) {
        if (textOf(part(columns[i], "ResTarget"), "name") ==
            tableOf(scope.entries.front()).keyColumn) {
            place = i;
        }
    }
    KeyCondition condition;
    bool known = place.has_value() && part(query, "valuesLists").is_array();
    for (const json& list : part(query, "valuesLists")) {
        const json& items = part(part(list, "List"), "items");
        const auto value = known && items.is_array() && *place < items.size()
                               ? valueOf(items[*place])
                               : std::nullopt;
        known = value.has_value();
        use.reason = place ? Reason::NotConstant : Reason::NoKey;
        if (!known) {
            break;
        }
        condition.equal.push_back(*value);
    }
    if (known && !condition.equal.empty()) {
        use.condition = std::move(condition);
    }
    m_result.uses.push_back(std::move(use));
}

void Walker::rangeVar(const json& node, Scope& scope, bool writes)
{
    const auto table = m_reader.find(textOf(node, "schemaname"), textOf(node, "relname"));
    if (!table) {
        return;
    }
    std::string alias = textOf(part(node, "alias"), "aliasname");
    scope.entries.push_back(
        {alias.empty() ? textOf(node, "relname") : std::move(alias), *table, true, writes});
}

void Walker::from(const json& item, Scope& scope, int depth)
{
    if (depth > kDeepest || !item.is_object()) {
        return;
    }
    if (item.contains("RangeVar")) {
        rangeVar(item["RangeVar"], scope, false);
    } else if (item.contains("JoinExpr")) {
        const json& join = item["JoinExpr"];
        from(part(join, "larg"), scope, depth + 1);
        from(part(join, "rarg"), scope, depth + 1);
        scope.conditions.push_back(&part(join, "quals"));
        inside(part(join, "quals"), depth + 1);
        for (const json& column : part(join, "usingClause")) {
            scope.joinedOn.push_back(textOf(part(column, "String"), "sval"));
        }
    } else if (item.contains("RangeSubselect")) {
        statement(part(item["RangeSubselect"], "subquery"), depth + 1);
    }
}

void Walker::inside(const json& node, int depth)
{
    if (depth > 4 * kDeepest) {
        return;
    }
    if (node.is_array()) {
        for (const json& item : node) {
            inside(item, depth + 1);
        }
    } else if (node.is_object()) {
        if (node.contains("SubLink")) {
            statement(part(node["SubLink"], "subselect"), depth + 1);
            inside(part(node["SubLink"], "testexpr"), depth + 1);
            return;
        }
        for (const auto& [name, value] : node.items()) {
            if (value.is_structured()) {
                inside(value, depth + 1);
            }
        }
    }
}

/// Whose key a column is: by its alias, or the one table that it can be of.
std::optional<std::size_t> Walker::entryOf(const Scope& scope, const json& column) const
{
    const std::vector<std::string> names = columnOf(column);
    if (names.empty()) {
        return std::nullopt;
    }
    const std::string alias = names.size() > 1 ? names[names.size() - 2] : std::string();
    for (std::size_t i = 0; i < scope.entries.size(); ++i) {
        if (tableOf(scope.entries[i]).keyColumn == names.back() &&
            (alias.empty() || scope.entries[i].alias == alias)) {
            return i;
        }
    }
    return std::nullopt;
}

void Walker::gather(const Scope& scope, const json& condition, std::vector<KeyFinding>& found,
                    std::vector<std::pair<std::size_t, std::size_t>>& joins, int depth) const
{
    if (depth > kDeepest) {
        return;
    }
    const json& boolean = part(condition, "BoolExpr");
    if (textOf(boolean, "boolop") == "AND_EXPR") {
        for (const json& one : part(boolean, "args")) {
            gather(scope, one, found, joins, depth + 1);
        }
        return;
    }
    if (const auto pair = equalColumns(condition)) {
        const auto left = entryOf(scope, *pair->first);
        const auto right = entryOf(scope, *pair->second);
        if (left && right && *left != *right) {
            joins.emplace_back(*left, *right);
        }
        return;
    }
    const auto resolve = [&](const json& column) { return entryOf(scope, column); };
    readCondition(condition, resolve, found, depth);
}

void Walker::finish(const Scope& scope, int depth)
{
    std::vector<KeyFinding> found;
    std::vector<std::pair<std::size_t, std::size_t>> joins;
    for (const json* condition : scope.conditions) {
        gather(scope, *condition, found, joins, depth);
    }
    for (const std::string& column : scope.joinedOn) {
        for (std::size_t i = 1; i < scope.entries.size(); ++i) {
            if (tableOf(scope.entries[i]).keyColumn == column &&
                tableOf(scope.entries[0]).keyColumn == column) {
                joins.emplace_back(0, i);
            }
        }
    }
    std::vector<TableUse> uses;
    for (std::size_t i = 0; i < scope.entries.size(); ++i) {
        const Entry& entry = scope.entries[i];
        TableUse use{entry.table, entry.reads, entry.writes, std::nullopt, Reason::NoKey};
        combine(found, i, use);
        uses.push_back(std::move(use));
    }
    // What holds for one table's key holds for those that are joined by it.
    for (std::size_t round = 0; round < joins.size(); ++round) {
        for (const auto& [left, right] : joins) {
            if (!uses[left].condition && uses[right].condition) {
                uses[left].condition = uses[right].condition;
            } else if (!uses[right].condition && uses[left].condition) {
                uses[right].condition = uses[left].condition;
            }
        }
    }
    m_result.uses.insert(m_result.uses.end(), uses.begin(), uses.end());
}

} // namespace

StatementKeys StatementReader::read(const std::string& text) const
{
    StatementKeys failed;
    failed.failure = Reason::NotParsed;
    if (text.size() > kLongestStatement || text.find('\0') != std::string::npos) {
        return failed;
    }
    const ParseTree tree(text);
    if (!tree.ok()) {
        return failed;
    }
    const json parsed = json::parse(tree.text(), nullptr, false);
    if (!parsed.is_object()) {
        return failed;
    }
    Walker walker(*this);
    for (const json& one : part(parsed, "stmts")) {
        walker.statement(part(one, "stmt"), 0);
    }
    return std::move(walker).result();
}

} // namespace isotherm::attribution

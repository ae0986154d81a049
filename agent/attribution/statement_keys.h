// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "shared/model/key.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace isotherm::attribution
{

/// A table whose accesses are told by key.
struct ManagedTable
{
    std::string keyspace;
    std::string schema;
    std::string name;      ///< of the root or of a leaf
    std::string keyColumn; ///< the first of the partition key
    KeyType keyType = KeyType::Integer;
};

/// Why an access could not be told by key. The order is that of kReasons.
enum class Reason : std::uint8_t {
    NotParsed = 0,   ///< newer syntax, or no SQL
    NoKey = 1,       ///< no condition on the key
    NotConstant = 2, ///< the key is compared with an expression
    OtherValue = 3,  ///< NULL, cut short, or not of the key's type
    ManyCells = 4,   ///< a range over much of the table
    SqlExecute = 5,  ///< EXECUTE of a statement prepared in SQL
    NotRead = 6,     ///< log that was passed over, to keep up
};
inline constexpr std::size_t kReasonCount = 7;
/// "no condition on the key", …
[[nodiscard]] std::string_view reasonText(Reason reason);

/// A value of a condition: a constant's text, a parameter of the statement, or two such whole
/// numbers added, subtracted or multiplied.
struct KeyValue
{
    std::optional<std::string> text;
    std::size_t parameter = 0; ///< from 1; 0: `text` it is
    bool negated = false;
    char sign = 0;                  ///< '+', '-' or '*' between …
    std::vector<KeyValue> operands; ///< … these two, instead of a text or a parameter
};

/// What the key is compared with: one of `equal`, or between `lower` and `upper`.
struct KeyCondition
{
    std::vector<KeyValue> equal;
    std::optional<KeyValue> lower;
    std::optional<KeyValue> upper;
    std::optional<KeyValue> array; ///< = any ($1): a list in one value, "{1,2,3}"
};

/// One table in a statement.
struct TableUse
{
    std::size_t table = 0; ///< index into the managed tables
    bool reads = false;
    bool writes = false;
    std::optional<KeyCondition> condition;
    Reason reason = Reason::NoKey; ///< why there is no condition
};

/// What a statement does to managed tables; nothing for one that touches none.
struct StatementKeys
{
    std::vector<TableUse> uses;
    std::optional<Reason> failure; ///< NotParsed, SqlExecute: what it does is not known
};

/// Reads statements with PostgreSQL's own grammar (libpg_query). Understands =, IN, = ANY, BETWEEN,
/// <, <=, >, >=, OR of equalities, row comparisons, parameters, casts, signs and sums, differences
/// and products of whole numbers on the first column of the partition key; aliases, joins on the key, subqueries and WITH; SELECT,
/// UPDATE, DELETE, INSERT … VALUES and MERGE's target. Thread-safe; immutable.
class StatementReader
{
public:
    explicit StatementReader(std::vector<ManagedTable> tables);
    ~StatementReader();
    StatementReader(const StatementReader&) = delete;
    StatementReader& operator=(const StatementReader&) = delete;

    [[nodiscard]] StatementKeys read(const std::string& text) const;
    [[nodiscard]] const std::vector<ManagedTable>& tables() const;
    /// The table of that name; an empty schema is any.
    [[nodiscard]] std::optional<std::size_t> find(std::string_view schema,
                                                  std::string_view name) const;

private:
    struct Tables;
    std::unique_ptr<const Tables> m_tables;
};

} // namespace isotherm::attribution

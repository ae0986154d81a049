// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/postgres/connection.h"
#include "shared/base/result.h"
#include "shared/model/key.h"
#include "shared/model/table_schema.h"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace isotherm::postgres
{

using Oid = std::uint32_t;

/// What pg_type says of one type, as far as it decides how its values are kept.
struct TypeInfo
{
    std::string schema;
    std::string name;
    char kind = 'b';        ///< typtype: base, composite, domain, enum, range, …
    Oid base = 0;           ///< of a domain
    Oid element = 0;        ///< of an array
    std::vector<Oid> parts; ///< of a composite or a range
    std::string send;       ///< its send function, qualified; empty: none
    bool receives = false;  ///< it has a receive function
};

/// The types that the columns of a table are made of, down to the last part.
class TypePolicy
{
public:
    TypePolicy() = default; ///< knows nothing

    /// Reads the types of `table`'s columns and whatever they consist of.
    [[nodiscard]] static Result<TypePolicy> load(Connection& connection, Oid table);

    /// Reads the given types and whatever they consist of.
    [[nodiscard]] static Result<TypePolicy> loadTypes(Connection& connection,
                                                      const std::vector<Oid>& types);

    /// The type was in the catalog.
    [[nodiscard]] bool knows(Oid type) const { return m_types.contains(type); }

    /// Binary only for built-in types whose binary form means the same in every database, and for
    /// domains, arrays, ranges, enums and composites of such. Enums travel as their labels; arrays
    /// and composites carry type numbers, which PostgreSQL ignores when they are a user's. The
    /// rest (reg*, oid, xid, aclitem, extensions' types) travels as text.
    [[nodiscard]] ValueEncoding encoding(Oid type) const;

    /// False when the server can give neither a binary form of the type's values nor, because it
    /// finds that out too late, fall back to text: a change stream would break at them.
    [[nodiscard]] bool streamable(Oid type) const;

    /// How a key column of this type is ordered; Opaque when its order cannot be encoded.
    /// `byteOrder`: its collation orders text by bytes.
    [[nodiscard]] KeyType keyType(Oid type, bool byteOrder) const;

    /// True for large object references: what they point at is not in the table.
    [[nodiscard]] bool isLargeObject(Oid type) const;

    /// The qualified send function of the type beneath domains; empty when it has none.
    [[nodiscard]] std::string sendFunction(Oid type) const;

private:
    [[nodiscard]] static TypePolicy collect(const QueryRows& rows);
    [[nodiscard]] bool sendsBinary(Oid type, int depth) const;
    [[nodiscard]] const TypeInfo* beneathDomains(Oid type) const;
    [[nodiscard]] bool survivesBinary(Oid type, int depth) const;

    std::map<Oid, TypeInfo> m_types;
};

} // namespace isotherm::postgres

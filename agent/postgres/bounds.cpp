// SPDX-License-Identifier: Apache-2.0
#include "agent/postgres/bounds.h"

#include "agent/postgres/sql_text.h"

#include <algorithm>
#include <cctype>

namespace isotherm::postgres
{
namespace
{

/// Reads the text form of a bound from left to right.
class BoundReader
{
public:
    explicit BoundReader(std::string_view text) : m_rest(text) {}

    bool word(std::string_view expected)
    {
        skipBlanks();
        if (m_rest.substr(0, expected.size()) != expected) {
            return false;
        }
        m_rest.remove_prefix(expected.size());
        return true;
    }

    bool atEnd()
    {
        skipBlanks();
        return m_rest.empty();
    }

    std::optional<std::vector<BoundValue>> list()
    {
        if (!word("(")) {
            return std::nullopt;
        }
        std::vector<BoundValue> values;
        do {
            auto value = one();
            if (!value) {
                return std::nullopt;
            }
            values.push_back(std::move(*value));
        } while (word(","));
        return word(")") ? std::optional(std::move(values)) : std::nullopt;
    }

private:
    void skipBlanks()
    {
        while (!m_rest.empty() && m_rest.front() == ' ') {
            m_rest.remove_prefix(1);
        }
    }

    std::optional<BoundValue> one()
    {
        if (word("MINVALUE")) {
            return BoundValue{BoundValue::Kind::Minimum, {}};
        }
        if (word("MAXVALUE")) {
            return BoundValue{BoundValue::Kind::Maximum, {}};
        }
        BoundValue value;
        if (!m_rest.empty() && m_rest.front() == '\'') {
            if (!quoted(value.text)) {
                return std::nullopt;
            }
        } else {
            const std::size_t length = std::min(m_rest.find_first_of(",) "), m_rest.size());
            value.text = m_rest.substr(0, length);
            m_rest.remove_prefix(length);
        }
        return value.text.empty() && m_rest.empty() ? std::nullopt : std::optional(value);
    }

    /// A quote inside is doubled; backslashes mean themselves (standard_conforming_strings).
    bool quoted(std::string& text)
    {
        m_rest.remove_prefix(1);
        while (!m_rest.empty()) {
            const char c = m_rest.front();
            m_rest.remove_prefix(1);
            if (c != '\'') {
                text.push_back(c);
            } else if (!m_rest.empty() && m_rest.front() == '\'') {
                text.push_back('\'');
                m_rest.remove_prefix(1);
            } else {
                return true;
            }
        }
        return false;
    }

    std::string_view m_rest;
};

/// The key of one side. What follows the first MINVALUE or MAXVALUE says nothing more, and a
/// trailing minimum is what the shorter key means by itself: so equal bounds get equal keys.
Result<std::optional<Key>> sideKey(const std::vector<BoundValue>& side,
                                   const std::vector<KeyType>& types,
                                   const std::vector<std::string_view>& binary)
{
    std::string encoded;
    for (std::size_t i = 0; i < side.size(); ++i) {
        if (side[i].kind == BoundValue::Kind::Minimum) {
            break;
        }
        if (side[i].kind == BoundValue::Kind::Maximum) {
            if (i == 0) {
                return std::optional<Key>(); // above every row
            }
            appendKeyMaximum(encoded);
            break;
        }
        ISO_TRY(appendKeyFromBinary(encoded, types[i], binary[i]));
    }
    return std::optional<Key>(Key(std::move(encoded)));
}

/// The network form of every literal of one key column, in the order of the bounds.
Result<QueryRows> evaluate(Connection& connection, const std::vector<std::string>& literals,
                           const std::string& typeName)
{
    return connection.query("SELECT v::" + typeName +
                                " FROM unnest($1::text[]) WITH ORDINALITY u(v, n) ORDER BY n",
                            {arrayLiteral(literals)}, ResultFormat::Binary);
}

} // namespace

Result<PartitionBound> parseBound(std::string_view text)
{
    PartitionBound bound;
    if (text == "DEFAULT") {
        bound.isDefault = true;
        return bound;
    }
    BoundReader reader(text);
    if (reader.word("FOR VALUES FROM")) {
        auto from = reader.list();
        if (from && reader.word("TO")) {
            auto to = reader.list();
            if (to && reader.atEnd() && from->size() == to->size()) {
                bound.from = std::move(*from);
                bound.to = std::move(*to);
                return bound;
            }
        }
    }
    return makeError(Code::InvalidArgument, "cannot read the partition bound " + std::string(text));
}

Result<std::vector<KeyRange>> boundRanges(Connection& connection,
                                          const std::vector<PartitionBound>& bounds,
                                          const std::vector<std::string>& typeNames,
                                          const std::vector<KeyType>& keyTypes)
{
    std::vector<QueryRows> columns;
    for (std::size_t column = 0; column < keyTypes.size(); ++column) {
        std::vector<std::string> literals;
        for (const PartitionBound& bound : bounds) {
            for (const auto* side : {&bound.from, &bound.to}) {
                if (column < side->size() && (*side)[column].kind == BoundValue::Kind::Value) {
                    literals.push_back((*side)[column].text);
                }
            }
        }
        ISO_ASSIGN(QueryRows values, evaluate(connection, literals, typeNames[column]));
        columns.push_back(std::move(values));
    }
    std::vector<std::size_t> used(keyTypes.size(), 0);
    std::vector<KeyRange> ranges;
    ranges.reserve(bounds.size());
    for (const PartitionBound& bound : bounds) {
        std::vector<std::optional<Key>> keys;
        for (const auto* side : {&bound.from, &bound.to}) {
            std::vector<std::string_view> binary(side->size());
            for (std::size_t column = 0; column < side->size(); ++column) {
                if ((*side)[column].kind == BoundValue::Kind::Value) {
                    binary[column] = columns[column].view(used[column]++, 0);
                }
            }
            ISO_ASSIGN(auto key, sideKey(*side, keyTypes, binary));
            keys.push_back(std::move(key));
        }
        // PostgreSQL refuses empty ranges, so a lower bound is never "above every row".
        ranges.push_back(bound.isDefault ? KeyRange{} : KeyRange{keys[0].value_or(Key()), keys[1]});
    }
    return ranges;
}

} // namespace isotherm::postgres

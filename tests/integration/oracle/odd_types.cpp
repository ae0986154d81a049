// SPDX-License-Identifier: Apache-2.0
#include "tests/integration/oracle/odd_types.h"

#include <algorithm>

namespace isotherm::test
{

std::string OddType::valueOf(const std::string& g) const
{
    std::string text = of;
    for (std::size_t at = text.find("$g"); at != std::string::npos; at = text.find("$g", at)) {
        text.replace(at, 2, g);
    }
    return text;
}

std::string oddTypesSql()
{
    return "create type o.mood as enum ('sad', 'ok', 'glad');"
           "create type o.pair as (a int, b text);"
           "create domain o.even as int check (value % 2 = 0);";
}

std::vector<OddType> chooseOddTypes(std::mt19937_64& random, std::size_t count)
{
    std::vector<OddType> types = {
        {"numeric", "(($g) / 7.0)"},
        {"numeric(12,3)", "(($g) % 1000)::numeric / 8"},
        {"o.mood", "((array['sad', 'ok', 'glad'])[1 + abs($g) % 3])::o.mood"},
        {"o.mood[]", "array['sad', 'glad']::o.mood[]"},
        {"regclass", "(array['pg_class', 'pg_type', 'o.a'])[1 + abs($g) % 3]::regclass"},
        {"jsonb", "jsonb_build_object('g', $g, 'n', null)"},
        {"json", "json_build_object('g', $g)"},
        {"timestamptz", "'2026-03-01'::timestamptz + ($g) * interval '1 min'"},
        {"interval", "($g) * interval '1 hour'"},
        {"int4range", "int4range($g, ($g) + 3)"},
        {"int[]", "array[$g, null, 3]"},
        {"text[]", "array['a,b', '\"', $g::text]"},
        {"o.pair", "row($g, 'x')::o.pair"},
        {"o.even", "(2 * ($g))::o.even"},
        {"inet", "'10.0.0.0'::inet + abs($g)"},
        {"uuid", "md5(($g)::text)::uuid"},
        {"bytea", "decode(md5(($g)::text), 'hex')"},
        {"varbit", "(abs($g))::int::bit(20)::varbit"},
        {"double precision", "($g) / 3.0::float8"},
        {"oid", "abs($g)::oid"},
        {"char(7)", "left(($g)::text, 7)::char(7)"},
        {"varchar(20)", "'v' || ($g)"},
        {"boolean", "($g) % 2 = 0"},
        {"tsvector", "to_tsvector('simple', 'word ' || $g)"},
        {"money", "($g)::money"},
        {"point", "point($g, 1)"},
    };
    std::shuffle(types.begin(), types.end(), random);
    types.resize(std::min(count, types.size()));
    return types;
}

} // namespace isotherm::test

// SPDX-License-Identifier: Apache-2.0
#include "agent/postgres/describe_sql.h"

#include "agent/postgres/completion_sql.h"

#include <string_view>

namespace isotherm::postgres
{
namespace
{

/// An added column's value in old rows is kept as an array of one. Its text is taken apart by hand:
/// the element may be an array itself, and anyarray cannot be subscripted.
constexpr const char* kMissingValue =
    R"sql(CREATE OR REPLACE FUNCTION isotherm.missing_value(stored text, type oid, modifier int) RETURNS json
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp SET datestyle = 'ISO, YMD'
    SET intervalstyle = 'postgres' SET timezone = 'UTC' SET extra_float_digits = 3
    SET bytea_output = 'hex' SET xmloption = 'content' AS $isotherm$
DECLARE
    plain text := CASE WHEN left(stored, 2) = '{"' THEN (stored::text[])[1]
        ELSE substr(stored, 2, length(stored) - 2) END;
    base oid := type;
    send text;
    sent text;
BEGIN
    WHILE (SELECT typtype = 'd' FROM pg_type WHERE oid = base) LOOP
        base := (SELECT typbasetype FROM pg_type WHERE oid = base);
    END LOOP;
    send := (SELECT format('%I.%I', n.nspname, p.proname) FROM pg_type t
        JOIN pg_proc p ON p.oid = t.typsend JOIN pg_namespace n ON n.oid = p.pronamespace
        WHERE t.oid = base);
    IF send IS NOT NULL THEN
        EXECUTE format('SELECT encode(%s(%L::%s), ''hex'')', send, plain,
            format_type(type, modifier)) INTO sent;
    END IF;
    RETURN json_build_object('text', plain, 'binary', sent);
EXCEPTION WHEN OTHERS THEN
    RETURN json_build_object('unknown', SQLERRM);
END
$isotherm$;
)sql";

/// $1 of the queries for completions is `target` here.
std::string ofTarget(std::string_view query)
{
    std::string text(query);
    for (std::size_t at = text.find("$1"); at != std::string::npos; at = text.find("$1", at)) {
        text.replace(at, 2, "target");
    }
    return text;
}

std::string describeTable()
{
    return R"sql(CREATE OR REPLACE FUNCTION isotherm.describe_table(target oid) RETURNS json
LANGUAGE sql SET search_path = pg_catalog, pg_temp SET datestyle = 'ISO, YMD'
    SET intervalstyle = 'postgres' SET timezone = 'UTC' SET extra_float_digits = 3
    SET bytea_output = 'hex' SET xmloption = 'content' AS $isotherm$
SELECT json_build_object('id', c.oid::bigint, 'schema', n.nspname, 'name', c.relname,
    'partition', (SELECT to_json(p.partattrs::int2[]) FROM pg_partitioned_table p
        WHERE p.partrelid = target),
    'primary', (SELECT to_json((i.indkey::int2[])[0:i.indnkeyatts - 1]) FROM pg_index i
        WHERE i.indrelid = target AND i.indisprimary),
    'columns', (SELECT json_agg(json_build_object('number', a.attnum, 'name', a.attname,
            'type', format_type(a.atttypid, a.atttypmod), 'oid', a.atttypid::bigint,
            'required', a.attnotnull,
            'collation', CASE WHEN a.attcollation <> t.typcollation THEN (SELECT
                quote_ident(s.nspname) || '.' || quote_ident(l.collname) FROM pg_collation l
                JOIN pg_namespace s ON s.oid = l.collnamespace WHERE l.oid = a.attcollation) END,
            -- kept with the rows: the same in all partitions that there were
            'missing', (SELECT isotherm.missing_value(m.attmissingval::text, m.atttypid,
                    m.atttypmod)
                FROM pg_attribute m WHERE m.attname = a.attname AND m.atthasmissing
                AND m.attrelid = (SELECT h.inhrelid FROM pg_inherits h JOIN pg_class r
                    ON r.oid = h.inhrelid AND r.relkind = 'r' WHERE h.inhparent = target
                    ORDER BY 1 LIMIT 1)))
            ORDER BY a.attnum)
        FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid WHERE a.attrelid = target
        AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''),
    'generated', ()sql" +
           ofTarget(kGeneratedSql) + R"sql(),
    'constraints', (SELECT json_agg(d) FROM ()sql" +
           ofTarget(kConstraintsSql) + R"sql() q(d)),
    'indexes', (SELECT json_agg(json_build_array(u, d)) FROM ()sql" +
           ofTarget(kIndexesSql) + R"sql() q(u, d)))
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.oid = target
$isotherm$;
)sql";
}

} // namespace

std::string describeSql()
{
    return kMissingValue + describeTable();
}

} // namespace isotherm::postgres

// SPDX-License-Identifier: Apache-2.0
#include "agent/postgres/capture_sql.h"

#include "agent/postgres/describe_sql.h"
#include "agent/postgres/sql_text.h"

namespace isotherm::postgres
{
namespace
{

constexpr const char* kSchema =
    R"sql(-- What capture runs as: functions of the superuser who runs this, nothing else lives here.
CREATE SCHEMA IF NOT EXISTS isotherm;
REVOKE CREATE ON SCHEMA isotherm FROM PUBLIC;
)sql";

/// Kept empty until the agent puts tables into it.
std::string createPublication(const std::string& publication)
{
    return "DO $isotherm$\n"
           "BEGIN\n"
           "    IF NOT EXISTS (SELECT FROM pg_catalog.pg_publication WHERE pubname = " +
           quoteLiteral(publication) +
           ") THEN\n"
           "        CREATE PUBLICATION " +
           quoteIdentifier(publication) +
           " WITH (publish = 'insert, update, delete, truncate',\n"
           "            publish_via_partition_root = false);\n"
           "    END IF;\n"
           "END\n"
           "$isotherm$;\n";
}

/// Only what the agent itself would do: a partitioned table whose writers get no errors from it.
constexpr const char* kSetCapturedBody =
    R"sql(-- Putting a table into a publication takes its owner: the agent asks this function instead.
CREATE OR REPLACE FUNCTION isotherm.set_captured(target oid, wanted boolean, publication text)
RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $isotherm$
DECLARE
    shown text := (SELECT format('%I.%I', n.nspname, c.relname) FROM pg_class c
        JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE c.oid = target AND c.relkind = 'p' AND n.nspname !~ '^pg_');
BEGIN
    IF shown IS NULL THEN
        RAISE EXCEPTION 'there is no partitioned table %', target;
    END IF;
    IF publication !~ '^isotherm' THEN
        RAISE EXCEPTION 'publication % is not one of Isotherm''s', publication;
    END IF;
    EXECUTE format('ALTER PUBLICATION %I %s TABLE ONLY %s', publication,
        CASE WHEN wanted THEN 'ADD' ELSE 'DROP' END, shown);
END
$isotherm$;
REVOKE ALL ON FUNCTION isotherm.set_captured(oid, boolean, text) FROM PUBLIC;
)sql";

/// They write into the stream, in the transaction and at the place of the change. Whatever happens
/// inside of them, the statement that fired them goes on.
constexpr const char* kTriggerFunctions =
    R"sql(-- Schema changes are not in the change stream: these write them there.
CREATE OR REPLACE FUNCTION isotherm.note_schema(kind text, objects bigint[], what text, reason int,
    definition json)
RETURNS void LANGUAGE sql SET search_path = pg_catalog, pg_temp AS $isotherm$
    SELECT pg_logical_emit_message(true, 'isotherm.ddl', convert_to(json_build_object('kind', kind,
        'objects', to_json(objects), 'what', what, 'reason', reason,
        'statement', left(current_query(), 1000), 'table', definition)::text, 'UTF8'));
    -- A message counts where it ends, which is where the next record starts: an empty one between
    -- keeps the order with what follows outside of our subtransaction.
    SELECT pg_logical_emit_message(true, 'isotherm.ddl', '')
$isotherm$;
-- The partitioned table that an object is, or is a part or an index of.
CREATE OR REPLACE FUNCTION isotherm.root_of(object oid) RETURNS oid
LANGUAGE sql SET search_path = pg_catalog, pg_temp AS $isotherm$
    SELECT CASE WHEN c.relkind = 'p' AND NOT c.relispartition THEN c.oid ELSE (SELECT h.inhparent
        FROM pg_inherits h WHERE h.inhrelid = c.oid AND c.relispartition LIMIT 1) END
    FROM pg_class c WHERE c.oid = coalesce((SELECT i.indrelid FROM pg_index i
        WHERE i.indexrelid = object), object)
$isotherm$;
CREATE OR REPLACE FUNCTION isotherm.on_ddl_end() RETURNS event_trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $isotherm$
DECLARE
    command record;
BEGIN
    FOR command IN
        SELECT c.objid, c.command_tag, c.object_identity,
            -- itself first; of a table all its parts, of an index its table
            c.objid::bigint || ARRAY(SELECT t.relid::oid::bigint FROM pg_partition_tree(c.objid) t
                JOIN pg_class r ON r.oid = c.objid AND r.relkind = 'p' WHERE t.relid <> c.objid
                UNION SELECT i.indrelid::bigint FROM pg_index i WHERE i.indexrelid = c.objid) objects
        FROM pg_event_trigger_ddl_commands() c
        WHERE c.classid IN ('pg_class'::regclass, 'pg_type'::regclass, 'pg_publication'::regclass,
            'pg_publication_rel'::regclass)
            AND NOT EXISTS (SELECT FROM pg_class r WHERE r.oid = c.objid
                AND c.classid = 'pg_class'::regclass
                AND (r.relpersistence = 't' OR r.relkind NOT IN ('r', 'p', 'i', 'I')))
    LOOP
        PERFORM isotherm.note_schema('changed', command.objects,
            command.command_tag || ' ' || command.object_identity, 0,
            isotherm.describe_table(isotherm.root_of(command.objid)));
    END LOOP;
EXCEPTION WHEN OTHERS THEN
    RAISE WARNING 'isotherm: a schema change was not noted: %', SQLERRM;
END
$isotherm$;
CREATE OR REPLACE FUNCTION isotherm.on_rewrite() RETURNS event_trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $isotherm$
BEGIN
    PERFORM isotherm.note_schema('rewritten',
        ARRAY[pg_event_trigger_table_rewrite_oid()::bigint],
        TG_TAG || ' ' || pg_event_trigger_table_rewrite_oid()::regclass,
        pg_event_trigger_table_rewrite_reason(), NULL);
EXCEPTION WHEN OTHERS THEN
    RAISE WARNING 'isotherm: a table rewrite was not noted: %', SQLERRM;
END
$isotherm$;
CREATE OR REPLACE FUNCTION isotherm.on_drop() RETURNS event_trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $isotherm$
DECLARE
    gone record;
BEGIN
    FOR gone IN
        SELECT d.objid, d.object_type, d.object_identity FROM pg_event_trigger_dropped_objects() d
        WHERE NOT d.is_temporary AND (d.objsubid = 0 AND d.object_type IN ('table', 'index',
            'publication', 'publication relation')
            -- with its type, say: then no ALTER TABLE tells of it
            OR d.object_type = 'table column' AND EXISTS (SELECT FROM pg_class r
                WHERE r.oid = d.objid AND r.relkind = 'p'))
    LOOP
        PERFORM isotherm.note_schema(
            CASE WHEN gone.object_type = 'table' THEN 'dropped' ELSE 'changed' END,
            gone.objid::bigint || ARRAY(SELECT t.relid::oid::bigint
                FROM pg_partition_tree(gone.objid) t WHERE t.relid <> gone.objid
                AND gone.object_type = 'table column'),
            TG_TAG || ' (' || gone.object_type || ') ' || gone.object_identity, 0,
            CASE WHEN gone.object_type = 'table column' THEN isotherm.describe_table(gone.objid) END);
    END LOOP;
EXCEPTION WHEN OTHERS THEN
    RAISE WARNING 'isotherm: a drop was not noted: %', SQLERRM;
END
$isotherm$;
)sql";

std::string createTrigger(const std::string& name, const std::string& event,
                          const std::string& function)
{
    return "DO $isotherm$\n"
           "BEGIN\n"
           "    IF NOT EXISTS (SELECT FROM pg_catalog.pg_event_trigger WHERE evtname = '" +
           name +
           "') THEN\n"
           "        CREATE EVENT TRIGGER " +
           name + " ON " + event + " EXECUTE FUNCTION isotherm." + function +
           "();\n"
           "    END IF;\n"
           "END\n"
           "$isotherm$;\n";
}

} // namespace

std::string captureSql(const std::string& role, const std::string& publication)
{
    const std::string quotedRole = quoteIdentifier(role);
    return "-- Continuous capture reads the log of changes. It needs wal_level = logical.\n"
           "ALTER ROLE " +
           quotedRole + " REPLICATION;\n" + kSchema + createPublication(publication) +
           kSetCapturedBody + "GRANT USAGE ON SCHEMA isotherm TO " + quotedRole +
           ";\n"
           "GRANT EXECUTE ON FUNCTION isotherm.set_captured(oid, boolean, text) TO " +
           quotedRole + ";\n" + describeSql() + kTriggerFunctions +
           "-- As an older version made it.\n"
           "DROP FUNCTION IF EXISTS isotherm.note_schema(text, bigint[], text, int);\n"
           "-- The triggers run as whoever changes a schema.\n"
           "GRANT USAGE ON SCHEMA isotherm TO PUBLIC;\n"
           "GRANT EXECUTE ON FUNCTION isotherm.note_schema(text, bigint[], text, int, json),\n"
           "    isotherm.root_of(oid), isotherm.describe_table(oid),\n"
           "    isotherm.missing_value(text, oid, int) TO PUBLIC;\n" +
           createTrigger("isotherm_ddl_end", "ddl_command_end", "on_ddl_end") +
           createTrigger("isotherm_rewrite", "table_rewrite", "on_rewrite") +
           createTrigger("isotherm_drop", "sql_drop", "on_drop");
}

} // namespace isotherm::postgres

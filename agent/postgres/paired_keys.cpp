// SPDX-License-Identifier: Apache-2.0
#include "agent/postgres/paired_keys.h"

#include "agent/postgres/sql_text.h"

#include <algorithm>
#include <chrono>

namespace isotherm::postgres
{
namespace
{

constexpr auto kLimit = std::chrono::hours(6);

/// The row is locked already when it asks, so nobody refers to it in between. Whoever may write may
/// not read the referring table: it asks as the one who made it.
constexpr const char* kKeepReferred = R"sql(
CREATE FUNCTION isotherm_reshard.keep_referred() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $isotherm$
DECLARE
    k record;
    referred boolean;
BEGIN
    FOR k IN SELECT c.conname, c.conrelid::regclass AS referring,
            string_agg(format('r.%I = ($1).%I', a.attname, f.attname), ' AND ') AS same
        FROM pg_constraint c CROSS JOIN unnest(c.conkey, c.confkey) AS u(here, there)
        JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = u.here
        JOIN pg_attribute f ON f.attrelid = c.confrelid AND f.attnum = u.there
        WHERE c.confrelid = TG_RELID AND c.contype = 'f' AND c.conparentid = 0 GROUP BY c.oid
    LOOP
        EXECUTE format('SELECT EXISTS (SELECT FROM %s r WHERE %s)', k.referring, k.same)
            INTO referred USING OLD;
        IF referred THEN
            RAISE EXCEPTION 'update on table "%" violates foreign key constraint "%" on table "%"',
                TG_TABLE_NAME, k.conname, k.referring USING ERRCODE = 'foreign_key_violation',
                DETAIL = 'The row would leave its partition, and is still referenced.';
        END IF;
    END LOOP;
    RETURN NEW;
END
$isotherm$;
REVOKE ALL ON FUNCTION isotherm_reshard.keep_referred() FROM PUBLIC)sql";

struct Successor
{
    const ReshardTable* table = nullptr;
    const ReshardPart* part = nullptr; ///< null: it is none of ours that goes
};

Successor successorOf(const ReshardScene& scene, Oid old, const KeyRange& range)
{
    for (const ReshardTable& table : scene.book.tables) {
        const bool ours = std::any_of(table.olds.begin(), table.olds.end(),
                                      [&](const ReshardPart& part) { return part.oid == old; });
        for (const ReshardPart& part : table.news) {
            if (ours && part.range == range) {
                return {&table, &part};
            }
        }
    }
    return {};
}

Status keepReferred(const ReshardScene& scene, const Successor& referred)
{
    ISO_ASSIGN(const QueryRows there,
               scene.connection.query(
                   "SELECT to_regprocedure('isotherm_reshard.keep_referred()') IS NOT NULL"));
    if (!there.truth(0, 0)) {
        ISO_TRY(scene.connection.run(kKeepReferred));
    }
    const std::string column = "NEW." + quoteIdentifier(referred.table->keyColumn);
    return scene.connection.run(
        "CREATE OR REPLACE TRIGGER isotherm_keep_referred BEFORE UPDATE ON " +
        referred.part->qualified() + " FOR EACH ROW WHEN (NOT (" +
        referred.table->condition(referred.part->range, column) +
        ")) EXECUTE FUNCTION isotherm_reshard.keep_referred()");
}

} // namespace

bool isPaired(const ReshardScene& scene, const ModelForeignKey& key, const KeyRange& range)
{
    return successorOf(scene, key.referenced, range).part != nullptr;
}

std::string addForeignKeySql(const ReshardPart& part, const ModelForeignKey& key,
                             const std::string& definition)
{
    return "ALTER TABLE " + part.qualified() + " ADD CONSTRAINT " + quoteIdentifier(key.name) +
           " " + definition + ";";
}

Status addPairedKeys(const ReshardScene& scene)
{
    for (const ReshardTable& table : scene.book.tables) {
        ISO_ASSIGN(const auto keys, foreignKeysOf(scene.connection, table.olds.front().oid));
        for (const ReshardPart& part : table.news) {
            for (const ModelForeignKey& key : keys) {
                const Successor to = successorOf(scene, key.referenced, part.range);
                const std::string from = " REFERENCES " + key.referencedName + "(";
                const std::size_t at = key.definition.find(from);
                if (to.part == nullptr) {
                    continue;
                }
                if (at == std::string::npos) {
                    return makeError(Code::Internal, "foreign key " + key.name + " cannot be read");
                }
                std::string definition = key.definition;
                definition.replace(at, from.size(), " REFERENCES " + to.part->qualified() + "(");
                ISO_TRY(scene.connection.runLong(addForeignKeySql(part, key, definition), kLimit));
                if (key.definition.find(" ON DELETE ") != std::string::npos) {
                    ISO_TRY(keepReferred(scene, to));
                }
            }
        }
    }
    return {};
}

} // namespace isotherm::postgres

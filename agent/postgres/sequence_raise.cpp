// SPDX-License-Identifier: Apache-2.0
#include "agent/postgres/sequence_raise.h"

namespace isotherm::postgres
{
namespace
{

/// Owned ones (serial, identity), and those that a default calls.
constexpr std::string_view kSequencesSql =
    "SELECT DISTINCT q.oid, quote_ident(n.nspname) || '.' || quote_ident(q.relname), a.attname,"
    " has_sequence_privilege(q.oid, 'SELECT'), has_sequence_privilege(q.oid, 'UPDATE')"
    " FROM (SELECT d.objid AS sequence, d.refobjid AS rel, d.refobjsubid AS num FROM pg_depend d"
    "   WHERE d.classid = 'pg_class'::regclass AND d.refclassid = 'pg_class'::regclass"
    "   AND d.refobjid IN ($1::oid, $2::oid) AND d.refobjsubid > 0 AND d.deptype IN ('a', 'i')"
    "   UNION ALL SELECT d.refobjid, ad.adrelid, ad.adnum FROM pg_attrdef ad JOIN pg_depend d"
    "   ON d.classid = 'pg_attrdef'::regclass AND d.objid = ad.oid"
    "   AND d.refclassid = 'pg_class'::regclass AND d.deptype = 'n'"
    "   WHERE ad.adrelid IN ($1::oid, $2::oid)) used"
    " JOIN pg_class q ON q.oid = used.sequence AND q.relkind = 'S'"
    " JOIN pg_namespace n ON n.oid = q.relnamespace"
    " JOIN pg_sequence s ON s.seqrelid = q.oid AND NOT s.seqcycle"
    " JOIN pg_attribute a ON a.attrelid = used.rel AND a.attnum = used.num"
    "   AND a.atttypid IN ('int2'::regtype, 'int4'::regtype, 'int8'::regtype) ORDER BY 2, 3";

/// Others may take numbers between our look and our move, and must not be thrown back: the
/// sequence moves this much further than it has to.
constexpr const char* kMargin = "1000";

Error mayNot(const ColumnSequence& sequence, const std::string& reached)
{
    return makeError(Code::PermissionDenied,
                     "the rows reach " + reached + " in " + sequence.column +
                         ", and the agent's role may not see to it that sequence " + sequence.name +
                         " is beyond that",
                     "GRANT SELECT, UPDATE ON SEQUENCE " + sequence.name +
                         " TO the agent's role (isotherm-agent init-db --print-sql --write-back "
                         "prints it)");
}

} // namespace

Result<std::vector<ColumnSequence>> loadColumnSequences(Connection& connection, std::uint64_t leaf,
                                                        std::uint64_t parent)
{
    ISO_ASSIGN(const QueryRows rows,
               connection.query(std::string(kSequencesSql),
                                {std::to_string(leaf), std::to_string(parent)}));
    std::vector<ColumnSequence> sequences;
    for (std::size_t row = 0; row < rows.size(); ++row) {
        sequences.push_back({static_cast<std::uint64_t>(rows.integer(row, 0)), rows.text(row, 1),
                             rows.text(row, 2), rows.truth(row, 3), rows.truth(row, 4)});
    }
    return sequences;
}

std::vector<std::string> warningsOf(const std::vector<ColumnSequence>& sequences)
{
    std::vector<std::string> warnings;
    for (const ColumnSequence& sequence : sequences) {
        if (!sequence.mayRead || !sequence.mayMove) {
            warnings.push_back("if rows reach beyond sequence " + sequence.name + " of " +
                               sequence.column +
                               ", nothing is written: GRANT SELECT, UPDATE ON SEQUENCE " +
                               sequence.name + " TO the agent's role");
        }
    }
    return warnings;
}

Status raiseSequence(Connection& connection, const ColumnSequence& sequence,
                     const std::string& rows, const std::string& column)
{
    const std::string id = std::to_string(sequence.objectId);
    ISO_ASSIGN(const QueryRows found,
               connection.query(
                   "SELECT CASE WHEN s.seqincrement > 0 THEN max(r." + column + ") ELSE min(r." +
                       column + ") END, s.seqincrement > 0 FROM pg_sequence s LEFT JOIN " + rows +
                       " r ON true WHERE s.seqrelid = $1::oid GROUP BY s.seqrelid",
                   {id}));
    if (found.size() == 0 || found.isNull(0, 0)) {
        return {};
    }
    const std::string reached = found.text(0, 0);
    if (!sequence.mayRead) {
        return mayNot(sequence, reached);
    }
    const bool up = found.truth(0, 1);
    // What a sequence stands at is given out already, but for one never used.
    const std::string behind = std::string("(last_value ") + (up ? "<" : ">") +
                               " $1::int8 OR (last_value = $1::int8 AND NOT is_called))";
    ISO_ASSIGN(const QueryRows late,
               connection.query("SELECT " + behind + " FROM " + sequence.name, {reached}));
    if (!late.truth(0, 0)) {
        return {};
    }
    if (!sequence.mayMove) {
        return mayNot(sequence, reached);
    }
    const std::string next = std::string(up ? "least(s.seqmax" : "greatest(s.seqmin") +
                             ", $1::numeric + s.seqincrement * greatest(s.seqcache, " + kMargin +
                             "))::int8";
    const auto moved =
        connection.query("SELECT setval($2::oid::regclass, " + next + ") FROM pg_sequence s, " +
                             sequence.name + " WHERE s.seqrelid = $2::oid AND " + behind,
                         {reached, id});
    return moved.ok() ? Status() : Status(moved.error().within("moving sequence " + sequence.name));
}

} // namespace isotherm::postgres

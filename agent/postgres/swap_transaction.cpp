// SPDX-License-Identifier: Apache-2.0
#include "agent/postgres/swap_transaction.h"

#include "agent/postgres/edit_survey.h"
#include "agent/postgres/leaf_likeness.h"
#include "agent/postgres/sql_text.h"

#include <map>
#include <string>
#include <utility>

namespace isotherm::postgres
{
namespace
{

using engine::SwapKind;
using engine::SwapPair;

/// What has to be known of a pair before names change.
struct Found
{
    std::string parent;
    std::uint64_t parentId = 0;
    std::string bounds;
    std::vector<std::string> triggers; ///< statements that make the leaf's own ones
    std::string comment;
};

std::string outName(const SwapPair& pair)
{
    return quoteQualified(pair.out.schema, pair.out.name);
}

std::string inName(const SwapPair& pair)
{
    return quoteQualified(pair.out.schema, pair.in);
}

std::string keptName(const SwapPair& pair)
{
    return quoteQualified(pair.out.schema, pair.keptName);
}

std::string detachSql(const SwapPair& pair, const std::string& parent)
{
    return "ALTER TABLE " + parent + " DETACH PARTITION " + outName(pair) + ";ALTER TABLE " +
           outName(pair) + " RENAME TO " + quoteIdentifier(pair.keptName) + ";ALTER TABLE " +
           inName(pair) + " RENAME TO " + quoteIdentifier(pair.out.name);
}

std::string attachSql(const SwapPair& pair, const std::string& parent, const std::string& bounds)
{
    return "ALTER TABLE " + parent + " ATTACH PARTITION " + outName(pair) + " " + bounds +
           ";ALTER TABLE " + outName(pair) + " DROP CONSTRAINT " + kBoundCheck;
}

class PostgresSwap final : public engine::SwapTransaction
{
public:
    explicit PostgresSwap(Lease connection) : m_connection(std::move(connection)) {}

    Status begin(const std::vector<SwapPair>& pairs, SwapKind kind);
    std::uint64_t transactionId() const override { return m_transaction; }
    Status commit() override
    {
        return m_connection->runLong("COMMIT", m_connection->options().batchTimeout);
    }

private:
    Status lock(const std::vector<SwapPair>& pairs);
    Status look(const SwapPair& pair, SwapKind kind);
    Status exchange(const SwapPair& pair, const Found& found);

    Lease m_connection;
    std::vector<Found> m_found;
    std::uint64_t m_transaction = 0;
};

/// The parents first, then the leaves: whoever writes comes the same way, so that nobody waits for
/// us while we wait for him.
Status PostgresSwap::lock(const std::vector<SwapPair>& pairs)
{
    std::map<std::uint64_t, std::string> parents; // in one order for all
    for (const SwapPair& pair : pairs) {
        ISO_ASSIGN(const LeafFacts facts, loadFacts(*m_connection, pair.out));
        if (!facts.there) {
            return makeError(Code::Aborted,
                             pair.out.schema + "." + pair.out.name +
                                 " was dropped, renamed, detached or replaced since",
                             "compare again: isothermctl restore diff");
        }
        parents[facts.parentId] = facts.parent;
    }
    for (const auto& [id, parent] : parents) {
        ISO_TRY(m_connection->run("LOCK TABLE ONLY " + parent + " IN ACCESS EXCLUSIVE MODE"));
    }
    for (const SwapPair& pair : pairs) {
        ISO_TRY(m_connection->run("LOCK TABLE ONLY " + outName(pair) + ", ONLY " + inName(pair) +
                                  " IN ACCESS EXCLUSIVE MODE"));
    }
    return {};
}

Status PostgresSwap::look(const SwapPair& pair, SwapKind kind)
{
    Found found;
    const std::string id = std::to_string(pair.out.objectId);
    ISO_ASSIGN(const LeafFacts facts, loadFacts(*m_connection, pair.out));
    if (!facts.there) {
        return makeError(Code::Aborted, pair.out.name + " was replaced since",
                         "compare again: isothermctl restore diff");
    }
    if (!facts.referredFrom.empty()) {
        return makeError(Code::FailedPrecondition,
                         pair.out.name + " is referred to by foreign key " +
                             facts.referredFrom.front().name,
                         "copy rows back instead: isothermctl restore copy-back");
    }
    found.parent = facts.parent;
    found.parentId = facts.parentId;
    ISO_ASSIGN(const QueryRows rows,
               m_connection->query("SELECT pg_get_expr(relpartbound, oid),"
                                   " obj_description(oid, 'pg_class') FROM pg_class"
                                   " WHERE oid = $1::oid",
                                   {id}));
    found.bounds = rows.text(0, 0);
    found.comment = rows.text(0, 1);
    if (kind == SwapKind::Fresh) {
        ISO_ASSIGN(const QueryRows triggers,
                   m_connection->query(
                       "SELECT pg_get_triggerdef(t.oid), CASE t.tgenabled"
                       "   WHEN 'D' THEN format('ALTER TABLE %s DISABLE TRIGGER %I', $2::text, tgname)"
                       "   WHEN 'A' THEN format('ALTER TABLE %s ENABLE ALWAYS TRIGGER %I', $2::text,"
                       "     tgname)"
                       "   WHEN 'R' THEN format('ALTER TABLE %s ENABLE REPLICA TRIGGER %I', $2::text,"
                       "     tgname) END"
                       " FROM pg_trigger t WHERE t.tgrelid = $1::oid AND NOT t.tgisinternal"
                       " AND t.tgparentid = 0 ORDER BY t.tgname",
                       {id, outName(pair)}));
        for (std::size_t row = 0; row < triggers.size(); ++row) {
            found.triggers.push_back(triggers.text(row, 0));
            if (!triggers.isNull(row, 1)) {
                found.triggers.push_back(triggers.text(row, 1));
            }
        }
    }
    m_found.push_back(std::move(found));
    return {};
}

Status PostgresSwap::exchange(const SwapPair& pair, const Found& found)
{
    ISO_TRY(m_connection->run(detachSql(pair, found.parent)));
    for (const std::string& trigger : found.triggers) {
        ISO_TRY(m_connection->run(trigger)); // by name: on the table that has the name now
    }
    ISO_TRY(m_connection->run(attachSql(pair, found.parent, found.bounds)));
    // The comment stays with the name.
    ISO_TRY(m_connection->run("COMMENT ON TABLE " + outName(pair) + " IS " +
                              (found.comment.empty() ? "NULL" : quoteLiteral(found.comment))));
    return m_connection->run("COMMENT ON TABLE " + keptName(pair) + " IS " +
                             quoteLiteral(pair.keptMarker + found.comment));
}

Status PostgresSwap::begin(const std::vector<SwapPair>& pairs, SwapKind kind)
{
    // Whoever wants the table waits behind us for as long as we wait: briefly, then once more.
    ISO_TRY(m_connection->run("BEGIN; SET LOCAL lock_timeout = '50ms'; SET LOCAL statement_timeout"
                              " = 0; SET LOCAL synchronous_commit = on"));
    ISO_TRY(lock(pairs));
    for (const SwapPair& pair : pairs) {
        ISO_TRY(look(pair, kind));
    }
    for (std::size_t i = 0; i < pairs.size(); ++i) {
        ISO_TRY(exchange(pairs[i], m_found[i]));
    }
    ISO_ASSIGN(const QueryRows rows, m_connection->query("SELECT pg_current_xact_id()"));
    m_transaction = static_cast<std::uint64_t>(rows.integer(0, 0));
    return {};
}

} // namespace

Result<std::unique_ptr<engine::SwapTransaction>>
beginSwap(const std::shared_ptr<ConnectionPool>& pool, const std::vector<SwapPair>& pairs,
          SwapKind kind)
{
    ISO_ASSIGN(Lease connection, pool->takeWorking());
    auto swap = std::make_unique<PostgresSwap>(std::move(connection));
    ISO_TRY(swap->begin(pairs, kind));
    return std::unique_ptr<engine::SwapTransaction>(std::move(swap));
}

std::vector<std::string> previewSwap(const SwapPair& pair, const std::string& parent)
{
    return {"BEGIN",
            "SET LOCAL lock_timeout = '50ms'",
            "LOCK TABLE ONLY " + parent + " IN ACCESS EXCLUSIVE MODE",
            "LOCK TABLE ONLY " + outName(pair) + ", ONLY " + inName(pair) +
                " IN ACCESS EXCLUSIVE MODE",
            detachSql(pair, parent),
            attachSql(pair, parent, "FOR VALUES … as before"),
            "COMMIT"};
}

} // namespace isotherm::postgres

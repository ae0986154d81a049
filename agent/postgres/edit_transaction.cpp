// SPDX-License-Identifier: Apache-2.0
#include "agent/postgres/edit_transaction.h"

#include "agent/postgres/catalog.h"
#include "agent/postgres/copy_pump.h"
#include "agent/postgres/edit_sql.h"
#include "agent/postgres/edit_survey.h"
#include "agent/postgres/sql_text.h"
#include "shared/base/byte_io.h"
#include "shared/model/recovery_records.h"

#include <algorithm>
#include <charconv>
#include <string>
#include <utility>
#include <vector>

namespace isotherm::postgres
{
namespace
{

using engine::EditCounts;
using engine::EditImage;

constexpr std::size_t kShownConflicts = 100;
constexpr const char* kFetch = "FETCH FORWARD 500 FROM isotherm_images";

/// One leaf of the transaction.
struct Stage
{
    engine::EditTarget target;
    LeafFacts facts;
};

/// An int8 field of COPY BINARY.
std::string numberField(std::uint64_t number)
{
    std::string field;
    appendBigEndian(field, std::uint32_t{8});
    appendBigEndian(field, number);
    return field;
}

class PostgresEdit final : public engine::EditTransaction
{
public:
    PostgresEdit(Lease connection, const engine::EditRules& rules)
        : m_connection(std::move(connection)), m_rules(rules)
    {
    }

    Status begin()
    {
        return m_connection->run("BEGIN; SET LOCAL statement_timeout = 0; SET LOCAL lock_timeout ="
                                 " '10s'; SET LOCAL synchronous_commit = on; SET LOCAL"
                                 " row_security = off; SET LOCAL work_mem = '32MB'");
    }

    Status stage(const engine::EditTarget& target, const engine::EditSource& edits) override;
    Result<std::vector<EditCounts>> apply() override;
    Status images(std::size_t target, const std::function<Status(const EditImage&)>& take) override;
    Result<std::uint64_t> transactionId() override
    {
        ISO_ASSIGN(const QueryRows rows, m_connection->query("SELECT pg_current_xact_id()"));
        return static_cast<std::uint64_t>(rows.integer(0, 0));
    }
    Status commit() override
    {
        return m_connection->runLong("COMMIT", m_connection->options().batchTimeout);
    }

private:
    Status lockLeaf(Stage& stage);
    Status copyIn(const std::string& sql, std::size_t columns,
                  const std::vector<engine::RowEdit>& edits, bool wanted);
    Status copyEdits(const EditSql& sql, const engine::EditTarget& target,
                     const engine::EditSource& edits);
    Result<EditCounts> decide(std::size_t index);
    Status write(std::size_t index, const EditCounts& counts);
    Status remove(std::size_t index, const EditCounts& counts);
    Status checkReferences(std::size_t index);
    /// Runs a statement that must write exactly `rows` rows.
    Status expect(const std::string& sql, std::uint64_t rows, const Stage& stage);
    std::vector<std::size_t> parentsFirst() const;
    std::chrono::milliseconds limit() { return m_connection->options().completionTimeout; }

    Lease m_connection;
    const engine::EditRules m_rules;
    std::vector<Stage> m_stages;
};

Status PostgresEdit::lockLeaf(Stage& stage)
{
    const engine::LeafRef& leaf = stage.target.leaf;
    ISO_ASSIGN(stage.facts, loadFacts(*m_connection, leaf));
    const engine::EditSurvey survey = judge(stage.target, m_rules, stage.facts);
    if (!survey.refusals.empty()) {
        return survey.refusals.front();
    }
    // The parent first, as whoever swaps partitions does it.
    ISO_TRY(m_connection->run("LOCK TABLE ONLY " + stage.facts.parent + " IN ACCESS SHARE MODE"));
    ISO_TRY(m_connection->run("LOCK TABLE ONLY " + quoteQualified(leaf.schema, leaf.name) +
                              " IN ROW EXCLUSIVE MODE"));
    ISO_ASSIGN(const LeafFacts locked, loadFacts(*m_connection, leaf));
    ISO_ASSIGN(const TableEntry now,
               loadTable(*m_connection, static_cast<Oid>(stage.facts.parentId)));
    if (!locked.there || locked.parentId != stage.facts.parentId ||
        now.schema.columns != stage.target.table.columns) {
        return makeError(Code::Aborted,
                         leaf.schema + "." + leaf.name + " was altered since it was compared",
                         "compare again: isothermctl restore diff");
    }
    return {};
}

Status PostgresEdit::copyIn(const std::string& sql, std::size_t columns,
                            const std::vector<engine::RowEdit>& edits, bool wanted)
{
    ISO_TRY(m_connection->startCopyIn(sql));
    CopyPump pump(*m_connection, columns + 1);
    for (const engine::RowEdit& edit : edits) {
        const std::optional<std::string>& row = wanted ? edit.wanted : edit.expected;
        if (row) {
            ISO_TRY(pump.add(numberField(edit.number), *row));
        }
    }
    const auto taken = pump.finish();
    return taken.ok() ? Status() : Status(taken.error());
}

/// In pieces, as one connection has one COPY at a time and every edit is for two tables.
Status PostgresEdit::copyEdits(const EditSql& sql, const engine::EditTarget& target,
                               const engine::EditSource& edits)
{
    constexpr std::size_t kPieceBytes = std::size_t{4} << 20U;
    std::vector<engine::RowEdit> piece;
    std::size_t bytes = 0;
    for (bool more = true; more;) {
        ISO_ASSIGN(std::optional<engine::RowEdit> edit, edits());
        more = edit.has_value();
        if (edit) {
            bytes += (edit->expected ? edit->expected->size() : 0) +
                     (edit->wanted ? edit->wanted->size() : 0);
            piece.push_back(std::move(*edit));
        }
        if (bytes >= kPieceBytes || (!more && !piece.empty())) {
            ISO_TRY(copyIn(sql.copyWanted(), target.columns.size(), piece, true));
            ISO_TRY(copyIn(sql.copyExpected(), target.table.columns.size(), piece, false));
            piece.clear();
            bytes = 0;
        }
    }
    return {};
}

Status PostgresEdit::stage(const engine::EditTarget& target, const engine::EditSource& edits)
{
    Stage stage{target, {}};
    ISO_TRY(lockLeaf(stage));
    m_stages.push_back(std::move(stage));
    const EditSql sql(m_stages.back().target, m_stages.size() - 1);
    ISO_TRY(m_connection->run(sql.createStaging()));
    ISO_TRY(copyEdits(sql, m_stages.back().target, edits));
    return m_connection->runLong(sql.gatherKeys(), limit());
}

Result<EditCounts> PostgresEdit::decide(std::size_t index)
{
    const Stage& stage = m_stages[index];
    const EditSql sql(stage.target, index);
    ISO_TRY(m_connection->runLong(sql.lockRows(), limit()));
    ISO_TRY(m_connection->runLong(sql.decide(m_rules.onConflict), limit()));
    ISO_ASSIGN(const QueryRows rows, m_connection->query(sql.count()));
    EditCounts counts;
    counts.inserted = static_cast<std::uint64_t>(rows.integer(0, 0));
    counts.updated = static_cast<std::uint64_t>(rows.integer(0, 1));
    counts.deleted = static_cast<std::uint64_t>(rows.integer(0, 2));
    counts.already = static_cast<std::uint64_t>(rows.integer(0, 3));
    counts.conflicts = static_cast<std::uint64_t>(rows.integer(0, 4));
    if (counts.conflicts == 0) {
        return counts;
    }
    if (m_rules.onConflict == engine::OnConflict::Fail) {
        return makeError(Code::Aborted,
                         std::to_string(counts.conflicts) + " rows of " + stage.target.leaf.schema +
                             "." + stage.target.leaf.name + " " + std::string(kConflictWords) +
                             "; nothing was written",
                         "compare again, or choose what becomes of such rows: --on-conflict skip "
                         "or overwrite");
    }
    ISO_ASSIGN(const QueryRows numbers, m_connection->query(sql.conflicting(kShownConflicts)));
    for (std::size_t row = 0; row < numbers.size(); ++row) {
        counts.conflicting.push_back(static_cast<std::uint64_t>(numbers.integer(row, 0)));
    }
    return counts;
}

Status PostgresEdit::expect(const std::string& sql, std::uint64_t rows, const Stage& stage)
{
    if (sql.empty() || rows == 0) {
        return {};
    }
    ISO_TRY(m_connection->send(sql));
    ISO_ASSIGN(const std::uint64_t written, m_connection->finishCopy(limit()));
    if (written != rows) {
        return makeError(Code::FailedPrecondition,
                         "of " + std::to_string(rows) + " rows only " + std::to_string(written) +
                             " could be written to " + stage.target.leaf.name +
                             ": a trigger or rule of it kept the others away",
                         "silence the triggers: --triggers quiet");
    }
    return {};
}

Status PostgresEdit::write(std::size_t index, const EditCounts& counts)
{
    const Stage& stage = m_stages[index];
    const EditSql sql(stage.target, index);
    ISO_TRY(m_connection->runLong(sql.keepBefore(), limit()));
    for (const ColumnSequence& sequence : stage.facts.sequences) {
        const std::string column = sql.wantedColumn(sequence.column);
        if (!column.empty()) {
            ISO_TRY(raiseSequence(*m_connection, sequence, sql.wantedRows(), column));
        }
    }
    ISO_TRY(expect(sql.update(stage.facts.alwaysIdentity), counts.updated, stage));
    return expect(sql.insert(), counts.inserted, stage);
}

Status PostgresEdit::remove(std::size_t index, const EditCounts& counts)
{
    const EditSql sql(m_stages[index].target, index);
    return expect(sql.remove(), counts.deleted, m_stages[index]);
}

/// With silent triggers the server does not look after foreign keys either.
Status PostgresEdit::checkReferences(std::size_t index)
{
    const Stage& stage = m_stages[index];
    const EditSql sql(stage.target, index);
    const auto broken = [&](const LeafForeignKey& key, std::uint64_t rows) {
        return makeError(Code::FailedPrecondition,
                         std::to_string(rows) + " rows would break foreign key " + key.name +
                             " between " + stage.target.leaf.name + " and " + key.table,
                         "bring the rows back that they refer to first, or pick others");
    };
    for (const LeafForeignKey& key : stage.facts.refersTo) {
        ISO_ASSIGN(const QueryRows rows,
                   m_connection->query(sql.countOrphans(key.columns, key.table, key.referenced)));
        if (rows.integer(0, 0) > 0) {
            return broken(key, static_cast<std::uint64_t>(rows.integer(0, 0)));
        }
    }
    for (const LeafForeignKey& key : stage.facts.referredFrom) {
        ISO_ASSIGN(const QueryRows rows,
                   m_connection->query(sql.countAbandoned(key.table, key.columns, key.referenced)));
        if (rows.integer(0, 0) > 0) {
            return broken(key, static_cast<std::uint64_t>(rows.integer(0, 0)));
        }
    }
    return {};
}

/// Tables that others of the transaction refer to come before these.
std::vector<std::size_t> PostgresEdit::parentsFirst() const
{
    std::vector<std::size_t> order;
    std::vector<bool> placed(m_stages.size(), false);
    while (order.size() < m_stages.size()) {
        const std::size_t before = order.size();
        for (std::size_t i = 0; i < m_stages.size(); ++i) {
            const auto waitsFor = [&](const LeafForeignKey& key) {
                for (std::size_t other = 0; other < m_stages.size(); ++other) {
                    if (other != i && !placed[other] && m_stages[other].facts.parent == key.table) {
                        return true;
                    }
                }
                return false;
            };
            const auto& keys = m_stages[i].facts.refersTo;
            if (!placed[i] && std::none_of(keys.begin(), keys.end(), waitsFor)) {
                placed[i] = true;
                order.push_back(i);
            }
        }
        if (order.size() == before) { // a circle: the server says what it thinks of it
            for (std::size_t i = 0; i < m_stages.size(); ++i) {
                if (!placed[i]) {
                    placed[i] = true;
                    order.push_back(i);
                }
            }
        }
    }
    return order;
}

Result<std::vector<EditCounts>> PostgresEdit::apply()
{
    std::vector<EditCounts> counts(m_stages.size());
    const std::vector<std::size_t> order = parentsFirst();
    for (const std::size_t index : order) {
        ISO_ASSIGN(counts[index], decide(index));
    }
    const bool silent = std::any_of(m_stages.begin(), m_stages.end(), [this](const Stage& stage) {
        return silences(m_rules, stage.facts);
    });
    if (silent) {
        ISO_TRY(m_connection->run("SET LOCAL session_replication_role = replica"));
    }
    for (const std::size_t index : order) {
        ISO_TRY(write(index, counts[index]));
    }
    for (auto index = order.rbegin(); index != order.rend(); ++index) {
        ISO_TRY(remove(*index, counts[*index]));
    }
    for (std::size_t index = 0; silent && index < m_stages.size(); ++index) {
        ISO_TRY(checkReferences(index));
    }
    return counts;
}

/// `columns` binary values of a result, from `from` on, in RowBatch's form.
std::string rowOf(const QueryRows& rows, std::size_t row, int from, std::size_t columns)
{
    std::string bytes;
    for (std::size_t i = 0; i < columns; ++i) {
        const int column = from + static_cast<int>(i);
        if (rows.isNull(row, column)) {
            appendBigEndian(bytes, static_cast<std::uint32_t>(kNullField));
            continue;
        }
        const std::string_view value = rows.view(row, column);
        appendBigEndian(bytes, static_cast<std::uint32_t>(value.size()));
        bytes.append(value);
    }
    return bytes;
}

Status PostgresEdit::images(std::size_t target, const std::function<Status(const EditImage&)>& take)
{
    const EditSql sql(m_stages.at(target).target, target);
    const std::size_t columns = m_stages[target].target.table.columns.size();
    const int after = 2 + static_cast<int>(columns);
    const auto truth = [](const QueryRows& rows, std::size_t row, int column) {
        return rows.view(row, column) == std::string_view("\x01", 1);
    };
    ISO_TRY(m_connection->runLong(sql.declareImages(), limit()));
    for (;;) {
        ISO_ASSIGN(const QueryRows rows, m_connection->query(kFetch, {}, ResultFormat::Binary));
        if (rows.size() == 0) {
            return m_connection->run("CLOSE isotherm_images");
        }
        for (std::size_t row = 0; row < rows.size(); ++row) {
            EditImage image;
            image.number = loadBigEndian<std::uint64_t>(rows.view(row, 0).data());
            if (truth(rows, row, 1)) {
                image.before = rowOf(rows, row, 2, columns);
            }
            if (truth(rows, row, after)) {
                image.after = rowOf(rows, row, after + 1, columns);
            }
            ISO_TRY(take(image));
        }
    }
}

} // namespace

Result<std::unique_ptr<engine::EditTransaction>>
beginEdit(const std::shared_ptr<ConnectionPool>& pool, const engine::EditRules& rules)
{
    ISO_ASSIGN(Lease connection, pool->takeWorking());
    auto edit = std::make_unique<PostgresEdit>(std::move(connection), rules);
    ISO_TRY(edit->begin());
    return std::unique_ptr<engine::EditTransaction>(std::move(edit));
}

} // namespace isotherm::postgres

// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/backup/increment_world.h"

#include "agent/capture/continuity.h"

#include <algorithm>
#include <cstdio>
#include <iterator>
#include <utility>

namespace isotherm::test
{

using backup::Increment;
using backup::IncrementRequest;
using engine::ChangeKind;

namespace
{

constexpr std::int64_t kKeys = 60;

} // namespace

std::shared_ptr<const engine::ChangeRelation> relationOf(const std::vector<std::string>& columns)
{
    auto relation = std::make_shared<engine::ChangeRelation>();
    relation->leaf = {kLeaf, 0, "public", "notes_1"};
    relation->tableId = kTable;
    for (const std::string& name : columns) {
        relation->columns.push_back(
            {name, name == "id" ? "bigint" : "text", ValueEncoding::Binary, name == "id"});
    }
    return relation;
}

std::string absentNote(std::int64_t id)
{
    std::string row;
    appendInt8(row, id);
    appendBigEndian(row, static_cast<std::uint32_t>(kAbsentField));
    return row;
}

std::string rowWith(std::int64_t id, std::string_view note)
{
    std::string row;
    appendInt8(row, id);
    appendField(row, note);
    return row;
}

std::string moved(std::int64_t id, const std::string& row)
{
    std::string result;
    appendInt8(result, id);
    return result + row.substr(12);
}

IncrementWorld::IncrementWorld(std::uint64_t seed) : m_random(seed)
{
    auto key = m_fixture.repository->deriveKey("journal");
    ISO_CHECK(key.ok());
    auto opened = journal::Journal::open(
        {m_fixture.folder.path() / "journal", *key, m_fixture.clock, ByteCount(64U << 10U)});
    ISO_CHECK(opened.ok());
    m_journal = std::move(*opened);
    journal::State state;
    state.epoch = {1, 1, Lsn(1), 1, "7", "5:1"};
    state.tables[kTable] = {"public.notes", true, 1, Lsn(1), ""};
    state.leaves[kLeaf].table = kTable;
    ISO_CHECK(m_journal->setState(state).ok());
    m_states[Lsn(1)] = {};
}

void IncrementWorld::transact(std::size_t changes)
{
    begin();
    for (std::size_t i = 0; i < changes; ++i) {
        changeOne();
    }
    end();
}

void IncrementWorld::begin()
{
    m_lsn += 10;
    const std::vector<std::uint64_t> leaves = {kLeaf, kOtherLeaf};
    ISO_CHECK(m_journal
                  ->begin({++m_transaction, Lsn(m_lsn), Lsn(m_lsn + 1), m_fixture.clock.wallNow(),
                           false, leaves})
                  .ok());
}

void IncrementWorld::add(ChangeKind kind, std::string_view row, std::string_view oldRow)
{
    ISO_CHECK(m_journal->add({kind, m_relation, row, oldRow}).ok());
}

void IncrementWorld::marker(engine::MarkerKind kind)
{
    const engine::SchemaMarker marker{kind, {kTable, kLeaf}, "ALTER TABLE notes", "", 4, {}};
    begin();
    ISO_CHECK(m_journal->addMarker(marker).ok());
    journal::State state = m_unsealed.value_or(m_journal->state());
    if (capture::applyMarker(state, marker,
                             {m_transaction, Lsn(m_lsn), Lsn(m_lsn + 1), {}, {}, {}})) {
        ISO_CHECK(m_journal->setState(state).ok());
        m_unsealed = std::move(state);
    }
    end();
}

void IncrementWorld::define(const std::vector<std::string>& names,
                            const std::vector<std::uint32_t>& numbers, const std::string& missing,
                            std::vector<std::uint64_t> objects)
{
    engine::SchemaMarker marker;
    marker.objects = std::move(objects);
    marker.what = "ALTER TABLE notes";
    engine::TableDefinition& definition = marker.definition.emplace();
    definition.tableId = kTable;
    definition.schema = notesSchema();
    definition.schema.columns.clear();
    for (std::size_t i = 0; i < names.size(); ++i) {
        ColumnSchema column;
        column.name = names[i];
        column.typeName = names[i] == "id" ? "bigint" : "text";
        column.notNull = names[i] == "id" && notesSchema().columns[0].notNull;
        column.number = numbers[i];
        definition.schema.columns.push_back(std::move(column));
    }
    definition.missing.resize(names.size());
    if (!missing.empty()) {
        definition.missing.back() = missing;
    }
    ISO_CHECK(m_journal->addMarker(marker).ok());
}

void IncrementWorld::seal()
{
    m_lsn += 3;
    ISO_CHECK(m_journal->seal(Lsn(m_lsn)).ok());
    m_unsealed.reset();
}

void IncrementWorld::sealUpToTheNext()
{
    ISO_CHECK(m_journal->seal(Lsn(m_lsn + 10)).ok());
    m_unsealed.reset();
}

repository::Manifest IncrementWorld::base(std::size_t hidden)
{
    const Rows& shown = std::prev(m_states.end(), static_cast<std::ptrdiff_t>(hidden) + 1)->second;
    RowBatch batch;
    for (const auto& [id, row] : shown) {
        batch.append(row);
    }
    const auto visible = m_transaction - hidden;
    repository::RunOptions options = runOptions(notesSchema());
    options.visibility = std::to_string(visible + 1) + ":" + std::to_string(visible + 1) + ":";
    auto written = writeTable(*m_fixture.repository, batch, options);
    ISO_CHECK(written.ok());
    repository::Manifest manifest = manifestOf({written->table}, m_fixture.clock.wallNow());
    manifest.visibility = options.visibility;
    manifest.lsn = Lsn(m_lsn - 1);
    manifest.leaves = {{kLeaf, 0, "public", "notes_1"}};
    const auto id = m_fixture.repository->commitManifest(manifest);
    ISO_CHECK(id.ok());
    manifest.id = *id;
    return manifest;
}

Result<Increment> IncrementWorld::increment(const repository::Manifest& previous,
                                            const TableSchema& now, std::optional<Lsn> upTo)
{
    const IncrementRequest request{
        previous, upTo.value_or(m_journal->position()),
        [&now] { return Result<std::vector<TableSchema>>(std::vector<TableSchema>{now}); },
        [](std::uint64_t leaf) { return std::optional(ShardId(leaf == kLeaf ? 7 : 8)); }};
    return cutIncrement({*m_journal, *m_fixture.repository, m_fixture.clock}, request, {});
}

std::size_t IncrementWorld::differences(const repository::Manifest& manifest, Lsn from,
                                        const repository::BaseFilterFactory& filter, Lsn to)
{
    std::size_t different = 0;
    for (const auto& [lsn, expected] : m_states) {
        if (lsn < from || lsn > std::min(manifest.lsn, to)) {
            continue;
        }
        const auto restored = restore(manifest, {lsn, filter});
        different += restored.ok() && *restored == expected ? 0 : 1;
    }
    return different;
}

Result<Rows> IncrementWorld::restore(const repository::Manifest& manifest,
                                     const repository::ReadMoment& moment)
{
    ISO_ASSIGN(const auto reader, m_fixture.repository->openTableAt(manifest, 0, moment));
    ISO_ASSIGN(const auto source, reader->openRows(KeyRange{}, {}));
    ISO_ASSIGN(const auto rows, readAll(*source));
    Rows result;
    for (const std::string& row : rows) {
        result[idOf(row)] = row;
    }
    return result;
}

void IncrementWorld::useRelation(std::shared_ptr<const engine::ChangeRelation> relation)
{
    m_relation = std::move(relation);
}

void IncrementWorld::changeOne()
{
    const auto id = static_cast<std::int64_t>(m_random() % kKeys);
    const auto found = m_rows.find(id);
    const auto what = m_random() % 100;
    if (what < 2) {
        add(ChangeKind::Truncate, {}, {});
        m_rows.clear();
    } else if (found == m_rows.end()) {
        const std::string row = noteRow(id, m_random() % 50, m_random());
        add(ChangeKind::Insert, row, {});
        m_rows[id] = row;
    } else if (what < 25) {
        add(ChangeKind::Delete, absentNote(id), {});
        m_rows.erase(found);
    } else if (what < 45) { // to another key, the note not sent
        const auto other = static_cast<std::int64_t>(m_random() % kKeys);
        if (!m_rows.contains(other)) {
            add(ChangeKind::Update, absentNote(other), absentNote(id));
            m_rows[other] = moved(other, found->second);
            m_rows.erase(id);
        }
    } else if (what < 60) {
        add(ChangeKind::Update, absentNote(id), {});
    } else {
        const std::string row = noteRow(id, m_random() % 50, m_random());
        add(ChangeKind::Update, row, {});
        found->second = row;
    }
}

repository::Manifest taken(const Result<Increment>& increment)
{
    if (!increment.ok()) {
        (void)std::fprintf(stderr, "%s\n", increment.error().text().c_str());
    }
    ISO_CHECK(increment.ok() && increment->manifest);
    return *increment->manifest;
}

} // namespace isotherm::test

// SPDX-License-Identifier: Apache-2.0
#include "agent/backup/table_delta.h"

#include <numeric>

namespace isotherm::backup
{
namespace
{

using repository::DeltaChange;
using repository::DeltaKind;

DeltaKind deltaKindOf(engine::ChangeKind kind)
{
    switch (kind) {
    case engine::ChangeKind::Update:
        return DeltaKind::Update;
    case engine::ChangeKind::Delete:
        return DeltaKind::Delete;
    case engine::ChangeKind::Truncate:
        return DeltaKind::Truncate;
    default:
        return DeltaKind::Insert;
    }
}

} // namespace

Status TableDelta::addTransaction(const repository::TransactionRecord& transaction)
{
    ISO_TRY(openFor(transaction.commit));
    if (!m_transaction || *m_transaction != transaction.commit) {
        ISO_ASSIGN(m_number, m_writers.back()->addTransaction(transaction));
        m_transaction = transaction.commit;
    }
    return {};
}

Status TableDelta::add(const journal::Event& event,
                       const repository::TransactionRecord& transaction, bool shown)
{
    ISO_TRY(addTransaction(transaction));
    DeltaChange change{deltaKindOf(event.change.kind), m_number};
    if (change.kind != DeltaKind::Truncate) {
        const auto found = shapersFor(event);
        if (!found.ok()) {
            const bool older = shown && found.error().code == Code::FailedPrecondition;
            return older ? Status() : Status(found.error());
        }
        ISO_ASSIGN(change.row, (*found)->row.reshape(event.change.row));
        ISO_ASSIGN(change.oldRow, (*found)->oldRow.reshape(event.change.oldRow));
    }
    return m_writers.back()->add(change);
}

Status TableDelta::openFor(Lsn commit)
{
    const std::vector<repository::SchemaVersion>& versions = m_forms.versions();
    const std::size_t version = repository::versionAt(versions, commit);
    if (m_open && version == m_version) {
        return {};
    }
    ISO_TRY(close());
    repository::DeltaOptions options = m_options;
    options.schema = versions[version].schema;
    // Where nothing happened there is no run: this one says so of all that is before it.
    options.first = m_reached;
    if (version + 1 < versions.size()) {
        options.last = std::min(options.last, Lsn(versions[version + 1].from.get() - 1));
    }
    ISO_ASSIGN(auto writer, m_repository.openDeltaWriter(options));
    m_writers.push_back(std::move(writer));
    m_reached = options.last;
    m_version = version;
    m_open = true;
    return {};
}

Status TableDelta::close()
{
    if (!m_open) {
        return {};
    }
    m_open = false;
    ISO_ASSIGN(std::vector<repository::RunRef> runs, m_writers.back()->finish());
    for (repository::RunRef& run : runs) {
        run.schemaVersion = static_cast<std::uint32_t>(m_version);
        m_stored += run.stored.get();
        m_runs.push_back(std::move(run));
    }
    return {};
}

Status TableDelta::finish(repository::ManifestTable& table)
{
    ISO_TRY(close());
    const bool changed =
        m_forms.versions().size() > std::max<std::size_t>(table.versions.size(), 1);
    if (changed) {
        table.versions = m_forms.versions();
        table.schema = table.versions.back().schema;
    }
    if (changed || !m_runs.empty()) {
        table.checksum.reset();
    }
    for (repository::RunRef& run : m_runs) {
        table.rows += run.rows;
        table.raw = ByteCount(table.raw.get() + run.raw.get());
        table.runs.push_back(std::move(run));
    }
    return {};
}

std::uint64_t TableDelta::changes() const
{
    return std::accumulate(
        m_writers.begin(), m_writers.end(), std::uint64_t{0},
        [](std::uint64_t sum, const auto& writer) { return sum + writer->changes(); });
}

Result<TableDelta::Shapers*> TableDelta::shapersFor(const journal::Event& event)
{
    const Relation& relation = event.change.relation;
    const Lsn commit = event.transaction->commitLsn;
    const auto key = std::pair(relation, m_forms.placeAt(commit, event.sequence));
    auto found = m_shapers.find(key);
    if (found == m_shapers.end()) {
        ISO_ASSIGN(const auto origins, m_forms.originsAt(commit, event.sequence));
        ISO_ASSIGN(const RowReshaper shaper,
                   RowReshaper::make(*relation, m_forms.formAt(commit, event.sequence), origins));
        found = m_shapers.emplace(key, Shapers{shaper, shaper}).first;
    }
    return &found->second;
}

} // namespace isotherm::backup

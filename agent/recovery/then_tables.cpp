// SPDX-License-Identifier: Apache-2.0
#include "agent/recovery/then_tables.h"

#include <algorithm>
#include <utility>

namespace isotherm::recovery
{

Result<ThenTable*> ThenTables::tableOf(const TableSchema& schema)
{
    const std::string name = schema.schema + "." + schema.name;
    const auto found =
        std::find_if(m_live.tables.begin(), m_live.tables.end(), [&](const TableSchema& table) {
            return table.schema == schema.schema && table.name == schema.name;
        });
    if (found == m_live.tables.end()) {
        return makeError(Code::FailedPrecondition,
                         "table " + name + " is not in the keyspace any more",
                         "restore it into a side table");
    }
    const auto index = static_cast<std::size_t>(found - m_live.tables.begin());
    for (ThenTable& table : m_tables) {
        if (table.index == index) {
            if (table.schema.columns != schema.columns) {
                return makeError(Code::FailedPrecondition,
                                 "the columns of " + name +
                                     " differ between the backups that the plan uses",
                                 "compare the shards one by one, or choose a later moment");
            }
            return &table;
        }
    }
    m_tables.push_back({index, schema, {}, {}, {}});
    return &m_tables.back();
}

Status ThenTables::open(const std::vector<restore::RestoreStep>& steps)
{
    for (const restore::RestoreStep& step : steps) {
        if (!m_manifests.contains(step.backup)) {
            ISO_ASSIGN(repository::Manifest loaded, m_repository.loadManifest(step.backup));
            m_bytes = ByteCount(m_bytes.get() + loaded.rawBytes().get());
            m_manifests.emplace(step.backup, std::move(loaded));
        }
        const repository::Manifest& manifest = m_manifests.at(step.backup);
        ISO_ASSIGN(auto reader, step.until
                                    ? m_repository.openTableAt(manifest, step.table, {step.until})
                                    : m_repository.openTable(manifest, step.table));
        ISO_ASSIGN(ThenTable* const table, tableOf(reader->schema()));
        std::vector<RowPiece>& pieces = manifest.isDefault ? table->ofDefault : table->ordinary;
        std::vector<KeyRange>& scope =
            manifest.isDefault ? table->scope.ofDefault : table->scope.ordinary;
        for (const KeyRange& range : step.ranges) {
            scope.push_back(range);
            pieces.push_back(
                {range, [reader = reader.get()](const KeyRange& part, std::stop_token stop) {
                     return reader->openRows(part, std::move(stop));
                 }});
        }
        m_readers.push_back(std::move(reader));
    }
    return {};
}

} // namespace isotherm::recovery

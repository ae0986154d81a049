// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/engine/engine.h"
#include "agent/recovery/lanes.h"
#include "agent/recovery/then_rows.h"
#include "agent/repository/repository.h"
#include "agent/restore/restore_steps.h"
#include "shared/base/result.h"
#include "shared/base/units.h"

#include <map>
#include <memory>
#include <string>
#include <vector>

namespace isotherm::recovery
{

/// One table of a keyspace as a restore plan's backups hold it.
struct ThenTable
{
    std::size_t index = 0; ///< in the live keyspace
    TableSchema schema;
    Scope scope;
    std::vector<RowPiece> ordinary;
    std::vector<RowPiece> ofDefault;

    [[nodiscard]] std::string name() const { return schema.schema + "." + schema.name; }
    /// Its rows with keys in `range`, in key order.
    [[nodiscard]] std::unique_ptr<RowSource> rows(const KeyRange& range,
                                                  const std::stop_token& stop) const
    {
        return rowsIn(range, ordinary, ofDefault, schema, stop);
    }
};

/// The tables of a restore plan, ready to be read. Keeps the backups open; its rows must not
/// outlive it. Not thread-safe.
class ThenTables
{
public:
    ThenTables(repository::Repository& repository, const engine::KeyspaceLayout& live)
        : m_repository(repository), m_live(live)
    {
    }
    ThenTables(const ThenTables&) = delete;
    ThenTables& operator=(const ThenTables&) = delete;

    /// FailedPrecondition when a table is not there any more, or its columns differ between the
    /// backups.
    [[nodiscard]] Status open(const std::vector<restore::RestoreStep>& steps);

    [[nodiscard]] std::vector<ThenTable>& tables() { return m_tables; }
    /// Raw, of the backups, for the progress.
    [[nodiscard]] ByteCount bytes() const { return m_bytes; }

private:
    [[nodiscard]] Result<ThenTable*> tableOf(const TableSchema& schema);

    repository::Repository& m_repository;
    const engine::KeyspaceLayout& m_live;
    std::map<std::string, repository::Manifest> m_manifests;
    std::vector<std::unique_ptr<repository::TableReader>> m_readers;
    std::vector<ThenTable> m_tables;
    ByteCount m_bytes;
};

} // namespace isotherm::recovery

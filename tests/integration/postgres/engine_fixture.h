// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/engine/engine.h"
#include "agent/postgres/postgres_engine.h"
#include "shared/model/row_batch.h"
#include "tests/harness/pg_cluster.h"

#include <QTest>
#include <cstdint>
#include <functional>
#include <memory>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

/// Fails the running test with the error's text.
#define ISO_VERIFY_OK(result)                                                                      \
    do {                                                                                           \
        const auto& isoChecked = (result);                                                         \
        QVERIFY2(isoChecked.ok(), isoChecked.ok() ? "" : isoChecked.error().text().c_str());       \
    } while (false)

/// Fails the running test unless `result` is an error of `expectedCode` whose text contains `part`.
#define ISO_VERIFY_ERROR(result, expectedCode, part)                                               \
    do {                                                                                           \
        const auto& isoChecked = (result);                                                         \
        QVERIFY2(!isoChecked.ok(), "expected an error");                                           \
        QVERIFY2(isoChecked.error().code == (expectedCode) &&                                      \
                     isoChecked.error().text().find(part) != std::string::npos,                    \
                 isoChecked.error().text().c_str());                                               \
    } while (false)

namespace isotherm::test
{

/// An engine on one database of a private cluster.
inline std::unique_ptr<engine::Engine> openEngine(const std::string& conninfo, const Clock& clock)
{
    postgres::PostgresOptions options;
    options.conninfo = conninfo;
    options.lockTimeout = std::chrono::milliseconds(500);
    auto opened = postgres::PostgresEngine::open(options, clock);
    return opened.ok() ? std::move(opened).value() : nullptr;
}

/// Every row of a source, one string each.
inline Result<std::vector<std::string>> allRows(RowSource& source)
{
    std::vector<std::string> rows;
    RowBatch batch;
    for (;;) {
        ISO_TRY(source.next(batch));
        if (batch.rowCount() == 0) {
            return rows;
        }
        for (std::size_t i = 0; i < batch.rowCount(); ++i) {
            rows.emplace_back(batch.row(i));
        }
    }
}

inline Result<std::vector<std::string>> readRows(engine::Snapshot& snapshot,
                                                 const engine::ReadRequest& request)
{
    ISO_ASSIGN(const auto source, snapshot.openRows(request, {}));
    return allRows(*source);
}

/// Copies one table of a shard into a new staging table of `target`; the number of rows.
inline Result<std::uint64_t> copyTable(engine::Snapshot& snapshot, std::size_t table,
                                       engine::RestoreTarget& target,
                                       const engine::StagingTable& staging)
{
    const TableSchema& schema = snapshot.table(table);
    ISO_TRY(target.createTable(staging, schema));
    ISO_ASSIGN(const auto sink, target.openSink(staging, schema));
    engine::ReadRequest request;
    request.table = table;
    ISO_ASSIGN(const auto source, snapshot.openRows(request, {}));
    RowBatch batch;
    do {
        ISO_TRY(source->next(batch));
        ISO_TRY(sink->write(batch));
    } while (batch.rowCount() > 0);
    ISO_ASSIGN(const std::uint64_t rows, sink->finish());
    ISO_TRY(target.completeTable(staging, schema));
    return rows;
}

} // namespace isotherm::test

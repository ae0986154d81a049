// SPDX-License-Identifier: Apache-2.0
#include "agent/postgres/copy_sink.h"

#include <utility>

namespace isotherm::postgres
{

Result<std::unique_ptr<engine::RowSink>> CopySink::start(Lease connection, const std::string& sql,
                                                         std::size_t columns)
{
    // A load takes as long as its reader: only its silence is bounded.
    ISO_TRY(connection->run("BEGIN; SET LOCAL statement_timeout = 0;"
                            "SET LOCAL synchronous_commit = on"));
    ISO_TRY(connection->startCopyIn(sql));
    return std::unique_ptr<engine::RowSink>(new CopySink(std::move(connection), columns));
}

CopySink::CopySink(Lease connection, std::size_t columns)
    : m_connection(std::move(connection)), m_pump(*m_connection, columns)
{
}

CopySink::~CopySink()
{
    if (!m_done && !m_connection->broken()) {
        m_connection->cancel(); // the connection is closed by its lease, not being idle
    }
}

Status CopySink::write(const RowBatch& batch)
{
    for (std::size_t i = 0; i < batch.rowCount(); ++i) {
        ISO_TRY(m_pump.add(batch.row(i)));
    }
    return m_pump.send();
}

Result<std::uint64_t> CopySink::finish()
{
    ISO_ASSIGN(const std::uint64_t rows, m_pump.finish());
    ISO_TRY(m_connection->runLong("COMMIT", m_connection->options().batchTimeout));
    m_done = true;
    return rows;
}

} // namespace isotherm::postgres

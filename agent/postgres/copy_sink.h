// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/engine/engine.h"
#include "agent/postgres/connection_pool.h"
#include "agent/postgres/copy_pump.h"
#include "shared/model/row_batch.h"

#include <cstdint>
#include <memory>
#include <string>

namespace isotherm::postgres
{

/// Loads rows by one COPY, which is one transaction: destroyed before finish(), it leaves nothing.
class CopySink final : public engine::RowSink
{
public:
    /// `sql`: COPY … FROM STDIN (FORMAT binary), of `columns` columns.
    [[nodiscard]] static Result<std::unique_ptr<engine::RowSink>>
    start(Lease connection, const std::string& sql, std::size_t columns);

    ~CopySink() override;
    CopySink(const CopySink&) = delete;
    CopySink& operator=(const CopySink&) = delete;

    [[nodiscard]] Status write(const RowBatch& batch) override;
    [[nodiscard]] Result<std::uint64_t> finish() override;

private:
    CopySink(Lease connection, std::size_t columns);

    Lease m_connection;
    CopyPump m_pump; ///< on m_connection
    bool m_done = false;
};

} // namespace isotherm::postgres

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/postgres/connection_pool.h"
#include "agent/postgres/key_predicate.h"
#include "shared/model/row_batch.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>

namespace isotherm::postgres
{

struct CopyOutOptions
{
    std::string sql; ///< COPY … TO STDOUT (FORMAT binary)
    std::size_t columns = 0;
    std::optional<KeyFilter> filter; ///< rows whose exact keys are wanted
};

/// Streams the rows of one COPY as they come from the server. The connection is in a transaction of
/// its own, which ends with the stream.
class CopySource final : public RowSource
{
public:
    [[nodiscard]] static Result<std::unique_ptr<RowSource>>
    start(Lease connection, CopyOutOptions options, std::stop_token stop);

    ~CopySource() override;
    CopySource(const CopySource&) = delete;
    CopySource& operator=(const CopySource&) = delete;

    /// Unavailable when the connection broke, Cancelled when stopped, DeadlineExceeded after a
    /// silence of batchTimeout. After an error it stays an error: a partial read never looks
    /// complete.
    [[nodiscard]] Status next(RowBatch& batch) override;

private:
    CopySource(Lease connection, CopyOutOptions options, std::stop_token stop);

    [[nodiscard]] Status awaitStart();
    [[nodiscard]] Status fill(RowBatch& batch);
    /// Waits for more when the buffer is used up.
    [[nodiscard]] Status wait();
    /// nullptr, or what is wrong with the message. Not a Status: this runs for every row.
    [[nodiscard]] const char* takeMessage(std::string_view message, RowBatch& batch);
    [[nodiscard]] const char* takeHeader(std::string_view& message);
    [[nodiscard]] bool wanted(std::string_view row);
    [[nodiscard]] Status finish();

    Lease m_connection;
    const CopyOutOptions m_options;
    const StopSignal m_stop;
    std::optional<KeyFilter> m_filter;
    std::optional<Error> m_error;
    std::uint64_t m_rows = 0;
    bool m_started = false;
    bool m_headerSeen = false;
    bool m_trailerSeen = false;
    bool m_done = false;
};

} // namespace isotherm::postgres

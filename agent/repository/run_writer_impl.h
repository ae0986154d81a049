// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/repository/pending_runs.h"
#include "agent/repository/row_window.h"
#include "agent/repository/run_object_writer.h"
#include "agent/repository/run_writer.h"

#include <string>
#include <vector>

namespace isotherm::repository
{

/// The RunWriter behind Repository::openRunWriter. Rows pass a window that puts them in order;
/// those that come too late even for that (below what was already written) are collected in a
/// second window and become runs of their own.
class RunWriterImpl final : public RunWriter
{
public:
    /// The references must outlive it.
    RunWriterImpl(storage::ObjectStore& store, const RepositoryKeys& keys, const Clock& clock,
                  PendingRuns& pending, RunOptions options);
    ~RunWriterImpl() override;
    RunWriterImpl(const RunWriterImpl&) = delete;
    RunWriterImpl& operator=(const RunWriterImpl&) = delete;

    [[nodiscard]] Status append(const RowBatch& batch) override;
    [[nodiscard]] Result<std::vector<RunRef>> finish() override;
    [[nodiscard]] const RowChecksum& checksum() const override { return m_checksum; }
    [[nodiscard]] ByteCount rawBytes() const override { return ByteCount(m_raw); }
    [[nodiscard]] ByteCount storedBytes() const override
    {
        return ByteCount(m_main.stored() + m_strays.stored());
    }

private:
    [[nodiscard]] Status appendRow(std::string_view row);
    [[nodiscard]] Status drain(std::uint64_t keepBytes);
    [[nodiscard]] Status drainStrays();
    [[nodiscard]] RunTarget target(const RepositoryKeys& keys, const Clock& clock);

    storage::ObjectStore& m_store;
    PendingRuns& m_pending;
    const RunOptions m_options;
    std::vector<std::string> m_objects; ///< announced by this writer
    RunObjectWriter m_main;
    RunObjectWriter m_strays;
    RowKeyEncoder m_keyEncoder;
    RowWindow m_window;
    RowWindow m_strayWindow;
    std::string m_key;
    RowChecksum m_checksum;
    std::uint64_t m_room; ///< bytes of the window in use; grows when rows come too late for it
    std::uint64_t m_raw = 0;
    bool m_strayed = false; ///< since the window was last drained
    bool m_failed = false;
};

} // namespace isotherm::repository

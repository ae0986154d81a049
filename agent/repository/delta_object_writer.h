// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/repository/run_index.h"
#include "agent/repository/run_object_writer.h"
#include "agent/repository/version.h"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace isotherm::repository
{

/// What all runs of one delta have in common.
struct DeltaObjectOptions
{
    TableSchema schema;
    Lsn first;
    Lsn last;
    WallTime asOf{};
    int compressionLevel = 3;
    ByteCount objectSize;
    ByteCount blockSize;
};

/// Writes versions that come in order as one delta run after another. Not thread-safe.
class DeltaObjectWriter
{
public:
    /// `transactions` is the table of every run, complete when the first run is closed; null for
    /// spilled runs, which have none.
    DeltaObjectWriter(RunTarget target, DeltaObjectOptions options,
                      const std::vector<TransactionRecord>* transactions);

    /// Precondition: `version` comes after the one before, unless a run was just closed.
    [[nodiscard]] Status add(const VersionView& version);

    /// For the next run that is closed.
    void setTruncates(std::vector<TruncateEntry> truncates) { m_truncates = std::move(truncates); }

    /// Ends the current run; makes one when there is none and truncates have to be told.
    [[nodiscard]] Status close();

    [[nodiscard]] const std::vector<RunRef>& runs() const { return m_runs; }

private:
    [[nodiscard]] Status begin();
    [[nodiscard]] Status closeBlock();
    [[nodiscard]] Status writeTransactions();
    [[nodiscard]] Status writeIndex();
    [[nodiscard]] Status write(std::string_view bytes);
    [[nodiscard]] RunRef reference();

    RunTarget m_target;
    const DeltaObjectOptions m_options;
    const std::vector<TransactionRecord>* m_transactions;
    std::vector<TruncateEntry> m_truncates;
    BlockBuilder m_builder;
    std::vector<RunRef> m_runs;

    // The run being written.
    std::unique_ptr<storage::ObjectWriter> m_object;
    std::string m_name;
    std::string m_header;
    std::optional<ObjectCipher> m_cipher;
    std::unique_ptr<Sha256> m_digest;
    RunIndex m_index;
    BlockEntry m_block;
    std::string m_firstKey; ///< of the block
    std::string m_lastKey;
    bool m_keySeen = false; ///< m_lastKey is of this run
    std::string m_frame;
    std::uint64_t m_written = 0;
};

} // namespace isotherm::repository

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/repository/block_codec.h"
#include "agent/repository/manifest.h"
#include "agent/repository/run_index.h"
#include "agent/repository/run_writer.h"
#include "agent/repository/sealed_object.h"
#include "agent/storage/object_store.h"
#include "shared/base/clock.h"

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace isotherm::repository
{

/// Where runs are written, and who is told of each one.
struct RunTarget
{
    storage::ObjectStore& store;
    const RepositoryKeys& keys;
    const Clock& clock;
    /// Called with the object's name before it becomes visible.
    std::function<void(const std::string&)> announce;
};

/// Writes rows that come in key order as one run after another. Not thread-safe.
class RunObjectWriter
{
public:
    RunObjectWriter(RunTarget target, const RunOptions& options);

    /// Precondition: `key` is not below the one before, unless a run was just closed.
    [[nodiscard]] Status add(std::string_view row, std::string_view key);

    /// Ends the current run, if there is one. What is added next starts another.
    [[nodiscard]] Status close();

    /// The runs closed so far.
    [[nodiscard]] const std::vector<RunRef>& runs() const { return m_runs; }
    /// The last key added; empty before the first.
    [[nodiscard]] const std::string& lastKey() const { return m_lastKey; }
    /// Bytes handed to the store.
    [[nodiscard]] std::uint64_t stored() const { return m_storedBefore + m_written; }

private:
    [[nodiscard]] Status begin();
    [[nodiscard]] Status closeBlock();
    [[nodiscard]] Status write(std::string_view bytes);
    [[nodiscard]] Status writeIndex();

    RunTarget m_target;
    const RunOptions& m_options;
    BlockBuilder m_builder;
    std::vector<RunRef> m_runs;
    std::string m_lastKey;
    std::string m_blockFirstKey;
    std::string m_frame;
    std::uint64_t m_storedBefore = 0;

    // The run being written.
    std::unique_ptr<storage::ObjectWriter> m_object;
    std::string m_name;
    std::string m_header;
    std::optional<ObjectCipher> m_cipher;
    std::unique_ptr<Sha256> m_digest;
    RunIndex m_index;
    std::uint64_t m_written = 0;
};

} // namespace isotherm::repository

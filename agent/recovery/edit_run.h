// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/engine/row_edit.h"
#include "agent/recovery/edit_files.h"
#include "agent/recovery/edit_selection.h"
#include "shared/base/result.h"
#include "shared/model/recovery_records.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

namespace isotherm::recovery
{

/// What became of one shard's transaction.
struct EditOutcome
{
    std::vector<RecoveredTable> tables;
    std::vector<std::string> conflicts; ///< the first hundred
    std::uint64_t altered = 0; ///< rows that are not what was wanted: a trigger changed them
};

/// One shard's transaction, written and not yet committed.
struct PreparedEdit
{
    std::unique_ptr<engine::EditTransaction> transaction;
    std::uint64_t id = 0; ///< what its outcome is to be asked with
    EditOutcome outcome;
};

/// Writes the edits of one shard, up to the commit. The images of all rows that are written over
/// are durable in the agent's folder when this returns. Not thread-safe.
class EditRun
{
public:
    struct Parts
    {
        engine::RowEditing& editing;
        const EditFiles& files;
        std::stop_token stop;
        std::function<void(std::uint64_t rows)> onWritten;
    };

    EditRun(Parts parts, const EditSelection& selection, engine::EditRules rules)
        : m_parts(std::move(parts)), m_selection(selection), m_rules(rules)
    {
    }

    /// `job`: under whose name the images are kept; nullopt: they are not.
    [[nodiscard]] Result<PreparedEdit> prepare(std::size_t index, std::optional<JobId> job);

private:
    struct Section
    {
        std::uint32_t index = 0; ///< of the file that the edits come from
        EditSection section;
    };

    [[nodiscard]] Result<std::vector<Section>> sectionsOf(const ShardEdits& shard) const;
    [[nodiscard]] Status keepImages(PreparedEdit& edit, const ShardEdits& shard,
                                    const std::vector<Section>& sections, std::optional<JobId> job,
                                    std::size_t index);
    [[nodiscard]] Result<std::vector<std::string>>
    conflictTexts(const ShardEdits& shard, const Section& section,
                  const std::vector<std::uint64_t>& numbers) const;

    const Parts m_parts;
    const EditSelection& m_selection;
    const engine::EditRules m_rules;
};

} // namespace isotherm::recovery

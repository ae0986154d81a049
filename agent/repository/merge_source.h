// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/repository/run_cursor.h"
#include "shared/model/row_batch.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <stop_token>
#include <string_view>
#include <vector>

namespace isotherm::repository
{

/// A run that a merge may come to need.
struct MergeInput
{
    Key minKey;
    std::function<Result<std::unique_ptr<RunCursor>>()> open;
};

/// Merges runs in key order; runs that do not overlap are read one after another, block by block,
/// and opened only when their turn comes. Base runs hold one version a row, so equal keys are
/// different rows: all of them come. Not thread-safe.
class MergeSource final : public RowSource
{
public:
    /// `inputs` in any order.
    MergeSource(std::vector<MergeInput> inputs, std::stop_token stop);

    [[nodiscard]] Status next(RowBatch& batch) override;

private:
    [[nodiscard]] Status openDue();
    [[nodiscard]] Status step(RowBatch& batch);
    [[nodiscard]] Status loadLowest();
    void takeRows(RowBatch& batch);
    [[nodiscard]] bool pendingBefore(std::string_view key) const;
    void pushFront();

    std::vector<MergeInput> m_inputs;                  ///< not yet opened, highest first
    std::vector<std::unique_ptr<RunCursor>> m_cursors; ///< a heap, the lowest in front
    std::stop_token m_stop;
};

} // namespace isotherm::repository

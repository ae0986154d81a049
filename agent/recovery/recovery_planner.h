// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/engine/engine.h"
#include "agent/engine/row_edit.h"
#include "agent/metadata/recovery_store.h"
#include "agent/metadata/restore_store.h"
#include "agent/recovery/edit_files.h"
#include "agent/recovery/edit_selection.h"
#include "agent/repository/repository.h"
#include "agent/topology/topology.h"
#include "shared/base/clock.h"
#include "shared/base/result.h"
#include "shared/model/recovery_records.h"

namespace isotherm::recovery
{

/// Says what a recovery will do, before anything is done; refuses what cannot be done. Changes
/// nothing but the list of plans. Thread-safe; the referenced objects outlive it.
class RecoveryPlanner
{
public:
    struct Parts
    {
        engine::Engine& engine;
        repository::Repository& repository;
        metadata::RestoreStore& restores;
        metadata::RecoveryStore& recoveries;
        topology::Topology& topology;
        const EditFiles& files;
        const Clock& clock;
    };

    explicit RecoveryPlanner(Parts parts) : m_parts(parts) {}

    /// InvalidArgument: a request that makes no sense. NotFound: what it names is not there (any
    /// more). FailedPrecondition, PermissionDenied, Aborted: it cannot be done, and why.
    [[nodiscard]] Result<RecoveryPlan> plan(const RecoveryRequest& request);

private:
    [[nodiscard]] Status planCopyBack(RecoveryPlan& plan);
    [[nodiscard]] Status planUndo(RecoveryPlan& plan);
    [[nodiscard]] Status planReplace(RecoveryPlan& plan);
    [[nodiscard]] Status planSwapBack(RecoveryPlan& plan, const RecoveryReceipt& receipt);
    [[nodiscard]] Status planDrop(RecoveryPlan& plan);
    [[nodiscard]] Status planElsewhere(RecoveryPlan& plan);
    [[nodiscard]] Status planEdits(RecoveryPlan& plan);
    [[nodiscard]] Status planShard(RecoveryPlan& plan, const ShardEdits& shard,
                                   const EditSelection& selection, engine::RowEditing& editing);

    const Parts m_parts;
};

} // namespace isotherm::recovery

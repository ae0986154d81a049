// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/engine/engine.h"
#include "agent/jobs/job_handler.h"
#include "agent/metadata/recovery_store.h"
#include "agent/metadata/restore_store.h"
#include "agent/recovery/then_tables.h"
#include "agent/repository/repository.h"
#include "agent/topology/topology.h"
#include "shared/base/clock.h"
#include "shared/base/log.h"

#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <string>

namespace isotherm::recovery
{

inline constexpr const char* kElsewhereMode = "elsewhere";

/// A place for restored rows beside the managed database: another database, or a folder of the
/// agent's machine that gets a CSV file for each table. Exactly one is set.
struct Place
{
    std::string dsn;
    std::filesystem::path folder;
};

using OpenEngine = std::function<Result<std::unique_ptr<engine::Engine>>(const std::string& dsn)>;

/// Brings rows back into another database or into files. Phases: prepare → copy rows → build
/// indexes → verify. Tables bear the job's mark, and files another name, until all is proven:
/// interrupted, it drops them and begins again; cancelled or failed, it drops them. What is there
/// already is never touched. Thread-safe.
class ElsewhereHandler final : public jobs::JobHandler
{
public:
    struct Parts
    {
        engine::Engine& engine; ///< the managed one: it writes out the values of files
        repository::Repository& repository;
        metadata::RestoreStore& restores;
        metadata::RecoveryStore& recoveries;
        topology::Topology& topology;
        const Clock& clock;
        Log& log;
        std::map<std::string, Place> places; ///< [target.NAME]
        OpenEngine openEngine;
    };

    explicit ElsewhereHandler(Parts parts) : m_parts(std::move(parts)) {}

    [[nodiscard]] Result<std::string> run(jobs::JobContext& context) override;
    [[nodiscard]] jobs::Recovery recovery(const jobs::JobContext& context) override;
    [[nodiscard]] Result<std::string> resume(jobs::JobContext& context) override;
    [[nodiscard]] Status rollBack(jobs::JobContext& context) override;

private:
    [[nodiscard]] Result<Place> placeOf(const RecoveryPlan& plan) const;
    [[nodiscard]] Result<std::unique_ptr<engine::RestoreTarget>>
    targetAt(const Place& place, std::unique_ptr<engine::Engine>& keep) const;
    [[nodiscard]] Status intoDatabase(jobs::JobContext& context, const Place& place,
                                      const std::vector<ThenTable>& tables,
                                      RecoveryReceipt& receipt) const;
    [[nodiscard]] Status intoFiles(jobs::JobContext& context, const Place& place,
                                   const std::vector<ThenTable>& tables,
                                   RecoveryReceipt& receipt) const;
    [[nodiscard]] Status clear(jobs::JobContext& context, const RecoveryPlan& plan) const;

    const Parts m_parts;
};

} // namespace isotherm::recovery

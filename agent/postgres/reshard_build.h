// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/engine/reshard_port.h"
#include "agent/postgres/connection.h"
#include "agent/postgres/reshard_book.h"
#include "shared/base/result.h"

#include <functional>
#include <stop_token>
#include <string>

/// Making the new parts, and unmaking whatever a change made.
namespace isotherm::postgres
{

/// What the agent's role may do beyond owning the tables.
struct ReshardRights
{
    bool superuser = false;
    bool replicaRole = false;     ///< may apply rows without firing triggers
    bool deadlockTimeout = false; ///< may have an idle autovacuum cancelled at once
    bool quietHelper = false;     ///< the administrator's function is there

    [[nodiscard]] bool mayQuiet() const { return superuser || quietHelper; }
};

[[nodiscard]] Result<ReshardRights> loadReshardRights(Connection& connection);

/// What the steps of a change share.
struct ReshardScene
{
    Connection& connection;
    const engine::ReshardPlan& plan;
    ReshardBook& book;
    ReshardRights rights;
};

/// Runs `sql` (one transaction) until it has its locks: each try waits 40 ms at most, so nobody
/// queues behind it for longer. DeadlineExceeded after about a minute.
[[nodiscard]] Status runWithShortLocks(Connection& connection, const std::string& sql,
                                       const std::stop_token& stop);

/// The new parts, empty, with their bounds as CHECKs and their foreign keys; marker; publication.
/// Ends in Building; `book` then knows the parts. Nothing of the token may be there.
[[nodiscard]] Status buildParts(const ReshardScene& scene, const std::stop_token& stop);

/// Keys, indexes, marks, triggers, statistics of the new parts; ends in Following.
[[nodiscard]] Status completeParts(const ReshardScene& scene, const std::stop_token& stop);

/// Foreign keys to the tables that a switch took off and put back without a look at the rows.
[[nodiscard]] Status validateForeignKeys(Connection& connection, const std::string& token);

/// Removes the side that does not serve and all else that bears the token; the marker row last.
/// Our sessions must not read the slot any more.
[[nodiscard]] Status removeTraces(Connection& connection, const std::string& token,
                                  const std::stop_token& stop);

} // namespace isotherm::postgres

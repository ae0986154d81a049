// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/metadata/database.h"
#include "shared/model/records.h"

#include <map>
#include <string>
#include <vector>

namespace isotherm::metadata
{

struct RunProof
{
    VerifyLevel level = VerifyLevel::None;
    WallTime at{};
};

/// What was proven of which run of the repository, so that only what is new (or was proven too long
/// ago) is read again: runs never change. Thread-safe.
class ProofStore
{
public:
    explicit ProofStore(Database& database) : m_database(database) {}

    /// Replaces what was known of these runs.
    [[nodiscard]] Status put(const std::vector<std::string>& runs, const RunProof& proof);
    /// Of those of `runs` that something is known of.
    [[nodiscard]] Result<std::map<std::string, RunProof>>
    of(const std::vector<std::string>& runs);
    /// Forgets what was proven before `before`: the runs are gone, or due again.
    [[nodiscard]] Status prune(WallTime before);

private:
    Database& m_database;
};

} // namespace isotherm::metadata

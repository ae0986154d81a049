// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/backup/table_forms.h"
#include "agent/journal/journal.h"
#include "agent/repository/manifest.h"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace isotherm::backup
{

/// The last position that is not the commit's: a chain that ends there holds all before it. Nothing
/// comes before the very beginning of the log.
[[nodiscard]] inline Lsn justBefore(Lsn commit)
{
    return Lsn(commit.get() - (commit.get() > 0 ? 1 : 0));
}

/// Bases of the leaf from before this commit do not have its history after; 0: any may.
[[nodiscard]] Lsn baseNeededAfter(const journal::State& state, std::uint64_t leaf);

/// Where a chain must stop, and why.
struct Barrier
{
    Lsn last; ///< everything up to here can be had
    std::string reason;
    bool leafGone = false; ///< it left the keyspace: there is nothing to take a new base of
};

struct SurveyRequest
{
    const repository::Manifest& previous;
    std::vector<std::uint64_t> tableIds; ///< one per table of the manifest; 0: not known
    Lsn first;                           ///< commits after this …
    Lsn last;                            ///< … up to this
    /// The base has it already.
    std::function<bool(const journal::TransactionHeader&)> shown;
    /// The tables as they are now, in the manifest's order.
    std::function<Result<std::vector<TableSchema>>()> tablesNow;
};

/// What the markers and gaps of a stretch of the journal mean for a shard's chain.
struct Survey
{
    std::vector<TableForms> forms; ///< one per table, up to `last`
    Lsn last;                      ///< as asked for, or before the barrier
    std::optional<Barrier> barrier;
};

/// Reads markers and gaps, no changes.
[[nodiscard]] Result<Survey> surveyChain(journal::Journal& journal, const SurveyRequest& request);

} // namespace isotherm::backup

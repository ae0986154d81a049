// SPDX-License-Identifier: Apache-2.0
#include "agent/backup/backup_choice.h"

#include <algorithm>

namespace isotherm::backup
{
namespace
{

/// A full one of this rotation: from where.
BackupChoice fullOf(WallTime slot, const ChainFacts& chain, const ChoiceRules& rules)
{
    const std::string every =
        rules.databaseEvery == 1
            ? "every full is from the database"
            : "one full of " + std::to_string(rules.databaseEvery) + " is from the database";
    if (chain.sinceDatabase + 1 < rules.databaseEvery) {
        return {slot, BackupKind::Synthetic,
                chain.turn->reason + "; made in the repository: " + every};
    }
    return {slot, BackupKind::Full, chain.turn->reason + "; " + every};
}

} // namespace

BackupChoice chooseBackup(const DueTime& due, const ChainFacts& chain, const ChoiceRules& rules,
                          WallTime now)
{
    if (!chain.hasBackup || !chain.captured) {
        return {due.due, BackupKind::Full, due.reason};
    }
    if (chain.turn) {
        const WallTime slot =
            std::max({chain.turn->slot, now, chain.notBefore.value_or(chain.turn->slot)});
        if (slot <= due.due) {
            return fullOf(slot, chain, rules);
        }
    }
    if (chain.deltas >= rules.maxDeltas) {
        const bool synthetic = rules.databaseEvery > 1;
        return {due.due, synthetic ? BackupKind::Synthetic : BackupKind::Full,
                due.reason + "; a restore merges " + std::to_string(chain.deltas) +
                    " deltas, at most " + std::to_string(rules.maxDeltas) +
                    (synthetic ? ": compacted" : ": from the database")};
    }
    return {due.due, BackupKind::Incremental, due.reason};
}

} // namespace isotherm::backup

// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/viewmath/viewport.h"
#include "shared/model/heat_matrix.h"

#include <QStringList>
#include <optional>
#include <string>
#include <vector>

namespace isotherm::viewmath
{

/// The view whose equivalent on the command line is wanted.
enum class CliTopic { Overview, Heat, Backups, Restores, Changes, Audit };

/// What is on screen.
struct CliState
{
    CliTopic topic = CliTopic::Heat;
    HeatMetric metric = HeatMetric::Rows;
    Span visible;
    std::string keyspace; ///< of the selected shards; empty: none selected, or of several
    std::vector<ShardId> shards;
    std::optional<Span> time; ///< the selected one
};

/// Commands that show, or begin, the same: ready to be pasted into a shell.
[[nodiscard]] QStringList cliCommands(const CliState& state);

} // namespace isotherm::viewmath

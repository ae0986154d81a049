// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "shared/model/heat_matrix.h"

#include <cstddef>
#include <optional>

namespace isotherm::viewmath
{

/// Writes the columns of `delta` into `into`, which grows; columns that nobody sent in between stay
/// missing, and a forecast is replaced by what was then measured. When rows differ, `into` takes
/// delta's rows and keeps the history of those that both know.
/// Returns the first column that changed, or nullopt when everything did (rows, step or metric
/// differ, or `into` was empty).
std::optional<std::size_t> mergeColumns(HeatMatrix& into, const HeatMatrix& delta);

/// Drops the columns that end at or before `oldest`.
void dropColumnsBefore(HeatMatrix& matrix, WallTime oldest);

} // namespace isotherm::viewmath

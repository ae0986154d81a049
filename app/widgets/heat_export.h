// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/viewmath/viewport.h"
#include "shared/model/heat_matrix.h"

#include <QByteArray>

namespace isotherm
{

/// The cells on screen as CSV (RFC 4180, UTF-8): keyspace, key range, column start and end in UTC,
/// mean, max, forecast; an empty field is "not measured".
[[nodiscard]] QByteArray heatToCsv(const HeatMatrix& matrix, const viewmath::Viewport& viewport);

} // namespace isotherm

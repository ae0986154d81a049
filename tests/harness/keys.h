// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "shared/model/key.h"

#include <cstdint>
#include <string>
#include <utility>

namespace isotherm::test
{

/// The key of a table whose key is one whole number.
inline Key keyOf(std::int64_t value)
{
    std::string encoded;
    appendKeyInteger(encoded, value);
    return Key(std::move(encoded));
}

} // namespace isotherm::test

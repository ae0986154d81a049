// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

namespace isotherm
{

/// Where a sequence of a captured table stood. Values up to `last + cache * increment` may have
/// been given out: sessions take `cache` of them at a time.
struct SequenceValue
{
    std::string schema;
    std::string name;
    std::string table; ///< that owns it, qualified
    std::int64_t last = 0;
    std::int64_t increment = 1;
    std::int64_t cache = 1;

    friend bool operator==(const SequenceValue&, const SequenceValue&) = default;
};

} // namespace isotherm

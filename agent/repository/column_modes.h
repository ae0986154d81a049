// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>

/// The numbers of FORMAT.md, section 7, that column encoder and decoder share.
namespace isotherm::repository
{

enum LengthMode : char {
    kConstantLength = 0,
    kTwoLengths = 1,
    kLengthPlanes = 2,
    kDictionary = 3,
    kDecimals = 4
};

enum ValueMode : char {
    kNoValues = 0,
    kConcatenated = 1,
    kFixedPlanes = 2,
    kIntegers = 3,
    kRaggedPlanes = 4,
    kHex = 5
};

enum IntegerTransform : char { kOffset = 0, kDelta = 1 };

inline constexpr std::size_t kLargestPlaneCount = 64;
inline constexpr std::size_t kLargestDictionary = 256;

} // namespace isotherm::repository

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/repository/manifest.h"

#include <string>
#include <string_view>

/// The parts of a manifest that tell of its chain, and of sequences (FORMAT.md, section 8).
namespace isotherm::repository
{

[[nodiscard]] std::string encodeChainStart(const ChainStart& start);
[[nodiscard]] Result<ChainStart> decodeChainStart(std::string_view record);

[[nodiscard]] std::string encodeChainStop(const ChainStop& stop);
[[nodiscard]] Result<ChainStop> decodeChainStop(std::string_view record);

[[nodiscard]] std::string encodeSequence(const SequenceValue& sequence);
[[nodiscard]] Result<SequenceValue> decodeSequence(std::string_view record);

} // namespace isotherm::repository

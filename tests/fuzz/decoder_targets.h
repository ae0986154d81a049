// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

/// Every decoder of the repository, behind the encryption: authenticated bytes never reach them
/// damaged, so they are fed plaintexts. Each must return, in bounded memory, whatever the bytes
/// are; what it does accept must be consistent, or the function aborts.
namespace isotherm::fuzz
{

/// A block's plaintext.
void decodeAnyBlock(std::string_view bytes);
/// A run index: as a container, and as the fields inside of one.
void decodeAnyRunIndex(std::string_view bytes);
/// An object header, a trailer, a repository header.
void decodeAnyRunEnds(std::string_view bytes);
/// A frame of a delta run's table of transactions.
void decodeAnyTransactions(std::string_view bytes);
/// A manifest: as a container, and as the fields inside of one.
void decodeAnyManifest(std::string_view bytes);

} // namespace isotherm::fuzz

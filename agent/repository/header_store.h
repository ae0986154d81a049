// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/repository/repository.h"
#include "agent/repository/repository_header.h"
#include "agent/storage/object_store.h"

#include <string_view>
#include <vector>

/// The repository headers in a store: generations and their two copies (FORMAT.md, section 4).
namespace isotherm::repository
{

/// Writes generation 1 of a new repository. AlreadyExists if the store holds one, or parts of one.
[[nodiscard]] Result<RepositoryKeys> createHeaders(storage::ObjectStore& store,
                                                   std::string_view passphrase,
                                                   const RepositoryOptions& options);

/// Finds the newest generation that the passphrase opens.
[[nodiscard]] Result<RepositoryKeys> openHeaders(storage::ObjectStore& store,
                                                 std::string_view passphrase);

/// If the passphrase opens the newest generation: writes its missing copy and removes older ones.
[[nodiscard]] Status completeRotation(storage::ObjectStore& store, std::string_view passphrase);

/// Writes the next generation and removes the others.
[[nodiscard]] Status rotateHeaders(storage::ObjectStore& store, const RepositoryKeys& keys,
                                   std::string_view passphrase, const ScryptCost& cost,
                                   WallTime now);

/// The newest generation's damaged or missing copies.
[[nodiscard]] Result<std::vector<Damage>> checkHeaders(storage::ObjectStore& store,
                                                       std::uint32_t& objects);

} // namespace isotherm::repository

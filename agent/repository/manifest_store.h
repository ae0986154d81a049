// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/repository/manifest.h"
#include "agent/repository/sealed_object.h"
#include "agent/storage/object_store.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// Manifests as objects of a store.
namespace isotherm::repository
{

[[nodiscard]] Status writeManifest(storage::ObjectStore& store, const RepositoryKeys& keys,
                                   const std::string& name, const Manifest& manifest, WallTime now);

/// NotFound; DataLoss when damaged or under a false name.
[[nodiscard]] Result<Manifest> readManifest(storage::ObjectStore& store, const RepositoryKeys& keys,
                                            std::string_view id);

/// In name order.
[[nodiscard]] Result<std::vector<ManifestName>> listManifests(storage::ObjectStore& store,
                                                              std::optional<ShardId> shard);

} // namespace isotherm::repository

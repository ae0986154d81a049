// SPDX-License-Identifier: Apache-2.0
#include "agent/repository/manifest_store.h"

#include "agent/repository/compression.h"
#include "agent/repository/object_names.h"

#include <utility>

namespace isotherm::repository
{
namespace
{

constexpr std::uint64_t kLargestManifest = kContainerLimit + kObjectHeaderBytes + kFrameOverhead;

Result<Manifest> openManifest(const RepositoryKeys& keys, const std::string& name,
                              std::string_view bytes)
{
    ISO_ASSIGN(const std::string plain, openSmallObject(keys, ObjectKind::Manifest, name, bytes));
    ISO_ASSIGN(Manifest manifest, decodeManifest(plain));
    const auto parsed = parseManifestObjectName(name);
    if (!parsed || parsed->shard != manifest.shard) {
        return makeError(Code::DataLoss, "it is of another shard");
    }
    manifest.id = parsed->id;
    return manifest;
}

} // namespace

Status writeManifest(storage::ObjectStore& store, const RepositoryKeys& keys,
                     const std::string& name, const Manifest& manifest, WallTime now)
{
    ISO_ASSIGN(const std::string bytes,
               sealSmallObject(keys, ObjectKind::Manifest, name, encodeManifest(manifest), now));
    return storage::putObject(store, name, bytes);
}

Result<Manifest> readManifest(storage::ObjectStore& store, const RepositoryKeys& keys,
                              std::string_view id)
{
    ISO_ASSIGN(const std::string name, manifestObjectName(id));
    const auto info = store.stat(name);
    if (!info.ok()) {
        return info.error().code == Code::NotFound
                   ? makeError(Code::NotFound, "there is no backup " + std::string(id),
                               "see: isothermctl backups list")
                   : info.error();
    }
    if (info.value().size.get() > kLargestManifest) {
        return makeError(Code::DataLoss, "manifest " + name + " is too large to be one");
    }
    ISO_ASSIGN(const std::string bytes, store.read(name, 0, info.value().size.get()));
    auto manifest = openManifest(keys, name, bytes);
    return manifest.ok() ? std::move(manifest)
                         : Result<Manifest>(manifest.error().within("manifest " + name));
}

Result<std::vector<ManifestName>> listManifests(storage::ObjectStore& store,
                                                std::optional<ShardId> shard)
{
    std::string prefix(kManifestPrefix);
    if (shard) {
        prefix += shardFolder(*shard) + "/";
    }
    ISO_ASSIGN(const std::vector<storage::ObjectInfo> objects, store.list(prefix));
    std::vector<ManifestName> names;
    for (const storage::ObjectInfo& object : objects) {
        if (auto name = parseManifestObjectName(object.name)) {
            names.push_back(std::move(*name));
        }
    }
    return names;
}

} // namespace isotherm::repository

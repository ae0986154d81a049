// SPDX-License-Identifier: Apache-2.0
#include "agent/repository/header_store.h"

#include "agent/repository/object_names.h"

#include <map>
#include <optional>
#include <string>

namespace isotherm::repository
{
namespace
{

constexpr std::uint64_t kLargestHeader = 128ULL << 10U;
constexpr std::size_t kSaltBytes = 32;

/// The copies that are listed, by generation.
using Generations = std::map<std::uint32_t, std::vector<storage::ObjectInfo>>;

Result<Generations> listGenerations(storage::ObjectStore& store)
{
    ISO_ASSIGN(const std::vector<storage::ObjectInfo> objects,
               store.list(std::string(kHeaderPrefix)));
    Generations generations;
    for (const storage::ObjectInfo& object : objects) {
        if (const auto name = parseHeaderName(object.name)) {
            generations[name->generation].push_back(object);
        }
    }
    return generations;
}

/// The bytes of one copy, checked. DataLoss when damaged.
Result<std::string> readCopy(storage::ObjectStore& store, const storage::ObjectInfo& object)
{
    if (object.size.get() > kLargestHeader) {
        return makeError(Code::DataLoss, object.name + " is too large to be a repository header");
    }
    ISO_ASSIGN(std::string bytes, store.read(object.name, 0, object.size.get()));
    const auto header = decodeRepositoryHeader(bytes);
    if (!header.ok()) {
        return header.error().within(object.name);
    }
    return bytes;
}

/// The first good copy; the error of the last one otherwise.
Result<std::string> readGeneration(storage::ObjectStore& store,
                                   const std::vector<storage::ObjectInfo>& copies)
{
    Error error = makeError(Code::DataLoss, "the repository header is damaged");
    for (const storage::ObjectInfo& copy : copies) {
        auto bytes = readCopy(store, copy);
        if (bytes.ok()) {
            return bytes;
        }
        error = bytes.error();
    }
    return error;
}

Result<std::string> makeHeader(RepositoryHeader header, const SecretKey& key,
                               std::string_view passphrase, const ScryptCost& cost)
{
    header.scrypt = {cost.logN, cost.blockSize, cost.parallel, {}};
    ISO_ASSIGN(header.scrypt.salt, randomBytes(kSaltBytes));
    return wrapDataKey(header, key, passphrase);
}

Status putCopies(storage::ObjectStore& store, std::uint32_t generation, std::string_view bytes)
{
    ISO_TRY(storage::putObject(store, headerName(generation, 'a'), bytes));
    return storage::putObject(store, headerName(generation, 'b'), bytes);
}

Status removeOlder(storage::ObjectStore& store, const Generations& generations,
                   std::uint32_t newest)
{
    for (const auto& [generation, copies] : generations) {
        for (const storage::ObjectInfo& copy : copies) {
            if (generation < newest) {
                ISO_TRY(store.remove(copy.name));
            }
        }
    }
    return {};
}

} // namespace

Result<RepositoryKeys> createHeaders(storage::ObjectStore& store, std::string_view passphrase,
                                     const RepositoryOptions& options)
{
    for (const std::string_view prefix : {kHeaderPrefix, kManifestPrefix, kRunPrefix}) {
        ISO_ASSIGN(const std::vector<storage::ObjectInfo> found, store.list(std::string(prefix)));
        if (!found.empty()) {
            return makeError(Code::AlreadyExists,
                             "there is a repository already: " + found.front().name,
                             "open it, or choose an empty place");
        }
    }
    RepositoryHeader header;
    header.created = options.clock.wallNow();
    ISO_ASSIGN(header.repositoryId, randomBytes(kIdBytes));
    ISO_ASSIGN(const std::string secret, randomBytes(kKeyBytes));
    const RepositoryKeys keys{header.repositoryId, SecretKey(secret)};
    ISO_ASSIGN(const std::string bytes, makeHeader(header, keys.dataKey, passphrase, options.cost));
    ISO_TRY(putCopies(store, header.generation, bytes));
    return keys;
}

Result<RepositoryKeys> openHeaders(storage::ObjectStore& store, std::string_view passphrase)
{
    ISO_ASSIGN(const Generations generations, listGenerations(store));
    if (generations.empty()) {
        return makeError(Code::NotFound, "there is no repository",
                         "make one with: isotherm-agent init");
    }
    std::optional<Error> refused;
    Error damaged;
    for (auto generation = generations.rbegin(); generation != generations.rend(); ++generation) {
        const auto bytes = readGeneration(store, generation->second);
        const auto keys = bytes.ok() ? unwrapDataKey(bytes.value(), passphrase)
                                     : Result<RepositoryKeys>(bytes.error());
        if (keys.ok()) {
            return keys;
        }
        if (keys.error().code == Code::Unauthenticated) {
            refused = keys.error();
        } else if (keys.error().code == Code::DataLoss) {
            damaged = keys.error();
        } else {
            return keys.error();
        }
    }
    return refused ? *refused : damaged;
}

Status completeRotation(storage::ObjectStore& store, std::string_view passphrase)
{
    ISO_ASSIGN(const Generations generations, listGenerations(store));
    if (generations.empty() ||
        (generations.size() == 1 && generations.begin()->second.size() == 2)) {
        return {};
    }
    const auto& [newest, copies] = *generations.rbegin();
    const auto bytes = readGeneration(store, copies);
    if (!bytes.ok() || !unwrapDataKey(bytes.value(), passphrase).ok()) {
        return {}; // opened through an older generation: nothing to complete for this passphrase
    }
    for (const char copy : {'a', 'b'}) {
        const Status status = storage::putObject(store, headerName(newest, copy), bytes.value());
        if (!status.ok() && status.error().code != Code::AlreadyExists) {
            return status;
        }
    }
    return removeOlder(store, generations, newest);
}

Status rotateHeaders(storage::ObjectStore& store, const RepositoryKeys& keys,
                     std::string_view passphrase, const ScryptCost& cost, WallTime now)
{
    ISO_ASSIGN(const Generations generations, listGenerations(store));
    RepositoryHeader header;
    header.repositoryId = keys.repositoryId;
    header.created = now;
    header.generation = generations.empty() ? 1 : generations.rbegin()->first + 1;
    ISO_ASSIGN(const std::string bytes, makeHeader(header, keys.dataKey, passphrase, cost));
    ISO_TRY(putCopies(store, header.generation, bytes));
    return removeOlder(store, generations, header.generation);
}

Result<std::vector<Damage>> checkHeaders(storage::ObjectStore& store, std::uint32_t& objects)
{
    ISO_ASSIGN(const Generations generations, listGenerations(store));
    std::vector<Damage> damages;
    const std::uint32_t newest = generations.empty() ? 1 : generations.rbegin()->first;
    for (const char copy : {'a', 'b'}) {
        const std::string name = headerName(newest, copy);
        const auto info = store.stat(name);
        const auto bytes =
            info.ok() ? readCopy(store, info.value()) : Result<std::string>(info.error());
        ++objects;
        if (bytes.ok()) {
            continue;
        }
        if (bytes.error().code != Code::DataLoss && bytes.error().code != Code::NotFound) {
            return bytes.error();
        }
        Damage damage;
        damage.object = name;
        damage.part = ObjectPart::RepositoryHeader;
        damage.error = makeError(Code::DataLoss, bytes.error().message, bytes.error().hint);
        damages.push_back(std::move(damage));
    }
    return damages;
}

} // namespace isotherm::repository

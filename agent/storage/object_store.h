// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "shared/base/result.h"
#include "shared/base/units.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace isotherm::storage
{

struct ObjectInfo
{
    std::string name;
    ByteCount size;
};

/// An object being written; nothing is visible under its name before commit() returned. Destroying
/// it uncommitted leaves nothing behind. Not thread-safe.
class ObjectWriter
{
public:
    virtual ~ObjectWriter() = default;
    /// ResourceExhausted when the store is full; the object is then gone.
    [[nodiscard]] virtual Status append(std::string_view bytes) = 0;
    /// Durable and visible once this returned. AlreadyExists if the name was taken meanwhile: names
    /// are immutable.
    [[nodiscard]] virtual Status commit() = 0;
};

/// The exclusive right to write to a store. Held until destroyed, or until the process dies.
class StoreLock
{
public:
    virtual ~StoreLock() = default;
    /// Unavailable when the lock was lost (an expired lease, a lock file that was deleted): stop
    /// changing the store.
    [[nodiscard]] virtual Status check() = 0;
};

/// A flat namespace of immutable objects: a directory, a bucket. Names are [a-z0-9._-] segments
/// joined by '/'. Thread-safe. One conformance suite (tests/unit/storage) holds for every
/// implementation.
class ObjectStore
{
public:
    virtual ~ObjectStore() = default;

    [[nodiscard]] virtual Result<std::unique_ptr<ObjectWriter>> create(const std::string& name) = 0;
    /// Exactly [offset, offset + length): OutOfRange when the object is shorter, NotFound when
    /// there is none.
    [[nodiscard]] virtual Result<std::string> read(const std::string& name, std::uint64_t offset,
                                                   std::uint64_t length) = 0;
    [[nodiscard]] virtual Result<ObjectInfo> stat(const std::string& name) = 0;
    /// Complete objects whose name starts with `prefix`, in name order.
    [[nodiscard]] virtual Result<std::vector<ObjectInfo>> list(const std::string& prefix) = 0;
    /// NotFound is success: deleting twice is deleting.
    [[nodiscard]] virtual Status remove(const std::string& name) = 0;
    /// Removes what interrupted writers left behind. Only the owner of the repository's lock may
    /// call it.
    [[nodiscard]] virtual Result<std::uint32_t> removeLeftovers() = 0;
    /// Takes the one write lock of the store without waiting. `owner` is shown to whoever is
    /// refused
    /// ("agent 4711 on db1"). FailedPrecondition when another process, or another object in this
    /// one, holds it.
    [[nodiscard]] virtual Result<std::unique_ptr<StoreLock>>
    lockExclusive(const std::string& owner) = 0;
    /// Free bytes, if the store can tell.
    [[nodiscard]] virtual std::optional<ByteCount> freeSpace() = 0;
};

/// InvalidArgument unless `name` is segments of [a-z0-9._-] joined by single '/', none of them
/// starting with '.', at most 512 characters in all.
[[nodiscard]] Status checkObjectName(const std::string& name);

/// Writes `bytes` as one object. AlreadyExists if the name is taken.
[[nodiscard]] Status putObject(ObjectStore& store, const std::string& name, std::string_view bytes);

} // namespace isotherm::storage

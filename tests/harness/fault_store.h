// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/storage/object_store.h"

#include <chrono>
#include <cstdint>
#include <limits>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace isotherm::test
{

enum class StoreCall { Create, Append, Commit, Read, Stat, List, Remove };

enum class FaultKind {
    NoSpace,     ///< ResourceExhausted
    Unavailable, ///< the store does not answer
    ShortRead,   ///< Read: half of the bytes, as if that were all
    BitFlip,     ///< Read: one bit of the answer is wrong
    Missing,     ///< Read, Stat: NotFound
    Slow,        ///< the call takes `delay` longer
    LostAnswer,  ///< Commit: done, but reported as Unavailable
};

/// One scripted misbehaviour: applies to calls number `skip` … `skip + times − 1` of those that
/// match.
struct Fault
{
    StoreCall call = StoreCall::Read;
    FaultKind kind = FaultKind::Unavailable;
    std::string namePrefix; ///< of the object; empty: any
    std::uint32_t skip = 0;
    std::uint32_t times = std::numeric_limits<std::uint32_t>::max();
    std::uint64_t bit = 0; ///< BitFlip: which one of the answer, modulo its length
    std::chrono::milliseconds delay{0};
};

/// A store that passes calls on to another one and misbehaves as told. Thread-safe.
class FaultStore final : public storage::ObjectStore
{
public:
    /// `store` must outlive it.
    explicit FaultStore(storage::ObjectStore& store) : m_store(store) {}
    ~FaultStore() override;

    void add(Fault fault);
    void clear();

    /// From mutating call number `call` on (counted from 0 since construction or the last crashAt)
    /// everything fails, as if the process had died there: unfinished objects stay what they are.
    /// A commit counts twice: the crash may come before or after it took effect.
    void crashAt(std::uint64_t call);
    /// Mutating calls counted so far.
    [[nodiscard]] std::uint64_t mutations() const;
    [[nodiscard]] std::uint64_t calls(StoreCall call) const;

    [[nodiscard]] Result<std::unique_ptr<storage::ObjectWriter>>
    create(const std::string& name) override;
    [[nodiscard]] Result<std::string> read(const std::string& name, std::uint64_t offset,
                                           std::uint64_t length) override;
    [[nodiscard]] Result<storage::ObjectInfo> stat(const std::string& name) override;
    [[nodiscard]] Result<std::vector<storage::ObjectInfo>> list(const std::string& prefix) override;
    [[nodiscard]] Status remove(const std::string& name) override;
    [[nodiscard]] Result<std::uint32_t> removeLeftovers() override;
    [[nodiscard]] Result<std::unique_ptr<storage::StoreLock>>
    lockExclusive(const std::string& owner) override;
    [[nodiscard]] std::optional<ByteCount> freeSpace() override;

private:
    friend class FaultWriter;
    struct Scripted
    {
        Fault fault;
        std::uint32_t seen = 0;
    };

    /// The fault for this call, if any; sleeps for Slow.
    [[nodiscard]] std::optional<Fault> meet(StoreCall call, const std::string& name);
    /// Counts a mutating step; false once crashed.
    [[nodiscard]] bool survive();
    /// Keeps a dead process's unfinished object from being tidied up.
    void bury(std::unique_ptr<storage::ObjectWriter> writer);

    storage::ObjectStore& m_store;
    mutable std::mutex m_mutex;
    std::vector<Scripted> m_faults;
    std::uint64_t m_mutations = 0;
    std::uint64_t m_crashAt = std::numeric_limits<std::uint64_t>::max();
    bool m_crashed = false;
    std::vector<std::uint64_t> m_calls = std::vector<std::uint64_t>(7);
    std::vector<std::unique_ptr<storage::ObjectWriter>> m_buried;
};

} // namespace isotherm::test

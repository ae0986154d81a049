// SPDX-License-Identifier: Apache-2.0
#include "tests/harness/fault_store.h"

#include <thread>
#include <utility>

namespace isotherm::test
{
namespace
{

Error dead()
{
    return makeError(Code::Unavailable, "the process that used the store is dead");
}

Error failure(const Fault& fault)
{
    switch (fault.kind) {
    case FaultKind::NoSpace:
        return makeError(Code::ResourceExhausted, "scripted: no space left");
    case FaultKind::Missing:
        return makeError(Code::NotFound, "scripted: no such object");
    default:
        return makeError(Code::Unavailable, "scripted: the store does not answer");
    }
}

bool failsCall(const std::optional<Fault>& fault)
{
    return fault && (fault->kind == FaultKind::NoSpace || fault->kind == FaultKind::Missing ||
                     fault->kind == FaultKind::Unavailable);
}

} // namespace

class FaultWriter final : public storage::ObjectWriter
{
public:
    FaultWriter(FaultStore& store, std::string name, std::unique_ptr<storage::ObjectWriter> inner)
        : m_store(store), m_name(std::move(name)), m_inner(std::move(inner))
    {
    }
    ~FaultWriter() override
    {
        if (m_inner && m_dead) {
            m_store.bury(std::move(m_inner));
        }
    }
    FaultWriter(const FaultWriter&) = delete;
    FaultWriter& operator=(const FaultWriter&) = delete;

    Status append(std::string_view bytes) override
    {
        if (!survives()) {
            return dead();
        }
        if (const auto fault = m_store.meet(StoreCall::Append, m_name); failsCall(fault)) {
            m_inner.reset();
            return failure(*fault);
        }
        return m_inner->append(bytes);
    }

    Status commit() override
    {
        if (!survives()) {
            return dead();
        }
        const auto fault = m_store.meet(StoreCall::Commit, m_name);
        if (failsCall(fault)) {
            m_inner.reset();
            return failure(*fault);
        }
        Status status = m_inner->commit();
        if (!survives()) {
            return dead();
        }
        return fault && fault->kind == FaultKind::LostAnswer ? Status(failure(*fault)) : status;
    }

private:
    bool survives()
    {
        m_dead = !m_store.survive();
        return !m_dead;
    }

    FaultStore& m_store;
    std::string m_name;
    std::unique_ptr<storage::ObjectWriter> m_inner;
    bool m_dead = false;
};

FaultStore::~FaultStore() = default;

void FaultStore::add(Fault fault)
{
    const std::lock_guard lock(m_mutex);
    m_faults.push_back({std::move(fault), 0});
}

void FaultStore::clear()
{
    const std::lock_guard lock(m_mutex);
    m_faults.clear();
}

void FaultStore::crashAt(std::uint64_t call)
{
    const std::lock_guard lock(m_mutex);
    m_crashAt = call;
    m_mutations = 0;
    m_crashed = false;
}

std::uint64_t FaultStore::mutations() const
{
    const std::lock_guard lock(m_mutex);
    return m_mutations;
}

std::uint64_t FaultStore::calls(StoreCall call) const
{
    const std::lock_guard lock(m_mutex);
    return m_calls[static_cast<std::size_t>(call)];
}

std::optional<Fault> FaultStore::meet(StoreCall call, const std::string& name)
{
    std::optional<Fault> met;
    {
        const std::lock_guard lock(m_mutex);
        ++m_calls[static_cast<std::size_t>(call)];
        for (Scripted& scripted : m_faults) {
            const Fault& fault = scripted.fault;
            if (fault.call != call || !name.starts_with(fault.namePrefix)) {
                continue;
            }
            const std::uint32_t turn = scripted.seen++;
            if (turn >= fault.skip && turn - fault.skip < fault.times) {
                met = fault;
            }
        }
    }
    if (met && met->kind == FaultKind::Slow) {
        std::this_thread::sleep_for(met->delay);
    }
    return met;
}

bool FaultStore::survive()
{
    const std::lock_guard lock(m_mutex);
    m_crashed = m_crashed || m_mutations++ >= m_crashAt;
    return !m_crashed;
}

void FaultStore::bury(std::unique_ptr<storage::ObjectWriter> writer)
{
    const std::lock_guard lock(m_mutex);
    m_buried.push_back(std::move(writer));
}

Result<std::unique_ptr<storage::ObjectWriter>> FaultStore::create(const std::string& name)
{
    if (!survive()) {
        return dead();
    }
    if (const auto fault = meet(StoreCall::Create, name); failsCall(fault)) {
        return failure(*fault);
    }
    ISO_ASSIGN(std::unique_ptr<storage::ObjectWriter> inner, m_store.create(name));
    return std::unique_ptr<storage::ObjectWriter>(
        std::make_unique<FaultWriter>(*this, name, std::move(inner)));
}

Result<std::string> FaultStore::read(const std::string& name, std::uint64_t offset,
                                     std::uint64_t length)
{
    const auto fault = meet(StoreCall::Read, name);
    if (failsCall(fault)) {
        return failure(*fault);
    }
    auto bytes = m_store.read(name, offset, length);
    if (bytes.ok() && fault && !bytes->empty()) {
        if (fault->kind == FaultKind::ShortRead) {
            bytes->resize(bytes->size() / 2);
        } else if (fault->kind == FaultKind::BitFlip) {
            const std::uint64_t bit = fault->bit % (bytes->size() * 8);
            char& byte = bytes.value()[bit / 8];
            byte = static_cast<char>(static_cast<std::uint8_t>(byte) ^ 1U << bit % 8);
        }
    }
    return bytes;
}

Result<storage::ObjectInfo> FaultStore::stat(const std::string& name)
{
    const auto fault = meet(StoreCall::Stat, name);
    return failsCall(fault) ? Result<storage::ObjectInfo>(failure(*fault)) : m_store.stat(name);
}

Result<std::vector<storage::ObjectInfo>> FaultStore::list(const std::string& prefix)
{
    const auto fault = meet(StoreCall::List, prefix);
    return failsCall(fault) ? Result<std::vector<storage::ObjectInfo>>(failure(*fault))
                            : m_store.list(prefix);
}

Status FaultStore::remove(const std::string& name)
{
    if (!survive()) {
        return dead();
    }
    const auto fault = meet(StoreCall::Remove, name);
    return failsCall(fault) ? Status(failure(*fault)) : m_store.remove(name);
}

Result<std::uint32_t> FaultStore::removeLeftovers()
{
    return survive() ? m_store.removeLeftovers() : Result<std::uint32_t>(dead());
}

Result<std::unique_ptr<storage::StoreLock>> FaultStore::lockExclusive(const std::string& owner)
{
    return m_store.lockExclusive(owner);
}

std::optional<ByteCount> FaultStore::freeSpace()
{
    return m_store.freeSpace();
}

} // namespace isotherm::test

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/repository/pending_runs.h"
#include "agent/repository/repository.h"
#include "agent/repository/sealed_object.h"
#include "agent/storage/object_store.h"

#include <map>
#include <set>
#include <string>
#include <vector>

namespace isotherm::repository
{

/// Finds and deletes runs that nothing names (FORMAT.md, section 11). The caller keeps manifests
/// from changing meanwhile.
class GarbageCollector
{
public:
    GarbageCollector(storage::ObjectStore& store, const RepositoryKeys& keys,
                     const PendingRuns& pending, WallTime now)
        : m_store(store), m_keys(keys), m_pending(pending), m_now(now)
    {
    }

    [[nodiscard]] Result<GarbageReport> collect(const GarbageOptions& options);

private:
    struct Mark
    {
        std::string name;
        WallTime time{};
        std::vector<std::string> objects;
    };

    [[nodiscard]] Status listRuns();
    [[nodiscard]] Status checkReferences();
    [[nodiscard]] Status readMarks();
    [[nodiscard]] Result<std::vector<std::string>> readMark(const storage::ObjectInfo& object);
    [[nodiscard]] Status refuseFuture(const std::string& object, WallTime time) const;
    [[nodiscard]] std::vector<std::string> candidates(std::chrono::seconds minAge) const;
    [[nodiscard]] Status removeRun(const std::string& object, GarbageReport& report);
    [[nodiscard]] Status writeMark(const std::vector<std::string>& objects);

    storage::ObjectStore& m_store;
    const RepositoryKeys& m_keys;
    const PendingRuns& m_pending;
    const WallTime m_now;
    std::map<std::string, ByteCount> m_runs;
    std::set<std::string> m_referenced;
    std::vector<Mark> m_marks;
};

} // namespace isotherm::repository

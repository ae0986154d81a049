// SPDX-License-Identifier: Apache-2.0
#include "agent/repository/garbage.h"

#include "agent/repository/fields.h"
#include "agent/repository/manifest_store.h"
#include "agent/repository/object_names.h"

#include <chrono>
#include <utility>

namespace isotherm::repository
{
namespace
{

/// Clocks of hosts differ a little; more than this means that ages lie.
constexpr std::chrono::minutes kClockTolerance{5};
constexpr std::uint64_t kLargestMark = 64ULL << 20U;
constexpr std::uint32_t kMarkedObject = 1;

} // namespace

Status GarbageCollector::refuseFuture(const std::string& object, WallTime time) const
{
    if (time > m_now + kClockTolerance) {
        return makeError(Code::FailedPrecondition,
                         object + " is from the future: nothing was deleted",
                         "set the clock of this machine right");
    }
    return {};
}

Status GarbageCollector::listRuns()
{
    ISO_ASSIGN(const std::vector<storage::ObjectInfo> objects,
               m_store.list(std::string(kRunPrefix)));
    for (const storage::ObjectInfo& object : objects) {
        if (const auto time = runObjectTime(object.name)) { // others are not ours to judge
            ISO_TRY(refuseFuture(object.name, *time));
            m_runs.emplace(object.name, object.size);
        }
    }
    return {};
}

Status GarbageCollector::checkReferences()
{
    ISO_ASSIGN(const std::vector<ManifestName> names, listManifests(m_store, std::nullopt));
    for (const ManifestName& name : names) {
        const auto manifest = readManifest(m_store, m_keys, name.id);
        if (!manifest.ok()) {
            const bool damaged = manifest.error().code == Code::DataLoss;
            return makeError(damaged ? Code::FailedPrecondition : manifest.error().code,
                             "nothing was deleted: " + manifest.error().message,
                             "verify the repository; remove the backup if it is beyond repair");
        }
        for (const ManifestTable& table : manifest.value().tables) {
            for (const RunRef& run : table.runs) {
                m_referenced.insert(run.object);
                if (!m_runs.contains(run.object)) {
                    return makeError(Code::FailedPrecondition,
                                     "nothing was deleted: run " + run.object + " of backup " +
                                         name.id + " is missing",
                                     "verify the repository; something else deletes its files");
                }
            }
        }
    }
    return {};
}

Result<std::vector<std::string>> GarbageCollector::readMark(const storage::ObjectInfo& object)
{
    if (object.size.get() > kLargestMark) {
        return malformedBytes(object.name);
    }
    ISO_ASSIGN(const std::string bytes, m_store.read(object.name, 0, object.size.get()));
    ISO_ASSIGN(const std::string plain,
               openSmallObject(m_keys, ObjectKind::GarbageMark, object.name, bytes));
    std::vector<std::string> objects;
    FieldReader reader(plain);
    while (reader.next()) {
        if (reader.field().number == kMarkedObject) {
            objects.push_back(reader.text());
        } else {
            reader.unknown();
        }
    }
    ISO_TRY(reader.status(object.name));
    return objects;
}

Status GarbageCollector::readMarks()
{
    ISO_ASSIGN(const std::vector<storage::ObjectInfo> found,
               m_store.list(std::string(kGarbagePrefix)));
    for (const storage::ObjectInfo& object : found) {
        const auto time = garbageTime(object.name);
        if (!time) {
            continue;
        }
        ISO_TRY(refuseFuture(object.name, *time));
        auto objects = readMark(object);
        if (!objects.ok() && objects.error().code == Code::DataLoss) {
            ISO_TRY(m_store.remove(object.name)); // only a reminder: its objects are marked anew
            continue;
        }
        ISO_ASSIGN(std::vector<std::string> marked, std::move(objects));
        m_marks.push_back({object.name, *time, std::move(marked)});
    }
    return {};
}

std::vector<std::string> GarbageCollector::candidates(std::chrono::seconds minAge) const
{
    std::vector<std::string> found;
    for (const auto& [object, size] : m_runs) {
        const auto time = runObjectTime(object);
        if (!m_referenced.contains(object) && !m_pending.contains(object) && time &&
            m_now - *time >= minAge) {
            found.push_back(object);
        }
    }
    return found;
}

Status GarbageCollector::removeRun(const std::string& object, GarbageReport& report)
{
    ISO_TRY(m_store.remove(object));
    ++report.removed;
    report.removedBytes = ByteCount(report.removedBytes.get() + m_runs.at(object).get());
    return {};
}

Status GarbageCollector::writeMark(const std::vector<std::string>& objects)
{
    std::string plain;
    FieldWriter writer(plain);
    for (const std::string& object : objects) {
        writer.bytes(kMarkedObject, Need::Critical, object);
    }
    ISO_ASSIGN(const std::string name, makeGarbageName(m_now));
    ISO_ASSIGN(const std::string bytes,
               sealSmallObject(m_keys, ObjectKind::GarbageMark, name, plain, m_now));
    return storage::putObject(m_store, name, bytes);
}

Result<GarbageReport> GarbageCollector::collect(const GarbageOptions& options)
{
    // Runs before manifests: a run that is listed and unnamed afterwards is really unnamed.
    ISO_TRY(listRuns());
    ISO_TRY(checkReferences());
    ISO_TRY(readMarks());
    std::set<std::string> ripe;
    std::set<std::string> waiting;
    for (const Mark& mark : m_marks) {
        auto& into = m_now - mark.time >= options.grace ? ripe : waiting;
        into.insert(mark.objects.begin(), mark.objects.end());
    }
    GarbageReport report;
    std::vector<std::string> unmarked;
    for (const std::string& object : candidates(options.minAge)) {
        if (ripe.contains(object) || options.grace.count() == 0) {
            ISO_TRY(removeRun(object, report));
        } else {
            ++report.marked;
            if (!waiting.contains(object)) {
                unmarked.push_back(object);
            }
        }
    }
    for (const Mark& mark : m_marks) {
        if (m_now - mark.time >= options.grace) {
            ISO_TRY(m_store.remove(mark.name));
        }
    }
    if (!unmarked.empty()) {
        ISO_TRY(writeMark(unmarked));
    }
    return report;
}

} // namespace isotherm::repository

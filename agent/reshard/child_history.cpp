// SPDX-License-Identifier: Apache-2.0
#include "agent/reshard/child_history.h"

#include "agent/backup/catalog.h"
#include "agent/backup/increment.h"

#include <algorithm>
#include <unordered_map>
#include <utility>

namespace isotherm::reshard
{
namespace
{

using repository::Manifest;
using repository::ManifestTable;

/// Bounds of a run are inclusive, and may be cut short of the key: never narrower than it.
bool touches(const repository::RunRef& run, const KeyRange& range)
{
    return run.truncates > 0 ||
           (!(run.maxKey < range.begin) && (!range.end || run.minKey < *range.end));
}

bool sameForm(const ManifestTable& a, const ManifestTable& b)
{
    return a.schema == b.schema && a.versions == b.versions;
}

/// Where the base views of one parent went in the child's list; nullopt: out of its range.
using ViewNumbers = std::vector<std::optional<std::uint32_t>>;

ViewNumbers takeViews(Manifest& to, const Manifest& parent, const KeyRange& range)
{
    ViewNumbers numbers;
    for (repository::BaseView base : parent.baseViews()) {
        base.range = base.range.intersection(range);
        if (base.range.empty()) {
            numbers.push_back(std::nullopt);
            continue;
        }
        numbers.push_back(static_cast<std::uint32_t>(to.bases.size()));
        to.bases.push_back(std::move(base));
    }
    return numbers;
}

void takeRuns(ManifestTable& to, const ManifestTable& from, const KeyRange& range,
              const ViewNumbers& numbers)
{
    for (repository::RunRef run : from.runs) {
        const bool base = run.kind == repository::RunKind::Base;
        if (!touches(run, range) || (base && !numbers.at(run.baseView))) {
            continue;
        }
        run.baseView = base ? *numbers.at(run.baseView) : run.baseView;
        to.rows += run.rows;
        to.raw = ByteCount(to.raw.get() + run.raw.get());
        to.runs.push_back(std::move(run));
    }
}

} // namespace

Result<Manifest> inheritedManifest(const std::vector<Manifest>& parents, ShardId child,
                                   const KeyRange& range, Lsn last)
{
    Manifest manifest;
    for (const Manifest& parent : parents) {
        const KeyRange common = parent.range.intersection(range);
        if (common.empty()) {
            continue;
        }
        if (manifest.tables.empty()) {
            manifest = parent;
            manifest.bases.clear();
            manifest.parents.clear();
            for (ManifestTable& table : manifest.tables) {
                table.runs.clear();
                table.rows = 0;
                table.raw = ByteCount(0);
                table.checksum.reset(); // only reading can tell
            }
        }
        const ViewNumbers numbers = takeViews(manifest, parent, common);
        for (std::size_t i = 0; i < manifest.tables.size(); ++i) {
            if (i >= parent.tables.size() || !sameForm(manifest.tables[i], parent.tables[i])) {
                return makeError(Code::FailedPrecondition,
                                 "the backups of the old shards hold tables of different forms");
            }
            takeRuns(manifest.tables[i], parent.tables[i], common, numbers);
        }
        manifest.parents.push_back(parent.shard);
        manifest.asOf = std::max(manifest.asOf, parent.asOf);
    }
    if (manifest.tables.empty()) {
        return makeError(Code::FailedPrecondition, "no backup covers the new shard");
    }
    manifest.id.clear();
    manifest.previousManifest.clear();
    manifest.chainStart.reset();
    manifest.chainStop.reset();
    manifest.shard = child;
    manifest.range = range;
    manifest.kind = BackupKind::Incremental;
    manifest.lsn = last;
    return manifest;
}

Result<std::string> ChildHistory::carryOver(const SwitchedShards& change,
                                            const std::stop_token& stop)
{
    journal::Journal* const journal = m_parts.journal ? m_parts.journal() : nullptr;
    if (journal == nullptr) {
        return makeError(Code::FailedPrecondition, "changes are not captured");
    }
    // The switch's commit is before its end, and whatever begins there comes after it.
    const Lsn last(change.at.get() - 1);
    if (journal->position() < last) {
        return makeError(Code::Unavailable, "capture is behind the switch");
    }
    std::vector<Manifest> parents;
    for (const ShardId source : change.sources) {
        ISO_ASSIGN(Manifest parent, closeParent(source, last, *journal, stop));
        parents.push_back(std::move(parent));
    }
    std::size_t begun = 0;
    for (const auto& view : m_parts.topology.keyspaces()) {
        for (std::size_t i = 0; i < view->shards.size(); ++i) {
            const ShardRecord& shard = view->shards[i];
            const bool ours = view->stored.record.name == change.keyspace && !shard.isDefault &&
                              std::find(change.targets.begin(), change.targets.end(),
                                        shard.range) != change.targets.end();
            if (ours) {
                ISO_TRY(begin({view, i}, parents, last));
                ++begun;
            }
        }
    }
    return "backups of " + std::to_string(begun) + " new shards go on from the old ones'";
}

/// The old shard's last backup: everything up to the switch.
Result<Manifest> ChildHistory::closeParent(ShardId parent, Lsn last, journal::Journal& journal,
                                           const std::stop_token& stop)
{
    ISO_ASSIGN(const auto newest, m_parts.backups.newest(parent, std::nullopt));
    if (!newest) {
        return makeError(Code::FailedPrecondition,
                         "shard " + std::to_string(parent.get()) + " has no backup");
    }
    ISO_ASSIGN(const Manifest previous, m_parts.repository.loadManifest(newest->id));
    if (previous.lsn >= last) {
        return previous; // done before a restart
    }
    std::unordered_map<std::uint64_t, ShardId> shards;
    engine::KeyspaceSpec spec;
    for (const auto& view : m_parts.topology.keyspaces()) {
        for (std::size_t i = 0; i < view->shards.size(); ++i) {
            for (const engine::LeafRef& leaf : view->layout.shards[i].leaves) {
                shards.emplace(leaf.objectId, view->shards[i].id);
            }
        }
        spec = view->stored.record.name == previous.keyspace ? view->stored.spec : spec;
    }
    for (const repository::LeafIdentity& leaf : previous.leaves) {
        shards.emplace(leaf.objectId, parent);
    }
    const backup::IncrementRequest request{
        previous, last,
        [&]() -> Result<std::vector<TableSchema>> {
            ISO_ASSIGN(engine::KeyspaceLayout now, m_parts.engine.describeKeyspace(spec));
            return std::move(now.tables);
        },
        [&shards](std::uint64_t leaf) {
            const auto found = shards.find(leaf);
            return found == shards.end() ? std::nullopt : std::optional(found->second);
        }};
    ISO_ASSIGN(backup::Increment cut,
               backup::cutIncrement({journal, m_parts.repository, m_parts.clock}, request, stop));
    // The switch itself ends the old leaf's history.
    const bool complete = cut.end && cut.end->leafGone;
    if (complete && !cut.manifest) {
        return previous; // the agent has seen to it already
    }
    if ((cut.end && !complete) || !cut.manifest) {
        return makeError(Code::FailedPrecondition,
                         "the backups of shard " + std::to_string(parent.get()) + " end: " +
                             (cut.end ? cut.end->reason : std::string("nothing continues them")));
    }
    ISO_TRY(m_parts.backups.put(backup::recordOf(*cut.manifest, m_parts.tier)));
    return std::move(*cut.manifest);
}

Status ChildHistory::begin(const topology::ShardPlace& child, const std::vector<Manifest>& parents,
                           Lsn last)
{
    const ShardRecord& shard = child.record();
    ISO_ASSIGN(const auto known, m_parts.backups.newest(shard.id, std::nullopt));
    if (known) {
        return {}; // done before a restart
    }
    ISO_ASSIGN(Manifest manifest, inheritedManifest(parents, shard.id, shard.range, last));
    manifest.leaves.clear();
    for (const engine::LeafRef& leaf : child.layout().leaves) {
        manifest.leaves.push_back({leaf.objectId, leaf.generation, leaf.schema, leaf.name});
    }
    manifest.started = m_parts.clock.wallNow();
    manifest.finished = manifest.started;
    ISO_ASSIGN(manifest.id, m_parts.repository.commitManifest(manifest));
    return m_parts.backups.put(backup::recordOf(manifest, m_parts.tier));
}

} // namespace isotherm::reshard

// SPDX-License-Identifier: Apache-2.0
#include "agent/runtime/capture_jobs.h"

#include "agent/backup/backup_handler.h"
#include "agent/backup/chain_survey.h"
#include "shared/model/visibility.h"

#include <algorithm>
#include <chrono>
#include <set>
#include <utility>

namespace isotherm::runtime
{
namespace
{

constexpr auto kEvery = std::chrono::seconds(2);
constexpr auto kFirstRetry = std::chrono::seconds(2);
constexpr auto kLastRetry = std::chrono::minutes(1);
constexpr int kMostTries = 8;

/// What kept the first tries from it is over in a moment, most often: a lock, an old transaction.
Instant::duration retryAfter(int tries)
{
    return std::min<Instant::duration>(kFirstRetry * (1 << std::min(tries - 1, 10)), kLastRetry);
}

} // namespace

void CaptureJobs::look(journal::Journal& journal)
{
    const Instant now = m_parts.clock.now();
    if (now < m_next) {
        return;
    }
    m_next = now + kEvery;
    const journal::State state = journal.state();
    compareShards(state);
    Status status = closeChains(journal);
    if (!(state.leaves == m_settled.leaves && state.tables == m_settled.tables &&
          state.epoch == m_settled.epoch)) {
        const Status renewed = renewBases(journal, state);
        status = status.ok() ? renewed : status;
    }
    if (!status.ok()) { // again with the next look
        m_parts.log.info("capture.jobs_not_made", status.error().text());
    }
}

void CaptureJobs::compareShards(const journal::State& state)
{
    constexpr int kMostLooks = 3; // what differs then is no matter of time
    if (!(state.leaves == m_compared.leaves && state.ended == m_compared.ended)) {
        m_compared = state;
        m_looks = 0;
    }
    if (m_looks >= kMostLooks) {
        return;
    }
    std::set<std::uint64_t> there;
    for (const auto& keyspace : m_parts.topology.keyspaces()) {
        for (const engine::ShardLayout& shard : keyspace->layout.shards) {
            for (const engine::LeafRef& leaf : shard.leaves) {
                there.insert(leaf.objectId);
            }
        }
    }
    const bool came = std::any_of(state.leaves.begin(), state.leaves.end(),
                                  [&](const auto& leaf) { return !there.contains(leaf.first); });
    const bool went = std::any_of(state.ended.begin(), state.ended.end(),
                                  [&](const auto& leaf) { return there.contains(leaf.first); });
    if (came || went) {
        ++m_looks;
        m_parts.lookAgain();
    }
}

Status CaptureJobs::closeChains(journal::Journal& journal)
{
    ISO_ASSIGN(const std::vector<backup::OpenChain> open, m_parts.closer.find(journal));
    for (const backup::OpenChain& chain : open) {
        int tries = 0;
        if (journal.position() < chain.end || !mayTry(chain.shard, chain.end, tries)) {
            continue;
        }
        if (tries > kMostTries) {
            m_parts.closer.giveUp(chain.shard);
            continue;
        }
        ISO_TRY(submit(chain.shard, "back up the end of " + chain.keyspace + " " + chain.rangeText,
                       jobs::Turn::InOrder));
    }
    return {};
}

/// A base that no increment has continued must show all that began before its history did.
Result<CaptureJobs::Base> CaptureJobs::judge(const journal::Journal& journal,
                                             const journal::State& state,
                                             const BackupRecord& newest)
{
    if (newest.kind != BackupKind::Full) {
        return Base::GoesOn;
    }
    auto known = m_bases.find(newest.id);
    if (known == m_bases.end()) {
        ISO_ASSIGN(repository::Manifest manifest, m_parts.repository.loadManifest(newest.id));
        known = m_bases.emplace(newest.id, std::move(manifest)).first;
    }
    const repository::Manifest& base = known->second;
    Base judged = Base::GoesOn;
    for (const repository::LeafIdentity& leaf : base.leaves) {
        const auto there = state.leaves.find(leaf.objectId);
        const journal::Requirement requirement = journal.requirement(
            leaf.objectId, there == state.leaves.end() ? 0 : there->second.table);
        for (const repository::BaseView& view : base.baseViews()) {
            if (!requirement.captured || view.cut) {
                continue;
            }
            ISO_ASSIGN(const Visibility shown, Visibility::parse(view.visibility));
            if (!requirement.begins(shown)) {
                // With a transaction still open from before, the next base would be no better.
                const std::uint64_t least = std::max(requirement.fence, requirement.dropped + 1);
                judged = m_parts.oldestRunning() < least ? Base::TooEarly
                         : judged == Base::TooEarly      ? judged
                                                         : Base::Renewable;
            }
        }
    }
    return judged;
}

Status CaptureJobs::renewBases(const journal::Journal& journal, const journal::State& state)
{
    ISO_ASSIGN(const auto newest, m_parts.backups.newestPerShard());
    bool missing = false;
    for (const auto& keyspace : m_parts.topology.keyspaces()) {
        for (std::size_t i = 0; i < keyspace->shards.size(); ++i) {
            const ShardRecord& shard = keyspace->shards[i];
            const auto backup = newest.find(shard.id);
            if (backup == newest.end()) {
                missing = true; // the one to come may begin too early
                continue;
            }
            ISO_ASSIGN(const Base base, judge(journal, state, backup->second));
            Lsn needed;
            for (const engine::LeafRef& leaf : keyspace->layout.shards[i].leaves) {
                needed = std::max(needed, backup::baseNeededAfter(state, leaf.objectId));
            }
            const bool ended = base == Base::Renewable || backup->second.lsn < needed;
            int tries = 0;
            missing = missing || ended || base == Base::TooEarly;
            if (!ended) {
                m_tried.erase(shard.id);
                continue;
            }
            // Until then its history has a gap: it goes before those that only go on.
            m_parts.jobs.hurry(JobKind::Backup, shard.id);
            if (mayTry(shard.id, needed, tries) && tries <= kMostTries) {
                ISO_TRY(submit(shard.id, "back up " + shard.keyspace + " " + shard.rangeText,
                               jobs::Turn::First));
            }
        }
    }
    if (!missing) {
        m_settled = state;
        m_bases.clear();
    }
    return {};
}

bool CaptureJobs::mayTry(ShardId shard, Lsn cause, int& tries)
{
    if (m_parts.jobs.hasActive(JobKind::Backup, shard)) {
        return false;
    }
    const Instant now = m_parts.clock.now();
    Tried& tried = m_tried[shard];
    if (tried.cause != cause) {
        tried = {cause, 0, {}};
    }
    if (tried.times > 0 && now - tried.last < retryAfter(tried.times)) {
        return false;
    }
    tried.last = now;
    tries = ++tried.times;
    return true;
}

Status CaptureJobs::submit(ShardId shard, const std::string& title, jobs::Turn turn)
{
    jobs::JobSpec job;
    job.kind = JobKind::Backup;
    job.title = title;
    job.shards = {shard};
    job.requestedBy = "capture";
    job.params = backup::backupParams(BackupKind::Incremental);
    job.turn = turn;
    const auto submitted = m_parts.jobs.submit(job);
    return submitted.ok() ? Status() : Status(submitted.error());
}

} // namespace isotherm::runtime

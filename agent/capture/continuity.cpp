// SPDX-License-Identifier: Apache-2.0
#include "agent/capture/continuity.h"

#include <algorithm>
#include <set>

namespace isotherm::capture
{

Lsn commonHistory(const journal::State& state, Lsn position, const engine::FeedState& feed,
                  const std::vector<engine::TimelineFork>& forks)
{
    if (state.epoch.timeline == feed.timeline) {
        return position;
    }
    for (const engine::TimelineFork& fork : forks) {
        if (fork.timeline == state.epoch.timeline) {
            return std::min(position, fork.at);
        }
    }
    return Lsn(); // not an ancestor at all
}

std::optional<std::string> whyBroken(const journal::State& state, Lsn position,
                                     const engine::FeedState& feed,
                                     const std::vector<engine::TimelineFork>& forks)
{
    if (state.epoch.number == 0) {
        return std::nullopt;
    }
    if (state.epoch.systemId != feed.systemId) {
        return "the server is another database system than before";
    }
    if (commonHistory(state, position, feed, forks) < position) {
        return "another server took over that had not received everything: timeline " +
               std::to_string(feed.timeline) + " branched off before what was captured";
    }
    if (feed.condition == engine::FeedCondition::Absent) {
        return "the replication slot is gone";
    }
    if (feed.condition == engine::FeedCondition::Lost) {
        if (feed.retention == engine::LogRetention::Lost) {
            return "the server threw away log that was still needed";
        }
        return "the feed of changes cannot be read any more: " +
               (feed.warnings.empty() ? std::string("it was invalidated") : feed.warnings.front());
    }
    if (state.epoch.identity != feed.identity) {
        return "the publication was dropped and made anew";
    }
    if (feed.confirmed > position) {
        return "the replication slot was made anew or moved on by somebody else";
    }
    return std::nullopt;
}

namespace
{

constexpr std::size_t kMostEarlier = 8; ///< each state names them all

/// The highest of the leaf's own, its table's and the epoch's.
std::uint64_t fenceOf(const journal::State& state, const journal::LeafState& leaf)
{
    const auto table = state.tables.find(leaf.table);
    return std::max(
        {leaf.fence, state.epoch.fence, table == state.tables.end() ? 0 : table->second.fence});
}

/// Before the leaf's history begins anew with the commit `until`: bases that met the beginning that
/// it had go on up to there.
void keepBeginning(journal::State& state, std::uint64_t id, Lsn until)
{
    journal::LeafState& leaf = state.leaves.at(id);
    journal::EarlierBeginning beginning{fenceOf(state, leaf), leaf.mustShow, until};
    if (const auto ended = state.ended.find(id); ended != state.ended.end()) {
        // Attached again: what it has had since is not captured.
        leaf.earlier = ended->second.earlier;
        beginning = {ended->second.fence, ended->second.mustShow, ended->second.at};
    }
    if (leaf.earlier.size() == kMostEarlier) {
        leaf.earlier.erase(leaf.earlier.begin());
    }
    leaf.earlier.push_back(beginning);
}

/// It stays known, so that what the journal has of it can still be backed up.
void endLeaf(journal::State& state, std::uint64_t id, Lsn at, const std::string& reason)
{
    const auto leaf = state.leaves.find(id);
    if (leaf == state.leaves.end()) {
        return;
    }
    journal::EndedLeaf ended{leaf->second.table,    fenceOf(state, leaf->second), at, reason,
                             leaf->second.mustShow, leaf->second.earlier};
    state.leaves.erase(leaf);
    state.ended[id] = std::move(ended);
}

/// `transaction` attached the leaf or wrote it anew. It had it to itself from then to its end: who
/// had written to it before was over, and who writes to it later is in the journal, however old he
/// is. So a base must show this one transaction, and may be taken while older ones run.
void beginLeaf(journal::State& state, std::uint64_t leaf, std::uint64_t table,
               const journal::TransactionHeader& transaction, const std::string& reason)
{
    const bool isNew = state.leaves.try_emplace(leaf).second && !state.ended.contains(leaf);
    journal::LeafState& known = state.leaves.at(leaf);
    if (!isNew && known.mustShow != transaction.id) { // it may be rewritten several times in one
        keepBeginning(state, leaf, transaction.commitLsn);
    }
    known.table = table == 0 ? known.table : table;
    known.fence = 0;
    known.since = transaction.commitLsn;
    known.reason = reason;
    known.mustShow = transaction.id;
    state.ended.erase(leaf); // attached again
}

} // namespace

bool forgetEnded(journal::State& state, Lsn oldest)
{
    return std::erase_if(state.ended,
                         [oldest](const auto& leaf) { return leaf.second.at <= oldest; }) > 0;
}

bool raiseLeafFence(journal::State& state, std::uint64_t leaf, std::uint64_t table,
                    std::uint64_t transaction, Lsn since, const std::string& reason)
{
    const auto [place, isNew] = state.leaves.try_emplace(leaf);
    journal::LeafState& known = place->second;
    if (!isNew && known.fence > transaction) {
        return false;
    }
    if (!isNew) {
        keepBeginning(state, leaf, since);
    }
    known.table = table == 0 ? known.table : table;
    known.fence = transaction + 1;
    known.since = since;
    known.reason = reason;
    state.ended.erase(leaf); // attached again
    return true;
}

bool concerns(const journal::State& state, const engine::SchemaMarker& marker)
{
    return std::any_of(marker.objects.begin(), marker.objects.end(), [&](std::uint64_t id) {
        return state.tables.contains(id) || state.leaves.contains(id);
    });
}

bool applyMarker(journal::State& state, const engine::SchemaMarker& marker,
                 const journal::TransactionHeader& transaction)
{
    bool changed = false;
    if (marker.kind == engine::MarkerKind::Rewritten) {
        for (const std::uint64_t id : marker.objects) {
            if (state.leaves.contains(id)) {
                beginLeaf(state, id, 0, transaction, "rewritten by " + marker.what);
                changed = true;
            }
        }
        return changed;
    }
    if (marker.kind == engine::MarkerKind::Dropped) {
        for (const std::uint64_t id : marker.objects) {
            changed |= state.leaves.contains(id);
            endLeaf(state, id, transaction.commitLsn, "dropped: " + marker.what);
            changed |= state.tables.erase(id) > 0;
        }
        return changed;
    }
    if (marker.objects.empty() || !state.tables.contains(marker.objects.front())) {
        return changed;
    }
    // The table itself changed: what it is made of now is in the marker.
    const std::uint64_t table = marker.objects.front();
    const std::set<std::uint64_t> now(marker.objects.begin(), marker.objects.end());
    for (const std::uint64_t id : now) {
        // A look at the catalog may have been faster than the stream.
        if (id != table && (!state.leaves.contains(id) || state.ended.contains(id))) {
            beginLeaf(state, id, table, transaction, "attached by " + marker.what);
            changed = true;
        }
    }
    std::vector<std::uint64_t> gone;
    for (const auto& [id, leaf] : state.leaves) {
        if (leaf.table == table && !now.contains(id)) {
            gone.push_back(id);
        }
    }
    for (const std::uint64_t id : gone) {
        endLeaf(state, id, transaction.commitLsn, "detached: " + marker.what);
    }
    return changed || !gone.empty();
}

} // namespace isotherm::capture

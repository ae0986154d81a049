// SPDX-License-Identifier: Apache-2.0
#include "agent/capture/pump.h"

#include "agent/capture/continuity.h"

#include <algorithm>
#include <utility>

namespace isotherm::capture
{

using engine::ChangeKind;

Pump::Pump(Parts parts)
    : m_parts(parts), m_state(parts.journal.state()), m_sealed(parts.journal.position()),
      m_complete(m_sealed)
{
    m_parts.spool.clear();
}

Status Pump::take(const engine::ChangeBatch& batch)
{
    for (const engine::ChangeEvent& event : batch.events) {
        switch (event.kind) {
        case ChangeKind::Commit:
            ISO_TRY(commit(event));
            break;
        case ChangeKind::Abort:
            if (event.part == event.transaction) {
                m_parts.spool.remove(event.transaction);
            } else {
                m_parts.spool.abortPart(event.transaction, event.part);
            }
            break;
        case ChangeKind::Heartbeat:
            m_parts.journal.addMoment({event.time, event.lsn});
            m_newestMoment = std::max(m_newestMoment, event.time);
            m_moments = true;
            break;
        case ChangeKind::Progress:
            m_complete = std::max(m_complete, event.endLsn);
            break;
        default:
            ISO_TRY(spoolChange(batch, event));
        }
    }
    return {};
}

Status Pump::spoolChange(const engine::ChangeBatch& batch, const engine::ChangeEvent& event)
{
    SpooledChange change;
    change.kind = event.kind;
    if (event.kind == ChangeKind::Marker) {
        change.marker = &batch.markers[event.marker];
        return m_parts.spool.add(event.transaction, event.part, change);
    }
    if (event.kind == ChangeKind::Unreadable) {
        change.marker = &batch.markers[event.marker];
    }
    change.relation = batch.relations[event.relation];
    change.row = batch.view(event.row);
    change.oldRow = event.oldRow ? batch.view(*event.oldRow) : std::string_view();
    if (event.kind == ChangeKind::Delete) {
        std::swap(change.row, change.oldRow); // its one row
    }
    return m_parts.spool.add(event.transaction, event.part, change);
}

Status Pump::commit(const engine::ChangeEvent& event)
{
    Status status;
    // The server saves a slot's position now and then only: after a crash it sends again.
    if (event.endLsn > m_sealed && m_parts.spool.has(event.transaction)) {
        journal::TransactionHeader header;
        header.id = event.transaction;
        header.commitLsn = event.lsn;
        header.endLsn = event.endLsn;
        header.time = event.time;
        header.otherOrigin = event.otherOrigin;
        header.leaves = m_parts.spool.leaves(event.transaction);
        status = journalTransaction(header);
    }
    m_parts.spool.remove(event.transaction);
    m_complete = std::max(m_complete, event.endLsn);
    return status;
}

Status Pump::journalTransaction(const journal::TransactionHeader& header)
{
    ISO_TRY(m_parts.journal.begin(header));
    ++m_counts.transactions;
    ISO_TRY(m_parts.spool.replay(
        header.id, [&](const SpooledChange& change) { return journalChange(header, change); }));
    if (std::exchange(m_stateChanged, false)) {
        ISO_TRY(m_parts.journal.setState(m_state));
    }
    return {};
}

Status Pump::journalChange(const journal::TransactionHeader& header, const SpooledChange& change)
{
    if (change.kind == ChangeKind::Marker) {
        m_recheck = true;
        if (!concerns(m_state, *change.marker)) {
            return {};
        }
        m_stateChanged = applyMarker(m_state, *change.marker, header) || m_stateChanged;
        return m_parts.journal.addMarker(*change.marker);
    }
    const std::uint64_t leaf = change.relation->leaf.objectId;
    if (!m_state.leaves.contains(leaf)) { // a new partition: complete from its beginning
        m_state.leaves[leaf].table = change.relation->tableId;
        m_stateChanged = true;
    }
    if (change.kind == ChangeKind::Unreadable) {
        return noteUnreadable(header, change);
    }
    ++m_counts.changes;
    if (m_parts.tap != nullptr && change.kind != ChangeKind::Truncate) {
        m_parts.tap->changed(*change.relation, change.kind, change.row);
    }
    return m_parts.journal.add({change.kind, change.relation, change.row, change.oldRow});
}

Status Pump::noteUnreadable(const journal::TransactionHeader& header, const SpooledChange& change)
{
    ++m_counts.gaps;
    const std::uint64_t leaf = change.relation->leaf.objectId;
    const std::string& reason = change.marker->what;
    m_parts.log.warning(
        "capture.unreadable", reason + ": its shard needs a full backup",
        {{"leaf", change.relation->leaf.schema + "." + change.relation->leaf.name}});
    m_stateChanged = raiseLeafFence(m_state, leaf, change.relation->tableId, header.id,
                                    header.commitLsn, reason) ||
                     m_stateChanged;
    ISO_TRY(m_parts.journal.addGap({Lsn(header.commitLsn.get() - 1),
                                    header.commitLsn,
                                    m_parts.clock.wallNow(),
                                    {leaf},
                                    reason}));
    return m_parts.journal.add({ChangeKind::Unreadable, change.relation, {}, {}});
}

Status Pump::seal()
{
    ISO_TRY(m_parts.journal.seal(m_complete));
    m_sealed = m_parts.journal.position();
    m_moments = false;
    return {};
}

} // namespace isotherm::capture

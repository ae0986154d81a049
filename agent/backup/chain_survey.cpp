// SPDX-License-Identifier: Apache-2.0
#include "agent/backup/chain_survey.h"

#include <algorithm>
#include <cstdint>
#include <utility>

namespace isotherm::backup
{
namespace
{

using engine::MarkerKind;
using engine::SchemaMarker;
using MaybeBarrier = std::optional<Barrier>;

bool sameColumns(const TableSchema& a, const TableSchema& b)
{
    return a.columns == b.columns && a.key == b.key;
}

bool names(const SchemaMarker& marker, std::uint64_t object)
{
    return std::find(marker.objects.begin(), marker.objects.end(), object) != marker.objects.end();
}

/// A look at everything up to the first barrier.
class Look
{
public:
    Look(const SurveyRequest& request, Lsn last) : m_request(request), m_last(last)
    {
        for (const repository::ManifestTable& table : request.previous.tables) {
            m_forms.emplace_back(table);
        }
    }

    Result<MaybeBarrier> run(journal::Journal& journal)
    {
        journal::ReadRange range{leafIds(), m_request.first, m_last, /*changes=*/false};
        range.leaves.insert(range.leaves.end(), m_request.tableIds.begin(),
                            m_request.tableIds.end());
        ISO_ASSIGN(const auto cursor, journal.read(range));
        for (;;) {
            ISO_ASSIGN(const journal::Event* const event, cursor->next());
            if (event == nullptr) {
                return MaybeBarrier();
            }
            ISO_ASSIGN(MaybeBarrier barrier, take(*event));
            if (barrier) {
                return barrier;
            }
        }
    }

    [[nodiscard]] std::vector<TableForms> takeForms() { return std::move(m_forms); }

private:
    [[nodiscard]] std::vector<std::uint64_t> leafIds() const
    {
        std::vector<std::uint64_t> ids;
        for (const repository::LeafIdentity& leaf : m_request.previous.leaves) {
            ids.push_back(leaf.objectId);
        }
        return ids;
    }

    Result<MaybeBarrier> take(const journal::Event& event)
    {
        if (event.kind == journal::EventKind::Gap) {
            return concernsGap(*event.gap)
                       ? MaybeBarrier(Barrier{justBefore(event.gap->after), event.gap->reason})
                       : MaybeBarrier();
        }
        if (m_request.shown(*event.transaction)) {
            return MaybeBarrier();
        }
        const SchemaMarker& marker = *event.marker;
        const std::vector<std::uint64_t> leaves = leafIds();
        const bool ours = std::any_of(leaves.begin(), leaves.end(),
                                      [&](std::uint64_t leaf) { return names(marker, leaf); });
        if (marker.kind == MarkerKind::Rewritten) {
            return ours ? before(event, "the table was rewritten: " + marker.what) : MaybeBarrier();
        }
        if (marker.kind == MarkerKind::Dropped) {
            return ours ? gone(event, "dropped: " + marker.what) : MaybeBarrier();
        }
        return marker.definition ? follow(event) : compareWithNow(event);
    }

    [[nodiscard]] bool concernsGap(const journal::Gap& gap) const
    {
        const std::vector<std::uint64_t> leaves = leafIds();
        return gap.leaves.empty() ||
               std::any_of(gap.leaves.begin(), gap.leaves.end(), [&](std::uint64_t leaf) {
                   return std::find(leaves.begin(), leaves.end(), leaf) != leaves.end();
               });
    }

    static MaybeBarrier before(const journal::Event& event, std::string reason)
    {
        return Barrier{justBefore(event.transaction->commitLsn), std::move(reason)};
    }

    static MaybeBarrier gone(const journal::Event& event, std::string reason)
    {
        MaybeBarrier barrier = before(event, std::move(reason));
        barrier->leafGone = true;
        return barrier;
    }

    /// What the marker's own transaction left is told exactly.
    Result<MaybeBarrier> follow(const journal::Event& event)
    {
        const SchemaMarker& marker = *event.marker;
        const engine::TableDefinition& definition = *marker.definition;
        for (std::size_t i = 0; i < m_forms.size(); ++i) {
            const std::uint64_t leaf = m_request.previous.leaves[i].objectId;
            if (definition.tableId != m_request.tableIds[i] && !names(marker, leaf)) {
                continue;
            }
            // A marker of the table itself names all parts that it has now.
            if (marker.objects.front() == definition.tableId && !names(marker, leaf)) {
                return gone(event, "detached: " + marker.what);
            }
            const Status followed =
                m_forms[i].follow(event.transaction->commitLsn, event.sequence, definition);
            if (!followed.ok() && followed.error().code == Code::FailedPrecondition) {
                return before(event, "the table's columns changed: " + marker.what + ": " +
                                         followed.error().message);
            }
            ISO_TRY(followed);
        }
        return MaybeBarrier();
    }

    /// The marker is from a server that an older version prepared. A changed definition counts
    /// when the columns are others now: rows may look different without having been written.
    Result<MaybeBarrier> compareWithNow(const journal::Event& event)
    {
        if (!m_now) {
            ISO_ASSIGN(m_now, m_request.tablesNow());
        }
        for (std::size_t i = 0; i < m_forms.size(); ++i) {
            if (i >= m_now->size() ||
                !sameColumns(m_forms[i].versions().back().schema, (*m_now)[i])) {
                return before(event, "the table's columns changed: " + event.marker->what);
            }
        }
        return MaybeBarrier();
    }

    const SurveyRequest& m_request;
    const Lsn m_last;
    std::vector<TableForms> m_forms;
    std::optional<std::vector<TableSchema>> m_now;
};

} // namespace

Lsn baseNeededAfter(const journal::State& state, std::uint64_t leaf)
{
    // Bases from before the first one are judged by what they show.
    const Lsn epoch = state.epoch.number > 1 ? state.epoch.start : Lsn();
    const auto known = state.leaves.find(leaf);
    return known == state.leaves.end() || (known->second.fence == 0 && known->second.mustShow == 0)
               ? epoch
               : std::max(epoch, known->second.since);
}

Result<Survey> surveyChain(journal::Journal& journal, const SurveyRequest& request)
{
    Survey survey;
    survey.last = request.last;
    for (;;) { // again up to a barrier: what its own transaction did before it is cut off, too
        Look look(request, survey.last);
        if (survey.last > request.first) {
            ISO_ASSIGN(MaybeBarrier barrier, look.run(journal));
            if (barrier) {
                survey.last = barrier->last;
                survey.barrier = std::move(barrier);
                continue;
            }
        }
        survey.forms = look.takeForms();
        return survey;
    }
}

} // namespace isotherm::backup

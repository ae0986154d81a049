// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/capture/change_tap.h"
#include "agent/capture/spool.h"
#include "agent/engine/change_stream.h"
#include "agent/journal/journal.h"
#include "shared/base/log.h"

#include <cstdint>
#include <functional>
#include <memory>

namespace isotherm::capture
{

/// From the events of one open stream to the journal: spools what has not committed, journals what
/// has, in commit order, and knows up to where everything is in. Not thread-safe.
class Pump
{
public:
    struct Parts
    {
        journal::Journal& journal;
        Spool& spool;
        Log& log;
        const Clock& clock;
        ChangeTap* tap = nullptr;
    };

    /// Takes up where the journal stands.
    explicit Pump(Parts parts);

    /// After an error the journal is to be discarded and the stream opened again.
    [[nodiscard]] Status take(const engine::ChangeBatch& batch);

    /// Makes everything durable; then it may be confirmed up to the journal's position.
    [[nodiscard]] Status seal();

    /// Something that seal() would make durable, beside the mere progress of the position.
    [[nodiscard]] bool dirty() const { return m_parts.journal.dirty() || m_moments; }
    [[nodiscard]] Lsn complete() const { return m_complete; }
    struct Counts
    {
        std::uint64_t transactions = 0;
        std::uint64_t changes = 0;
        std::uint64_t gaps = 0;
    };
    /// What was journaled since they were taken last.
    [[nodiscard]] Counts takeCounts() { return std::exchange(m_counts, Counts()); }
    [[nodiscard]] WallTime newestMoment() const { return m_newestMoment; }
    /// The journal's state was changed, with everything sealed: goes on from it.
    void takeState() { m_state = m_parts.journal.state(); }
    /// A marker asked for a look at what is captured; asked once.
    [[nodiscard]] bool takeRecheck() { return std::exchange(m_recheck, false); }

private:
    [[nodiscard]] Status spoolChange(const engine::ChangeBatch& batch,
                                     const engine::ChangeEvent& event);
    [[nodiscard]] Status commit(const engine::ChangeEvent& event);
    [[nodiscard]] Status journalTransaction(const journal::TransactionHeader& header);
    [[nodiscard]] Status journalChange(const journal::TransactionHeader& header,
                                       const SpooledChange& change);
    [[nodiscard]] Status noteUnreadable(const journal::TransactionHeader& header,
                                        const SpooledChange& change);

    const Parts m_parts;
    journal::State m_state; ///< as the journal will have it
    bool m_stateChanged = false;
    Lsn m_sealed;   ///< what ends at or before this came before
    Lsn m_complete; ///< every commit up to here was given to the journal
    bool m_moments = false;
    bool m_recheck = false;
    WallTime m_newestMoment{};
    Counts m_counts;
};

} // namespace isotherm::capture

// SPDX-License-Identifier: Apache-2.0
#include "agent/ctl/commands.h"

namespace isotherm::ctl
{

ExitCode listAudit(Session& session, std::uint64_t after, std::size_t limit)
{
    const Result<std::vector<AuditEntry>> entries =
        session.agent.auditTrail().auditEntries({.afterSequence = after, .limit = limit});
    if (!entries.ok()) {
        return reportError(session.terminal, entries.error());
    }
    Listing listing{"audit",
                    {{"sequence", "NO", Column::Align::Right},
                     {"time", "TIME"},
                     {"who", "WHO"},
                     {"role", "ROLE"},
                     {"action", "ACTION"},
                     {"target", "TARGET"},
                     {"outcome", "OUTCOME"},
                     {"peer", "FROM"},
                     {"hash", ""}},
                    {}};
    for (const AuditEntry& entry : entries.value()) {
        listing.rows.push_back({entry.sequence, entry.time, entry.who, entry.role, entry.action,
                                entry.target, entry.outcome, entry.peer, entry.hash});
    }
    return show(session, listing);
}

ExitCode verifyAudit(Session& session)
{
    const Result<AuditVerification> answer = session.agent.auditTrail().verifyAudit();
    if (!answer.ok()) {
        return reportError(session.terminal, answer.error());
    }
    // The newest hash, to be kept elsewhere by whoever wants to detect a chain that was made up.
    const auto newest = session.agent.auditTrail().auditEntries({.afterSequence = 0, .limit = 1});
    show(session, Record{"audit_verification",
                         {{"intact", "intact", answer->intact},
                          {"entries", "entries", answer->entries},
                          {"first_bad", "first broken",
                           answer->firstBad > 0 ? Value(answer->firstBad) : Value()},
                          {"newest_hash", "newest hash",
                           newest.ok() && !newest->empty() ? Value(newest->back().hash) : Value()}},
                         {}});
    if (!answer->intact) {
        session.terminal.err << "isothermctl: the audit log is broken from entry "
                             << answer->firstBad << " on\n"
                             << "hint: somebody changed the file, or its disk is failing; keep a "
                                "copy and compare it with a backup\n"
                             << std::flush;
        return ExitCode::VerificationFailed;
    }
    return ExitCode::Done;
}

} // namespace isotherm::ctl

// SPDX-License-Identifier: Apache-2.0
#include "agent/ctl/commands.h"
#include "shared/base/time_text.h"

namespace isotherm::ctl
{
namespace
{

using Align = Column::Align;

Result<std::vector<ScheduleEntry>> ask(Session& session, const ScheduleArguments& arguments)
{
    if (!arguments.rotation && arguments.until.empty()) {
        return session.agent.schedule();
    }
    RotationQuery query;
    query.keyspace = arguments.keyspace;
    query.fullsOnly = arguments.fullsOnly;
    query.limit = arguments.limit;
    if (!arguments.until.empty()) {
        ISO_ASSIGN(query.until, parseInstant(arguments.until, session.clock.wallNow()));
    }
    return session.agent.upkeep().scheduleAhead(query);
}

} // namespace

ExitCode showSchedule(Session& session, const ScheduleArguments& arguments)
{
    const Result<std::vector<ScheduleEntry>> entries = ask(session, arguments);
    if (!entries.ok()) {
        return reportError(session.terminal, entries.error());
    }
    Listing listing{"schedule",
                    {{"due", "DUE"},
                     {"shard", "SHARD", Align::Right},
                     {"keyspace", "KEYSPACE"},
                     {"range", "RANGE"},
                     {"backup_kind", "KIND"},
                     {"temperature", "TEMP", Align::Right},
                     {"interval_seconds", "EVERY", Align::Right},
                     {"reason", "WHY"}},
                    {}};
    for (const ScheduleEntry& entry : entries.value()) {
        const bool wanted = arguments.keyspace.empty() || entry.keyspace == arguments.keyspace;
        if (wanted && (!arguments.fullsOnly || isFull(entry.kind))) {
            listing.rows.push_back(
                {entry.due, entry.shard.get(), entry.keyspace, entry.rangeText,
                 std::string(backupKindName(entry.kind)),
                 entry.temperature ? Value(RatioValue{*entry.temperature}) : Value(),
                 entry.interval, entry.reason});
        }
    }
    if (listing.rows.size() == arguments.limit) {
        session.terminal.err << "there is more: --limit\n" << std::flush;
    }
    return show(session, listing);
}

} // namespace isotherm::ctl

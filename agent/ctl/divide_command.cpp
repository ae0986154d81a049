// SPDX-License-Identifier: Apache-2.0
#include "agent/ctl/commands.h"
#include "shared/base/time_text.h"

namespace isotherm::ctl
{
namespace
{

Record adoptionRecord(const AdoptArguments& arguments, const TableAdoption& adoption)
{
    Listing shards{"shards", {{"range", "SHARD"}, {"rows", "ROWS", Column::Align::Right}}, {}};
    for (const PlannedShard& shard : adoption.plan.shards) {
        shards.rows.push_back({shard.rangeText, shard.rows > 0 ? Value(shard.rows) : Value()});
    }
    Listing findings{
        "preflight", {{"level", "DRY RUN"}, {"finding", "FINDING"}, {"hint", "HINT"}}, {}};
    for (const PreflightFinding& finding : adoption.preflight) {
        findings.rows.push_back({std::string(findingLevelName(finding.level)), finding.what,
                                 finding.hint.empty() ? Value() : Value(finding.hint)});
    }
    Record record{"adoption", {}, {shards, findings}};
    record.fields = {{"keyspace", "keyspace", arguments.name},
                     {"tables", "tables", adoption.plan.tables},
                     {"key_columns", "key", adoption.plan.keyColumns},
                     {"rows", "rows to copy", adoption.plan.rows},
                     {"bytes", "bytes to copy", adoption.plan.bytes},
                     {"expected_pause_seconds", "expected pause", Value(adoption.expectedPause)},
                     {"reasons", "because", adoption.plan.reasons},
                     {"job", "job", adoption.job == JobId() ? Value() : Value(adoption.job.get())}};
    return record;
}

} // namespace

ExitCode divideTables(Session& session, const AdoptArguments& arguments)
{
    AdoptTablesRequest request;
    request.keyspace = arguments.name;
    request.tables = arguments.tables;
    request.cuts = arguments.cuts;
    request.checkOnly = true;
    if (arguments.keyColumns.size() > 1) {
        return reportError(session.terminal,
                           makeError(Code::InvalidArgument, "tables are divided by one column",
                                     "give --key once"));
    }
    if (!arguments.keyColumns.empty()) {
        request.keyColumn = arguments.keyColumns.front();
    }
    if (arguments.shards > 0) {
        request.shards = arguments.shards;
    }
    if (!arguments.rpo.empty()) {
        const auto rpo = parseDuration(arguments.rpo);
        if (!rpo.ok()) {
            return reportError(session.terminal, rpo.error());
        }
        request.rpo = rpo.value();
    }
    const auto checked = session.agent.changes().adoptTables(request);
    if (!checked.ok()) {
        return reportError(session.terminal, checked.error());
    }
    if (arguments.checkOnly) {
        return show(session, adoptionRecord(arguments, checked.value()));
    }
    session.terminal.err << render(adoptionRecord(arguments, checked.value()), Format::Table);
    const Consent consent =
        askName(session, "these tables are copied into partitions, which then take their names",
                arguments.name);
    if (consent != Consent::Given) {
        return reportConsent(session.terminal, consent, "--confirm " + arguments.name);
    }
    request.checkOnly = false;
    const auto adoption = session.agent.changes().adoptTables(request);
    return adoption.ok() ? finishJobs(session, {adoption->job}, arguments.follow)
                         : reportError(session.terminal, adoption.error());
}

} // namespace isotherm::ctl

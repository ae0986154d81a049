// SPDX-License-Identifier: Apache-2.0
#include "agent/ctl/job_follower.h"
#include "agent/ctl/recovery_arguments.h"
#include "agent/ctl/restore_request.h"

#include <algorithm>
#include <optional>

namespace isotherm::ctl
{
namespace
{

using Align = Column::Align;
using Texts = std::vector<std::optional<std::string>>;

Record diffRecord(const RowDiff& diff)
{
    Listing tables{"tables",
                   {{"table", "TABLE"},
                    {"missing", "MISSING", Align::Right},
                    {"changed", "CHANGED", Align::Right},
                    {"extra", "EXTRA", Align::Right},
                    {"same", "SAME", Align::Right},
                    {"only_then", ""},
                    {"only_now", ""}},
                   {}};
    std::vector<std::string> notes = diff.warnings;
    for (const TableDiff& table : diff.tables) {
        tables.rows.push_back({table.table, table.missing, table.changed, table.extra, table.same,
                               table.onlyThen, table.onlyNow});
        for (const std::string& column : table.onlyThen) {
            notes.push_back(table.table + " has no column " + column + " any more: not compared");
        }
        for (const std::string& column : table.onlyNow) {
            notes.push_back(table.table + " had no column " + column + " then: not compared");
        }
    }
    if (!diff.complete) {
        notes.push_back("only the first " + std::to_string(diff.rowsKept) +
                        " differing rows are kept; the counts are complete");
    }
    return {"row_diff",
            {{"job", "comparison", diff.job.get()},
             {"plan", "plan", diff.planId},
             {"keyspace", "keyspace", diff.keyspace},
             {"moment", "then", diff.moment},
             {"now_as_of", "now", orUnknown(diff.nowAsOf)},
             {"rows_kept", "rows to look at", diff.rowsKept},
             {"complete", "", diff.complete},
             {"kept_until", "kept until", orUnknown(diff.keptUntil)},
             {"warnings", notes.empty() ? "" : "warnings", notes}},
            {tables}};
}

std::string shown(const std::optional<std::string>& value)
{
    constexpr std::size_t kMost = 60;
    if (!value) {
        return "null";
    }
    return value->size() <= kMost ? *value : value->substr(0, kMost) + "…";
}

std::string keyOf(const DiffColumns& table, const DiffRow& row)
{
    const Texts& values = row.then.empty() ? row.now : row.then;
    std::string key;
    for (std::size_t i = 0; i < table.columns.size() && i < values.size(); ++i) {
        if (std::find(table.key.begin(), table.key.end(), table.columns[i]) != table.key.end()) {
            key += (key.empty() ? "" : ", ") + values[i].value_or("null");
        }
    }
    return key;
}

/// "total: 2.00 → 1.00"; of a row that only one side has, all that it holds.
std::string contentOf(const DiffColumns& table, const DiffRow& row)
{
    std::string text;
    const Texts& one = row.then.empty() ? row.now : row.then;
    for (std::size_t i = 0; i < table.columns.size() && i < one.size(); ++i) {
        const bool key =
            std::find(table.key.begin(), table.key.end(), table.columns[i]) != table.key.end();
        const bool both = i < row.then.size() && i < row.now.size();
        if (key || (both && row.then[i] == row.now[i])) {
            continue;
        }
        text += (text.empty() ? "" : "; ") + table.columns[i] + ": " +
                (both ? shown(row.then[i]) + " → " + shown(row.now[i]) : shown(one[i]));
    }
    return text;
}

/// One line a row, for people.
Listing rowTable(const DiffPage& page)
{
    Listing listing{"diff_rows",
                    {{"row", "ROW", Align::Right},
                     {"shard", "SHARD", Align::Right},
                     {"table", "TABLE"},
                     {"difference", "WHAT"},
                     {"key", "KEY"},
                     {"content", "THEN → NOW"}},
                    {}};
    for (const DiffRow& row : page.rows) {
        const DiffColumns& table = page.tables[row.table];
        listing.rows.push_back({row.number, row.shard.get(), table.table,
                                std::string(rowDifferenceName(row.kind)), keyOf(table, row),
                                contentOf(table, row)});
    }
    return listing;
}

Value valueAt(const Texts& values, std::size_t column)
{
    return column < values.size() ? orUnknown(values[column]) : Value();
}

/// One entry a value, for programs: both images, complete.
Listing valueTable(const DiffPage& page)
{
    Listing listing{"diff_rows",
                    {{"row", ""},
                     {"shard", ""},
                     {"table", ""},
                     {"difference", ""},
                     {"column", ""},
                     {"is_key", ""},
                     {"in_then", ""},
                     {"then", ""},
                     {"in_now", ""},
                     {"now", ""}},
                    {}};
    for (const DiffRow& row : page.rows) {
        const DiffColumns& table = page.tables[row.table];
        for (std::size_t i = 0; i < table.columns.size(); ++i) {
            const bool key =
                std::find(table.key.begin(), table.key.end(), table.columns[i]) != table.key.end();
            listing.rows.push_back({row.number, row.shard.get(), table.table,
                                    std::string(rowDifferenceName(row.kind)), table.columns[i], key,
                                    !row.then.empty(), valueAt(row.then, i), !row.now.empty(),
                                    valueAt(row.now, i)});
        }
    }
    return listing;
}

Result<std::vector<RowDifference>> kindsOf(const std::vector<std::string>& names)
{
    std::vector<RowDifference> kinds;
    for (const std::string& name : names) {
        bool known = false;
        for (const RowDifference kind :
             {RowDifference::Missing, RowDifference::Changed, RowDifference::Extra}) {
            if (name == rowDifferenceName(kind)) {
                kinds.push_back(kind);
                known = true;
            }
        }
        if (!known) {
            return makeError(Code::InvalidArgument, "rows are not \"" + name + "\"",
                             "use missing, changed or extra");
        }
    }
    return kinds;
}

/// Takes a new comparison, unless one was named; nullopt when it did not end well, which was said.
Result<std::optional<JobId>> comparison(Session& session, const DiffArguments& arguments,
                                        ExitCode& outcome)
{
    if (arguments.job != 0) {
        return std::optional(JobId(arguments.job));
    }
    DiffRequest request;
    if (arguments.sideRestore != 0) {
        request.sideRestore = JobId(arguments.sideRestore);
    } else if (!arguments.request.planId.empty()) {
        request.planId = arguments.request.planId;
    } else {
        ISO_ASSIGN(const RestorePlan plan, makePlan(session, arguments.request));
        request.planId = plan.id;
    }
    ISO_ASSIGN(const JobId job, session.agent.recovery().startDiff(request));
    ISO_ASSIGN(const std::vector<JobRecord> ended, followJobs(session, {job}));
    outcome = reportOutcome(session, ended);
    return outcome == ExitCode::Done ? std::optional(job) : std::nullopt;
}

ExitCode showRows(Session& session, JobId job, const DiffArguments& arguments)
{
    const auto kinds = kindsOf(arguments.kinds);
    if (!kinds.ok()) {
        return reportError(session.terminal, kinds.error());
    }
    const auto page = session.agent.recovery().diffRows({.job = job,
                                                         .table = arguments.table,
                                                         .kinds = kinds.value(),
                                                         .after = arguments.after,
                                                         .limit = arguments.limit});
    if (!page.ok()) {
        return reportError(session.terminal, page.error());
    }
    show(session, session.format == Format::Table ? rowTable(*page) : valueTable(*page));
    if (page->next) {
        session.terminal.err << "there are more: --job " << job.get() << " --after " << *page->next
                             << "\n"
                             << std::flush;
    }
    return ExitCode::Done;
}

} // namespace

ExitCode showDiff(Session& session, const DiffArguments& arguments)
{
    ExitCode outcome = ExitCode::Done;
    const auto job = comparison(session, arguments, outcome);
    if (!job.ok()) {
        return reportError(session.terminal, job.error());
    }
    if (!job->has_value()) {
        return outcome;
    }
    if (arguments.rows) {
        return showRows(session, **job, arguments);
    }
    const auto diff = session.agent.recovery().diff(**job);
    if (!diff.ok()) {
        return reportError(session.terminal, diff.error());
    }
    show(session, diffRecord(diff.value()));
    session.terminal.err << "the rows: isothermctl restore diff --job " << (*job)->get()
                         << " --rows; nothing was changed\n"
                         << std::flush;
    return ExitCode::Done;
}

} // namespace isotherm::ctl

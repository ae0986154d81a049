// SPDX-License-Identifier: Apache-2.0
#include "agent/ctl/commands.h"
#include "shared/base/time_text.h"

namespace isotherm::ctl
{
namespace
{

Listing keyspaceTable(const std::vector<KeyspaceRecord>& keyspaces)
{
    Listing listing{"keyspaces",
                    {{"name", "KEYSPACE"},
                     {"tables", "TABLES"},
                     {"key_columns", "KEY"},
                     {"key_types", "TYPES"},
                     {"shards", "SHARDS", Column::Align::Right},
                     {"rpo_seconds", "RPO", Column::Align::Right}},
                    {}};
    for (const KeyspaceRecord& keyspace : keyspaces) {
        std::vector<std::string> types;
        for (const KeyType type : keyspace.keyTypes) {
            types.emplace_back(keyTypeName(type));
        }
        listing.rows.push_back({keyspace.name, keyspace.tables, keyspace.keyColumns, types,
                                std::uint64_t{keyspace.shardCount}, orUnknown(keyspace.rpo)});
    }
    return listing;
}

} // namespace

ExitCode listKeyspaces(Session& session)
{
    const Result<std::vector<KeyspaceRecord>> keyspaces = session.agent.keyspaces();
    if (!keyspaces.ok()) {
        return reportError(session.terminal, keyspaces.error());
    }
    return show(session, keyspaceTable(keyspaces.value()));
}

ExitCode adoptKeyspace(Session& session, const AdoptArguments& arguments)
{
    if (arguments.divide) {
        return divideTables(session, arguments);
    }
    AdoptRequest request;
    request.name = arguments.name;
    request.tables = arguments.tables;
    request.keyColumns = arguments.keyColumns;
    if (!arguments.rpo.empty()) {
        const Result<std::chrono::milliseconds> rpo = parseDuration(arguments.rpo);
        if (!rpo.ok()) {
            return reportError(session.terminal, rpo.error());
        }
        request.rpo = rpo.value();
    }
    const Consent consent = askName(
        session, "the agent will sample and back up these tables from now on", arguments.name);
    if (consent != Consent::Given) {
        return reportConsent(session.terminal, consent, "--confirm " + arguments.name);
    }
    const Result<KeyspaceRecord> keyspace = session.agent.adoptKeyspace(request);
    if (!keyspace.ok()) {
        return reportError(session.terminal, keyspace.error());
    }
    return show(session, keyspaceTable({keyspace.value()}));
}

} // namespace isotherm::ctl

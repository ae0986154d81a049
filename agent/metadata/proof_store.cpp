// SPDX-License-Identifier: Apache-2.0
#include "agent/metadata/proof_store.h"

namespace isotherm::metadata
{

Status ProofStore::put(const std::vector<std::string>& runs, const RunProof& proof)
{
    return m_database.write([&](Connection& connection) -> Status {
        for (const std::string& run : runs) {
            ISO_ASSIGN(Statement statement,
                       connection.prepare("insert or replace into proven_run(object, level, at) "
                                          "values(?, ?, ?)"));
            statement.bindText(run);
            statement.bind(std::int64_t{static_cast<std::uint8_t>(proof.level)}).bind(proof.at);
            ISO_TRY(statement.execute());
        }
        return {};
    });
}

Result<std::map<std::string, RunProof>> ProofStore::of(const std::vector<std::string>& runs)
{
    using Proofs = std::map<std::string, RunProof>;
    return m_database.read([&](Connection& connection) -> Result<Proofs> {
        Proofs proofs;
        for (const std::string& run : runs) {
            ISO_ASSIGN(Statement row, connection.prepare("select level, at from proven_run "
                                                         "where object = ?"));
            ISO_ASSIGN(const bool found, row.bindText(run).step());
            if (found) {
                proofs[run] = {static_cast<VerifyLevel>(row.integer(0)), row.time(1)};
            }
        }
        return proofs;
    });
}

Status ProofStore::prune(WallTime before)
{
    return m_database.write([&](Connection& connection) -> Status {
        ISO_ASSIGN(Statement statement,
                   connection.prepare("delete from proven_run where at < ?"));
        return statement.bind(before).execute();
    });
}

} // namespace isotherm::metadata

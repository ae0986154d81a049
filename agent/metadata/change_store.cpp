// SPDX-License-Identifier: Apache-2.0
#include "agent/metadata/change_store.h"

#include "agent/metadata/change_json.h"

namespace isotherm::metadata
{
namespace
{

/// The row's number is the change's id: the body need not know it.
Result<ChangeRecord> changeOf(const Statement& row)
{
    ISO_ASSIGN(ChangeRecord change, changeFromJson(row.text(1)));
    change.id = ChangeId(row.natural(0));
    return change;
}

Error noSuchChange(ChangeId id)
{
    return makeError(Code::NotFound, "there is no change " + std::to_string(id.get()),
                     "isothermctl change list names them");
}

} // namespace

Result<ChangeId> ChangeStore::insert(const ChangeRecord& change)
{
    return m_database.write([&](Connection& connection) -> Result<ChangeId> {
        ISO_ASSIGN(Statement row,
                   connection.prepare("insert into change(open, keyspace, proposed_by, "
                                      "proposed_at, body) values(?, ?, ?, ?, ?)"));
        row.bind(std::int64_t{isOpen(change.state) ? 1 : 0}).bindText(change.keyspace);
        row.bindText(change.proposedBy).bind(change.proposedAt).bindText(toJson(change));
        ISO_TRY(row.execute());
        return ChangeId(static_cast<std::uint64_t>(connection.lastInsertId()));
    });
}

Status ChangeStore::update(const ChangeRecord& change)
{
    return m_database.write([&](Connection& connection) -> Status {
        ISO_ASSIGN(Statement row,
                   connection.prepare("update change set open = ?, body = ? where id = ?"));
        row.bind(std::int64_t{isOpen(change.state) ? 1 : 0}).bindText(toJson(change));
        ISO_TRY(row.bind(change.id.get()).execute());
        return connection.changedRows() == 1 ? Status() : noSuchChange(change.id);
    });
}

Result<ChangeRecord> ChangeStore::get(ChangeId id)
{
    return m_database.read([&](Connection& connection) -> Result<ChangeRecord> {
        ISO_ASSIGN(Statement row, connection.prepare("select id, body from change where id = ?"));
        ISO_ASSIGN(const bool found, row.bind(id.get()).step());
        return found ? changeOf(row) : noSuchChange(id);
    });
}

Result<std::vector<ChangeRecord>> ChangeStore::list(const ChangeFilter& filter)
{
    return m_database.read([&](Connection& connection) -> Result<std::vector<ChangeRecord>> {
        ISO_ASSIGN(Statement row,
                   connection.prepare("select id, body from change where open >= ? and "
                                      "(? = '' or keyspace = ?) order by id desc limit ?"));
        row.bind(std::int64_t{filter.openOnly ? 1 : 0});
        row.bindText(filter.keyspace).bindText(filter.keyspace);
        row.bind(static_cast<std::uint64_t>(filter.limit));
        std::vector<ChangeRecord> changes;
        for (;;) {
            ISO_ASSIGN(const bool more, row.step());
            if (!more) {
                return changes;
            }
            ISO_ASSIGN(ChangeRecord change, changeOf(row));
            changes.push_back(std::move(change));
        }
    });
}

Result<std::uint32_t> ChangeStore::countSince(const std::string& proposer, WallTime since)
{
    return m_database.read([&](Connection& connection) -> Result<std::uint32_t> {
        ISO_ASSIGN(Statement row, connection.prepare("select count(*) from change where "
                                                     "proposed_by = ? and proposed_at >= ?"));
        ISO_TRY(row.bindText(proposer).bind(since).step());
        return static_cast<std::uint32_t>(row.natural(0));
    });
}

Status ChangeStore::prune(std::size_t keep)
{
    return m_database.write([&](Connection& connection) -> Status {
        ISO_ASSIGN(Statement row,
                   connection.prepare("delete from change where open = 0 and id not in "
                                      "(select id from change order by id desc limit ?)"));
        return row.bind(static_cast<std::uint64_t>(keep)).execute();
    });
}

} // namespace isotherm::metadata

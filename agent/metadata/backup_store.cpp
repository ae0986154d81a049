// SPDX-License-Identifier: Apache-2.0
#include "agent/metadata/backup_store.h"

#include "agent/metadata/json_lists.h"

#include <limits>
#include <utility>

namespace isotherm::metadata
{
namespace
{

#define ISO_BACKUP_COLUMNS                                                                         \
    "id, shard, keyspace, kind, started, finished, as_of, lsn, rows, raw_bytes, stored_bytes, "    \
    "tier, verified, verified_at, deltas, since_database"

// A synthetic full shows the same moment as the increment that it was made of.
#define ISO_BACKUP_NEWEST "as_of desc, lsn desc, finished desc, id desc"

BackupRecord readBackup(const Statement& row)
{
    BackupRecord backup;
    backup.id = row.text(0);
    backup.shard = ShardId(row.natural(1));
    backup.keyspace = row.text(2);
    backup.kind = static_cast<BackupKind>(row.integer(3));
    backup.started = row.time(4);
    backup.finished = row.time(5);
    backup.asOf = row.time(6);
    backup.lsn = Lsn(row.natural(7));
    backup.rows = row.natural(8);
    backup.rawBytes = ByteCount(row.natural(9));
    backup.storedBytes = ByteCount(row.natural(10));
    backup.tier = row.text(11);
    backup.verified = static_cast<VerifyLevel>(row.integer(12));
    backup.verifiedAt = row.optionalTime(13);
    backup.deltas = static_cast<std::uint32_t>(row.natural(14));
    backup.sinceDatabase = static_cast<std::uint32_t>(row.natural(15));
    return backup;
}

Result<std::vector<BackupRecord>> readAll(Statement& row)
{
    std::vector<BackupRecord> backups;
    for (;;) {
        ISO_ASSIGN(const bool more, row.step());
        if (!more) {
            return backups;
        }
        backups.push_back(readBackup(row));
    }
}

Error noBackup(const std::string& id)
{
    return makeError(Code::NotFound, "there is no backup \"" + id + "\"",
                     "isothermctl backups list shows them");
}

std::int64_t orElse(const std::optional<WallTime>& time, std::int64_t fallback)
{
    return time ? toUnixMicros(*time) : fallback;
}

constexpr std::int64_t kFirst = std::numeric_limits<std::int64_t>::min();
constexpr std::int64_t kLast = std::numeric_limits<std::int64_t>::max();

} // namespace

Status BackupStore::put(const BackupRecord& backup)
{
    return m_database.write([&](Connection& connection) -> Status {
        ISO_ASSIGN(Statement statement,
                   connection.prepare("insert or replace into backup(" ISO_BACKUP_COLUMNS ") "
                                      "values(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"));
        statement.bindText(backup.id).bind(backup.shard.get()).bindText(backup.keyspace);
        statement.bind(std::int64_t{static_cast<std::uint8_t>(backup.kind)});
        statement.bind(backup.started).bind(backup.finished).bind(backup.asOf);
        statement.bind(backup.lsn.get()).bind(backup.rows).bind(backup.rawBytes.get());
        statement.bind(backup.storedBytes.get()).bindText(backup.tier);
        statement.bind(std::int64_t{static_cast<std::uint8_t>(backup.verified)});
        if (backup.verifiedAt) {
            statement.bind(*backup.verifiedAt);
        } else {
            statement.bindNull();
        }
        statement.bind(std::uint64_t{backup.deltas}).bind(std::uint64_t{backup.sinceDatabase});
        return statement.execute();
    });
}

Result<std::vector<BackupRecord>> BackupStore::list(const BackupFilter& filter)
{
    return m_database.read([&](Connection& connection) -> Result<std::vector<BackupRecord>> {
        ISO_ASSIGN(Statement statement,
                   connection.prepare("select " ISO_BACKUP_COLUMNS " from backup "
                                      "where (? = '' or keyspace = ?) "
                                      "and (? = '[]' or shard in (select value from "
                                      "json_each(?))) and as_of >= ? and as_of <= ? "
                                      "order by " ISO_BACKUP_NEWEST " limit ?"));
        const std::string shards = toJson(filter.shards);
        statement.bindText(filter.keyspace).bindText(filter.keyspace);
        statement.bindText(shards).bindText(shards);
        statement.bind(orElse(filter.from, kFirst)).bind(orElse(filter.to, kLast));
        statement.bind(static_cast<std::uint64_t>(filter.limit));
        return readAll(statement);
    });
}

Result<BackupRecord> BackupStore::get(const std::string& id)
{
    return m_database.read([&](Connection& connection) -> Result<BackupRecord> {
        ISO_ASSIGN(Statement row,
                   connection.prepare("select " ISO_BACKUP_COLUMNS " from backup where id = ?"));
        ISO_ASSIGN(const bool found, row.bindText(id).step());
        if (!found) {
            return noBackup(id);
        }
        return readBackup(row);
    });
}

Result<std::optional<BackupRecord>> BackupStore::newest(ShardId shard, std::optional<WallTime> at)
{
    return m_database.read([&](Connection& connection) -> Result<std::optional<BackupRecord>> {
        ISO_ASSIGN(Statement row, connection.prepare("select " ISO_BACKUP_COLUMNS " from backup "
                                                     "where shard = ? and as_of <= ? "
                                                     "order by " ISO_BACKUP_NEWEST " limit 1"));
        ISO_ASSIGN(const bool found, row.bind(shard.get()).bind(orElse(at, kLast)).step());
        return found ? std::optional(readBackup(row)) : std::nullopt;
    });
}

Result<std::map<ShardId, BackupRecord>> BackupStore::newestPerShard()
{
    return m_database.read([](Connection& connection) -> Result<std::map<ShardId, BackupRecord>> {
        ISO_ASSIGN(Statement statement,
                   connection.prepare("select " ISO_BACKUP_COLUMNS " from backup b "
                                      "where id = (select id from backup where shard = b.shard "
                                      "order by " ISO_BACKUP_NEWEST " limit 1)"));
        ISO_ASSIGN(auto backups, readAll(statement));
        std::map<ShardId, BackupRecord> newest;
        for (BackupRecord& backup : backups) {
            const ShardId shard = backup.shard;
            newest.emplace(shard, std::move(backup));
        }
        return newest;
    });
}

Result<std::map<ShardId, WallTime>> BackupStore::newestFullPerShard()
{
    return m_database.read([](Connection& connection) -> Result<std::map<ShardId, WallTime>> {
        ISO_ASSIGN(Statement row, connection.prepare("select shard, max(as_of) from backup "
                                                     "where kind in (?, ?) or "
                                                     "(kind = ? and deltas = 0) group by shard"));
        row.bind(std::int64_t{static_cast<std::uint8_t>(BackupKind::Full)});
        row.bind(std::int64_t{static_cast<std::uint8_t>(BackupKind::Synthetic)});
        row.bind(std::int64_t{static_cast<std::uint8_t>(BackupKind::Unchanged)});
        std::map<ShardId, WallTime> newest;
        for (;;) {
            ISO_ASSIGN(const bool found, row.step());
            if (!found) {
                return newest;
            }
            newest.emplace(ShardId(row.natural(0)), row.time(1));
        }
    });
}

Status BackupStore::setVerified(const std::string& id, VerifyLevel level, WallTime when)
{
    return m_database.write([&](Connection& connection) -> Status {
        ISO_ASSIGN(Statement statement,
                   connection.prepare("update backup set verified = ?, verified_at = ? "
                                      "where id = ?"));
        statement.bind(std::int64_t{static_cast<std::uint8_t>(level)}).bind(when);
        ISO_TRY(statement.bindText(id).execute());
        return connection.changedRows() == 0 ? Status(noBackup(id)) : Status();
    });
}

Status BackupStore::remove(const std::string& id)
{
    return m_database.write([&](Connection& connection) -> Status {
        ISO_ASSIGN(Statement statement, connection.prepare("delete from backup where id = ?"));
        return statement.bindText(id).execute();
    });
}

Result<BackupTotals> BackupStore::totals()
{
    return m_database.read([](Connection& connection) -> Result<BackupTotals> {
        ISO_ASSIGN(Statement row, connection.prepare("select count(*), "
                                                     "coalesce(sum(stored_bytes), 0) "
                                                     "from backup"));
        ISO_TRY(row.step());
        return BackupTotals{static_cast<std::uint32_t>(row.natural(0)), ByteCount(row.natural(1))};
    });
}

} // namespace isotherm::metadata

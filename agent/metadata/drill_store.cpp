// SPDX-License-Identifier: Apache-2.0
#include "agent/metadata/drill_store.h"

namespace isotherm::metadata
{
namespace
{

DrillReceipt readReceipt(const Statement& row)
{
    DrillReceipt receipt;
    receipt.job = JobId(row.natural(0));
    receipt.shard = ShardId(row.natural(1));
    receipt.keyspace = row.text(2);
    receipt.backup = row.text(3);
    receipt.level = static_cast<VerifyLevel>(row.integer(4));
    receipt.asOf = row.time(5);
    receipt.lsn = Lsn(row.natural(6));
    receipt.started = row.time(7);
    receipt.finished = row.time(8);
    receipt.restoreTook = std::chrono::microseconds(row.integer(9));
    receipt.rows = row.natural(10);
    receipt.bytes = ByteCount(row.natural(11));
    receipt.passed = row.integer(12) != 0;
    receipt.outcome = row.text(13);
    return receipt;
}

} // namespace

Status DrillStore::put(const DrillReceipt& receipt)
{
    return m_database.write([&](Connection& connection) -> Status {
        ISO_ASSIGN(Statement statement,
                   connection.prepare("insert or replace into drill(job, shard, keyspace, backup, "
                                      "level, as_of, lsn, started, finished, restore_us, rows, "
                                      "bytes, passed, outcome) "
                                      "values(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"));
        statement.bind(receipt.job.get()).bind(receipt.shard.get());
        statement.bindText(receipt.keyspace).bindText(receipt.backup);
        statement.bind(std::int64_t{static_cast<std::uint8_t>(receipt.level)});
        statement.bind(receipt.asOf).bind(receipt.lsn.get());
        statement.bind(receipt.started).bind(receipt.finished);
        statement.bind(std::int64_t{receipt.restoreTook.count()});
        statement.bind(receipt.rows).bind(receipt.bytes.get());
        statement.bind(std::int64_t{receipt.passed ? 1 : 0}).bindText(receipt.outcome);
        return statement.execute();
    });
}

Result<std::vector<DrillReceipt>> DrillStore::list(std::size_t limit)
{
    return m_database.read([&](Connection& connection) -> Result<std::vector<DrillReceipt>> {
        ISO_ASSIGN(Statement row,
                   connection.prepare("select job, shard, keyspace, backup, level, as_of, lsn, "
                                      "started, finished, restore_us, rows, bytes, passed, outcome "
                                      "from drill order by finished desc, job desc limit ?"));
        row.bind(static_cast<std::uint64_t>(limit));
        std::vector<DrillReceipt> receipts;
        for (;;) {
            ISO_ASSIGN(const bool more, row.step());
            if (!more) {
                return receipts;
            }
            receipts.push_back(readReceipt(row));
        }
    });
}

Result<std::map<ShardId, WallTime>> DrillStore::newest(const char* sql)
{
    using Times = std::map<ShardId, WallTime>;
    return m_database.read([&](Connection& connection) -> Result<Times> {
        ISO_ASSIGN(Statement row, connection.prepare(sql));
        Times times;
        for (;;) {
            ISO_ASSIGN(const bool more, row.step());
            if (!more) {
                return times;
            }
            times.emplace(ShardId(row.natural(0)), row.time(1));
        }
    });
}

Result<std::map<ShardId, WallTime>> DrillStore::lastPassed()
{
    return newest("select shard, max(finished) from drill where passed = 1 group by shard");
}

Result<std::map<ShardId, WallTime>> DrillStore::lastTried()
{
    return newest("select shard, max(finished) from drill group by shard");
}

} // namespace isotherm::metadata

// SPDX-License-Identifier: Apache-2.0
#include "agent/metadata/schedule_store.h"

namespace isotherm::metadata
{
namespace
{

void bindTime(Statement& statement, const std::optional<WallTime>& time)
{
    if (time) {
        statement.bind(*time);
    } else {
        statement.bindNull();
    }
}

} // namespace

Status ScheduleStore::put(const ShardSchedule& schedule)
{
    return m_database.write([&](Connection& connection) -> Status {
        ISO_ASSIGN(Statement statement,
                   connection.prepare("insert or replace into schedule(shard, due, last_run, "
                                      "last_skipped, last_skip_reason, change_mark) "
                                      "values(?, ?, ?, ?, ?, ?)"));
        statement.bind(schedule.shard.get()).bind(schedule.due);
        bindTime(statement, schedule.lastRun);
        bindTime(statement, schedule.lastSkipped);
        statement.bindText(schedule.lastSkipReason).bindText(schedule.changeMark);
        return statement.execute();
    });
}

Result<std::map<ShardId, ShardSchedule>> ScheduleStore::all()
{
    return m_database.read([](Connection& connection) -> Result<std::map<ShardId, ShardSchedule>> {
        ISO_ASSIGN(Statement row,
                   connection.prepare("select shard, due, last_run, last_skipped, "
                                      "last_skip_reason, change_mark from schedule"));
        std::map<ShardId, ShardSchedule> schedules;
        for (;;) {
            ISO_ASSIGN(const bool more, row.step());
            if (!more) {
                return schedules;
            }
            const ShardId shard(row.natural(0));
            schedules[shard] =
                ShardSchedule{shard,       row.time(1), row.optionalTime(2), row.optionalTime(3),
                              row.text(4), row.text(5)};
        }
    });
}

Status ScheduleStore::remove(ShardId shard)
{
    return m_database.write([&](Connection& connection) -> Status {
        ISO_ASSIGN(Statement statement, connection.prepare("delete from schedule where shard = ?"));
        return statement.bind(shard.get()).execute();
    });
}

} // namespace isotherm::metadata

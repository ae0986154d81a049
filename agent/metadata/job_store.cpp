// SPDX-License-Identifier: Apache-2.0
#include "agent/metadata/job_store.h"

#include "agent/metadata/json_lists.h"

namespace isotherm::metadata
{
namespace
{

// In this order everywhere below.
#define ISO_JOB_COLUMNS                                                                            \
    "id, kind, state, title, phase, bytes_done, bytes_total, rows_done, bytes_per_second, "        \
    "created, started, finished, heartbeat, shards, requested_by, error, result, params, "         \
    "cancel_requested, attempts, ends_as"

template <class Enum>
std::int64_t number(Enum value)
{
    return static_cast<std::int64_t>(value);
}

void bindTime(Statement& statement, const std::optional<WallTime>& time)
{
    if (time) {
        statement.bind(*time);
    } else {
        statement.bindNull();
    }
}

/// Binds everything behind the id.
void bindJob(Statement& statement, const StoredJob& job)
{
    const JobRecord& record = job.record;
    statement.bind(number(record.kind)).bind(number(record.state));
    statement.bindText(record.title).bindText(record.phase);
    statement.bind(record.bytesDone).bind(record.bytesTotal).bind(record.rowsDone);
    statement.bind(record.bytesPerSecond).bind(record.created);
    bindTime(statement, record.started);
    bindTime(statement, record.finished);
    statement.bind(record.heartbeat).bindText(toJson(record.shards));
    statement.bindText(record.requestedBy).bindText(record.error).bindText(record.result);
    statement.bindText(job.params).bind(std::int64_t{job.cancelRequested ? 1 : 0});
    statement.bind(std::int64_t{job.attempts});
    if (job.endsAs) {
        statement.bind(number(*job.endsAs));
    } else {
        statement.bindNull();
    }
}

Result<JobRecord> readRecord(const Statement& row)
{
    JobRecord record;
    record.id = JobId(row.natural(0));
    record.kind = static_cast<JobKind>(row.integer(1));
    record.state = static_cast<JobState>(row.integer(2));
    record.title = row.text(3);
    record.phase = row.text(4);
    record.bytesDone = row.natural(5);
    record.bytesTotal = row.natural(6);
    record.rowsDone = row.natural(7);
    record.bytesPerSecond = row.real(8);
    record.created = row.time(9);
    record.started = row.optionalTime(10);
    record.finished = row.optionalTime(11);
    record.heartbeat = row.time(12);
    ISO_ASSIGN(record.shards, shardsFromJson(row.text(13)));
    record.requestedBy = row.text(14);
    record.error = row.text(15);
    record.result = row.text(16);
    return record;
}

Result<StoredJob> readJob(const Statement& row)
{
    StoredJob job;
    ISO_ASSIGN(job.record, readRecord(row));
    job.params = row.text(17);
    job.cancelRequested = row.integer(18) != 0;
    job.attempts = static_cast<std::uint32_t>(row.natural(19));
    if (!row.isNull(20)) {
        job.endsAs = static_cast<JobState>(row.integer(20));
    }
    if (!row.isNull(21)) {
        job.checkpoint = JobCheckpoint{row.text(21), row.text(22)};
    }
    return job;
}

Error noJob(JobId id)
{
    return makeError(Code::NotFound, "there is no job " + std::to_string(id.get()),
                     "isothermctl jobs list shows them");
}

Status changedOne(Connection& connection, JobId id)
{
    return connection.changedRows() == 0 ? Status(noJob(id)) : Status();
}

} // namespace

Result<JobId> JobStore::insert(const StoredJob& job)
{
    return m_database.write([&](Connection& connection) -> Result<JobId> {
        ISO_ASSIGN(Statement statement,
                   connection.prepare("insert into job(" ISO_JOB_COLUMNS ") values(null, ?, ?, "
                                      "?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"));
        bindJob(statement, job);
        ISO_TRY(statement.execute());
        return JobId(static_cast<std::uint64_t>(connection.lastInsertId()));
    });
}

Status JobStore::update(const StoredJob& job)
{
    return m_database.write([&](Connection& connection) -> Status {
        ISO_ASSIGN(Statement statement,
                   connection.prepare("update job set kind = ?, state = ?, title = ?, "
                                      "phase = ?, bytes_done = ?, bytes_total = ?, "
                                      "rows_done = ?, bytes_per_second = ?, created = ?, "
                                      "started = ?, finished = ?, heartbeat = ?, shards = ?, "
                                      "requested_by = ?, error = ?, result = ?, params = ?, "
                                      "cancel_requested = ?, attempts = ?, ends_as = ? "
                                      "where id = ?"));
        bindJob(statement, job);
        ISO_TRY(statement.bind(job.record.id.get()).execute());
        return changedOne(connection, job.record.id);
    });
}

Status JobStore::saveCheckpoint(JobId id, const JobCheckpoint& checkpoint)
{
    return m_database.write([&](Connection& connection) -> Status {
        ISO_ASSIGN(Statement statement, connection.prepare("update job set checkpoint_step = ?, "
                                                           "checkpoint_state = ? where id = ?"));
        statement.bindText(checkpoint.step).bindText(checkpoint.state);
        ISO_TRY(statement.bind(id.get()).execute());
        return changedOne(connection, id);
    });
}

Result<StoredJob> JobStore::get(JobId id)
{
    return m_database.read([&](Connection& connection) -> Result<StoredJob> {
        ISO_ASSIGN(Statement row, connection.prepare("select " ISO_JOB_COLUMNS
                                                     ", checkpoint_step, checkpoint_state "
                                                     "from job where id = ?"));
        ISO_ASSIGN(const bool found, row.bind(id.get()).step());
        if (!found) {
            return noJob(id);
        }
        return readJob(row);
    });
}

Result<std::vector<JobRecord>> JobStore::list(const JobFilter& filter)
{
    return m_database.read([&](Connection& connection) -> Result<std::vector<JobRecord>> {
        ISO_ASSIGN(Statement row, connection.prepare("select " ISO_JOB_COLUMNS " from job "
                                                     "where ? = 0 or state in (1, 2) "
                                                     "order by id desc limit ?"));
        row.bind(std::int64_t{filter.activeOnly ? 1 : 0});
        row.bind(static_cast<std::uint64_t>(filter.limit));
        std::vector<JobRecord> records;
        for (;;) {
            ISO_ASSIGN(const bool more, row.step());
            if (!more) {
                return records;
            }
            ISO_ASSIGN(JobRecord record, readRecord(row));
            records.push_back(std::move(record));
        }
    });
}

Result<std::vector<StoredJob>> JobStore::unfinished()
{
    return m_database.read([](Connection& connection) -> Result<std::vector<StoredJob>> {
        ISO_ASSIGN(Statement row, connection.prepare("select " ISO_JOB_COLUMNS
                                                     ", checkpoint_step, checkpoint_state "
                                                     "from job where state in (1, 2) "
                                                     "order by id"));
        std::vector<StoredJob> jobs;
        for (;;) {
            ISO_ASSIGN(const bool more, row.step());
            if (!more) {
                return jobs;
            }
            ISO_ASSIGN(StoredJob job, readJob(row));
            jobs.push_back(std::move(job));
        }
    });
}

Status JobStore::prune(std::size_t keep)
{
    return m_database.write([&](Connection& connection) -> Status {
        ISO_ASSIGN(Statement statement,
                   connection.prepare("delete from job where state not in (1, 2) and id not in "
                                      "(select id from job where state not in (1, 2) "
                                      "order by id desc limit ?)"));
        return statement.bind(static_cast<std::uint64_t>(keep)).execute();
    });
}

} // namespace isotherm::metadata

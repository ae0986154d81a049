// SPDX-License-Identifier: Apache-2.0
#include "agent/metadata/database.h"

#include "agent/metadata/migrations.h"
#include "shared/base/check.h"

#include <string>

namespace isotherm::metadata
{
namespace
{

Status firstProblem(Connection& connection, std::string_view pragma)
{
    ISO_ASSIGN(Statement statement, connection.prepare(pragma));
    ISO_TRY(statement.step());
    const std::string answer = statement.text(0);
    if (answer == "ok") {
        return {};
    }
    return makeError(Code::DataLoss, "the metadata file is damaged: " + answer,
                     "move the file away; the catalogue is rebuilt from the repository");
}

} // namespace

Result<std::unique_ptr<Database>> Database::open(const std::filesystem::path& file, Log& log)
{
    // Opened here and handed over: from the constructor on, only the owner thread touches it.
    ISO_ASSIGN(auto connection, Connection::open(file));
    ISO_ASSIGN(const int before, storedVersion(*connection));
    if (before != 0) {
        ISO_TRY(firstProblem(*connection, "pragma quick_check(1)"));
    }
    ISO_TRY(migrate(*connection));
    if (before != 0 && before != schemaVersion()) {
        log.info("metadata.migrated", "brought the metadata file to a newer schema",
                 {{"from", std::int64_t{before}}, {"to", std::int64_t{schemaVersion()}}});
    }
    return std::unique_ptr<Database>(new Database(std::move(connection)));
}

Database::Database(std::unique_ptr<Connection> connection) : m_connection(std::move(connection))
{
    m_owner = std::thread([this] { ownerLoop(); });
}

Database::~Database()
{
    {
        const std::lock_guard lock(m_mutex);
        m_closing = true;
    }
    m_arrived.notify_all();
    m_owner.join();
}

Status Database::checkIntegrity()
{
    return read([](Connection& connection) {
        return firstProblem(connection, "pragma integrity_check(1)");
    });
}

Status Database::copyTo(const std::filesystem::path& file)
{
    return read([&](Connection& connection) -> Status {
        ISO_ASSIGN(Statement statement, connection.prepare("vacuum into ?"));
        return statement.bindText(file.string()).execute();
    });
}

void Database::perform(std::function<void(Connection&)> work)
{
    // Waiting for oneself would never end.
    ISO_CHECK(std::this_thread::get_id() != m_owner.get_id());
    Task task{&work};
    std::unique_lock lock(m_mutex);
    ISO_CHECK(!m_closing);
    m_tasks.push_back(&task);
    m_arrived.notify_one();
    m_finished.wait(lock, [&task] { return task.done; });
}

void Database::ownerLoop()
{
    std::unique_lock lock(m_mutex);
    for (;;) {
        m_arrived.wait(lock, [this] { return m_closing || !m_tasks.empty(); });
        if (m_tasks.empty()) {
            m_connection.reset();
            return;
        }
        Task* task = m_tasks.front();
        m_tasks.pop_front();
        lock.unlock();
        (*task->work)(*m_connection);
        lock.lock();
        task->done = true;
        m_finished.notify_all();
    }
}

} // namespace isotherm::metadata

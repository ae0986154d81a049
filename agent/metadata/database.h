// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/metadata/connection.h"
#include "shared/base/log.h"
#include "shared/base/result.h"

#include <condition_variable>
#include <deque>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <type_traits>
#include <utility>

namespace isotherm::metadata
{

/// The agent's metadata file: SQLite in WAL mode, touched by one thread only. Everything in it but
/// the history of heat can be rebuilt from the repository and the managed database.
///
/// Thread-safe: work is handed to the owner thread and waited for, in order of arrival. Errors:
/// ResourceExhausted (disk full), Unavailable (locked by another process, I/O error),
/// FailedPrecondition (made by a newer version), DataLoss (a damaged file).
class Database
{
public:
    /// Opens or creates `file`, checks it, and brings its schema up to date.
    [[nodiscard]] static Result<std::unique_ptr<Database>> open(const std::filesystem::path& file,
                                                                Log& log);
    ~Database();
    Database(const Database&) = delete;
    Database& operator=(const Database&) = delete;

    /// Runs `work(Connection&)`, which returns a Result, on the owner thread.
    /// Precondition: not called from within other work.
    template <class Work>
    auto read(Work work) -> std::invoke_result_t<Work, Connection&>
    {
        std::optional<std::invoke_result_t<Work, Connection&>> result;
        perform([&](Connection& connection) { result.emplace(work(connection)); });
        return std::move(*result);
    }

    /// The same in one transaction: durable when this returned success, undone on failure.
    template <class Work>
    auto write(Work work) -> std::invoke_result_t<Work, Connection&>
    {
        return read([&](Connection& connection) -> std::invoke_result_t<Work, Connection&> {
            ISO_TRY(connection.run("begin immediate"));
            auto result = work(connection);
            if (result.ok()) {
                if (Status committed = connection.run("commit"); committed.ok()) {
                    return result;
                } else {
                    (void)connection.run("rollback");
                    return committed.error();
                }
            }
            (void)connection.run("rollback");
            return result;
        });
    }

    /// A full check of the file's structure; DataLoss names the first problem.
    [[nodiscard]] Status checkIntegrity();

    /// Writes a consistent copy to `file`, which must not exist: the metadata backs itself up.
    [[nodiscard]] Status copyTo(const std::filesystem::path& file);

private:
    explicit Database(std::unique_ptr<Connection> connection);
    void perform(std::function<void(Connection&)> work);
    void ownerLoop();

    struct Task
    {
        std::function<void(Connection&)>* work;
        bool done = false;
    };

    std::unique_ptr<Connection> m_connection;
    std::mutex m_mutex;
    std::condition_variable m_arrived;
    std::condition_variable m_finished;
    std::deque<Task*> m_tasks; ///< bounded by the number of waiting threads
    bool m_closing = false;
    std::thread m_owner;
};

} // namespace isotherm::metadata

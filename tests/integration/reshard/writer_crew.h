// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace isotherm::test
{

/// What writers saw: any error, any row that was not as they had left it.
struct CrewReport
{
    std::uint64_t statements = 0;
    std::uint64_t checks = 0;
    std::vector<std::string> errors; ///< the first ones
    std::uint64_t wrong = 0;
    std::chrono::microseconds slowest{0};
};

struct CrewOptions
{
    std::string conninfo;
    std::string table = "accounts";
    int writers = 4;
    int readers = 1;
    std::chrono::milliseconds readerPause{5}; ///< between two counts of all quiet rows
    std::int64_t lowKey = 0;
    std::int64_t highKey = 1'000;   ///< exclusive
    double statementsPerSecond = 0; ///< of all writers together; 0: as fast as they can
    std::uint64_t seed = 1;
};

/// Sessions of an application that write through the partitioned table while it changes under them:
/// inserts, updates (also of the key), deletes, upserts, transactions rolled back, prepared
/// statements, values kept out of line. Each knows what its rows must look like and checks them as
/// it goes. The table: (customer_id int8, id int8, amount int8, note text, big text, primary key
/// (customer_id, id)).
class WriterCrew
{
public:
    explicit WriterCrew(CrewOptions options);
    ~WriterCrew();
    WriterCrew(const WriterCrew&) = delete;
    WriterCrew& operator=(const WriterCrew&) = delete;

    /// Stops, and lets every writer check all of its rows once more.
    [[nodiscard]] CrewReport finish();
    /// What went wrong since the last call (and is left out of finish()'s report), one line each.
    [[nodiscard]] std::vector<std::string> takeErrors();
    [[nodiscard]] std::uint64_t statements() const { return m_statements; }
    /// The slowest statement since the last call.
    [[nodiscard]] std::chrono::microseconds takeSlowest();

private:
    class Writer;
    void write(int number);
    void read(int number);
    void failed(const std::string& error);
    void took(std::chrono::microseconds time);

    const CrewOptions m_options;
    std::atomic<bool> m_stop = false;
    std::atomic<std::uint64_t> m_statements = 0;
    std::atomic<std::int64_t> m_slowest = 0;
    std::mutex m_mutex;
    CrewReport m_report;
    std::vector<std::thread> m_threads;
};

} // namespace isotherm::test

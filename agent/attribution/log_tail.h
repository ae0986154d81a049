// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/attribution/log_reader.h"
#include "agent/engine/statement_source.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

namespace isotherm::attribution
{

struct LogTailOptions
{
    std::uint64_t bytesAPoll = std::uint64_t{4} << 20U; ///< of more, the older part is passed over
    std::uint64_t bytesARead = std::uint64_t{1} << 20U;
};

/// What one look at the log found.
struct TailProgress
{
    std::uint64_t bytes = 0;
    std::uint64_t passedOver = 0; ///< bytes, to keep up
};

/// Follows a server's log from its end on, across rotation: a file is read to its end before the
/// next one begins; one that was cut is begun anew. Files come in the order in which they were
/// changed last. Not thread-safe.
class LogTail
{
public:
    LogTail(engine::LogFiles& files, engine::LogFormat format, bool everything,
            LogTailOptions options = {});

    [[nodiscard]] Result<TailProgress> poll(const LogReader::Sink& sink);
    [[nodiscard]] const LogCounts& counts() const { return m_reader.counts(); }

private:
    [[nodiscard]] Result<std::vector<engine::LogFile>> listed();
    [[nodiscard]] Status readFile(const engine::LogFile& file, std::uint64_t& budget,
                                  const LogReader::Sink& sink, TailProgress& progress);

    engine::LogFiles& m_files;
    const engine::LogFormat m_format;
    const LogTailOptions m_options;
    LogReader m_reader;
    std::string m_name; ///< of the file that is being read; empty: none yet
    std::uint64_t m_offset = 0;
    bool m_begun = false;
};

} // namespace isotherm::attribution

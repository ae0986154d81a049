// SPDX-License-Identifier: Apache-2.0
#include "agent/attribution/local_log.h"

#include <fstream>
#include <system_error>

namespace isotherm::attribution
{

Result<std::vector<engine::LogFile>> LocalLog::list()
{
    std::error_code error;
    std::vector<engine::LogFile> files;
    for (std::filesystem::directory_iterator entry(m_folder, error), end; !error && entry != end;
         entry.increment(error)) {
        std::error_code gone; // removed while we look: not ours to report
        if (!entry->is_regular_file(gone)) {
            continue;
        }
        const std::uint64_t size = entry->file_size(gone);
        const auto modified = entry->last_write_time(gone);
        if (!gone) {
            const auto wall = std::chrono::time_point_cast<std::chrono::microseconds>(
                std::chrono::file_clock::to_sys(modified));
            files.push_back({entry->path().filename().string(), size,
                             fromUnixMicros(wall.time_since_epoch().count())});
        }
    }
    if (error) {
        return makeError(Code::PermissionDenied,
                         "the folder of the log cannot be read: " + m_folder.string() + ": " +
                             error.message(),
                         "let the agent's user read it, or leave log_directory out");
    }
    return files;
}

Result<std::string> LocalLog::read(const std::string& name, std::uint64_t offset,
                                   std::uint64_t length)
{
    std::ifstream file(m_folder / name, std::ios::binary);
    if (!file) {
        return makeError(Code::NotFound, "the log file " + name + " is gone, or cannot be read");
    }
    std::string bytes(length, '\0');
    file.seekg(static_cast<std::streamoff>(offset));
    file.read(bytes.data(), static_cast<std::streamsize>(length));
    bytes.resize(static_cast<std::size_t>(std::max<std::streamsize>(0, file.gcount())));
    return bytes;
}

} // namespace isotherm::attribution

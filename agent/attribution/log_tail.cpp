// SPDX-License-Identifier: Apache-2.0
#include "agent/attribution/log_tail.h"

#include <algorithm>
#include <tuple>
#include <utility>

namespace isotherm::attribution
{

LogTail::LogTail(engine::LogFiles& files, engine::LogFormat format, bool everything,
                 LogTailOptions options)
    : m_files(files), m_format(format), m_options(options), m_reader(format, everything)
{
}

/// Those of our format, the one that was changed first before the others.
Result<std::vector<engine::LogFile>> LogTail::listed()
{
    ISO_ASSIGN(std::vector<engine::LogFile> files, m_files.list());
    const std::string_view ending = m_format == engine::LogFormat::Json ? ".json" : ".csv";
    std::erase_if(files,
                  [ending](const engine::LogFile& file) { return !file.name.ends_with(ending); });
    std::sort(files.begin(), files.end(), [](const engine::LogFile& a, const engine::LogFile& b) {
        return std::tie(a.modified, a.name) < std::tie(b.modified, b.name);
    });
    return files;
}

Result<TailProgress> LogTail::poll(const LogReader::Sink& sink)
{
    TailProgress progress;
    ISO_ASSIGN(std::vector<engine::LogFile> files, listed());
    if (files.empty()) {
        m_begun = true; // the first one that appears is read from its start
        return progress;
    }
    if (!m_begun) { // from now on
        m_begun = true;
        m_name = files.back().name;
        m_offset = files.back().size;
        return progress;
    }
    auto current = std::find_if(files.begin(), files.end(), [this](const engine::LogFile& file) {
        return file.name == m_name;
    });
    if (current == files.end()) { // gone, or none yet: what is there now is new
        current = m_name.empty() ? files.begin() : std::prev(files.end());
        m_name = current->name;
        m_offset = 0;
        m_reader.restart();
    }
    std::uint64_t pending = current->size - std::min(current->size, m_offset);
    for (auto later = std::next(current); later != files.end(); ++later) {
        pending += later->size;
    }
    std::uint64_t budget = m_options.bytesAPoll;
    std::uint64_t skip = pending > budget ? pending - budget : 0;
    for (; current != files.end(); ++current) {
        if (current->name != m_name || current->size < m_offset) {
            m_name = current->name;
            m_offset = 0;
            m_reader.restart();
        }
        const std::uint64_t passed = std::min(skip, current->size - m_offset);
        if (passed > 0) {
            skip -= passed;
            progress.passedOver += passed;
            m_offset += passed;
            m_reader.restart(); // a part of a record at most: it will not be readable
        }
        ISO_TRY(readFile(*current, budget, sink, progress));
    }
    return progress;
}

Status LogTail::readFile(const engine::LogFile& file, std::uint64_t& budget,
                         const LogReader::Sink& sink, TailProgress& progress)
{
    while (budget > 0 && m_offset < file.size) {
        const std::uint64_t wanted = std::min({m_options.bytesARead, budget, file.size - m_offset});
        const auto bytes = m_files.read(file.name, m_offset, wanted);
        if (!bytes.ok() && bytes.error().code == Code::NotFound) {
            return {}; // rotated away under us
        }
        if (!bytes.ok()) {
            return bytes.error();
        }
        if (bytes->empty()) {
            return {};
        }
        m_offset += bytes->size();
        budget -= std::min<std::uint64_t>(budget, bytes->size());
        progress.bytes += bytes->size();
        m_reader.feed(*bytes, sink);
    }
    return {};
}

} // namespace isotherm::attribution

// SPDX-License-Identifier: Apache-2.0
#include "agent/repository/run_writer_impl.h"

#include <algorithm>
#include <utility>

namespace isotherm::repository
{
namespace
{

/// Of the window, as long as that is enough: it stays in the processor's cache.
constexpr std::uint64_t kFirstRoom = std::uint64_t{3} << 19U;

} // namespace

RunWriterImpl::RunWriterImpl(storage::ObjectStore& store, const RepositoryKeys& keys,
                             const Clock& clock, PendingRuns& pending, RunOptions options)
    : m_store(store), m_pending(pending), m_options(std::move(options)),
      m_main(target(keys, clock), m_options), m_strays(target(keys, clock), m_options),
      m_keyEncoder(m_options.schema), m_room(std::min(kFirstRoom, m_options.windowSize.get() / 2))
{
}

RunTarget RunWriterImpl::target(const RepositoryKeys& keys, const Clock& clock)
{
    return {m_store, keys, clock, [this](const std::string& object) {
                m_objects.push_back(object);
                m_pending.add(object);
            }};
}

RunWriterImpl::~RunWriterImpl()
{
    for (const std::string& object : m_objects) {
        if (m_pending.contains(object)) {
            // What cannot be deleted now is garbage, and collected as such.
            (void)m_store.remove(object);
            m_pending.remove(object);
        }
    }
}

Status RunWriterImpl::append(const RowBatch& batch)
{
    ISO_CHECK(!m_failed);
    for (std::size_t i = 0; i < batch.rowCount(); ++i) {
        if (Status status = appendRow(batch.row(i)); !status.ok()) {
            m_failed = true;
            return status;
        }
    }
    return {};
}

Status RunWriterImpl::appendRow(std::string_view row)
{
    if (row.size() > kLargestRow) {
        return makeError(Code::InvalidArgument, "a row of " + std::to_string(row.size()) +
                                                    " bytes is larger than the limit of 2 GiB");
    }
    m_key.clear();
    ISO_TRY(m_keyEncoder.append(row, m_key));
    m_raw += row.size();
    if (m_key < m_main.lastKey()) {
        m_strayed = true;
        m_strayWindow.add(row, m_key);
        return m_strayWindow.bytes() > m_options.windowSize.get() / 2 ? drainStrays() : Status();
    }
    m_window.add(row, m_key);
    if (m_window.bytes() > m_room) {
        // Rows that came in order need little room to stay so.
        ISO_TRY(drain(m_window.inOrder() ? m_room / 8 : m_room / 4));
        if (std::exchange(m_strayed, false)) {
            m_room = std::min(2 * m_room, m_options.windowSize.get() / 2);
        }
    }
    return {};
}

Status RunWriterImpl::drain(std::uint64_t keepBytes)
{
    return m_window.drain(keepBytes, [this](std::string_view row, std::string_view key) {
        return m_main.add(row, key);
    });
}

Status RunWriterImpl::drainStrays()
{
    ISO_TRY(m_strayWindow.drain(
        0, [this](std::string_view row, std::string_view key) { return m_strays.add(row, key); }));
    return m_strays.close();
}

Result<std::vector<RunRef>> RunWriterImpl::finish()
{
    ISO_CHECK(!m_failed);
    m_failed = true; // nothing may follow
    ISO_TRY(drain(0));
    ISO_TRY(m_main.close());
    ISO_TRY(drainStrays());
    std::vector<RunRef> runs = m_main.runs();
    runs.insert(runs.end(), m_strays.runs().begin(), m_strays.runs().end());
    std::stable_sort(runs.begin(), runs.end(),
                     [](const RunRef& a, const RunRef& b) { return a.minKey < b.minKey; });
    for (const RunRef& run : runs) {
        m_checksum.merge(run.checksum);
    }
    return runs;
}

} // namespace isotherm::repository

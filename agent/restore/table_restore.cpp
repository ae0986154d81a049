// SPDX-License-Identifier: Apache-2.0
#include "agent/restore/table_restore.h"

#include <atomic>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>

namespace isotherm::restore
{
namespace
{

using repository::RowChecksum;

/// Below this a second connection costs more than it brings.
constexpr std::uint64_t kWorthDividing = 8ULL << 20U;

Result<RowChecksum> copyItem(engine::RestoreTarget& target, const CopyItem& item,
                             const CopyOptions& options, const std::stop_token& stop)
{
    ISO_ASSIGN(const std::unique_ptr<RowSource> rows, item.source->openRows(item.range, stop));
    ISO_ASSIGN(const std::unique_ptr<engine::RowSink> sink,
               target.openSink(*item.target, *item.schema));
    RowChecksum checksum;
    RowBatch batch;
    for (;;) {
        if (stop.stop_requested()) {
            return makeError(Code::Cancelled, "the restore was cancelled");
        }
        ISO_TRY(rows->next(batch));
        if (batch.rowCount() == 0) {
            break;
        }
        ISO_TRY(sink->write(batch));
        checksum.add(batch);
        options.onCopied(ByteCount(batch.bytes.size()), batch.rowCount());
    }
    ISO_ASSIGN(const std::uint64_t written, sink->finish());
    if (written != checksum.rows()) {
        return makeError(Code::Internal, "the database took " + std::to_string(written) + " of " +
                                             std::to_string(checksum.rows()) + " rows");
    }
    return checksum;
}

/// Workers take the next item until there is none, or one has failed.
class ItemQueue
{
public:
    ItemQueue(engine::RestoreTarget& target, const std::vector<CopyItem>& items,
              const CopyOptions& options, const std::stop_token& stop)
        : m_target(target), m_items(items), m_options(options), m_checksums(items.size()),
          m_outside(stop, [this] { m_stop.request_stop(); })
    {
    }

    void work()
    {
        for (std::size_t index = m_next++; index < m_items.size(); index = m_next++) {
            auto copied = copyItem(m_target, m_items[index], m_options, m_stop.get_token());
            if (copied.ok()) {
                m_checksums[index] = *copied;
                continue;
            }
            const std::lock_guard lock(m_mutex);
            m_error = m_error.value_or(copied.error());
            m_stop.request_stop();
            return;
        }
    }

    [[nodiscard]] Result<std::vector<RowChecksum>> take()
    {
        if (m_error) {
            return *m_error;
        }
        return std::move(m_checksums);
    }

private:
    engine::RestoreTarget& m_target;
    const std::vector<CopyItem>& m_items;
    const CopyOptions& m_options;
    std::vector<RowChecksum> m_checksums;
    std::atomic<std::size_t> m_next{0};
    std::mutex m_mutex;
    std::optional<Error> m_error;
    std::stop_source m_stop;
    std::stop_callback<std::function<void()>> m_outside;
};

} // namespace

Result<std::vector<CopyItem>> divide(const std::vector<CopyItem>& items, std::uint32_t workers)
{
    std::vector<CopyItem> divided;
    for (const CopyItem& item : items) {
        ISO_ASSIGN(const repository::ReadEstimate estimate, item.source->estimate(item.range));
        const std::size_t parts = estimate.bytes.get() < kWorthDividing ? 1 : workers;
        ISO_ASSIGN(const std::vector<KeyRange> ranges, item.source->splitRange(item.range, parts));
        for (const KeyRange& range : ranges) {
            divided.push_back(item);
            divided.back().range = range;
        }
    }
    return divided;
}

Result<std::vector<RowChecksum>> copyItems(engine::RestoreTarget& target,
                                           const std::vector<CopyItem>& items,
                                           const CopyOptions& options, const std::stop_token& stop)
{
    ItemQueue queue(target, items, options, stop);
    {
        std::vector<std::jthread> threads;
        for (std::uint32_t i = 1; i < options.workers && i < items.size(); ++i) {
            threads.emplace_back([&queue] { queue.work(); });
        }
        queue.work();
    }
    return queue.take();
}

Result<RowChecksum> checksumOf(engine::RestoreTarget& target, const engine::StagingTable& table,
                               const TableSchema& schema, const std::stop_token& stop)
{
    ISO_ASSIGN(const std::unique_ptr<RowSource> rows, target.readBack(table, schema, stop));
    RowChecksum checksum;
    RowBatch batch;
    do {
        ISO_TRY(rows->next(batch));
        checksum.add(batch);
    } while (batch.rowCount() > 0);
    return checksum;
}

} // namespace isotherm::restore

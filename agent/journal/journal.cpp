// SPDX-License-Identifier: Apache-2.0
#include "agent/journal/journal.h"

#include "agent/journal/batch_writer.h"
#include "agent/journal/cursor.h"
#include "agent/journal/segment_file.h"
#include "shared/base/byte_io.h"

#include <algorithm>
#include <deque>
#include <mutex>
#include <unistd.h>
#include <utility>

namespace isotherm::journal
{
namespace
{

constexpr std::uint32_t kMostFrames = 16'384;
constexpr std::string_view kPrefix = "segment-";

/// What is known of a segment without reading it.
struct SegmentInfo
{
    std::uint64_t number = 0;
    std::filesystem::path path;
    std::uint64_t bytes = 0;
    Lsn start;
    Lsn position;
    std::uint64_t newest = 0; ///< highest transaction id in it
};

std::uint64_t newestIn(const std::vector<FrameEntry>& frames)
{
    std::uint64_t newest = 0;
    for (const FrameEntry& frame : frames) {
        newest = std::max(newest, frame.newest);
    }
    return newest;
}

Result<std::vector<std::uint64_t>> listSegments(const std::filesystem::path& folder)
{
    std::vector<std::uint64_t> numbers;
    std::error_code error;
    for (std::filesystem::directory_iterator it(folder, error), end; !error && it != end;
         it.increment(error)) {
        const std::string name = it->path().filename().string();
        if (name.starts_with(kPrefix)) {
            numbers.push_back(std::strtoull(name.c_str() + kPrefix.size(), nullptr, 16));
        }
    }
    if (error) {
        return errnoError(error.value(), "cannot list the journal in " + folder.string());
    }
    std::sort(numbers.begin(), numbers.end());
    for (std::size_t i = 1; i < numbers.size(); ++i) {
        if (numbers[i] != numbers[i - 1] + 1) {
            return makeError(Code::DataLoss,
                             "a segment of the journal in " + folder.string() + " is missing",
                             "move the folder away: the agent starts anew with full backups");
        }
    }
    return numbers;
}

class JournalImpl final : public Journal
{
public:
    explicit JournalImpl(JournalOptions options) : m_options(std::move(options)) {}

    ~JournalImpl() override
    {
        if (m_writer && !m_broken) { // else recovery closes it
            (void)m_writer->close(m_table).ok();
        }
    }

    Status load();

    Status begin(const TransactionHeader& transaction) override
    {
        ISO_TRY(ready());
        if (transaction.commitLsn <= m_lastCommit) {
            return makeError(Code::InvalidArgument,
                             "transactions reach the journal out of order at " +
                                 formatLsn(transaction.commitLsn));
        }
        m_lastCommit = transaction.commitLsn;
        m_batch->begin(transaction);
        m_dirty = true;
        return {};
    }
    Status add(const Change& change) override { return guard(m_batch->add(change)); }
    Status addMarker(const engine::SchemaMarker& marker) override
    {
        return guard(m_batch->addMarker(marker));
    }
    void addMoment(const Moment& moment) override { m_moments.push_back(moment); }
    Status addGap(const Gap& gap) override
    {
        ISO_TRY(ready());
        m_dirty = true;
        return guard(m_batch->addNote(encodeGap(gap), gap.after, gap.until));
    }
    Status setState(const State& state) override;
    Status seal(Lsn position) override;
    void discard() override;
    bool dirty() const override { return m_dirty; }

    State state() const override
    {
        const std::lock_guard lock(m_mutex);
        return m_state;
    }
    Lsn position() const override
    {
        const std::lock_guard lock(m_mutex);
        return m_position;
    }
    Requirement requirement(std::uint64_t leaf, std::uint64_t table) const override;
    JournalUsage usage() const override;
    Result<std::unique_ptr<Cursor>> read(const ReadRange& range) override;
    Result<Lsn> startFor(const Visibility& base, const std::vector<std::uint64_t>& leaves) override;
    Result<std::vector<Moment>> moments(Lsn first, Lsn last) override;
    Status dropBelow(Lsn lsn, std::uint64_t settled) override;

private:
    /// There is a segment to write into.
    Status ready();
    Status roll();
    [[nodiscard]] bool full() const;
    Status guard(Status status)
    {
        m_broken = m_broken || !status.ok();
        return status;
    }
    Result<std::optional<BatchTable>> loadSegment(std::uint64_t number, bool newest);
    Status loadState(const SegmentInfo& info, const BatchTable& table);
    Status loadDropped();
    Result<std::vector<SegmentToRead>> segmentsFor(Lsn first, Lsn last);
    Result<Lsn> firstHidden(const Visibility& base, const std::vector<std::uint64_t>& leaves,
                            Lsn start);

    const JournalOptions m_options;

    // The writer's.
    std::unique_ptr<SegmentWriter> m_writer;
    std::unique_ptr<BatchWriter> m_batch;
    std::vector<Moment> m_moments; ///< since the last seal
    State m_nextState;
    Lsn m_lastCommit;
    Lsn m_sealedCommit;
    WallTime m_opened{};
    std::string m_chain; ///< at the end of the newest closed segment
    std::uint64_t m_nextNumber = 1;
    bool m_dirty = false;
    bool m_broken = false;
    bool m_rollWanted = false;

    mutable std::mutex m_mutex; ///< guards the rest
    State m_state;
    Lsn m_position;
    std::deque<SegmentInfo> m_segments; ///< with the newest
    std::uint64_t m_dropped = 0;        ///< highest transaction id in segments that are gone
    BatchTable m_table;                 ///< of the segment that is written
};

Status JournalImpl::loadState(const SegmentInfo& info, const BatchTable& table)
{
    ISO_ASSIGN(const auto reader, SegmentReader::open(info.path, m_options.key));
    for (const FrameEntry& entry : table.frames) {
        if (entry.kind == FrameKind::State) {
            ISO_ASSIGN(const Frame frame,
                       reader->read(entry.offset, entry.length, FrameKind::State));
            ISO_ASSIGN(m_state, decodeState(frame.content));
        }
        if (entry.kind == FrameKind::Chunk) {
            m_lastCommit = std::max(m_lastCommit, entry.highest);
        }
    }
    return {};
}

/// What was before the oldest segment: its first state tells.
Status JournalImpl::loadDropped()
{
    if (m_segments.empty()) {
        return {};
    }
    ISO_ASSIGN(const auto reader, SegmentReader::open(m_segments.front().path, m_options.key));
    ISO_ASSIGN(const auto index, reader->index());
    for (std::size_t i = 0; index && i < index->frames.size(); ++i) {
        const FrameEntry& entry = index->frames[i];
        if (entry.kind == FrameKind::State) {
            ISO_ASSIGN(const Frame frame,
                       reader->read(entry.offset, entry.length, FrameKind::State));
            ISO_ASSIGN(const State state, decodeState(frame.content));
            m_dropped = state.newestBefore;
            return {};
        }
    }
    return {};
}

Result<std::optional<BatchTable>> JournalImpl::loadSegment(std::uint64_t number, bool newest)
{
    const std::filesystem::path path = segmentPath(m_options.folder, number);
    std::optional<BatchTable> table;
    auto reader = SegmentReader::open(path, m_options.key);
    if (reader.ok()) {
        auto index = (*reader)->index();
        if (index.ok()) {
            table = std::move(index).value();
        } else if (!newest || number == 1) {
            return index.error();
        }
    } else if (!newest) {
        return reader.error();
    }
    if (!table) {
        if (!newest) {
            return makeError(Code::DataLoss,
                             "journal segment " + path.filename().string() + " is damaged",
                             "move the journal away: the agent starts anew with full backups");
        }
        ISO_ASSIGN(table, recoverSegment(path, m_options.key));
        if (!table) {
            return table;
        }
        ISO_ASSIGN(auto again, SegmentReader::open(path, m_options.key));
        reader = std::move(again);
    }
    if (!m_chain.empty() && (*reader)->header().chain != m_chain) {
        return makeError(Code::DataLoss,
                         "journal segment " + path.filename().string() +
                             " does not continue the one before",
                         "move the journal away: the agent starts anew with full backups");
    }
    m_chain = table->chain;
    m_segments.push_back({number, path, (*reader)->size(), (*reader)->header().start,
                          table->position, newestIn(table->frames)});
    return table;
}

Status JournalImpl::load()
{
    std::error_code error;
    std::filesystem::create_directories(m_options.folder, error);
    if (error) {
        return errnoError(error.value(), "cannot make the folder " + m_options.folder.string());
    }
    ISO_ASSIGN(const std::vector<std::uint64_t> numbers, listSegments(m_options.folder));
    std::optional<BatchTable> last;
    for (const std::uint64_t number : numbers) {
        ISO_ASSIGN(std::optional<BatchTable> table, loadSegment(number, number == numbers.back()));
        if (table) {
            last = std::move(table);
            m_position = last->position;
        }
    }
    ISO_TRY(loadDropped());
    m_nextNumber =
        m_segments.empty() ? (numbers.empty() ? 1 : numbers.back()) : m_segments.back().number + 1;
    if (m_chain.empty()) {
        m_chain = std::string(repository::kDigestBytes, '\0');
    }
    if (last) {
        ISO_TRY(loadState(m_segments.back(), *last)); // each segment starts with the state
    }
    m_nextState = m_state;
    m_sealedCommit = m_lastCommit;
    return {};
}

bool JournalImpl::full() const
{
    return m_writer->size() >= m_options.segmentBytes.get() || m_writer->frames() >= kMostFrames ||
           (m_table.transactions > 0 &&
            m_options.clock.wallNow() - m_opened >= m_options.segmentAge);
}

Status JournalImpl::ready()
{
    if (m_broken) {
        return makeError(Code::FailedPrecondition, "the journal failed and was not discarded");
    }
    if (m_writer && (m_dirty || !(m_rollWanted || full()))) {
        return {}; // never in the middle of a batch
    }
    return guard(roll());
}

/// Closes the segment that is written, if any, and starts the next one with the state.
Status JournalImpl::roll()
{
    if (m_writer) {
        ISO_TRY(m_writer->close(m_table));
        m_chain = m_writer->chain();
        const std::lock_guard lock(m_mutex);
        m_segments.back().bytes = m_writer->size();
        m_writer.reset();
    }
    SegmentHeader header;
    header.number = m_nextNumber;
    header.created = m_opened = m_options.clock.wallNow();
    header.start = m_position;
    header.timeline = m_nextState.epoch.timeline;
    header.epoch = m_nextState.epoch.number;
    header.systemCheck = repository::shortCheck(m_nextState.epoch.systemId);
    header.chain = m_chain;
    ISO_ASSIGN(m_writer, SegmentWriter::create(m_options.folder, header, m_options.key));
    ++m_nextNumber;
    m_rollWanted = false;
    {
        const std::lock_guard lock(m_mutex);
        m_table = BatchTable();
        for (const SegmentInfo& segment : m_segments) {
            m_nextState.newestBefore = std::max(m_nextState.newestBefore, segment.newest);
        }
        m_segments.push_back({header.number, segmentPath(m_options.folder, header.number), 0,
                              header.start, header.start, 0});
    }
    m_batch = std::make_unique<BatchWriter>(*m_writer);
    return m_batch->addState(m_nextState);
}

Status JournalImpl::setState(const State& state)
{
    const Epoch& old = m_nextState.epoch;
    m_rollWanted = m_rollWanted || (old.number != state.epoch.number && m_writer != nullptr);
    if (old.number != state.epoch.number || old.timeline != state.epoch.timeline) {
        m_lastCommit = Lsn(); // another history may use positions again
    }
    const bool rolls = m_rollWanted && !m_dirty;
    const std::uint64_t before = m_nextState.newestBefore;
    m_nextState = state;
    m_nextState.newestBefore = before;
    const bool fresh = !m_writer || rolls;
    ISO_TRY(ready());
    m_dirty = true;
    return fresh ? Status() : guard(m_batch->addState(state));
}

Status JournalImpl::seal(Lsn position)
{
    ISO_TRY(ready());
    BatchTable batch;
    batch.position = std::max(position, m_position);
    if (m_nextState.epoch.number != m_state.epoch.number) {
        batch.position = position;
    }
    batch.at = m_options.clock.wallNow();
    batch.moments = m_moments;
    ISO_TRY(guard(m_batch->finish(batch)));
    ISO_TRY(guard(m_writer->sync()));
    const std::lock_guard lock(m_mutex);
    m_table.position = batch.position;
    m_table.at = batch.at;
    m_table.transactions += batch.transactions;
    m_table.frames.insert(m_table.frames.end(), batch.frames.begin(), batch.frames.end());
    m_table.moments.insert(m_table.moments.end(), batch.moments.begin(), batch.moments.end());
    m_segments.back().bytes = m_writer->size();
    m_segments.back().position = batch.position;
    m_segments.back().newest = std::max(m_segments.back().newest, newestIn(batch.frames));
    m_position = batch.position;
    m_state = m_nextState;
    m_sealedCommit = m_lastCommit;
    m_moments.clear();
    m_dirty = false;
    return {};
}

/// The segment is closed as a crash would leave it, so that no frame number is used twice.
void JournalImpl::discard()
{
    if (m_writer && (m_broken || m_dirty)) {
        const std::filesystem::path path = segmentPath(m_options.folder, m_writer->header().number);
        m_batch.reset();
        m_writer.reset();
        const std::lock_guard lock(m_mutex);
        const auto recovered = recoverSegment(path, m_options.key);
        m_segments.pop_back();
        if (!recovered.ok()) {
            // No room even for an index: the next open closes it. Nothing can be written till then.
            m_broken = true;
            m_segments.push_back({m_nextNumber - 1, path, 0, m_position, m_position, 0});
            return;
        }
        if (*recovered) {
            std::error_code error;
            const std::uint64_t bytes = std::filesystem::file_size(path, error);
            m_segments.push_back({m_nextNumber - 1, path, error ? 0 : bytes,
                                  m_segments.empty() ? Lsn() : m_segments.back().position,
                                  (*recovered)->position, newestIn((*recovered)->frames)});
            m_chain = (*recovered)->chain;
        } else {
            --m_nextNumber;
        }
        m_table = BatchTable();
    }
    m_moments.clear();
    m_nextState = m_state;
    m_lastCommit = m_sealedCommit;
    m_dirty = false;
    m_broken = false;
    m_rollWanted = false;
}

Requirement JournalImpl::requirement(std::uint64_t leaf, std::uint64_t table) const
{
    const std::lock_guard lock(m_mutex);
    Requirement requirement;
    requirement.epoch = m_state.epoch.number;
    requirement.fence = m_state.epoch.fence;
    requirement.dropped = m_dropped;
    if (const auto ended = m_state.ended.find(leaf); ended != m_state.ended.end()) {
        requirement.captured = true;
        requirement.fence = std::max(requirement.fence, ended->second.fence);
        requirement.mustShow = ended->second.mustShow;
        requirement.earlier = ended->second.earlier;
        return requirement;
    }
    const auto foundTable = m_state.tables.find(table);
    if (m_state.epoch.number == 0 || foundTable == m_state.tables.end() ||
        !foundTable->second.captured) {
        requirement.reason = foundTable == m_state.tables.end() || foundTable->second.reason.empty()
                                 ? "its table is not captured"
                                 : foundTable->second.reason;
        return requirement;
    }
    requirement.captured = true;
    if (foundTable->second.fence > requirement.fence) {
        requirement.fence = foundTable->second.fence;
        requirement.reason = foundTable->second.reason;
    }
    if (const auto found = m_state.leaves.find(leaf); found != m_state.leaves.end()) {
        requirement.mustShow = found->second.mustShow;
        requirement.earlier = found->second.earlier;
        if (found->second.fence > requirement.fence || found->second.mustShow > 0) {
            requirement.fence = std::max(requirement.fence, found->second.fence);
            requirement.reason = found->second.reason;
        }
    }
    return requirement;
}

JournalUsage JournalImpl::usage() const
{
    const std::lock_guard lock(m_mutex);
    JournalUsage usage;
    usage.position = m_position;
    usage.oldest = m_segments.empty() ? m_position : m_segments.front().start;
    usage.segments = static_cast<std::uint32_t>(m_segments.size());
    std::uint64_t bytes = 0;
    for (const SegmentInfo& segment : m_segments) {
        bytes += segment.bytes;
    }
    usage.bytes = ByteCount(bytes);
    return usage;
}

Result<std::vector<SegmentToRead>> JournalImpl::segmentsFor(Lsn first, Lsn last)
{
    const std::lock_guard lock(m_mutex);
    std::vector<SegmentToRead> segments;
    for (const SegmentInfo& info : m_segments) {
        const bool written = m_writer && info.number == m_segments.back().number;
        if (info.position <= first || info.start > last || info.position == info.start) {
            continue;
        }
        SegmentToRead segment;
        ISO_ASSIGN(segment.reader, SegmentReader::open(info.path, m_options.key));
        if (written) {
            segment.frames = m_table.frames;
        }
        segments.push_back(std::move(segment));
    }
    return segments;
}

Result<std::unique_ptr<Cursor>> JournalImpl::read(const ReadRange& range)
{
    const JournalUsage now = usage();
    if (range.first < now.oldest) {
        return makeError(Code::OutOfRange,
                         "the journal starts at " + formatLsn(now.oldest) + ", after " +
                             formatLsn(range.first),
                         "a full backup starts a new history");
    }
    if (range.last > now.position) {
        return makeError(Code::OutOfRange, "the journal has reached " + formatLsn(now.position) +
                                               " only, not " + formatLsn(range.last));
    }
    ISO_ASSIGN(auto segments, segmentsFor(range.first, range.last));
    return std::unique_ptr<Cursor>(std::make_unique<CursorImpl>(range, std::move(segments)));
}

Result<Lsn> JournalImpl::startFor(const Visibility& base, const std::vector<std::uint64_t>& leaves)
{
    std::vector<SegmentToRead> segments;
    Lsn start;
    {
        const std::lock_guard lock(m_mutex);
        start = m_position;
        for (const SegmentInfo& info : m_segments) {
            if (info.newest >= base.oldestRunning()) {
                SegmentToRead segment;
                ISO_ASSIGN(segment.reader, SegmentReader::open(info.path, m_options.key));
                if (m_writer && info.number == m_segments.back().number) {
                    segment.frames = m_table.frames;
                }
                segments.push_back(std::move(segment));
            }
        }
    }
    for (SegmentToRead& segment : segments) {
        if (!segment.frames) {
            ISO_ASSIGN(std::optional<BatchTable> index, segment.reader->index());
            segment.frames = index ? std::move(index->frames) : std::vector<FrameEntry>();
        }
        for (const FrameEntry& frame : *segment.frames) {
            const bool wanted = frame.newest >= base.oldestRunning() &&
                                std::find(leaves.begin(), leaves.end(), frame.leaf) != leaves.end();
            if (wanted && frame.lowest <= start) {
                start = Lsn(frame.lowest.get() - 1);
            }
        }
    }
    return firstHidden(base, leaves, start);
}

/// The indexes know no more than the youngest transaction of a stretch.
Result<Lsn> JournalImpl::firstHidden(const Visibility& base,
                                     const std::vector<std::uint64_t>& leaves, Lsn start)
{
    const Lsn end = position();
    if (start >= end) {
        return end;
    }
    ISO_ASSIGN(const auto cursor, read({leaves, std::max(start, usage().oldest), end}));
    for (;;) {
        ISO_ASSIGN(const Event* const event, cursor->next());
        if (event == nullptr) {
            return end;
        }
        if (event->kind == EventKind::Change && !base.shows(event->transaction->id)) {
            return Lsn(event->transaction->commitLsn.get() - 1);
        }
    }
}

Result<std::vector<Moment>> JournalImpl::moments(Lsn first, Lsn last)
{
    std::vector<Moment> moments;
    const auto take = [&](const std::vector<Moment>& from) {
        for (const Moment& moment : from) {
            if (moment.lsn > first && moment.lsn <= last) {
                moments.push_back(moment);
            }
        }
    };
    ISO_ASSIGN(auto segments, segmentsFor(first, last));
    for (SegmentToRead& segment : segments) {
        if (segment.frames) {
            const std::lock_guard lock(m_mutex);
            take(m_table.moments);
            continue;
        }
        ISO_ASSIGN(const auto index, segment.reader->index());
        if (index) {
            take(index->moments);
        }
    }
    return moments;
}

Status JournalImpl::dropBelow(Lsn lsn, std::uint64_t settled)
{
    for (;;) {
        std::filesystem::path path;
        {
            const std::lock_guard lock(m_mutex);
            if (m_segments.size() < 2 || m_segments.front().position > lsn ||
                m_segments.front().newest >= settled) {
                return {};
            }
            path = m_segments.front().path;
            m_dropped = std::max(m_dropped, m_segments.front().newest);
            m_segments.pop_front();
        }
        if (::unlink(path.c_str()) != 0) {
            return errnoError(errno, "cannot remove " + path.string());
        }
        ISO_TRY(syncDirectory(m_options.folder));
    }
}

} // namespace

Result<std::unique_ptr<Journal>> Journal::open(JournalOptions options)
{
    auto journal = std::make_unique<JournalImpl>(std::move(options));
    ISO_TRY(journal->load());
    return std::unique_ptr<Journal>(std::move(journal));
}

} // namespace isotherm::journal

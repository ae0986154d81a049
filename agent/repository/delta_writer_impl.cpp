// SPDX-License-Identifier: Apache-2.0
#include "agent/repository/delta_writer_impl.h"

#include "agent/repository/row_fields.h"
#include "agent/repository/version_collapser.h"

#include <utility>

namespace isotherm::repository
{
namespace
{

/// Spilled runs that are merged at a time: each needs a block or two of memory.
constexpr std::size_t kFanIn = 16;
constexpr std::uint64_t kSpillBlock = 128ULL << 10U;
constexpr std::uint64_t kSpillObject = 1ULL << 40U;
constexpr std::size_t kLongestPreviousKey = std::size_t{1} << 20U;

Error wrongChange(std::string why)
{
    return makeError(Code::InvalidArgument, std::move(why),
                     "the change stream is not what it should be: a new base is needed");
}

} // namespace

DeltaWriterImpl::DeltaWriterImpl(storage::ObjectStore& store, const RepositoryKeys& keys,
                                 const Clock& clock, PendingRuns& pending, DeltaOptions options)
    : m_store(store), m_keys(keys), m_clock(clock), m_pending(pending),
      m_options(std::move(options)), m_columns(m_options.schema.columns.size()),
      m_isKeyColumn(m_columns, false), m_keyEncoder(m_options.schema)
{
    for (const KeyColumn& column : m_options.schema.key) {
        m_isKeyColumn[column.column] = true;
    }
}

DeltaWriterImpl::~DeltaWriterImpl()
{
    for (const std::string& object : m_objects) {
        if (m_pending.contains(object)) {
            // What cannot be deleted now is garbage, and collected as such.
            (void)m_store.remove(object);
            m_pending.remove(object);
        }
    }
}

RunTarget DeltaWriterImpl::target()
{
    return {m_store, m_keys, m_clock, [this](const std::string& object) {
                m_objects.push_back(object);
                m_pending.add(object);
            }};
}

DeltaObjectOptions DeltaWriterImpl::objectOptions(bool spilled) const
{
    DeltaObjectOptions options{
        m_options.schema,           m_options.first,      m_options.last,     m_options.asOf,
        m_options.compressionLevel, m_options.objectSize, m_options.blockSize};
    if (spilled) {
        options.compressionLevel = 1;
        options.objectSize = ByteCount(kSpillObject);
        options.blockSize = ByteCount(kSpillBlock);
    }
    return options;
}

Result<std::uint32_t> DeltaWriterImpl::addTransaction(const TransactionRecord& transaction)
{
    const Lsn before = m_transactions.empty() ? m_options.first : m_transactions.back().commit;
    if (transaction.commit <= before || m_options.last < transaction.commit) {
        return wrongChange("a commit at " + formatLsn(transaction.commit) +
                           " does not come after the one before, or is outside of the delta");
    }
    m_transactions.push_back(transaction);
    m_orders.push_back(0);
    return static_cast<std::uint32_t>(m_transactions.size() - 1);
}

Status DeltaWriterImpl::add(const DeltaChange& change)
{
    ISO_CHECK(!m_failed);
    Status status = take(change);
    m_failed = !status.ok();
    return status;
}

Status DeltaWriterImpl::take(const DeltaChange& change)
{
    ISO_CHECK(change.transaction < m_transactions.size());
    const std::uint32_t order = ++m_orders[change.transaction];
    if (order == 0) {
        return wrongChange("a transaction has more changes than can be counted");
    }
    TransactionRecord& transaction = m_transactions[change.transaction];
    ++m_changes;
    m_raw += change.row.size();
    switch (change.kind) {
    case DeltaKind::Insert:
        ++transaction.inserted;
        return takeRow(change, order);
    case DeltaKind::Update:
        ++transaction.updated;
        return takeRow(change, order);
    case DeltaKind::Delete:
        ++transaction.deleted;
        return takeDelete(change, order);
    case DeltaKind::Truncate:
        ++transaction.truncates;
        takeTruncate(change.transaction, order);
        return {};
    }
    return wrongChange("an unknown kind of change");
}

RowVersion DeltaWriterImpl::versionOf(std::uint32_t transaction, VersionKind kind,
                                      std::uint32_t order) const
{
    RowVersion version;
    version.commit = m_transactions[transaction].commit;
    version.kind = kind;
    version.transaction = transaction;
    version.order = order;
    return version;
}

Status DeltaWriterImpl::makeKey(std::string_view row, std::string& key)
{
    if (row.size() > kLargestRow || !isRow(row, m_columns)) {
        return makeError(Code::InvalidArgument, "malformed row: its fields do not fit its columns");
    }
    key.clear();
    ISO_TRY(m_keyEncoder.append(row, key));
    const KeyRange& range = m_options.range;
    if (key < range.begin.encoded() || (range.end && key >= range.end->encoded())) {
        return wrongChange("a changed row is not in the range of its shard");
    }
    return {};
}

/// The row with all but its key absent.
std::string DeltaWriterImpl::keyOnly(std::string_view row) const
{
    std::string bytes;
    ByteReader reader(row);
    for (std::size_t i = 0; i < m_columns; ++i) {
        const auto length = static_cast<std::int32_t>(reader.takeBigEndian<std::uint32_t>());
        const std::string_view value =
            reader.take(length > 0 ? static_cast<std::uint64_t>(length) : 0);
        appendBigEndian(bytes,
                        static_cast<std::uint32_t>(m_isKeyColumn[i] ? length : kAbsentField));
        bytes += m_isKeyColumn[i] ? value : std::string_view();
    }
    return bytes;
}

Status DeltaWriterImpl::takeRow(const DeltaChange& change, std::uint32_t order)
{
    ISO_TRY(makeKey(change.row, m_key));
    VersionView version{
        m_key, change.row, {}, versionOf(change.transaction, VersionKind::Row, order)};
    bool absent = hasAbsentField(change.row, m_columns);
    if (change.kind == DeltaKind::Insert && absent) {
        return wrongChange("an inserted row lacks a value");
    }
    if (change.oldRow.empty()) {
        return keep(version);
    }
    ISO_TRY(makeKey(change.oldRow, m_oldKey));
    if (absent) {
        m_row = change.row;
        absent = fillAbsentFields(m_row, change.oldRow, m_columns);
        version.row = m_row;
    }
    if (m_oldKey == m_key) {
        return keep(version);
    }
    if (m_oldKey.size() > kLongestPreviousKey) {
        return wrongChange("a key is longer than 1 MiB");
    }
    version.previousKey = absent ? std::string_view(m_oldKey) : std::string_view();
    const std::string gone = keyOnly(change.oldRow);
    const VersionKind kind = absent ? VersionKind::Moved : VersionKind::Tombstone;
    ISO_TRY(keep({m_oldKey, gone, {}, versionOf(change.transaction, kind, order)}));
    return keep(version);
}

Status DeltaWriterImpl::takeDelete(const DeltaChange& change, std::uint32_t order)
{
    ISO_TRY(makeKey(change.row, m_key));
    m_row = keyOnly(change.row);
    return keep({m_key, m_row, {}, versionOf(change.transaction, VersionKind::Tombstone, order)});
}

void DeltaWriterImpl::takeTruncate(std::uint32_t transaction, std::uint32_t order)
{
    const auto [entry, first] = m_lastTruncate.insert_or_assign(transaction, order);
    if (first) {
        m_truncates.push_back({m_transactions[transaction].commit, transaction, m_options.range});
    }
}

Status DeltaWriterImpl::keep(const VersionView& version)
{
    m_window.add(version);
    return m_window.bytes() >= m_options.sortMemory.get() ? spill() : Status();
}

Status DeltaWriterImpl::spill()
{
    if (m_spills.size() >= kFanIn) {
        // Many spills become one, so that the last merge needs no more memory than this one.
        std::vector<RunRef> merged = m_spills;
        DeltaObjectWriter writer(target(), objectOptions(true), nullptr);
        ISO_TRY(mergeSpills([&](const VersionView& version) { return writer.add(version); }));
        ISO_TRY(writer.close());
        m_spills = writer.runs();
        removeSpills(std::move(merged));
    }
    DeltaObjectWriter writer(target(), objectOptions(true), nullptr);
    ISO_TRY(m_window.drain([&](const VersionView& version) { return writer.add(version); }));
    ISO_TRY(writer.close());
    m_spills.insert(m_spills.end(), writer.runs().begin(), writer.runs().end());
    return {};
}

Status DeltaWriterImpl::mergeSpills(const Emit& emit)
{
    const CountedStore store{m_store, m_bytesRead};
    std::vector<std::unique_ptr<VersionCursor>> cursors;
    for (const RunRef& run : m_spills) {
        ISO_ASSIGN(std::shared_ptr<const RunFile> file, RunFile::open(store, m_keys, run));
        ISO_ASSIGN(std::unique_ptr<VersionCursor> cursor,
                   VersionCursor::open(std::move(file), store, {{}, m_options.last}));
        cursors.push_back(std::move(cursor));
    }
    VersionMerge merge(std::move(cursors), {});
    for (;;) {
        ISO_ASSIGN(const bool more, merge.next());
        if (!more) {
            return {};
        }
        ISO_TRY(emit(merge.current()));
    }
}

void DeltaWriterImpl::removeSpills(std::vector<RunRef> spills)
{
    for (const RunRef& run : spills) {
        // What cannot be deleted now is garbage, and collected as such.
        (void)m_store.remove(run.object);
        m_pending.remove(run.object);
    }
}

Result<std::vector<RunRef>> DeltaWriterImpl::finish()
{
    ISO_CHECK(!m_failed);
    m_failed = true; // nothing may follow
    DeltaObjectWriter writer(target(), objectOptions(false), &m_transactions);
    writer.setTruncates(m_truncates);
    VersionCollapser collapser(m_columns,
                               [&](const VersionView& version) { return writer.add(version); });
    const Emit emit = [&](const VersionView& version) {
        const auto truncate = m_lastTruncate.find(version.version.transaction);
        const bool gone =
            truncate != m_lastTruncate.end() && version.version.order < truncate->second;
        return gone ? Status() : collapser.add(version);
    };
    if (m_spills.empty()) {
        ISO_TRY(m_window.drain(emit));
    } else {
        ISO_TRY(spill());
        ISO_TRY(mergeSpills(emit));
    }
    ISO_TRY(collapser.finish());
    ISO_TRY(writer.close());
    removeSpills(std::exchange(m_spills, {}));
    return writer.runs();
}

} // namespace isotherm::repository

// SPDX-License-Identifier: Apache-2.0
#include "agent/repository/row_lookup.h"

#include "agent/repository/row_fields.h"

#include <algorithm>
#include <utility>

namespace isotherm::repository
{
namespace
{

constexpr std::size_t kKeptBlocks = 6;

/// May it answer? See FORMAT.md, section 6.1.
bool isBelow(const RowVersion& version, const RowLookup::Question& question)
{
    return version.commit < question.commit ||
           (version.commit == question.commit && version.order != 0 &&
            version.order < question.order);
}

bool mayHold(const RunRef& run, std::string_view key)
{
    return run.versions > 0 && run.minKey.encoded() <= key && key <= run.maxKey.encoded();
}

KeyRange only(std::string_view key)
{
    std::string next(key);
    next.push_back('\0');
    return {Key(std::string(key)), Key(std::move(next))};
}

} // namespace

Lsn truncatedAt(const std::vector<TruncateEntry>& truncates, std::string_view key, Lsn upTo)
{
    Lsn newest;
    for (const TruncateEntry& truncate : truncates) {
        if (truncate.commit <= upTo && newest < truncate.commit &&
            truncate.range.begin.encoded() <= key &&
            (!truncate.range.end || key < truncate.range.end->encoded())) {
            newest = truncate.commit;
        }
    }
    return newest;
}

std::string_view RowLookup::Block::key(std::size_t row) const
{
    const std::size_t begin = row == 0 ? 0 : keyEnds[row - 1];
    return std::string_view(keys).substr(begin, keyEnds[row] - begin);
}

std::pair<std::size_t, std::size_t> RowLookup::Block::find(std::string_view wanted) const
{
    std::size_t low = 0;
    std::size_t high = keyEnds.size();
    while (low < high) {
        const std::size_t middle = (low + high) / 2;
        key(middle) < wanted ? low = middle + 1 : high = middle;
    }
    for (high = low; high < keyEnds.size() && key(high) == wanted; ++high) {
    }
    return {low, high};
}

Result<std::shared_ptr<const RowLookup::Block>>
RowLookup::block(const RunFile& file, std::size_t run, std::size_t number)
{
    const auto kept = std::find_if(m_blocks.begin(), m_blocks.end(), [&](const auto& block) {
        return block->run == run && block->number == number;
    });
    if (kept != m_blocks.end()) {
        m_blocks.splice(m_blocks.begin(), m_blocks, kept);
        return m_blocks.front();
    }
    auto block = std::make_shared<Block>();
    block->run = run;
    block->number = number;
    const RunIndex& index = file.index();
    ISO_ASSIGN(const std::string frame,
               m_history.store().read(file.name(), index.blocks[number].offset,
                                      index.blocks[number].stored));
    ISO_ASSIGN(ObjectCipher cipher, file.cipher());
    BlockDecoder decoder(index.schema.columns.size());
    Status status =
        index.kind == RunKind::Delta
            ? decodeVersionFrame(index, number, frame, cipher, decoder, block->content)
            : decodeBlockFrame(index, number, frame, cipher, decoder, block->content.rows);
    RowKeyEncoder keys(index.schema);
    for (std::size_t i = 0; status.ok() && i < block->content.rows.rowCount(); ++i) {
        if (!keys.append(block->content.rows.row(i), block->keys).ok()) {
            status = makeError(Code::DataLoss, "a row in it has no key");
        }
        block->keyEnds.push_back(block->keys.size());
    }
    if (!status.ok()) {
        return status.error().within("block " + std::to_string(number) + " of " + file.name());
    }
    m_blocks.push_front(std::move(block));
    if (m_blocks.size() > kKeptBlocks) {
        m_blocks.pop_back();
    }
    return m_blocks.front();
}

Status RowLookup::collect(const Question& question, std::size_t run, const RunFacts& facts,
                          Lsn floor, std::vector<Found>& found)
{
    ISO_ASSIGN(RowMapper mapper, m_history.mapper(run));
    const BlockSpan span = facts.file->blocksFor(only(question.key));
    for (std::size_t number = span.begin; number < span.end; ++number) {
        ISO_ASSIGN(const std::shared_ptr<const Block> held, block(*facts.file, run, number));
        const auto [begin, end] = held->find(question.key);
        for (std::size_t i = begin; i < end; ++i) {
            const RowVersion& version = held->content.versions[i];
            ISO_ASSIGN(const bool shown, facts.shows(version.transaction));
            if (shown || version.commit < floor || !isBelow(version, question)) {
                continue;
            }
            ISO_ASSIGN(const std::string_view row, mapper.map(held->content.rows.row(i)));
            found.push_back(
                {std::string(row),
                 held->content.previousKeys.substr(version.previousBegin, version.previousSize),
                 version});
        }
    }
    return {};
}

Result<std::vector<RowLookup::Found>> RowLookup::versionsBelow(const Question& question,
                                                               std::size_t view, Lsn floor)
{
    std::vector<Found> found;
    for (const std::size_t run : m_history.deltas()) {
        if (mayHold(m_history.table().runs[run], question.key)) {
            ISO_ASSIGN(const std::shared_ptr<const RunFacts> facts, m_history.facts(run, view));
            ISO_TRY(collect(question, run, *facts, floor, found));
        }
    }
    std::sort(found.begin(), found.end(),
              [](const Found& a, const Found& b) { return isNewer(a.version, b.version); });
    return found;
}

Result<Lsn> RowLookup::floorOf(const Question& question, std::size_t view)
{
    Lsn floor;
    for (const std::size_t run : m_history.deltas()) {
        if (m_history.table().runs[run].truncates > 0) {
            ISO_ASSIGN(const std::shared_ptr<const RunFacts> facts, m_history.facts(run, view));
            floor = std::max(floor, truncatedAt(facts->truncates, question.key, question.commit));
        }
    }
    return floor;
}

Result<std::optional<std::string>> RowLookup::baseRow(std::string_view key, std::size_t view)
{
    const std::vector<RunRef>& runs = m_history.table().runs;
    for (std::size_t run = 0; run < runs.size(); ++run) {
        if (runs[run].kind != RunKind::Base || runs[run].baseView != view ||
            !mayHold(runs[run], key)) {
            continue;
        }
        ISO_ASSIGN(const std::shared_ptr<const RunFile> file, m_history.plain().file(run));
        const BlockSpan span = file->blocksFor(only(key));
        for (std::size_t number = span.begin; number < span.end; ++number) {
            ISO_ASSIGN(const std::shared_ptr<const Block> held, block(*file, run, number));
            const auto [begin, end] = held->find(key);
            if (begin < end) {
                ISO_ASSIGN(RowMapper mapper, m_history.mapper(run));
                ISO_ASSIGN(const std::string_view row, mapper.map(held->content.rows.row(begin)));
                return std::optional<std::string>(row);
            }
        }
    }
    return std::optional<std::string>();
}

Status RowLookup::fill(std::string& row, Question question)
{
    const std::size_t columns = m_history.schema().columns.size();
    for (;;) { // every step goes back in time
        const auto view = m_history.viewOf(question.key);
        if (!view) {
            return m_history.brokenChain(question.key, question.commit);
        }
        ISO_ASSIGN(const Lsn floor, floorOf(question, *view));
        ISO_ASSIGN(std::vector<Found> found, versionsBelow(question, *view, floor));
        bool moved = false;
        for (Found& version : found) {
            if (version.version.kind != VersionKind::Row) {
                return m_history.brokenChain(question.key, question.commit);
            }
            if (!fillAbsentFields(row, version.row, columns)) {
                return {};
            }
            if (!version.previousKey.empty()) {
                question = {std::move(version.previousKey), version.version.commit,
                            version.version.order};
                moved = true;
                break;
            }
        }
        if (moved) {
            continue;
        }
        ISO_ASSIGN(const std::optional<std::string> base, baseRow(question.key, *view));
        if (floor != Lsn() || !base || fillAbsentFields(row, *base, columns)) {
            return m_history.brokenChain(question.key, question.commit);
        }
        return {};
    }
}

} // namespace isotherm::repository

// SPDX-License-Identifier: Apache-2.0
#include "agent/recovery/edit_run.h"

#include "agent/recovery/column_match.h"

#include <algorithm>
#include <numeric>
#include <utility>

namespace isotherm::recovery
{
namespace
{

std::string leafName(const EditSection& section)
{
    return section.target.leaf.schema + "." + section.target.leaf.name;
}

std::vector<std::uint32_t> allColumns(const TableSchema& table)
{
    std::vector<std::uint32_t> columns(table.columns.size());
    std::iota(columns.begin(), columns.end(), 0U);
    return columns;
}

/// "(17, 4)".
std::string keyText(const std::vector<std::optional<std::string>>& values)
{
    std::string text;
    for (const auto& value : values) {
        text += (text.empty() ? "(" : ", ") + value.value_or("null");
    }
    return text + ")";
}

/// Goes through the edits beside the images, which come in the same order, and finds out whether
/// what was written is what was wanted.
class WantedRows
{
public:
    using Next = std::function<Result<std::optional<EditRecord>>()>;
    WantedRows(Next next, const EditSection& section) : m_next(std::move(next)), m_section(section)
    {
    }

    Result<bool> isAsWanted(const engine::EditImage& image)
    {
        while (!m_record || m_record->number < image.number) {
            ISO_ASSIGN(m_record, m_next());
            if (!m_record) {
                return makeError(Code::Internal, "the database wrote a row that nobody asked for");
            }
        }
        if (!m_record->wanted || !image.after) {
            return m_record->wanted.has_value() == image.after.has_value();
        }
        ISO_ASSIGN(
            const std::string written,
            project(*image.after, m_section.target.table.columns.size(), m_section.target.columns));
        return written == *m_record->wanted;
    }

private:
    Next m_next;
    const EditSection& m_section;
    std::optional<EditRecord> m_record;
};

} // namespace

Result<std::vector<EditRun::Section>> EditRun::sectionsOf(const ShardEdits& shard) const
{
    ISO_ASSIGN(const auto file, shard.open());
    std::vector<Section> sections;
    for (const std::uint32_t index : shard.sections) {
        ISO_ASSIGN(const auto records, recordsOf(shard, index, m_selection, m_parts.stop));
        ISO_ASSIGN(const auto first, records());
        if (first) {
            sections.push_back({index, file->sections()[index]});
        }
    }
    return sections;
}

Result<PreparedEdit> EditRun::prepare(std::size_t index, std::optional<JobId> job)
{
    const ShardEdits& shard = m_selection.shards.at(index);
    ISO_ASSIGN(const std::vector<Section> sections, sectionsOf(shard));
    PreparedEdit edit;
    ISO_ASSIGN(edit.transaction, m_parts.editing.begin(m_rules));
    for (const Section& section : sections) {
        ISO_ASSIGN(const auto records, recordsOf(shard, section.index, m_selection, m_parts.stop));
        const engine::EditSource edits = [&]() -> Result<std::optional<engine::RowEdit>> {
            ISO_ASSIGN(std::optional<EditRecord> record, records());
            if (!record) {
                return std::optional<engine::RowEdit>();
            }
            return std::optional(engine::RowEdit{record->number, std::move(record->expected),
                                                 std::move(record->wanted)});
        };
        ISO_TRY(edit.transaction->stage(section.section.target, edits));
    }
    ISO_ASSIGN(const std::vector<engine::EditCounts> counts, edit.transaction->apply());
    for (std::size_t i = 0; i < sections.size(); ++i) {
        edit.outcome.tables.push_back(
            {.shard = shard.shard,
             .table = leafName(sections[i].section),
             .inserted = counts[i].inserted,
             .updated = counts[i].updated,
             .deleted = counts[i].deleted,
             .already = counts[i].already,
             .skipped = m_rules.onConflict == engine::OnConflict::Skip ? counts[i].conflicts : 0});
        ISO_ASSIGN(const auto texts, conflictTexts(shard, sections[i], counts[i].conflicting));
        edit.outcome.conflicts.insert(edit.outcome.conflicts.end(), texts.begin(), texts.end());
    }
    ISO_TRY(keepImages(edit, shard, sections, job, index));
    ISO_ASSIGN(edit.id, edit.transaction->transactionId());
    return edit;
}

Status EditRun::keepImages(PreparedEdit& edit, const ShardEdits& shard,
                           const std::vector<Section>& sections, std::optional<JobId> job,
                           std::size_t index)
{
    std::unique_ptr<EditFileWriter> file;
    if (job) {
        ISO_ASSIGN(file, m_parts.files.createUndo(*job, index));
    }
    std::uint64_t number = 0;
    for (std::size_t i = 0; i < sections.size(); ++i) {
        const EditSection& section = sections[i].section;
        const std::uint32_t to = file
                                     ? file->addSection({section.shard,
                                                         {section.target.leaf, section.target.table,
                                                          allColumns(section.target.table)}})
                                     : 0;
        ISO_ASSIGN(auto records, recordsOf(shard, sections[i].index, m_selection, m_parts.stop));
        WantedRows wanted(std::move(records), section);
        ISO_TRY(edit.transaction->images(i, [&](const engine::EditImage& image) -> Status {
            ISO_ASSIGN(const bool asWanted, wanted.isAsWanted(image));
            edit.outcome.altered += asWanted ? 0 : 1;
            m_parts.onWritten(1);
            return file ? file->add({++number, to, std::nullopt, image.after, image.before})
                        : Status();
        }));
    }
    return file ? file->finish() : Status();
}

Result<std::vector<std::string>>
EditRun::conflictTexts(const ShardEdits& shard, const Section& section,
                       const std::vector<std::uint64_t>& numbers) const
{
    if (numbers.empty()) {
        return std::vector<std::string>();
    }
    const engine::EditTarget& target = section.section.target;
    TableSchema keyTable;
    std::vector<std::uint32_t> inAll;
    std::vector<std::uint32_t> inWanted;
    for (const KeyColumn& key : target.table.key) {
        keyTable.columns.push_back(target.table.columns[key.column]);
        inAll.push_back(key.column);
        const auto place = std::find(target.columns.begin(), target.columns.end(), key.column);
        inWanted.push_back(static_cast<std::uint32_t>(place - target.columns.begin()));
    }
    ISO_ASSIGN(const auto records, recordsOf(shard, section.index, m_selection, m_parts.stop));
    std::vector<std::string> keys;
    while (keys.size() < numbers.size()) {
        ISO_ASSIGN(const std::optional<EditRecord> record, records());
        if (!record) {
            break;
        }
        if (std::find(numbers.begin(), numbers.end(), record->number) == numbers.end()) {
            continue;
        }
        ISO_ASSIGN(std::string key,
                   record->expected ? project(*record->expected, target.table.columns.size(), inAll)
                                    : project(*record->wanted, target.columns.size(), inWanted));
        keys.push_back(std::move(key));
    }
    ISO_ASSIGN(const auto values, m_parts.editing.render(keyTable, {keys.begin(), keys.end()}));
    std::vector<std::string> texts;
    for (const auto& row : values) {
        texts.push_back(leafName(section.section) + " " + keyText(row) + ": changed since");
    }
    return texts;
}

} // namespace isotherm::recovery

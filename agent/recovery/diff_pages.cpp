// SPDX-License-Identifier: Apache-2.0
#include "agent/recovery/diff_pages.h"

#include "agent/recovery/column_match.h"

#include <algorithm>
#include <map>
#include <optional>
#include <utility>

namespace isotherm::recovery
{
namespace
{

constexpr std::size_t kMostRows = 1'000;
/// Few rows of many megabytes must not become one answer.
constexpr std::size_t kMostPageBytes = std::size_t{2} << 20U;

std::string nameOf(const EditSection& section)
{
    return section.target.table.schema + "." + section.target.table.name;
}

DiffColumns columnsOf(const EditSection& section)
{
    const TableSchema table = comparedTable(section);
    DiffColumns columns{nameOf(section), {}, {}};
    for (const ColumnSchema& column : table.columns) {
        columns.columns.push_back(column.name);
    }
    for (const KeyColumn& key : table.key) {
        columns.key.push_back(table.columns[key.column].name);
    }
    return columns;
}

/// Rows of one section, to be written out together.
struct Batch
{
    std::vector<std::string> rows;
    std::vector<std::pair<std::size_t, bool>> places; ///< row of the page, and whether it is then's
};

class PageMaker
{
public:
    PageMaker(EditFileReader& file, engine::RowEditing& editing) : m_file(file), m_editing(editing)
    {
    }

    Status add(const EditRecord& record)
    {
        const EditSection& section = m_file.sections()[record.section];
        DiffRow row;
        row.number = record.number;
        row.table = tableIndex(section);
        row.shard = section.shard;
        row.kind = record.kind.value_or(RowDifference::Changed);
        Batch& batch = m_batches[record.section];
        const std::size_t place = m_page.rows.size();
        if (record.wanted) {
            m_bytes += record.wanted->size();
            batch.rows.push_back(*record.wanted);
            batch.places.emplace_back(place, true);
        }
        if (record.expected) {
            ISO_ASSIGN(std::string now,
                       project(*record.expected, section.target.table.columns.size(),
                               section.target.columns));
            m_bytes += now.size();
            batch.rows.push_back(std::move(now));
            batch.places.emplace_back(place, false);
        }
        m_page.rows.push_back(std::move(row));
        return {};
    }

    [[nodiscard]] std::size_t rows() const { return m_page.rows.size(); }
    [[nodiscard]] std::size_t bytes() const { return m_bytes; }
    void setNext() { m_page.next = m_page.rows.back().number; }

    Result<DiffPage> finish()
    {
        for (auto& [section, batch] : m_batches) {
            const std::vector<std::string_view> rows(batch.rows.begin(), batch.rows.end());
            ISO_ASSIGN(auto texts,
                       m_editing.render(comparedTable(m_file.sections()[section]), rows));
            for (std::size_t i = 0; i < batch.places.size(); ++i) {
                DiffRow& row = m_page.rows[batch.places[i].first];
                (batch.places[i].second ? row.then : row.now) = std::move(texts.at(i));
            }
        }
        return std::move(m_page);
    }

private:
    std::uint32_t tableIndex(const EditSection& section)
    {
        DiffColumns columns = columnsOf(section);
        const auto found = std::find(m_page.tables.begin(), m_page.tables.end(), columns);
        const auto index = static_cast<std::uint32_t>(found - m_page.tables.begin());
        if (found == m_page.tables.end()) {
            m_page.tables.push_back(std::move(columns));
        }
        return index;
    }

    EditFileReader& m_file;
    engine::RowEditing& m_editing;
    DiffPage m_page;
    std::map<std::uint32_t, Batch> m_batches;
    std::size_t m_bytes = 0;
};

std::uint8_t maskOf(const std::vector<RowDifference>& kinds)
{
    std::uint8_t mask = 0;
    for (const RowDifference kind : kinds) {
        mask |= static_cast<std::uint8_t>(1U << static_cast<unsigned>(kind));
    }
    return mask;
}

bool isWanted(const EditFileReader& file, const EditRecord& record, const DiffQuery& query)
{
    const bool ofKind = query.kinds.empty() || std::find(query.kinds.begin(), query.kinds.end(),
                                                         record.kind) != query.kinds.end();
    return ofKind &&
           (query.table.empty() || nameOf(file.sections()[record.section]) == query.table);
}

} // namespace

TableSchema comparedTable(const EditSection& section)
{
    TableSchema table = section.target.table;
    std::map<std::uint32_t, std::uint32_t> places;
    std::vector<ColumnSchema> columns;
    for (const std::uint32_t column : section.target.columns) {
        places[column] = static_cast<std::uint32_t>(columns.size());
        columns.push_back(table.columns[column]);
    }
    table.columns = std::move(columns);
    for (KeyColumn& key : table.key) {
        key.column = places.at(key.column); // the key is always compared
    }
    return table;
}

Result<DiffPage> diffPage(EditFileReader& file, engine::RowEditing& editing, const DiffQuery& query)
{
    const std::size_t limit = std::min(query.limit, kMostRows);
    if (limit == 0) {
        return makeError(Code::InvalidArgument, "a page of no rows was asked for");
    }
    file.seek(query.after);
    file.wantKinds(maskOf(query.kinds));
    PageMaker page(file, editing);
    for (;;) {
        ISO_ASSIGN(const std::optional<EditRecord> record, file.next());
        if (!record) {
            break;
        }
        if (!isWanted(file, *record, query)) {
            continue;
        }
        if (page.rows() == limit || (page.rows() > 0 && page.bytes() > kMostPageBytes)) {
            page.setNext();
            break;
        }
        ISO_TRY(page.add(*record));
    }
    return page.finish();
}

} // namespace isotherm::recovery

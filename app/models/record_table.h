// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QAbstractTableModel>
#include <algorithm>
#include <utility>
#include <vector>

namespace isotherm
{

/// A table over a list of records, replaced as a whole by setSnapshot(): rows whose key stays keep
/// their selection and their place on screen. `Record` needs operator==.
template <class Record>
class RecordTable : public QAbstractTableModel
{
public:
    using QAbstractTableModel::QAbstractTableModel;

    [[nodiscard]] int rowCount(const QModelIndex& parent = {}) const override
    {
        return parent.isValid() ? 0 : static_cast<int>(m_records.size());
    }

    [[nodiscard]] const Record& record(int row) const
    {
        return m_records.at(static_cast<std::size_t>(row));
    }
    [[nodiscard]] const std::vector<Record>& records() const { return m_records; }

    void setSnapshot(std::vector<Record> records)
    {
        const auto same = [this](const Record& a, const Record& b) { return sameKey(a, b); };
        if (!std::equal(m_records.begin(), m_records.end(), records.begin(), records.end(), same)) {
            // The usual change is new records in front (newest first): insert, and keep the rest.
            const std::size_t added =
                records.size() > m_records.size() ? records.size() - m_records.size() : 0;
            const bool inFront =
                added != 0 && !m_records.empty() &&
                std::equal(m_records.begin(), m_records.end(),
                           records.begin() + static_cast<std::ptrdiff_t>(added), same);
            if (!inFront) {
                beginResetModel();
                m_records = std::move(records);
                endResetModel();
                return;
            }
            beginInsertRows({}, 0, static_cast<int>(added) - 1);
            m_records.insert(m_records.begin(), records.begin(),
                             records.begin() + static_cast<std::ptrdiff_t>(added));
            endInsertRows();
        }
        replaceChanged(records);
    }

protected:
    [[nodiscard]] virtual bool sameKey(const Record& a, const Record& b) const = 0;

private:
    void replaceChanged(std::vector<Record>& records)
    {
        for (std::size_t i = 0; i < records.size(); ++i) {
            if (!(m_records[i] == records[i])) {
                m_records[i] = std::move(records[i]);
                const int row = static_cast<int>(i);
                Q_EMIT this->dataChanged(this->index(row, 0),
                                         this->index(row, this->columnCount() - 1));
            }
        }
    }

    std::vector<Record> m_records;
};

} // namespace isotherm

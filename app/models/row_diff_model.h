// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "shared/model/recovery_records.h"

#include <QAbstractTableModel>
#include <cstdint>
#include <optional>
#include <set>
#include <vector>

namespace isotherm
{

/// The differing rows of one table, both images of each, page by page as somebody scrolls. A row
/// that is not only there now can be picked for a copy back.
class RowDiffModel : public QAbstractTableModel
{
    Q_OBJECT

public:
    /// In front of the table's own columns.
    enum Column { Pick, Kind, FirstValue };
    enum RowDiffRole { KindRole = Qt::UserRole, ChangedRole };

    explicit RowDiffModel(QObject* parent = nullptr);

    /// Forgets all rows, and what was picked: another table or filter.
    void clear();
    void addPage(const DiffPage& page);
    /// The number after which the next page starts; nullopt when all rows are here.
    [[nodiscard]] const std::optional<std::uint64_t>& next() const { return m_next; }
    [[nodiscard]] std::vector<std::uint64_t> picked() const;
    void pickAll(bool picked);

    [[nodiscard]] int rowCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] int columnCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex& index, int role) const override;
    [[nodiscard]] bool setData(const QModelIndex& index, const QVariant& value, int role) override;
    [[nodiscard]] Qt::ItemFlags flags(const QModelIndex& index) const override;
    [[nodiscard]] QVariant headerData(int section, Qt::Orientation orientation,
                                      int role) const override;
    [[nodiscard]] bool canFetchMore(const QModelIndex& parent) const override;
    void fetchMore(const QModelIndex& parent) override;

    [[nodiscard]] static QString kindText(RowDifference kind);

Q_SIGNALS:
    /// The next page, after next(), is wanted.
    void moreWanted();
    void pickedChanged();

private:
    [[nodiscard]] QString value(const DiffRow& row, int column) const;
    [[nodiscard]] QString tip(const DiffRow& row, int column) const;
    [[nodiscard]] static bool changed(const DiffRow& row, int column);

    DiffColumns m_columns;
    std::vector<DiffRow> m_rows;
    std::set<std::uint64_t> m_picked;
    std::optional<std::uint64_t> m_next;
    bool m_asked = false;
};

} // namespace isotherm

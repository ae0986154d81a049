// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/viewmath/zone.h"
#include "shared/model/heat_matrix.h"

#include <QAbstractTableModel>
#include <QDialog>

namespace isotherm
{

/// The heat map as a table of its own copy: key ranges × columns of time, newest first. For screen
/// readers, and for who wants the numbers.
class HeatTableModel : public QAbstractTableModel
{
    Q_OBJECT

public:
    HeatTableModel(HeatMatrix matrix, Zone zone, QObject* parent = nullptr);

    [[nodiscard]] int rowCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] int columnCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex& index, int role) const override;
    [[nodiscard]] QVariant headerData(int section, Qt::Orientation orientation,
                                      int role) const override;

private:
    [[nodiscard]] std::size_t matrixColumn(int column) const;

    HeatMatrix m_matrix;
    Zone m_zone;
};

class HeatTableDialog : public QDialog
{
    Q_OBJECT

public:
    HeatTableDialog(HeatMatrix matrix, const Zone& zone, QWidget* parent = nullptr);
};

} // namespace isotherm

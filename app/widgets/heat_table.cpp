// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/widgets/heat_table.h"

#include "app/viewmath/text.h"

#include <QDialogButtonBox>
#include <QHeaderView>
#include <QLabel>
#include <QTableView>
#include <QVBoxLayout>
#include <cmath>

namespace isotherm
{

HeatTableModel::HeatTableModel(HeatMatrix matrix, Zone zone, QObject* parent)
    : QAbstractTableModel(parent), m_matrix(std::move(matrix)), m_zone(std::move(zone))
{
}

std::size_t HeatTableModel::matrixColumn(int column) const
{
    return m_matrix.columns - 1 - static_cast<std::size_t>(column);
}

int HeatTableModel::rowCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : static_cast<int>(m_matrix.rows.size());
}

int HeatTableModel::columnCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : static_cast<int>(m_matrix.columns);
}

QVariant HeatTableModel::data(const QModelIndex& index, int role) const
{
    if (!index.isValid()) {
        return {};
    }
    const auto row = static_cast<std::size_t>(index.row());
    const std::size_t column = matrixColumn(index.column());
    const float mean = m_matrix.meanAt(row, column);
    switch (role) {
    case Qt::DisplayRole:
        return std::isnan(mean) ? tr("not measured")
                                : text::heatValue(m_matrix.metric, static_cast<double>(mean));
    case Qt::ToolTipRole:
        return std::isnan(mean)
                   ? tr("not measured")
                   : tr("max %1").arg(text::heatValue(
                         m_matrix.metric, static_cast<double>(m_matrix.maxAt(row, column))));
    case Qt::TextAlignmentRole:
        return QVariant::fromValue<int>(Qt::AlignRight | Qt::AlignVCenter);
    default:
        return {};
    }
}

QVariant HeatTableModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (role != Qt::DisplayRole) {
        return {};
    }
    if (orientation == Qt::Vertical) {
        const HeatRow& row = m_matrix.rows[static_cast<std::size_t>(section)];
        return text::fromUtf8(row.keyspace) + QLatin1Char(' ') + text::fromUtf8(row.label);
    }
    const std::size_t column = matrixColumn(section);
    const QString from = m_zone.full(m_matrix.columnStart(column));
    return column >= m_matrix.forecastFrom ? tr("forecast %1").arg(from) : from;
}

HeatTableDialog::HeatTableDialog(HeatMatrix matrix, const Zone& zone, QWidget* parent)
    : QDialog(parent)
{
    setWindowTitle(tr("Heat as a table"));
    setAttribute(Qt::WA_DeleteOnClose);
    resize(900, 520);
    auto* layout = new QVBoxLayout(this);
    auto* title = new QLabel(
        tr("%1, mean of each column of time, newest first. The tool tip has the maximum.")
            .arg(text::metricTitle(matrix.metric)),
        this);
    title->setWordWrap(true);
    layout->addWidget(title);
    auto* table = new QTableView(this);
    table->setAccessibleName(tr("Heat as a table"));
    table->setModel(new HeatTableModel(std::move(matrix), zone, table));
    table->horizontalHeader()->setDefaultSectionSize(190);
    layout->addWidget(table, 1);
    auto* buttons = new QDialogButtonBox(QDialogButtonBox::Close, this);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    layout->addWidget(buttons);
}

} // namespace isotherm

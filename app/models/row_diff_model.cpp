// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/models/row_diff_model.h"

#include "app/viewmath/text.h"

#include <QFont>
#include <algorithm>

namespace isotherm
{
namespace
{

/// More than this of a value is in the tool tip.
constexpr qsizetype kShownLength = 80;
constexpr qsizetype kTipLength = 2'000;

using Image = std::vector<std::optional<std::string>>;

QString valueOf(const Image& image, int column, qsizetype length)
{
    const auto index = static_cast<std::size_t>(column);
    if (index >= image.size()) {
        return text::unknown();
    }
    if (!image[index]) {
        return QStringLiteral("NULL");
    }
    const QString all = text::fromUtf8(*image[index]);
    return all.size() > length ? all.left(length) + QChar(0x2026) : all;
}

} // namespace

RowDiffModel::RowDiffModel(QObject* parent) : QAbstractTableModel(parent) {}

void RowDiffModel::clear()
{
    beginResetModel();
    m_columns = {};
    m_rows.clear();
    m_picked.clear();
    m_next.reset();
    m_asked = false;
    endResetModel();
    Q_EMIT pickedChanged();
}

void RowDiffModel::addPage(const DiffPage& page)
{
    m_asked = false;
    m_next = page.next;
    if (page.rows.empty() || page.rows.front().table >= page.tables.size()) {
        return;
    }
    const DiffColumns& columns = page.tables[page.rows.front().table];
    if (m_columns != columns) {
        beginResetModel();
        m_columns = columns;
        m_rows = page.rows;
        endResetModel();
        return;
    }
    const int first = rowCount();
    beginInsertRows({}, first, first + static_cast<int>(page.rows.size()) - 1);
    m_rows.insert(m_rows.end(), page.rows.begin(), page.rows.end());
    endInsertRows();
}

std::vector<std::uint64_t> RowDiffModel::picked() const
{
    return {m_picked.begin(), m_picked.end()};
}

void RowDiffModel::pickAll(bool picked)
{
    m_picked.clear();
    for (const DiffRow& row : m_rows) {
        if (picked && row.kind != RowDifference::Extra) {
            m_picked.insert(row.number);
        }
    }
    if (!m_rows.empty()) {
        Q_EMIT dataChanged(index(0, Pick), index(rowCount() - 1, Pick), {Qt::CheckStateRole});
    }
    Q_EMIT pickedChanged();
}

int RowDiffModel::rowCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : static_cast<int>(m_rows.size());
}

int RowDiffModel::columnCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : FirstValue + static_cast<int>(m_columns.columns.size());
}

QString RowDiffModel::kindText(RowDifference kind)
{
    switch (kind) {
    case RowDifference::Missing:
        return tr("missing");
    case RowDifference::Changed:
        return tr("changed");
    case RowDifference::Extra:
        return tr("only now");
    }
    return text::unknown();
}

bool RowDiffModel::changed(const DiffRow& row, int column)
{
    const auto index = static_cast<std::size_t>(column);
    return row.kind == RowDifference::Changed && index < row.then.size() &&
           index < row.now.size() && row.then[index] != row.now[index];
}

QString RowDiffModel::value(const DiffRow& row, int column) const
{
    if (changed(row, column)) {
        return valueOf(row.then, column, kShownLength) + QStringLiteral("  →  ") +
               valueOf(row.now, column, kShownLength);
    }
    return valueOf(row.kind == RowDifference::Extra ? row.now : row.then, column, kShownLength);
}

QString RowDiffModel::tip(const DiffRow& row, int column) const
{
    QStringList lines;
    if (row.kind != RowDifference::Extra) {
        lines << tr("then: %1").arg(valueOf(row.then, column, kTipLength));
    }
    lines << (row.kind == RowDifference::Missing
                  ? tr("now: the row is not there")
                  : tr("now: %1").arg(valueOf(row.now, column, kTipLength)));
    return lines.join(QLatin1Char('\n'));
}

QVariant RowDiffModel::data(const QModelIndex& index, int role) const
{
    if (!index.isValid()) {
        return {};
    }
    const DiffRow& row = m_rows.at(static_cast<std::size_t>(index.row()));
    const int column = index.column() - FirstValue;
    switch (role) {
    case Qt::DisplayRole:
        return index.column() == Pick   ? QString()
               : index.column() == Kind ? kindText(row.kind)
                                        : value(row, column);
    case Qt::ToolTipRole:
        return index.column() < FirstValue ? QVariant() : tip(row, column);
    case Qt::CheckStateRole:
        if (index.column() == Pick && row.kind != RowDifference::Extra) {
            return m_picked.contains(row.number) ? Qt::Checked : Qt::Unchecked;
        }
        return {};
    case Qt::FontRole: {
        QFont font;
        font.setBold(index.column() >= FirstValue && changed(row, column));
        return font;
    }
    case KindRole:
        return static_cast<int>(row.kind);
    case ChangedRole:
        return index.column() >= FirstValue && changed(row, column);
    default:
        return {};
    }
}

bool RowDiffModel::setData(const QModelIndex& index, const QVariant& value, int role)
{
    if (!index.isValid() || role != Qt::CheckStateRole || index.column() != Pick) {
        return false;
    }
    const std::uint64_t number = m_rows.at(static_cast<std::size_t>(index.row())).number;
    if (value.toInt() == Qt::Checked) {
        m_picked.insert(number);
    } else {
        m_picked.erase(number);
    }
    Q_EMIT dataChanged(index, index, {Qt::CheckStateRole});
    Q_EMIT pickedChanged();
    return true;
}

Qt::ItemFlags RowDiffModel::flags(const QModelIndex& index) const
{
    const Qt::ItemFlags usual = QAbstractTableModel::flags(index);
    const bool pickable =
        index.isValid() && index.column() == Pick &&
        m_rows.at(static_cast<std::size_t>(index.row())).kind != RowDifference::Extra;
    return pickable ? usual | Qt::ItemIsUserCheckable : usual;
}

QVariant RowDiffModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal) {
        return {};
    }
    const auto index = static_cast<std::size_t>(std::max(section - FirstValue, 0));
    const bool named = section >= FirstValue && index < m_columns.columns.size();
    if (role == Qt::DisplayRole) {
        return named             ? text::fromUtf8(m_columns.columns[index])
               : section == Kind ? tr("Row")
                                 : QString();
    }
    if (role == Qt::ToolTipRole && named &&
        std::ranges::find(m_columns.key, m_columns.columns[index]) != m_columns.key.end()) {
        return tr("part of the key");
    }
    return {};
}

bool RowDiffModel::canFetchMore(const QModelIndex& parent) const
{
    return !parent.isValid() && m_next.has_value() && !m_asked;
}

void RowDiffModel::fetchMore(const QModelIndex& parent)
{
    if (canFetchMore(parent)) {
        m_asked = true;
        Q_EMIT moreWanted();
    }
}

} // namespace isotherm

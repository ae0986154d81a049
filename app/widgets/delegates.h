// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QColor>
#include <QStyledItemDelegate>
#include <functional>

namespace isotherm
{

/// A dot before the text: `colourOf` says which, an invalid colour none; `hollow` draws a ring.
struct DotStyle
{
    QColor colour;
    bool hollow = false;
};

class DotDelegate : public QStyledItemDelegate
{
    Q_OBJECT

public:
    using DotOf = std::function<DotStyle(const QModelIndex&)>;

    DotDelegate(DotOf dotOf, QObject* parent)
        : QStyledItemDelegate(parent), m_dotOf(std::move(dotOf))
    {
    }

    void paint(QPainter* painter, const QStyleOptionViewItem& option,
               const QModelIndex& index) const override;
    [[nodiscard]] QSize sizeHint(const QStyleOptionViewItem& option,
                                 const QModelIndex& index) const override;

private:
    DotOf m_dotOf;
};

/// A thin bar under the text: the share done, read from `fractionRole`; −1 is "not known".
class ProgressDelegate : public QStyledItemDelegate
{
    Q_OBJECT

public:
    ProgressDelegate(int fractionRole, QObject* parent)
        : QStyledItemDelegate(parent), m_fractionRole(fractionRole)
    {
    }

    void paint(QPainter* painter, const QStyleOptionViewItem& option,
               const QModelIndex& index) const override;

private:
    int m_fractionRole;
};

} // namespace isotherm

// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/widgets/stat_tile.h"

#include <QLabel>
#include <QStyle>
#include <QVBoxLayout>
#include <QVariant>

namespace isotherm
{

StatTile::StatTile(const QString& title, QWidget* parent)
    : QFrame(parent), m_title(new QLabel(title, this)), m_value(new QLabel(this)),
      m_detail(new QLabel(this))
{
    setObjectName(QStringLiteral("statTile"));
    m_title->setObjectName(QStringLiteral("tileTitle"));
    m_value->setObjectName(QStringLiteral("tileValue"));
    m_detail->setObjectName(QStringLiteral("tileDetail"));
    m_detail->setWordWrap(true);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(16, 12, 16, 12);
    layout->setSpacing(4);
    layout->addWidget(m_title);
    layout->addWidget(m_value);
    layout->addWidget(m_detail, 1, Qt::AlignTop);
}

void StatTile::setValue(const QString& value, const QString& detail, Tone tone)
{
    const char* name = tone == Tone::Critical  ? "critical"
                       : tone == Tone::Warning ? "warning"
                       : tone == Tone::Good    ? "good"
                                               : "plain";
    m_value->setText(value);
    m_detail->setText(detail);
    if (m_value->property("tone").toString() != QLatin1String(name)) {
        m_value->setProperty("tone", QString::fromLatin1(name));
        m_value->style()->unpolish(m_value);
        m_value->style()->polish(m_value);
    }
    setAccessibleName(m_title->text() + QStringLiteral(": ") + value + QStringLiteral(". ") +
                      detail);
}

QString StatTile::value() const
{
    return m_value->text();
}

} // namespace isotherm

// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/widgets/message_strip.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QStyle>
#include <QVariant>

namespace isotherm
{

MessageStrip::MessageStrip(QWidget* parent)
    : QFrame(parent), m_label(new QLabel(this)), m_button(new QPushButton(this))
{
    setObjectName(QStringLiteral("messageStrip"));
    auto* layout = new QHBoxLayout(this);
    layout->setContentsMargins(12, 6, 8, 6);
    m_label->setWordWrap(true);
    m_label->setTextInteractionFlags(Qt::TextSelectableByMouse);
    layout->addWidget(m_label, 1);
    layout->addWidget(m_button);
    connect(m_button, &QPushButton::clicked, this, &MessageStrip::actionClicked);
    hide();
}

void MessageStrip::showMessage(Tone tone, const QString& message, const QString& action)
{
    const char* name = tone == Tone::Critical  ? "critical"
                       : tone == Tone::Warning ? "warning"
                                               : "note";
    if (property("tone").toString() != QLatin1String(name)) {
        setProperty("tone", QString::fromLatin1(name));
        style()->unpolish(this);
        style()->polish(this);
    }
    m_label->setText(message);
    m_button->setText(action);
    m_button->setVisible(!action.isEmpty());
    show();
}

void MessageStrip::clear()
{
    m_label->clear();
    hide();
}

QString MessageStrip::message() const
{
    return m_label->text();
}

} // namespace isotherm

// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/widgets/range_picker.h"

#include "app/viewmath/text.h"

#include <QComboBox>
#include <QHBoxLayout>
#include <QSignalBlocker>
#include <QToolButton>
#include <array>

namespace isotherm
{
namespace
{

constexpr int kAutomatic = 0;
constexpr int kCustom = -1;
constexpr int kFixedText = -2;
constexpr std::array<int, 12> kLengths = {60,    120,   300,    600,     1800,        3600,
                                          21600, 86400, 604800, 1209600, 30 * 86'400, 90 * 86'400};

} // namespace

RangePicker::RangePicker(QWidget* parent)
    : QWidget(parent), m_combo(new QComboBox(this)), m_back(new QToolButton(this)),
      m_forth(new QToolButton(this))
{
    auto* layout = new QHBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(3);
    m_combo->setAccessibleName(tr("Range"));
    m_combo->setSizeAdjustPolicy(QComboBox::AdjustToContents);
    m_back->setText(QStringLiteral("◀"));
    m_back->setToolTip(tr("One range back"));
    m_forth->setText(QStringLiteral("▶"));
    m_forth->setToolTip(tr("One range forth"));
    layout->addWidget(m_combo);
    layout->addWidget(m_back);
    layout->addWidget(m_forth);
    fill();
    connect(m_combo, &QComboBox::activated, this, &RangePicker::choose);
    connect(m_back, &QToolButton::clicked, this, [this] { Q_EMIT stepRequested(-1); });
    connect(m_forth, &QToolButton::clicked, this, [this] { Q_EMIT stepRequested(1); });
}

void RangePicker::fill()
{
    m_combo->addItem(tr("Automatic"), kAutomatic);
    for (const int length : kLengths) {
        m_combo->addItem(tr("Last %1").arg(text::duration(
                             std::chrono::milliseconds(std::chrono::seconds(length)))),
                         length);
    }
    m_combo->insertSeparator(m_combo->count());
    m_combo->addItem(tr("Custom…"), kCustom);
}

void RangePicker::choose(int index)
{
    const int value = m_combo->itemData(index).toInt();
    if (value == kAutomatic) {
        Q_EMIT automaticRequested();
    } else if (value == kCustom) {
        Q_EMIT customRequested();
    } else if (value > 0) {
        Q_EMIT liveRequested(std::chrono::seconds(value));
    }
}

void RangePicker::setCurrent(std::optional<std::chrono::seconds> length, bool following,
                             const QString& fixedText)
{
    const QSignalBlocker blocker(m_combo);
    const int extra = m_combo->findData(kFixedText);
    if (extra >= 0) {
        m_combo->removeItem(extra);
    }
    const int wanted = length ? static_cast<int>(length->count()) : kAutomatic;
    const int index = following ? m_combo->findData(wanted) : -1;
    if (index >= 0) {
        m_combo->setCurrentIndex(index);
    } else {
        m_combo->insertItem(0, fixedText, kFixedText);
        m_combo->setCurrentIndex(0);
    }
    m_forth->setEnabled(!following);
    m_forth->setToolTip(following ? tr("The range already ends now") : tr("One range forth"));
}

} // namespace isotherm

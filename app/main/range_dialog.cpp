// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/main/range_dialog.h"

#include <QDateTimeEdit>
#include <QDialogButtonBox>
#include <QFormLayout>
#include <QLabel>
#include <QPushButton>

namespace isotherm
{

RangeDialog::RangeDialog(viewmath::Span current, const Zone& zone, QWidget* parent)
    : QDialog(parent), m_from(new QDateTimeEdit(this)), m_to(new QDateTimeEdit(this)),
      m_problem(new QLabel(this))
{
    setWindowTitle(tr("Range"));
    auto* layout = new QFormLayout(this);
    for (QDateTimeEdit* edit : {m_from, m_to}) {
        edit->setDisplayFormat(QStringLiteral("yyyy-MM-dd HH:mm:ss"));
        edit->setCalendarPopup(true);
        edit->setTimeSpec(Qt::TimeZone);
        connect(edit, &QDateTimeEdit::dateTimeChanged, this, &RangeDialog::validate);
    }
    layout->addRow(tr("From"), m_from);
    layout->addRow(tr("Until"), m_to);
    layout->addRow(tr("Zone"), new QLabel(zone.name(viewmath::fromSeconds(current.end)), this));
    layout->addRow(m_problem);
    auto* buttons = new QDialogButtonBox(QDialogButtonBox::Ok | QDialogButtonBox::Cancel, this);
    m_ok = buttons->button(QDialogButtonBox::Ok);
    connect(buttons, &QDialogButtonBox::accepted, this, &QDialog::accept);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    layout->addRow(buttons);
    m_from->setDateTime(zone.dateTime(viewmath::fromSeconds(current.begin)));
    m_to->setDateTime(zone.dateTime(viewmath::fromSeconds(current.end)));
}

viewmath::Span RangeDialog::range() const
{
    return {static_cast<double>(m_from->dateTime().toMSecsSinceEpoch()) / 1000.0,
            static_cast<double>(m_to->dateTime().toMSecsSinceEpoch()) / 1000.0};
}

void RangeDialog::validate()
{
    const bool fine = range().length() >= 5.0;
    m_problem->setText(fine ? QString()
                            : tr("A range lasts at least 5 s and ends after it begins."));
    if (m_ok != nullptr) {
        m_ok->setEnabled(fine);
    }
}

} // namespace isotherm

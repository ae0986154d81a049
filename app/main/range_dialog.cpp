// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/main/range_dialog.h"

#include "app/widgets/zoned_time_edit.h"

#include <QDialogButtonBox>
#include <QFormLayout>
#include <QLabel>
#include <QPushButton>

namespace isotherm
{

RangeDialog::RangeDialog(viewmath::Span current, const Zone& zone, QWidget* parent)
    : QDialog(parent), m_from(new ZonedTimeEdit(this)), m_to(new ZonedTimeEdit(this)),
      m_problem(new QLabel(this))
{
    setWindowTitle(tr("Range"));
    auto* layout = new QFormLayout(this);
    for (ZonedTimeEdit* edit : {m_from, m_to}) {
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
    m_from->setInstant(viewmath::fromSeconds(current.begin), zone);
    m_to->setInstant(viewmath::fromSeconds(current.end), zone);
}

viewmath::Span RangeDialog::range() const
{
    return {viewmath::toSeconds(m_from->instant()), viewmath::toSeconds(m_to->instant())};
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

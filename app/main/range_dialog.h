// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/viewmath/viewport.h"
#include "app/viewmath/zone.h"

#include <QDialog>

class QLabel;
class QPushButton;

namespace isotherm
{

class ZonedTimeEdit;

/// A stretch of the past, in the zone of the window.
class RangeDialog : public QDialog
{
    Q_OBJECT

public:
    RangeDialog(viewmath::Span current, const Zone& zone, QWidget* parent = nullptr);

    [[nodiscard]] viewmath::Span range() const;

private:
    void validate();

    ZonedTimeEdit* m_from;
    ZonedTimeEdit* m_to;
    QLabel* m_problem;
    QPushButton* m_ok = nullptr;
};

} // namespace isotherm

// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QFrame>

class QLabel;

namespace isotherm
{

/// One number that matters, with what it is above and what it means below.
class StatTile : public QFrame
{
    Q_OBJECT

public:
    enum class Tone { Plain, Good, Warning, Critical };

    explicit StatTile(const QString& title, QWidget* parent = nullptr);

    void setValue(const QString& value, const QString& detail, Tone tone = Tone::Plain);
    [[nodiscard]] QString value() const;

private:
    QLabel* m_title;
    QLabel* m_value;
    QLabel* m_detail;
};

} // namespace isotherm

// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>
#include <chrono>
#include <optional>

class QComboBox;
class QToolButton;

namespace isotherm
{

/// "Last 6 h ◀ ▶": which stretch of time every view shows.
class RangePicker : public QWidget
{
    Q_OBJECT

public:
    explicit RangePicker(QWidget* parent = nullptr);

    /// Shows what is set, without a signal. `length` nullopt: automatic.
    void setCurrent(std::optional<std::chrono::seconds> length, bool following,
                    const QString& fixedText);

Q_SIGNALS:
    void automaticRequested();
    void liveRequested(std::chrono::seconds length);
    void customRequested();
    void stepRequested(int direction);

private:
    void fill();
    void choose(int index);

    QComboBox* m_combo;
    QToolButton* m_back;
    QToolButton* m_forth;
};

} // namespace isotherm

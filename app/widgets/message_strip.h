// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QFrame>
#include <QString>

class QLabel;
class QPushButton;

namespace isotherm
{

/// A line above the views, only there when there is something to say. Never a modal box.
class MessageStrip : public QFrame
{
    Q_OBJECT

public:
    enum class Tone { Note, Warning, Critical };

    explicit MessageStrip(QWidget* parent = nullptr);

    /// `action` empty: no button.
    void showMessage(Tone tone, const QString& message, const QString& action = {});
    void clear();
    [[nodiscard]] QString message() const;

Q_SIGNALS:
    void actionClicked();

private:
    QLabel* m_label;
    QPushButton* m_button;
};

} // namespace isotherm

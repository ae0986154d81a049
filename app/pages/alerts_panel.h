// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/models/diagnostics_model.h"
#include "app/pages/page_context.h"

#include <QWidget>

class QLabel;
class QPlainTextEdit;
class QTableView;

namespace isotherm
{

/// The agent's diagnostics of now.
class AlertsPanel : public QWidget
{
    Q_OBJECT

public:
    explicit AlertsPanel(const PageContext& context, QWidget* parent = nullptr);

    [[nodiscard]] DiagnosticsModel& model() { return *m_model; }

Q_SIGNALS:
    /// How many are warnings or worse.
    void seriousChanged(int count);

private:
    void refresh();

    PageContext m_context;
    DiagnosticsModel* m_model;
    QTableView* m_table;
    QLabel* m_empty;
};

/// What this console did and heard, newest last: connection, jobs, answers.
class LogPanel : public QWidget
{
    Q_OBJECT

public:
    explicit LogPanel(const PageContext& context, QWidget* parent = nullptr);

    void append(const QString& message);
    [[nodiscard]] QString content() const;

private:
    void followLink();

    PageContext m_context;
    QPlainTextEdit* m_text;
    LinkState m_link = LinkState::Connecting;
    bool m_known = false;
};

} // namespace isotherm

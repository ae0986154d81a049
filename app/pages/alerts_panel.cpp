// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/pages/alerts_panel.h"

#include "app/viewmath/text.h"
#include "app/widgets/delegates.h"
#include "app/widgets/theme.h"

#include <QHeaderView>
#include <QLabel>
#include <QPlainTextEdit>
#include <QTableView>
#include <QVBoxLayout>
#include <algorithm>

namespace isotherm
{
namespace
{

constexpr int kLogLines = 5'000;

} // namespace

AlertsPanel::AlertsPanel(const PageContext& context, QWidget* parent)
    : QWidget(parent), m_context(context), m_model(new DiagnosticsModel(this)),
      m_table(new QTableView(this)),
      m_empty(new QLabel(tr("Nothing to report. The agent has no diagnostics now."), this))
{
    m_table->setModel(m_model);
    m_table->setAccessibleName(tr("Alerts"));
    m_table->setShowGrid(false);
    m_table->setFrameShape(QFrame::NoFrame);
    m_table->verticalHeader()->hide();
    m_table->setSelectionBehavior(QAbstractItemView::SelectRows);
    m_table->horizontalHeader()->setSectionResizeMode(QHeaderView::ResizeToContents);
    m_table->horizontalHeader()->setSectionResizeMode(DiagnosticsModel::Hint, QHeaderView::Stretch);
    m_table->horizontalHeader()->setDefaultAlignment(Qt::AlignLeft | Qt::AlignVCenter);
    m_table->horizontalHeader()->setHighlightSections(false);
    m_table->setItemDelegateForColumn(
        DiagnosticsModel::Level, new DotDelegate(
                                     [this](const QModelIndex& index) -> DotStyle {
                                         const Theme& theme = Theme::of(palette());
                                         switch (static_cast<DiagnosticLevel>(
                                             index.data(DiagnosticsModel::LevelRole).toInt())) {
                                         case DiagnosticLevel::Critical:
                                             return {theme.critical, false};
                                         case DiagnosticLevel::Warning:
                                             return {theme.warning, false};
                                         case DiagnosticLevel::Info:
                                             return {theme.accent, true};
                                         }
                                         return {};
                                     },
                                     m_table));
    m_empty->setObjectName(QStringLiteral("emptyLabel"));
    m_empty->setAlignment(Qt::AlignCenter);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(6, 4, 6, 6);
    layout->addWidget(m_empty, 1);
    layout->addWidget(m_table, 1);
    connect(&context.state, &ClusterState::statusChanged, this, &AlertsPanel::refresh);
    refresh();
}

void AlertsPanel::refresh()
{
    const auto& status = m_context.state.status();
    m_model->setDiagnostics(status ? status->diagnostics : std::vector<Diagnostic>{});
    const auto serious =
        std::ranges::count_if(m_model->records(), [](const Diagnostic& diagnostic) {
            return diagnostic.level != DiagnosticLevel::Info;
        });
    m_empty->setVisible(m_model->rowCount() == 0);
    m_table->setVisible(m_model->rowCount() != 0);
    Q_EMIT seriousChanged(static_cast<int>(serious));
}

LogPanel::LogPanel(const PageContext& context, QWidget* parent)
    : QWidget(parent), m_context(context), m_text(new QPlainTextEdit(this))
{
    m_text->setReadOnly(true);
    m_text->setMaximumBlockCount(kLogLines);
    m_text->setFrameShape(QFrame::NoFrame);
    m_text->setAccessibleName(tr("Log"));
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(6, 4, 6, 6);
    layout->addWidget(m_text);
    connect(&context.state, &ClusterState::linkChanged, this, &LogPanel::followLink);
}

void LogPanel::append(const QString& message)
{
    m_text->appendPlainText(m_context.view.zone().full(m_context.state.now()) +
                            QStringLiteral("  ") + message);
}

QString LogPanel::content() const
{
    return m_text->toPlainText();
}

void LogPanel::followLink()
{
    const LinkState link = m_context.state.link();
    if (m_known && link == m_link) {
        return;
    }
    m_known = true;
    m_link = link;
    const QString address = m_context.state.identity().address;
    switch (link) {
    case LinkState::Connecting:
        append(tr("connecting to %1").arg(address));
        return;
    case LinkState::Connected:
        append(tr("connected to %1").arg(address));
        return;
    case LinkState::Disconnected:
        append(tr("connection to %1 lost: %2").arg(address, m_context.state.linkReason()));
        return;
    }
}

} // namespace isotherm

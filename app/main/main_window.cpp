// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/main/main_window.h"

#include "app/main/menus.h"
#include "app/main/range_dialog.h"
#include "app/main/status_line.h"
#include "app/main/top_bar.h"
#include "app/models/shard_tree_model.h"
#include "app/pages/alerts_panel.h"
#include "app/pages/approvals_panel.h"
#include "app/pages/audit_page.h"
#include "app/pages/backups_page.h"
#include "app/pages/changes_page.h"
#include "app/pages/cli_panel.h"
#include "app/pages/forecast_panel.h"
#include "app/pages/heat_page.h"
#include "app/pages/inspector_panel.h"
#include "app/pages/jobs_panel.h"
#include "app/pages/navigator_panel.h"
#include "app/pages/overview_page.h"
#include "app/pages/restores_page.h"
#include "app/viewmath/text.h"
#include "app/widgets/message_strip.h"
#include "app/widgets/search_palette.h"

#include <QCloseEvent>
#include <QDockWidget>
#include <QIcon>
#include <QStatusBar>
#include <QTabWidget>
#include <QToolBar>
#include <QVBoxLayout>
#include <algorithm>

namespace isotherm
{
namespace
{

constexpr int kTickMillis = 1000;
constexpr int kSaidMillis = 8000;
/// Of the saved window state: another number forgets layouts that no longer fit.
constexpr int kLayoutVersion = 2;

} // namespace

MainWindow::MainWindow(const PageContext& context, HeatFeed& feed, Settings& settings)
    : m_context(context), m_feed(feed), m_settings(settings)
{
    setWindowTitle(tr("Isotherm"));
    setWindowIcon(QIcon(QStringLiteral(":/isotherm/icons/isotherm.svg")));
    m_context.view.setZone(makeZone(settings.zone()));
    buildViews();
    buildDocks();
    connectParts();
    new StatusLine(context.state, statusBar());
    buildMenus(*this);
    resize(1500, 940);
    m_defaultLayout = saveState(kLayoutVersion);
    restoreGeometry(settings.geometry());
    restoreState(settings.layout(), kLayoutVersion);
    m_heat->setHeatStyle(settings.heatStyle());
    showView(View::Heat);
    feed.restart();
    showTrouble();
}

MainWindow::~MainWindow() = default;

QString MainWindow::viewTitle(View view)
{
    switch (view) {
    case View::Overview:
        return tr("Overview");
    case View::Heat:
        return tr("Heat");
    case View::Backups:
        return tr("Backups");
    case View::Restores:
        return tr("Restores");
    case View::Changes:
        return tr("Changes");
    case View::Audit:
        return tr("Audit");
    }
    return {};
}

void MainWindow::buildViews()
{
    auto* centre = new QWidget(this);
    auto* layout = new QVBoxLayout(centre);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    m_strip = new MessageStrip(centre);
    m_tabs = new QTabWidget(centre);
    m_tabs->setDocumentMode(true);
    m_overview = new OverviewPage(m_context, m_tabs);
    m_heat = new HeatPage(m_context, m_feed, m_tabs);
    m_backups = new BackupsPage(m_context, m_tabs);
    m_restores = new RestoresPage(m_context, m_tabs);
    m_changes = new ChangesPage(m_context, m_tabs);
    m_audit = new AuditPage(m_context, m_tabs);
    int index = 0;
    for (QWidget* page : std::initializer_list<QWidget*>{m_overview, m_heat, m_backups, m_restores,
                                                         m_changes, m_audit}) {
        m_tabs->addTab(page, viewTitle(static_cast<View>(index++)));
    }
    layout->addWidget(m_strip);
    layout->addWidget(m_tabs, 1);
    setCentralWidget(centre);
    auto* top = new TopBar(m_context.state, m_context.view, m_settings, this);
    connect(top, &TopBar::searchRequested, this, &MainWindow::openSearch);
    connect(top, &TopBar::customRangeRequested, this, &MainWindow::chooseRange);
    auto* bar = new QToolBar(tr("Range and zone"), this);
    bar->setObjectName(QStringLiteral("rangeBar"));
    bar->setMovable(false);
    bar->toggleViewAction()->setEnabled(false);
    bar->addWidget(top);
    addToolBar(Qt::TopToolBarArea, bar);
}

QDockWidget* MainWindow::addDock(const QString& name, const QString& title, QWidget* panel,
                                 Qt::DockWidgetArea area)
{
    auto* dock = new QDockWidget(title, this);
    dock->setObjectName(name);
    panel->setAttribute(Qt::WA_StyledBackground);
    dock->setWidget(panel);
    if (area == Qt::BottomDockWidgetArea) {
        dock->setTitleBarWidget(new QWidget(dock)); // the tabs name them already
    }
    // A floating dock cannot be docked again on Wayland before Qt 6.5.4.
    dock->setFeatures(QDockWidget::DockWidgetClosable | QDockWidget::DockWidgetMovable);
    addDockWidget(area, dock);
    m_docks.push_back(dock);
    return dock;
}

void MainWindow::buildDocks()
{
    m_navigator = new NavigatorPanel(m_context, this);
    auto* inspector = new InspectorPanel(m_context, this);
    m_jobs = new JobsPanel(m_context, this);
    m_alerts = new AlertsPanel(m_context, this);
    m_approvals = new ApprovalsPanel(m_context, this);
    m_forecast = new ForecastPanel(m_context, m_feed, this);
    m_cli = new CliPanel(m_context, this);
    m_log = new LogPanel(m_context, this);
    setCorner(Qt::BottomLeftCorner, Qt::LeftDockWidgetArea);
    setCorner(Qt::BottomRightCorner, Qt::RightDockWidgetArea);
    QDockWidget* left =
        addDock(QStringLiteral("navigator"), tr("Navigator"), m_navigator, Qt::LeftDockWidgetArea);
    QDockWidget* right =
        addDock(QStringLiteral("inspector"), tr("Inspector"), inspector, Qt::RightDockWidgetArea);
    QDockWidget* jobs =
        addDock(QStringLiteral("jobs"), tr("Jobs"), m_jobs, Qt::BottomDockWidgetArea);
    QDockWidget* alerts =
        addDock(QStringLiteral("alerts"), tr("Alerts"), m_alerts, Qt::BottomDockWidgetArea);
    QDockWidget* approvals = addDock(QStringLiteral("approvals"), tr("Approvals"), m_approvals,
                                     Qt::BottomDockWidgetArea);
    QDockWidget* forecast =
        addDock(QStringLiteral("forecast"), tr("Forecasts"), m_forecast, Qt::BottomDockWidgetArea);
    QDockWidget* cli = addDock(QStringLiteral("cli"), tr("CLI"), m_cli, Qt::BottomDockWidgetArea);
    QDockWidget* log = addDock(QStringLiteral("log"), tr("Log"), m_log, Qt::BottomDockWidgetArea);
    tabifyDockWidget(jobs, alerts);
    tabifyDockWidget(alerts, approvals);
    tabifyDockWidget(approvals, forecast);
    tabifyDockWidget(forecast, cli);
    tabifyDockWidget(cli, log);
    jobs->raise();
    setDockOptions(dockOptions() | QMainWindow::AnimatedDocks);
    setTabPosition(Qt::BottomDockWidgetArea, QTabWidget::North);
    resizeDocks({left, right}, {270, 300}, Qt::Horizontal);
    resizeDocks({jobs}, {210}, Qt::Vertical);
    connect(inspector, &InspectorPanel::restoreRequested, this, &MainWindow::restoreSelection);
    connect(m_jobs, &JobsPanel::said, this, &MainWindow::say);
    connect(m_jobs, &JobsPanel::activeChanged, jobs, [jobs](int count) {
        jobs->setWindowTitle(count == 0 ? tr("Jobs") : tr("Jobs (%1)").arg(count));
    });
    connect(m_alerts, &AlertsPanel::seriousChanged, alerts, [alerts](int count) {
        alerts->setWindowTitle(count == 0 ? tr("Alerts") : tr("Alerts (%1)").arg(count));
    });
    connect(m_approvals, &ApprovalsPanel::waitingChanged, approvals, [approvals](int count) {
        approvals->setWindowTitle(count == 0 ? tr("Approvals") : tr("Approvals (%1)").arg(count));
    });
}

void MainWindow::connectParts()
{
    const ClusterState& state = m_context.state;
    connect(m_heat, &HeatPage::restoreRequested, this, &MainWindow::restoreSelection);
    connect(m_heat, &HeatPage::exportFinished, this, &MainWindow::say);
    connect(m_heat, &HeatPage::heatStyleChanged, this,
            [this] { m_settings.setHeatStyle(m_heat->heatStyle()); });
    connect(m_backups, &BackupsPage::restoreRequested, this, &MainWindow::restoreSelection);
    connect(m_backups, &BackupsPage::said, this, &MainWindow::say);
    connect(m_changes, &ChangesPage::said, this, &MainWindow::say);
    connect(m_changes, &ChangesPage::mapWanted, this, [this] { showView(View::Heat); });
    connect(m_approvals, &ApprovalsPanel::reviewWanted, this, [this](ChangeId change) {
        showView(View::Changes);
        m_changes->showChange(change);
    });
    connect(m_overview, &OverviewPage::shardChosen, this, &MainWindow::showShard);
    connect(m_restores, &RestoresPage::jobStarted, m_jobs, &JobsPanel::selectJob);
    connect(m_tabs, &QTabWidget::currentChanged, m_cli, [this](int index) {
        m_cli->setTopic(static_cast<viewmath::CliTopic>(index)); // the same order
    });
    connect(&state, &ClusterState::linkChanged, this, &MainWindow::showTrouble);
    connect(&state, &ClusterState::statusChanged, this, [this] {
        const auto& status = m_context.state.status();
        if (status) {
            setWindowTitle(
                tr("%1 (%2): Isotherm")
                    .arg(text::fromUtf8(status->cluster), text::fromUtf8(status->environment)));
            if (m_context.view.automatic()) {
                m_context.view.setAutomatic(std::chrono::duration_cast<std::chrono::seconds>(
                    status->now - status->agentStarted));
            }
        }
        showTrouble();
    });
    connect(m_strip, &MessageStrip::actionClicked, this, [this] {
        if (m_context.state.link() == LinkState::Disconnected) {
            m_context.gateway.retryNow();
        } else {
            for (QDockWidget* dock : m_docks) {
                if (dock->objectName() == QLatin1String("alerts")) {
                    dock->show();
                    dock->raise();
                }
            }
        }
    });
    m_saidTimer.setSingleShot(true);
    connect(&m_saidTimer, &QTimer::timeout, this, [this] {
        m_saidMessage.clear();
        showTrouble();
    });
    m_tick.setInterval(kTickMillis);
    connect(&m_tick, &QTimer::timeout, this, &MainWindow::tick);
    m_tick.start();
}

void MainWindow::tick()
{
    // While disconnected the picture stays where its data ends.
    if (m_context.state.connected()) {
        m_context.view.advance(m_context.state.now());
    }
    if (m_context.state.link() == LinkState::Disconnected) {
        showTrouble();
    }
}

void MainWindow::showTrouble()
{
    const ClusterState& state = m_context.state;
    using Tone = MessageStrip::Tone;
    if (state.link() == LinkState::Disconnected) {
        QString said =
            tr("Not connected to %1: %2").arg(state.identity().address, state.linkReason());
        if (const auto age = state.dataAge()) {
            said += QLatin1Char('\n') +
                    tr("What you see is %1 old. Changes are off.")
                        .arg(text::duration(std::chrono::floor<std::chrono::seconds>(*age)));
        }
        said += QLatin1Char(' ') +
                tr("Next try in %1.")
                    .arg(text::duration(std::chrono::ceil<std::chrono::seconds>(state.retryIn())));
        m_strip->showMessage(Tone::Critical, said, tr("Retry now"));
        return;
    }
    if (!m_saidMessage.isEmpty()) {
        m_strip->showMessage(m_saidFailed ? Tone::Critical : Tone::Note, m_saidMessage);
        return;
    }
    const auto& status = state.status();
    if (status) {
        const auto worst = std::ranges::max_element(status->diagnostics, {}, &Diagnostic::level);
        if (worst != status->diagnostics.end() && worst->level != DiagnosticLevel::Info) {
            const QString hint = text::fromUtf8(worst->hint);
            m_strip->showMessage(
                worst->level == DiagnosticLevel::Critical ? Tone::Critical : Tone::Warning,
                text::fromUtf8(worst->message) +
                    (hint.isEmpty() ? QString() : QLatin1Char('\n') + tr("Hint: %1").arg(hint)),
                tr("All alerts"));
            return;
        }
    }
    m_strip->clear();
}

void MainWindow::say(const QString& message, bool failed)
{
    m_log->append(message);
    m_saidMessage = message;
    m_saidFailed = failed;
    m_saidTimer.start(kSaidMillis);
    showTrouble();
}

void MainWindow::showView(View view)
{
    m_tabs->setCurrentIndex(static_cast<int>(view));
    if (view == View::Heat) {
        m_heat->setFocus();
    }
}

View MainWindow::currentView() const
{
    return static_cast<View>(m_tabs->currentIndex());
}

QWidget& MainWindow::currentPage() const
{
    return *m_tabs->currentWidget();
}

void MainWindow::showShard(ShardId shard)
{
    Selection selection = m_context.view.selection();
    selection.shards = {shard};
    m_context.view.setSelection(selection);
    showView(View::Heat);
}

void MainWindow::restoreSelection()
{
    const QString readOnly = m_context.state.whyReadOnly();
    if (!readOnly.isEmpty()) {
        say(readOnly, true);
        return;
    }
    m_restores->startGuided();
    showView(View::Restores);
}

void MainWindow::refreshAll()
{
    m_feed.restart();
    m_context.gateway.retryNow();
    m_audit->refresh();
}

void MainWindow::chooseRange()
{
    RangeDialog dialog(m_context.view.range(), m_context.view.zone(), this);
    if (dialog.exec() == QDialog::Accepted) {
        m_context.view.setFixed(dialog.range());
    }
}

void MainWindow::openSearch()
{
    if (m_search == nullptr) {
        m_search = new SearchPalette(this);
    }
    std::vector<SearchEntry> entries;
    for (int i = 0; i < kViews; ++i) {
        const auto view = static_cast<View>(i);
        entries.push_back({viewTitle(view), tr("view"), [this, view] { showView(view); }});
    }
    for (QAction* action : m_heat->commands().findChildren<QAction*>()) {
        entries.push_back({action->text().remove(QLatin1Char('&')), tr("command"),
                           [action] { action->trigger(); }});
    }
    for (const ShardRecord& shard : m_context.state.shards()) {
        const ShardId id = shard.id;
        entries.push_back({shardTitle(shard),
                           tr("shard, temperature %1").arg(text::temperature(shard.temperature)),
                           [this, id] { showShard(id); }});
    }
    m_search->open(std::move(entries));
}

void MainWindow::resetLayout()
{
    restoreState(m_defaultLayout, kLayoutVersion);
    for (QDockWidget* dock : m_docks) {
        dock->show();
    }
}

void MainWindow::closeEvent(QCloseEvent* event)
{
    m_settings.setWindow(saveGeometry(), saveState(kLayoutVersion));
    QMainWindow::closeEvent(event);
}

} // namespace isotherm

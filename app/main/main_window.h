// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/main/settings.h"
#include "app/models/heat_feed.h"
#include "app/pages/page_context.h"

#include <QMainWindow>
#include <QTimer>

class QDockWidget;
class QTabWidget;

namespace isotherm
{

class AlertsPanel;
class ApprovalsPanel;
class AuditPage;
class BackupsPage;
class ChangesPage;
class CliPanel;
class ForecastPanel;
class HeatPage;
class JobsPanel;
class LogPanel;
class MessageStrip;
class NavigatorPanel;
class OverviewPage;
class RestoresPage;
class SearchPalette;

enum class View { Overview, Heat, Backups, Restores, Changes, Audit };
inline constexpr int kViews = 6;

/// Docks and actions; everything else is in pages and panels.
class MainWindow : public QMainWindow
{
    Q_OBJECT

public:
    MainWindow(const PageContext& context, HeatFeed& feed, Settings& settings);
    ~MainWindow() override;

    void showView(View view);
    [[nodiscard]] View currentView() const;
    [[nodiscard]] QWidget& currentPage() const;
    /// Select a shard, as if it had been clicked, and show it on the map.
    void showShard(ShardId shard);
    /// The guided restore on the selection.
    void restoreSelection();
    void resetLayout();
    void refreshAll();
    void openSearch();
    void chooseRange();
    void say(const QString& message, bool failed);

    [[nodiscard]] const PageContext& context() const { return m_context; }
    [[nodiscard]] Settings& settings() { return m_settings; }
    [[nodiscard]] HeatPage& heatPage() { return *m_heat; }
    [[nodiscard]] BackupsPage& backupsPage() { return *m_backups; }
    [[nodiscard]] RestoresPage& restoresPage() { return *m_restores; }
    [[nodiscard]] ChangesPage& changesPage() { return *m_changes; }
    [[nodiscard]] AuditPage& auditPage() { return *m_audit; }
    [[nodiscard]] NavigatorPanel& navigator() { return *m_navigator; }
    [[nodiscard]] ForecastPanel& forecastPanel() { return *m_forecast; }
    [[nodiscard]] ApprovalsPanel& approvalsPanel() { return *m_approvals; }
    [[nodiscard]] CliPanel& cliPanel() { return *m_cli; }
    [[nodiscard]] JobsPanel& jobsPanel() { return *m_jobs; }
    [[nodiscard]] MessageStrip& strip() { return *m_strip; }
    [[nodiscard]] QList<QDockWidget*> docks() const { return m_docks; }
    [[nodiscard]] static QString viewTitle(View view);

Q_SIGNALS:
    void connectRequested();

protected:
    void closeEvent(QCloseEvent* event) override;

private:
    void buildViews();
    void buildDocks();
    QDockWidget* addDock(const QString& name, const QString& title, QWidget* panel,
                         Qt::DockWidgetArea area);
    void connectParts();
    void tick();
    void showTrouble();

    PageContext m_context;
    HeatFeed& m_feed;
    Settings& m_settings;
    QTabWidget* m_tabs = nullptr;
    MessageStrip* m_strip = nullptr;
    OverviewPage* m_overview = nullptr;
    HeatPage* m_heat = nullptr;
    BackupsPage* m_backups = nullptr;
    RestoresPage* m_restores = nullptr;
    ChangesPage* m_changes = nullptr;
    AuditPage* m_audit = nullptr;
    NavigatorPanel* m_navigator = nullptr;
    JobsPanel* m_jobs = nullptr;
    AlertsPanel* m_alerts = nullptr;
    ApprovalsPanel* m_approvals = nullptr;
    CliPanel* m_cli = nullptr;
    ForecastPanel* m_forecast = nullptr;
    LogPanel* m_log = nullptr;
    SearchPalette* m_search = nullptr;
    QList<QDockWidget*> m_docks;
    QByteArray m_defaultLayout;
    QString m_saidMessage; ///< shown until it is old, or trouble takes its place
    bool m_saidFailed = false;
    QTimer m_saidTimer;
    QTimer m_tick;
};

} // namespace isotherm

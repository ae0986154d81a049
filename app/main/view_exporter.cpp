// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/main/view_exporter.h"

#include "app/main/main_window.h"
#include "app/pages/approvals_panel.h"
#include "app/pages/audit_page.h"
#include "app/pages/backups_page.h"
#include "app/pages/heat_page.h"
#include "app/pages/jobs_panel.h"
#include "app/pages/restores_page.h"
#include "app/widgets/view_export.h"

#include <QCoreApplication>
#include <QFileDialog>
#include <QSaveFile>

namespace isotherm
{
namespace
{

struct Exporter
{
    Q_DECLARE_TR_FUNCTIONS(Exporter)
};

struct FileKind
{
    QString suffix;
    QString filter;
};

FileKind kindOf(ExportFormat format)
{
    switch (format) {
    case ExportFormat::Png:
        return {QStringLiteral("png"), Exporter::tr("PNG pictures (*.png)")};
    case ExportFormat::Svg:
        return {QStringLiteral("svg"), Exporter::tr("SVG drawings (*.svg)")};
    case ExportFormat::Csv:
        return {QStringLiteral("csv"), Exporter::tr("CSV tables (*.csv)")};
    }
    return {};
}

QByteArray tableOf(MainWindow& window)
{
    switch (window.currentView()) {
    case View::Overview:
        return modelToCsv(window.jobsPanel().model());
    case View::Heat:
        return window.heatPage().toCsv();
    case View::Backups:
        return modelToCsv(window.backupsPage().rpo());
    case View::Restores:
        return modelToCsv(window.restoresPage().history());
    case View::Changes:
        return modelToCsv(window.approvalsPanel().model());
    case View::Audit:
        return modelToCsv(window.auditPage().model());
    }
    return {};
}

} // namespace

bool exportView(MainWindow& window, ExportFormat format, const QString& path)
{
    const FileKind kind = kindOf(format);
    const QString suggested =
        MainWindow::viewTitle(window.currentView()).toLower() + QLatin1Char('.') + kind.suffix;
    const QString file =
        path.isEmpty() ? QFileDialog::getSaveFileName(&window, Exporter::tr("Export the view"),
                                                      suggested, kind.filter)
                       : path;
    if (file.isEmpty()) {
        return false;
    }
    const QByteArray bytes = format == ExportFormat::Png   ? widgetToPng(window.currentPage())
                             : format == ExportFormat::Svg ? widgetToSvg(window.currentPage())
                                                           : tableOf(window);
    QSaveFile target(file);
    const bool written =
        target.open(QIODevice::WriteOnly) && target.write(bytes) == bytes.size() && target.commit();
    window.say(written ? Exporter::tr("Saved %1").arg(file)
                       : Exporter::tr("Cannot write %1: %2").arg(file, target.errorString()),
               !written);
    return written;
}

} // namespace isotherm

// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/pages/audit_page.h"

#include "app/viewmath/text.h"
#include "app/widgets/delegates.h"
#include "app/widgets/theme.h"
#include "shared/model/agent_service.h"

#include <QFileDialog>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QSaveFile>
#include <QStyle>
#include <QTableView>
#include <QVBoxLayout>
#include <QVariant>
#include <algorithm>

namespace isotherm
{

AuditPage::AuditPage(const PageContext& context, QWidget* parent)
    : QWidget(parent), m_context(context), m_model(new AuditModel(this))
{
    m_filter.setSourceModel(m_model);
    m_filter.setFilterKeyColumn(-1);
    m_filter.setFilterCaseSensitivity(Qt::CaseInsensitive);
    build();
    connect(&context.view, &ViewContext::zoneChanged, this,
            [this] { m_model->setZone(m_context.view.zone()); });
    // A finished job or a reconnection is when the log has most likely grown.
    connect(&context.state, &ClusterState::jobsChanged, this, [this] {
        if (isVisible()) {
            refresh();
        }
    });
}

void AuditPage::build()
{
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    auto* bar = new QWidget(this);
    bar->setObjectName(QStringLiteral("pageToolbar"));
    auto* barLayout = new QHBoxLayout(bar);
    barLayout->setContentsMargins(10, 6, 10, 6);
    auto* filter = new QLineEdit(bar);
    filter->setPlaceholderText(tr("Filter…"));
    filter->setClearButtonEnabled(true);
    filter->setMaximumWidth(280);
    m_verify = new QPushButton(tr("Verify the chain"), bar);
    auto* save = new QPushButton(tr("Export as CSV…"), bar);
    m_verdict = new QLabel(bar);
    barLayout->addWidget(filter);
    barLayout->addWidget(m_verify);
    barLayout->addWidget(save);
    barLayout->addWidget(m_verdict, 1);
    layout->addWidget(bar);
    auto* table = new QTableView(this);
    table->setAccessibleName(tr("Audit log"));
    table->setModel(&m_filter);
    table->verticalHeader()->hide();
    table->horizontalHeader()->setDefaultAlignment(Qt::AlignLeft | Qt::AlignVCenter);
    table->setShowGrid(false);
    table->setFrameShape(QFrame::NoFrame);
    table->setSelectionBehavior(QAbstractItemView::SelectRows);
    table->horizontalHeader()->setSectionResizeMode(QHeaderView::ResizeToContents);
    table->horizontalHeader()->setSectionResizeMode(AuditModel::Target, QHeaderView::Stretch);
    table->horizontalHeader()->setHighlightSections(false);
    table->setItemDelegateForColumn(
        AuditModel::Outcome,
        new DotDelegate(
            [this](const QModelIndex& index) -> DotStyle {
                const Theme& theme = Theme::of(palette());
                return {index.data(AuditModel::FailedRole).toBool() ? theme.critical : theme.good,
                        false};
            },
            table));
    layout->addWidget(table, 1);
    connect(filter, &QLineEdit::textChanged, &m_filter,
            &QSortFilterProxyModel::setFilterFixedString);
    connect(m_verify, &QPushButton::clicked, this, &AuditPage::verify);
    connect(save, &QPushButton::clicked, this, &AuditPage::exportCsv);
}

void AuditPage::showEvent(QShowEvent* event)
{
    QWidget::showEvent(event);
    refresh();
}

void AuditPage::refresh()
{
    m_context.gateway.ask<std::vector<AuditEntry>>(
        this, [](AgentService& agent) { return agent.auditTrail().auditEntries({}); },
        [this](const Result<std::vector<AuditEntry>>& answer) {
            if (!answer.ok()) {
                say(text::error(answer.error()), "critical");
                return;
            }
            std::vector<AuditEntry> newestFirst = answer.value();
            std::ranges::reverse(newestFirst);
            m_model->setSnapshot(std::move(newestFirst));
        });
}

void AuditPage::verify()
{
    m_verify->setEnabled(false);
    say(tr("Verifying…"), "plain");
    m_context.gateway.ask<AuditVerification>(
        this, [](AgentService& agent) { return agent.auditTrail().verifyAudit(); },
        [this](const Result<AuditVerification>& answer) {
            m_verify->setEnabled(true);
            if (!answer.ok()) {
                say(text::error(answer.error()), "critical");
            } else if (answer.value().intact) {
                say(tr("The chain of %1 entries is intact.")
                        .arg(text::count(answer.value().entries)),
                    "good");
            } else {
                say(tr("The chain is BROKEN at entry %1 of %2.")
                        .arg(text::count(answer.value().firstBad),
                             text::count(answer.value().entries)),
                    "critical");
            }
        });
}

void AuditPage::exportCsv()
{
    const QString path = QFileDialog::getSaveFileName(
        this, tr("Export as CSV"), QStringLiteral("audit.csv"), tr("CSV tables (*.csv)"));
    if (path.isEmpty()) {
        return;
    }
    QByteArray csv("sequence,time,who,action,target,outcome,from,hash\r\n");
    for (const AuditEntry& entry : m_model->records()) {
        const QStringList cells = {QString::number(entry.sequence), Zone().full(entry.time),
                                   text::fromUtf8(entry.who),       text::fromUtf8(entry.action),
                                   text::fromUtf8(entry.target),    text::fromUtf8(entry.outcome),
                                   text::fromUtf8(entry.peer),      text::fromUtf8(entry.hash)};
        QByteArray line;
        for (const QString& cell : cells) {
            line += (line.isEmpty() ? "\"" : ",\"") +
                    QString(cell).replace(QLatin1Char('"'), QLatin1String("\"\"")).toUtf8() + '"';
        }
        csv += line + "\r\n";
    }
    QSaveFile file(path);
    const bool written =
        file.open(QIODevice::WriteOnly) && file.write(csv) == csv.size() && file.commit();
    say(written ? tr("Saved %1").arg(path)
                : tr("Cannot write %1: %2").arg(path, file.errorString()),
        written ? "plain" : "critical");
}

void AuditPage::say(const QString& message, const char* tone)
{
    m_verdict->setText(message);
    m_verdict->setProperty("tone", QString::fromLatin1(tone));
    m_verdict->style()->unpolish(m_verdict);
    m_verdict->style()->polish(m_verdict);
}

} // namespace isotherm

// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/pages/recovery_review.h"

#include "app/pages/step_layout.h"
#include "app/viewmath/recovery_text.h"
#include "app/viewmath/text.h"

#include <QFontDatabase>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QLineEdit>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QTableWidget>
#include <QVBoxLayout>

namespace isotherm
{

RecoveryReview::RecoveryReview(const RecoveryPlan& plan, bool showSql, QWidget* parent)
    : QDialog(parent), m_plan(plan), m_steps(new QTableWidget(0, 2, this)),
      m_sql(new QPlainTextEdit(this)), m_toggleSql(new QPushButton(tr("Show SQL"), this)),
      m_warnings(stepLabel({}, "warningLabel", this)), m_ask(stepLabel({}, "plainLabel", this)),
      m_name(new QLineEdit(this)), m_cancel(new QPushButton(tr("Cancel"), this)),
      m_run(new QPushButton(this))
{
    setWindowTitle(tr("Review"));
    setAttribute(Qt::WA_DeleteOnClose);
    resize(760, 520);
    build();
    fill();
    m_toggleSql->setChecked(showSql);
    m_sql->setVisible(showSql);
    connect(m_toggleSql, &QPushButton::toggled, m_sql, &QWidget::setVisible);
    connect(m_name, &QLineEdit::textChanged, this, &RecoveryReview::validate);
    connect(m_cancel, &QPushButton::clicked, this, &QDialog::reject);
    connect(m_run, &QPushButton::clicked, this, [this] {
        Q_EMIT runWanted(text::fromUtf8(m_plan.id));
        accept();
    });
    validate();
}

void RecoveryReview::build()
{
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(20, 16, 20, 16);
    layout->setSpacing(10);
    layout->addWidget(stepLabel(text::fromUtf8(m_plan.title), "planHeadline", this));
    layout->addWidget(stepLabel(tr("Nothing has been done yet. What you review here is what runs."),
                                "mutedLabel", this));
    m_steps->setHorizontalHeaderLabels({tr("Table"), tr("What is done")});
    m_steps->setAccessibleName(tr("Steps"));
    styleTable(m_steps);
    layout->addWidget(m_steps, 1);
    layout->addWidget(m_warnings);
    m_toggleSql->setCheckable(true);
    layout->addWidget(m_toggleSql, 0, Qt::AlignLeft);
    m_sql->setReadOnly(true);
    m_sql->setFont(QFontDatabase::systemFont(QFontDatabase::FixedFont));
    m_sql->setAccessibleName(tr("SQL that will be run"));
    layout->addWidget(m_sql, 2);
    layout->addWidget(m_ask);
    layout->addWidget(m_name);
    auto* buttons = new QHBoxLayout;
    buttons->addStretch(1);
    buttons->addWidget(m_cancel);
    buttons->addWidget(m_run);
    m_cancel->setDefault(true);
    m_run->setAutoDefault(false);
    m_toggleSql->setAutoDefault(false);
    layout->addLayout(buttons);
}

void RecoveryReview::fill()
{
    m_steps->setRowCount(static_cast<int>(m_plan.steps.size()));
    QStringList sql;
    for (int row = 0; row < m_steps->rowCount(); ++row) {
        const RecoveryStep& step = m_plan.steps[static_cast<std::size_t>(row)];
        m_steps->setItem(row, 0, new QTableWidgetItem(text::fromUtf8(step.table)));
        m_steps->setItem(row, 1, new QTableWidgetItem(text::recoveryStep(step)));
        for (const std::string& statement : step.sql) {
            sql << text::fromUtf8(statement);
        }
    }
    m_sql->setPlainText(sql.join(QLatin1Char('\n')));
    QStringList warnings;
    for (const std::string& warning : m_plan.warnings) {
        warnings << QStringLiteral("▲  ") + text::fromUtf8(warning);
    }
    m_warnings->setText(warnings.join(QLatin1Char('\n')));
    m_warnings->setVisible(!warnings.isEmpty());
    const QString name = text::fromUtf8(m_plan.confirmName);
    m_ask->setText(tr("Type %1 to go on:").arg(name));
    m_ask->setVisible(!name.isEmpty());
    m_name->setVisible(!name.isEmpty());
    m_name->setAccessibleName(m_ask->text());
    switch (m_plan.request.mode) {
    case RecoveryMode::CopyBack:
        m_run->setText(tr("Copy back"));
        break;
    case RecoveryMode::Replace:
        m_run->setText(tr("Replace"));
        break;
    case RecoveryMode::Elsewhere:
        m_run->setText(tr("Restore elsewhere"));
        break;
    case RecoveryMode::Undo:
        m_run->setText(tr("Undo"));
        break;
    case RecoveryMode::DropSide:
        m_run->setText(tr("Drop"));
        break;
    }
}

void RecoveryReview::validate()
{
    const QString name = text::fromUtf8(m_plan.confirmName);
    const bool typed = m_name->text() == name;
    m_run->setEnabled(typed);
    m_run->setToolTip(typed ? QString() : tr("Type the name first."));
}

} // namespace isotherm

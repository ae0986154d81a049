// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/pages/restore_steps.h"

#include "app/models/jobs_model.h"
#include "app/pages/step_layout.h"
#include "app/viewmath/text.h"

#include <QLabel>
#include <QLineEdit>
#include <QListWidget>
#include <QProgressBar>
#include <QRadioButton>
#include <QSignalBlocker>
#include <QTableView>
#include <QVBoxLayout>
#include <cmath>

namespace isotherm
{
RestoreWhatStep::RestoreWhatStep(QWidget* parent)
    : QWidget(parent), m_shards(stepLabel({}, "plainLabel", this)), m_tables(new QListWidget(this)),
      m_predicate(new QLineEdit(this)), m_example(stepLabel({}, "mutedLabel", this))
{
    QVBoxLayout* layout = stepLayout(
        this, tr("What to bring back"),
        tr("Only the runs and blocks that hold these rows are read from the repository."));
    layout->addWidget(m_shards);
    layout->addSpacing(6);
    layout->addWidget(stepLabel(tr("Tables"), "fieldLabel", this));
    m_tables->setAccessibleName(tr("Tables"));
    m_tables->setMaximumHeight(130);
    layout->addWidget(m_tables);
    layout->addWidget(stepLabel(tr("Only rows whose key fits (optional)"), "fieldLabel", this));
    m_predicate->setAccessibleName(tr("Key predicate"));
    m_predicate->setClearButtonEnabled(true);
    layout->addWidget(m_predicate);
    layout->addWidget(m_example);
    layout->addStretch(1);
    connect(m_tables, &QListWidget::itemChanged, this, &RestoreWhatStep::changed);
}

void RestoreWhatStep::setShards(const QString& keyspace, const QStringList& names)
{
    constexpr qsizetype kNamed = 6;
    QString listed = names.mid(0, kNamed).join(QStringLiteral(",  "));
    if (names.size() > kNamed) {
        listed += QStringLiteral(", ") +
                  tr("and %n more", nullptr, static_cast<int>(names.size() - kNamed));
    }
    m_shards->setText(
        tr("%n shard(s) of keyspace %1:", nullptr, static_cast<int>(names.size())).arg(keyspace) +
        QLatin1Char('\n') + listed);
    m_predicate->clear();
}

void RestoreWhatStep::setTables(const QStringList& tables, const QStringList& keyColumns)
{
    const QSignalBlocker blocker(m_tables);
    m_tables->clear();
    for (const QString& table : tables) {
        auto* item = new QListWidgetItem(table, m_tables);
        item->setFlags(Qt::ItemIsEnabled | Qt::ItemIsUserCheckable | Qt::ItemIsSelectable);
        item->setCheckState(Qt::Checked);
    }
    const QString column = keyColumns.isEmpty() ? tr("key") : keyColumns.front();
    m_predicate->setPlaceholderText(tr("%1 between 100 and 200").arg(column));
    m_example->setText(
        tr("Empty: all rows of the selected shards. Key columns: %1")
            .arg(keyColumns.isEmpty() ? text::unknown() : keyColumns.join(QStringLiteral(", "))));
    Q_EMIT changed();
}

std::vector<std::string> RestoreWhatStep::tables() const
{
    std::vector<std::string> chosen;
    bool all = true;
    for (int i = 0; i < m_tables->count(); ++i) {
        if (m_tables->item(i)->checkState() == Qt::Checked) {
            chosen.push_back(m_tables->item(i)->text().toStdString());
        } else {
            all = false;
        }
    }
    return all ? std::vector<std::string>{} : chosen;
}

std::string RestoreWhatStep::predicate() const
{
    return m_predicate->text().trimmed().toStdString();
}

bool RestoreWhatStep::complete() const
{
    for (int i = 0; i < m_tables->count(); ++i) {
        if (m_tables->item(i)->checkState() == Qt::Checked) {
            return true;
        }
    }
    return m_tables->count() == 0;
}

RestoreWhereStep::RestoreWhereStep(QWidget* parent)
    : QWidget(parent), m_schema(new QLineEdit(QStringLiteral("isotherm_restore"), this))
{
    QVBoxLayout* layout =
        stepLayout(this, tr("Where to"),
                   tr("Rows come back into new tables beside the old ones. The tables in use are "
                      "not touched; compare, then copy what you need."));
    auto* side = new QRadioButton(tr("Side tables (safe)"), this);
    side->setChecked(true);
    layout->addWidget(side);
    layout->addWidget(stepLabel(tr("Schema for the side tables"), "fieldLabel", this));
    m_schema->setAccessibleName(tr("Schema for the side tables"));
    layout->addWidget(m_schema);
    layout->addStretch(1);
}

std::string RestoreWhereStep::schema() const
{
    return m_schema->text().trimmed().toStdString();
}

RestorePlanStep::RestorePlanStep(QWidget* parent)
    : QWidget(parent), m_headline(stepLabel({}, "planHeadline", this)),
      m_facts(stepLabel({}, "plainLabel", this)), m_warnings(stepLabel({}, "warningLabel", this)),
      m_side(stepLabel({}, "mutedLabel", this)), m_table(new QTableView(this)),
      m_parts(new PlanPartsModel(this))
{
    QVBoxLayout* layout = stepLayout(
        this, tr("The plan"), tr("Nothing has been done yet. What you review here is what runs."));
    layout->addWidget(m_headline);
    layout->addWidget(m_facts);
    layout->addWidget(m_warnings);
    m_table->setModel(m_parts);
    m_table->setAccessibleName(tr("Parts of the plan"));
    styleTable(m_table);
    layout->addWidget(m_table, 1);
    layout->addWidget(m_side);
    m_side->setTextInteractionFlags(Qt::TextSelectableByMouse);
}

void RestorePlanStep::setPending()
{
    m_headline->setText(tr("Making the plan…"));
    m_facts->clear();
    m_warnings->hide();
    m_side->clear();
    m_parts->setSnapshot({});
}

void RestorePlanStep::setPlan(const RestorePlan& plan, const Zone& zone)
{
    m_headline->setText(tr("Reads %1 for at most %2 rows")
                            .arg(text::bytes(plan.bytesToRead), text::count(plan.rows)));
    const QString expected =
        plan.fastest && plan.slowest
            ? tr("expected to take %1 to %2")
                  .arg(text::duration(*plan.fastest), text::duration(*plan.slowest))
            : tr("no estimate of the time: no restore like this has run yet");
    m_facts->setText(tr("%n part(s)", nullptr, static_cast<int>(plan.parts.size())) +
                     QStringLiteral("  ·  ") + expected + QStringLiteral("  ·  ") +
                     tr("plan %1").arg(text::fromUtf8(plan.id).left(12)));
    QStringList warnings;
    for (const std::string& warning : plan.warnings) {
        warnings << QStringLiteral("▲  ") + text::fromUtf8(warning);
    }
    m_warnings->setText(warnings.join(QLatin1Char('\n')));
    m_warnings->setVisible(!warnings.isEmpty());
    QStringList sides;
    for (const std::string& table : plan.sideTables) {
        sides << text::fromUtf8(table);
    }
    m_side->setText(tr("New tables: %1").arg(sides.join(QStringLiteral(", "))));
    m_parts->setZone(zone);
    m_parts->setSnapshot(plan.parts);
}

void RestorePlanStep::setProblem(const QString& problem)
{
    m_headline->setText(tr("No plan could be made"));
    m_facts->setText(problem);
    m_warnings->hide();
    m_parts->setSnapshot({});
}

RestoreProgressStep::RestoreProgressStep(QWidget* parent)
    : QWidget(parent), m_title(stepLabel({}, "planHeadline", this)),
      m_phase(stepLabel({}, "plainLabel", this)), m_bar(new QProgressBar(this)),
      m_numbers(stepLabel({}, "mutedLabel", this)), m_note(stepLabel({}, "mutedLabel", this))
{
    QVBoxLayout* layout = stepLayout(this, tr("The restore"), {});
    layout->addWidget(m_title);
    layout->addWidget(m_phase);
    m_bar->setTextVisible(false);
    m_bar->setMaximumHeight(8);
    layout->addWidget(m_bar);
    layout->addWidget(m_numbers);
    layout->addWidget(m_note);
}

void RestoreProgressStep::setJob(const JobRecord* job)
{
    if (job == nullptr) {
        m_title->setText(tr("Starting…"));
        m_phase->clear();
        m_numbers->clear();
        m_bar->setRange(0, 0);
        m_note->setText(tr("The job belongs to the agent: you may close this window."));
        return;
    }
    const bool finished = isFinished(job->state);
    m_title->setText(text::fromUtf8(job->title));
    m_phase->setText(finished ? text::jobState(job->state)
                              : text::jobState(job->state) + QStringLiteral("  ·  ") +
                                    text::fromUtf8(job->phase));
    const double fraction = JobsModel::fraction(*job);
    m_bar->setRange(0, fraction < 0.0 && !finished ? 0 : 1000);
    m_bar->setValue(finished ? 1000 : static_cast<int>(std::lround(fraction * 1000.0)));
    m_numbers->setText(
        tr("%1 rows  ·  %2 read")
            .arg(text::count(job->rowsDone), text::bytes(ByteCount(job->bytesDone))) +
        (job->bytesPerSecond > 0 && !finished
             ? QStringLiteral("  ·  ") + text::heatValue(HeatMetric::Bytes, job->bytesPerSecond)
             : QString()));
    if (!job->error.empty()) {
        m_note->setText(text::fromUtf8(job->error));
    } else {
        m_note->setText(finished ? text::fromUtf8(job->result)
                                 : tr("The job belongs to the agent: you may close this window."));
    }
}

} // namespace isotherm

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
#include <algorithm>
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
    : QWidget(parent), m_side(new QRadioButton(tr("Side tables (safe)"), this)),
      m_compare(new QRadioButton(tr("Compare with the rows of today, then copy back"), this)),
      m_elsewhere(new QRadioButton(tr("Elsewhere: another database, or files"), this)),
      m_schema(new QLineEdit(QStringLiteral("isotherm_restore"), this)),
      m_target(new QLineEdit(this))
{
    QVBoxLayout* layout = stepLayout(this, tr("Where to"), {});
    layout->addWidget(m_side);
    layout->addWidget(stepLabel(tr("Rows come back into new tables beside the old ones. The tables "
                                   "in use are not touched."),
                                "mutedLabel", this));
    layout->addWidget(stepLabel(tr("Schema for the side tables"), "fieldLabel", this));
    m_schema->setAccessibleName(tr("Schema for the side tables"));
    layout->addWidget(m_schema);
    layout->addSpacing(10);
    layout->addWidget(m_compare);
    layout->addWidget(
        stepLabel(tr("Shows which rows are missing or changed. What is copied back, or "
                     "whether whole shards are replaced, is reviewed once more before "
                     "anything is written, and can be undone."),
                  "mutedLabel", this));
    layout->addSpacing(10);
    layout->addWidget(m_elsewhere);
    layout->addWidget(stepLabel(tr("Name of a [target.NAME] section of the agent's configuration"),
                                "fieldLabel", this));
    m_target->setAccessibleName(tr("Target"));
    layout->addWidget(m_target);
    layout->addStretch(1);
    m_side->setChecked(true);
    const auto apply = [this] {
        m_schema->setEnabled(m_side->isChecked());
        m_target->setEnabled(m_elsewhere->isChecked());
        Q_EMIT changed();
    };
    for (QRadioButton* radio : {m_side, m_compare, m_elsewhere}) {
        connect(radio, &QRadioButton::toggled, this, apply);
    }
    connect(m_target, &QLineEdit::textChanged, this, &RestoreWhereStep::changed);
    apply();
}

void RestoreWhereStep::setDestination(RestoreDestination destination)
{
    (destination == RestoreDestination::Side      ? m_side
     : destination == RestoreDestination::Compare ? m_compare
                                                  : m_elsewhere)
        ->setChecked(true);
}

RestoreDestination RestoreWhereStep::destination() const
{
    if (m_side->isChecked()) {
        return RestoreDestination::Side;
    }
    return m_compare->isChecked() ? RestoreDestination::Compare : RestoreDestination::Elsewhere;
}

std::string RestoreWhereStep::schema() const
{
    return m_schema->text().trimmed().toStdString();
}

std::string RestoreWhereStep::target() const
{
    return m_target->text().trimmed().toStdString();
}

RestorePlanStep::RestorePlanStep(QWidget* parent)
    : QWidget(parent), m_headline(stepLabel({}, "planHeadline", this)),
      m_facts(stepLabel({}, "plainLabel", this)), m_warnings(stepLabel({}, "warningLabel", this)),
      m_side(stepLabel({}, "mutedLabel", this)), m_cuts(stepLabel({}, "warningLabel", this)),
      m_table(new QTableView(this)), m_parts(new PlanPartsModel(this))
{
    QVBoxLayout* layout = stepLayout(
        this, tr("The plan"), tr("Nothing has been done yet. What you review here is what runs."));
    layout->addWidget(m_headline);
    layout->addWidget(m_facts);
    layout->addWidget(m_warnings);
    layout->addWidget(m_cuts);
    m_cuts->hide();
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
    m_cuts->clear();
    m_cuts->hide();
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
    for (const std::string& warning : plan.warnings) { // transactions that are cut among them
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

void RestorePlanStep::setCuts(const CutList& cuts, const Zone& zone)
{
    constexpr std::size_t kNamed = 3;
    const std::uint64_t all = cuts.undone + cuts.halved;
    QStringList lines;
    if (all > 0) {
        lines << QStringLiteral("▲  ") +
                     tr("%n transaction(s) also changed other shards, which stay as they are.",
                        nullptr, static_cast<int>(all));
    }
    for (std::size_t i = 0; i < std::min(cuts.nearest.size(), kNamed); ++i) {
        const CutTransaction& cut = cuts.nearest[i];
        lines << QStringLiteral("     ") +
                     (cut.undone ? tr("transaction %1 of %2 is undone here, and kept in %n other "
                                      "shard(s)",
                                      nullptr, static_cast<int>(cut.outside.size()))
                                 : tr("transaction %1 of %2 comes back here, beside %n other "
                                      "shard(s) as of today",
                                      nullptr, static_cast<int>(cut.outside.size())))
                         .arg(cut.transaction.id)
                         .arg(zone.full(cut.transaction.time));
    }
    m_cuts->setText(lines.join(QLatin1Char('\n')));
    m_cuts->setVisible(!lines.isEmpty());
}

QString RestorePlanStep::cutsText() const
{
    return m_cuts->text();
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

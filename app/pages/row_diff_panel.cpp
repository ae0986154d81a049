// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/pages/row_diff_panel.h"

#include "app/pages/step_layout.h"
#include "app/viewmath/text.h"
#include "app/widgets/delegates.h"
#include "app/widgets/theme.h"
#include "shared/model/agent_service.h"

#include <QCheckBox>
#include <QComboBox>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QPushButton>
#include <QTableView>
#include <QVBoxLayout>
#include <algorithm>

namespace isotherm
{
namespace
{

constexpr std::size_t kPage = 200;

DotStyle kindDot(const QModelIndex& index, const Theme& theme)
{
    switch (static_cast<RowDifference>(index.data(RowDiffModel::KindRole).toInt())) {
    case RowDifference::Missing:
        return {theme.critical, false};
    case RowDifference::Changed:
        return {theme.warning, false};
    case RowDifference::Extra:
        return {theme.accent, true};
    }
    return {};
}

template <class Choice>
void addChoice(QComboBox* box, const QString& title, Choice choice)
{
    box->addItem(title, static_cast<int>(choice));
}

} // namespace

RowDiffPanel::RowDiffPanel(const PageContext& context, QWidget* parent)
    : QWidget(parent), m_context(context), m_rows(new RowDiffModel(this)),
      m_headline(stepLabel({}, "planHeadline", this)), m_note(stepLabel({}, "mutedLabel", this))
{
    build();
    connect(m_rows, &RowDiffModel::moreWanted, this, &RowDiffPanel::askPage);
    connect(m_rows, &RowDiffModel::pickedChanged, this, [this] {
        if (!m_rows->picked().empty()) {
            m_choice->setCurrentIndex(m_choice->findData(static_cast<int>(RowChoice::Picked)));
        }
        updateButtons();
    });
    connect(&context.state, &ClusterState::linkChanged, this, &RowDiffPanel::updateButtons);
}

void RowDiffPanel::build()
{
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(8);
    layout->addWidget(m_headline);
    layout->addWidget(m_note);
    layout->addWidget(makeFilters());
    m_view = new QTableView(this);
    m_view->setModel(m_rows);
    m_view->setAccessibleName(tr("Differing rows"));
    styleTable(m_view);
    m_view->horizontalHeader()->setSectionResizeMode(QHeaderView::Interactive);
    m_view->setItemDelegateForColumn(
        RowDiffModel::Kind,
        new DotDelegate(
            [this](const QModelIndex& index) { return kindDot(index, Theme::of(palette())); },
            m_view));
    layout->addWidget(m_view, 1);
    m_problem = stepLabel({}, "warningLabel", this);
    m_problem->hide();
    layout->addWidget(m_problem);
    layout->addWidget(makeActions());
}

QWidget* RowDiffPanel::makeFilters()
{
    auto* bar = new QWidget(this);
    auto* layout = new QHBoxLayout(bar);
    layout->setContentsMargins(0, 0, 0, 0);
    m_tables = new QComboBox(bar);
    m_tables->setAccessibleName(tr("Table"));
    m_missing = new QCheckBox(bar);
    m_changed = new QCheckBox(bar);
    m_extra = new QCheckBox(bar);
    layout->addWidget(m_tables);
    for (QCheckBox* box : {m_missing, m_changed, m_extra}) {
        box->setChecked(box != m_extra);
        layout->addWidget(box);
        connect(box, &QCheckBox::clicked, this, &RowDiffPanel::reload);
    }
    layout->addStretch(1);
    auto* all = new QPushButton(tr("Pick all shown"), bar);
    auto* none = new QPushButton(tr("Pick none"), bar);
    layout->addWidget(all);
    layout->addWidget(none);
    connect(m_tables, &QComboBox::activated, this, &RowDiffPanel::reload);
    connect(all, &QPushButton::clicked, this, [this] { m_rows->pickAll(true); });
    connect(none, &QPushButton::clicked, this, [this] { m_rows->pickAll(false); });
    return bar;
}

QWidget* RowDiffPanel::makeActions()
{
    auto* bar = new QWidget(this);
    auto* rows = new QVBoxLayout(bar);
    rows->setContentsMargins(0, 0, 0, 0);
    auto* layout = new QHBoxLayout;
    auto* buttons = new QHBoxLayout;
    rows->addLayout(layout);
    rows->addLayout(buttons);
    m_choice = new QComboBox(bar);
    m_choice->setAccessibleName(tr("Rows to copy back"));
    addChoice(m_choice, tr("All missing rows"), RowChoice::Missing);
    addChoice(m_choice, tr("All missing and changed rows"), RowChoice::MissingAndChanged);
    addChoice(m_choice, tr("The rows that are picked"), RowChoice::Picked);
    m_conflicts = new QComboBox(bar);
    m_conflicts->setAccessibleName(tr("Rows that changed meanwhile"));
    addChoice(m_conflicts, tr("Changed meanwhile: stop"), ConflictRule::Fail);
    addChoice(m_conflicts, tr("Changed meanwhile: leave alone"), ConflictRule::Skip);
    addChoice(m_conflicts, tr("Changed meanwhile: overwrite"), ConflictRule::Overwrite);
    m_triggers = new QComboBox(bar);
    m_triggers->setAccessibleName(tr("Triggers"));
    addChoice(m_triggers, tr("Triggers stay quiet"), TriggerRule::Quiet);
    addChoice(m_triggers, tr("Triggers fire"), TriggerRule::Fire);
    m_sql = new QPushButton(tr("Show SQL…"), bar);
    m_replace = new QPushButton(tr("Replace the shards…"), bar);
    m_copy = new QPushButton(tr("Copy back…"), bar);
    m_copy->setObjectName(QStringLiteral("primaryButton"));
    for (QWidget* one : std::initializer_list<QWidget*>{m_choice, m_conflicts, m_triggers}) {
        layout->addWidget(one);
    }
    layout->addStretch(1);
    buttons->addStretch(1);
    for (QPushButton* button : {m_sql, m_replace, m_copy}) {
        buttons->addWidget(button);
    }
    connect(m_choice, &QComboBox::currentIndexChanged, this, &RowDiffPanel::updateButtons);
    connect(m_copy, &QPushButton::clicked, this,
            [this] { Q_EMIT recoveryWanted(request(RecoveryMode::CopyBack), false); });
    connect(m_sql, &QPushButton::clicked, this,
            [this] { Q_EMIT recoveryWanted(request(RecoveryMode::CopyBack), true); });
    connect(m_replace, &QPushButton::clicked, this,
            [this] { Q_EMIT recoveryWanted(request(RecoveryMode::Replace), false); });
    return bar;
}

const TableDiff* RowDiffPanel::table() const
{
    const int index = m_tables->currentIndex();
    return index < 0 || index >= static_cast<int>(m_diff.tables.size())
               ? nullptr
               : &m_diff.tables[static_cast<std::size_t>(index)];
}

QString RowDiffPanel::counts() const
{
    return m_headline->text();
}

void RowDiffPanel::setDiff(const RowDiff& diff)
{
    m_diff = diff;
    TableDiff sum;
    m_tables->clear();
    for (const TableDiff& one : diff.tables) {
        sum.missing += one.missing;
        sum.changed += one.changed;
        sum.same += one.same;
        sum.extra += one.extra;
        m_tables->addItem(text::fromUtf8(one.table));
    }
    m_headline->setText(tr("%1 missing, %2 changed, %3 the same, %4 only now")
                            .arg(text::count(sum.missing), text::count(sum.changed),
                                 text::count(sum.same), text::count(sum.extra)));
    QStringList notes{tr("Compared with the state %1.").arg(text::fromUtf8(diff.moment))};
    if (!diff.complete) {
        notes << tr("Only the first %1 differing rows are kept; the counts are right.")
                     .arg(text::count(diff.rowsKept));
    }
    if (diff.keptUntil) {
        notes << tr("Kept until %1.").arg(m_context.view.zone().full(*diff.keptUntil));
    }
    for (const std::string& warning : diff.warnings) {
        notes << text::fromUtf8(warning);
    }
    m_note->setText(notes.join(QLatin1Char(' ')));
    m_tables->setVisible(diff.tables.size() > 1);
    reload();
}

std::vector<RowDifference> RowDiffPanel::kinds() const
{
    std::vector<RowDifference> wanted;
    if (m_missing->isChecked()) {
        wanted.push_back(RowDifference::Missing);
    }
    if (m_changed->isChecked()) {
        wanted.push_back(RowDifference::Changed);
    }
    if (m_extra->isChecked()) {
        wanted.push_back(RowDifference::Extra);
    }
    return wanted;
}

void RowDiffPanel::reload()
{
    m_rows->clear();
    const TableDiff* shown = table();
    if (shown != nullptr) {
        m_missing->setText(tr("Missing (%1)").arg(text::count(shown->missing)));
        m_changed->setText(tr("Changed (%1)").arg(text::count(shown->changed)));
        m_extra->setText(tr("Only now (%1)").arg(text::count(shown->extra)));
        if (!kinds().empty()) {
            askPage();
        }
    }
    updateButtons();
}

void RowDiffPanel::askPage()
{
    const TableDiff* shown = table();
    if (shown == nullptr) {
        return;
    }
    const DiffQuery query{.job = m_diff.job,
                          .table = shown->table,
                          .kinds = kinds(),
                          .after = m_rows->next().value_or(0),
                          .limit = kPage};
    const int question = ++m_question;
    m_context.gateway.ask<DiffPage>(
        this, [query](AgentService& agent) { return agent.recovery().diffRows(query); },
        [this, question](const Result<DiffPage>& answer) {
            if (question != m_question) {
                return;
            }
            m_problem->setVisible(!answer.ok());
            if (!answer.ok()) {
                m_problem->setText(text::error(answer.error()));
                return;
            }
            const bool first = m_rows->rowCount() == 0;
            m_rows->addPage(answer.value());
            if (first) {
                m_view->resizeColumnsToContents();
            }
        });
}

RecoveryRequest RowDiffPanel::request(RecoveryMode mode) const
{
    RecoveryRequest wanted;
    wanted.mode = mode;
    wanted.job = m_diff.job;
    wanted.choice = static_cast<RowChoice>(m_choice->currentData().toInt());
    if (wanted.choice == RowChoice::Picked && mode == RecoveryMode::CopyBack) {
        wanted.picked = m_rows->picked();
    }
    wanted.conflicts = static_cast<ConflictRule>(m_conflicts->currentData().toInt());
    wanted.triggers = static_cast<TriggerRule>(m_triggers->currentData().toInt());
    return wanted;
}

void RowDiffPanel::updateButtons()
{
    const QString readOnly = m_context.state.whyReadOnly();
    const auto choice = static_cast<RowChoice>(m_choice->currentData().toInt());
    std::uint64_t missing = 0;
    std::uint64_t changed = 0;
    for (const TableDiff& one : m_diff.tables) {
        missing += one.missing;
        changed += one.changed;
    }
    QString whyNot = readOnly;
    if (whyNot.isEmpty() && choice == RowChoice::Picked && m_rows->picked().empty()) {
        whyNot = tr("Pick rows in the list first.");
    } else if (whyNot.isEmpty() && choice == RowChoice::Missing && missing == 0) {
        whyNot = tr("No row is missing.");
    } else if (whyNot.isEmpty() && missing + changed == 0) {
        whyNot = tr("Nothing differs that could be copied back.");
    }
    for (QPushButton* button : {m_copy, m_sql}) {
        button->setEnabled(whyNot.isEmpty());
        button->setToolTip(whyNot);
    }
    m_copy->setToolTip(whyNot.isEmpty() ? tr("Shows what will be done before anything is")
                                        : whyNot);
    m_replace->setEnabled(readOnly.isEmpty());
    m_replace->setToolTip(readOnly.isEmpty()
                              ? tr("Swaps whole shards for their state then; the old ones are kept "
                                   "for undo")
                              : readOnly);
}

} // namespace isotherm

// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/pages/restore_when_step.h"

#include "app/pages/step_layout.h"
#include "app/viewmath/text.h"
#include "app/widgets/restorable_picker.h"
#include "app/widgets/zoned_time_edit.h"

#include <QCheckBox>
#include <QComboBox>
#include <QHBoxLayout>
#include <QItemSelectionModel>
#include <QLabel>
#include <QPushButton>
#include <QRadioButton>
#include <QSignalBlocker>
#include <QTableView>
#include <QVBoxLayout>
#include <algorithm>
#include <array>

namespace isotherm
{
namespace
{

using viewmath::fromSeconds;
using viewmath::toSeconds;

/// Around the moment, each way.
constexpr std::array<int, 4> kWindows = {60, 600, 3600, 86'400};
constexpr int kFirstWindow = 2;

} // namespace

RestoreWhenStep::RestoreWhenStep(QWidget* parent)
    : QWidget(parent), m_newest(new QRadioButton(tr("The newest backup"), this)),
      m_moment(new QRadioButton(tr("At"), this)),
      m_before(new QRadioButton(tr("Just before a transaction"), this)),
      m_edit(new ZonedTimeEdit(this)), m_zoneName(stepLabel({}, "mutedLabel", this)),
      m_picker(new RestorablePicker(this)), m_window(new QComboBox(this)),
      m_largest(new QCheckBox(tr("Largest losses first"), this)),
      m_beforeThis(new QPushButton(tr("Set target just before this one"), this)),
      m_table(new QTableView(this)), m_listNote(stepLabel({}, "mutedLabel", this)),
      m_result(stepLabel({}, "resultLabel", this)), m_transactions(new TransactionsModel(this))
{
    build();
    connectParts();
}

void RestoreWhenStep::build()
{
    QVBoxLayout* layout = stepLayout(
        this, tr("From when"),
        tr("To undo an accident, find its transaction in the list and restore to just before it."));
    m_edit->setAccessibleName(tr("Moment"));
    auto* row = new QHBoxLayout;
    row->setSpacing(10);
    row->addWidget(m_newest);
    row->addSpacing(14);
    row->addWidget(m_moment);
    row->addWidget(m_edit);
    row->addWidget(m_zoneName);
    row->addSpacing(14);
    row->addWidget(m_before);
    row->addStretch(1);
    m_zoneName->setWordWrap(false);
    layout->addLayout(row);
    layout->addWidget(m_picker);
    layout->addWidget(makeTransactionBar());
    m_table->setModel(m_transactions);
    m_table->setAccessibleName(tr("Transactions around the moment"));
    m_table->setSelectionMode(QAbstractItemView::SingleSelection);
    styleTable(m_table);
    m_table->setMinimumHeight(60);
    layout->addWidget(m_table, 1);
    layout->addWidget(m_listNote);
    layout->addWidget(m_result);
}

QWidget* RestoreWhenStep::makeTransactionBar()
{
    auto* bar = new QWidget(this);
    auto* layout = new QHBoxLayout(bar);
    layout->setContentsMargins(0, 4, 0, 0);
    auto* title = new QLabel(tr("Transactions within"), bar);
    title->setObjectName(QStringLiteral("fieldLabel"));
    title->setBuddy(m_window);
    for (const int seconds : kWindows) {
        m_window->addItem(
            tr("± %1").arg(text::duration(std::chrono::seconds(seconds))), seconds);
    }
    m_window->setCurrentIndex(kFirstWindow);
    m_largest->setChecked(true);
    m_beforeThis->setEnabled(false);
    m_beforeThis->setToolTip(tr("Choose a transaction in the list."));
    layout->addWidget(title);
    layout->addWidget(m_window);
    layout->addWidget(m_largest);
    layout->addStretch(1);
    layout->addWidget(m_beforeThis);
    return bar;
}

void RestoreWhenStep::connectParts()
{
    for (QRadioButton* radio : {m_newest, m_moment, m_before}) {
        connect(radio, &QRadioButton::toggled, this, [this](bool on) {
            if (on) {
                resolve();
            }
        });
    }
    connect(m_edit, &QDateTimeEdit::dateTimeChanged, this, [this] {
        // All of the second that is shown: what happened in this second counts as "at".
        wish(m_edit->instant() + std::chrono::microseconds(999'999));
    });
    connect(m_picker, &RestorablePicker::wished, this, [this](double seconds) {
        const auto clamped = viewmath::clampToRestorable(m_restorable, seconds);
        const double at = m_restorable.exact && clamped ? clamped->at : seconds;
        {
            const QSignalBlocker blocker(m_edit);
            m_edit->setInstant(fromSeconds(at), m_given.zone);
        }
        wish(fromSeconds(at));
    });
    connect(m_window, &QComboBox::activated, this, &RestoreWhenStep::transactionsWanted);
    connect(m_largest, &QCheckBox::toggled, this, &RestoreWhenStep::transactionsWanted);
    connect(m_table->selectionModel(), &QItemSelectionModel::selectionChanged, this, [this] {
        const bool any = m_table->selectionModel()->hasSelection();
        m_beforeThis->setEnabled(any);
        m_beforeThis->setToolTip(any ? QString() : tr("Choose a transaction in the list."));
    });
    connect(m_table, &QTableView::doubleClicked, this, &RestoreWhenStep::chooseTransaction);
    connect(m_beforeThis, &QPushButton::clicked, this, &RestoreWhenStep::chooseTransaction);
}

viewmath::Span RestoreWhenStep::extent() const
{
    viewmath::Span shown{toSeconds(m_given.now), toSeconds(m_given.now)};
    if (!m_restorable.spans.empty()) {
        shown.begin = m_restorable.spans.front().begin;
    }
    for (const BackupRecord& backup : m_given.backups) {
        if (std::ranges::find(m_given.shards, backup.shard) != m_given.shards.end()) {
            shown.begin = std::min(shown.begin, toSeconds(backup.asOf));
        }
    }
    shown.begin = std::min(shown.begin, shown.end - 60.0);
    const double margin = shown.length() * 0.02;
    return {shown.begin - margin, shown.end + margin};
}

viewmath::Restorable RestoreWhenStep::drawn() const
{
    viewmath::Restorable shown = m_restorable;
    if (!shown.exact) {
        // Without history it is the moments of the backups.
        shown.spans.clear();
        shown.gaps.clear();
        for (const viewmath::RestorePoint& point :
             viewmath::restorePoints(m_given.backups, m_given.shards)) {
            if (point.shards == m_given.shards.size()) {
                const double at = toSeconds(point.at);
                shown.spans.push_back({at, at});
            }
        }
        std::ranges::reverse(shown.spans);
    }
    return shown;
}

void RestoreWhenStep::setMoments(RestoreMoments moments)
{
    m_given = std::move(moments);
    m_restorable = viewmath::restorableTogether(m_given.ranges, m_given.shards);
    m_wish = m_given.wish;
    m_chosen.reset();
    m_transactions->setZone(m_given.zone);
    m_transactions->setSnapshot({});
    m_listNote->clear();
    m_picker->setZone(m_given.zone);
    m_picker->setRestorable(drawn(), extent());
    m_picker->setMarks({});
    const std::optional<viewmath::RestoreTarget> newest =
        viewmath::resolveTarget(m_given.backups, m_given.shards, std::nullopt);
    const WallTime initial = m_wish.value_or(newest ? newest->at : m_given.now);
    {
        const QSignalBlocker blocker(m_edit);
        m_edit->setInstant(initial, m_given.zone);
    }
    m_zoneName->setText(m_given.zone.name(initial));
    m_before->setEnabled(false);
    m_before->setToolTip(tr("Choose a transaction in the list, then press the button above it."));
    m_picker->setMoment(toSeconds(initial));
    {
        const QSignalBlocker newestBlocker(m_newest);
        const QSignalBlocker momentBlocker(m_moment);
        (m_wish ? m_moment : m_newest)->setChecked(true);
    }
    resolve();
    if (m_target) {
        Q_EMIT transactionsWanted();
    }
}

void RestoreWhenStep::wish(WallTime at)
{
    m_wish = at;
    const QSignalBlocker blocker(m_moment);
    m_moment->setChecked(true);
    resolve();
    Q_EMIT transactionsWanted();
}

viewmath::Span RestoreWhenStep::transactionWindow() const
{
    const double centre = toSeconds(m_wish.value_or(m_target ? m_target->at : m_given.now));
    const double reach = m_window->currentData().toInt();
    return {centre - reach, centre + reach};
}

bool RestoreWhenStep::largestFirst() const
{
    return m_largest->isChecked();
}

void RestoreWhenStep::setTransactions(std::vector<TransactionSummary> transactions)
{
    std::vector<double> marks;
    for (const TransactionSummary& one : transactions) {
        if (one.deleted > 0 || one.truncates > 0) {
            marks.push_back(toSeconds(one.time));
        }
    }
    m_picker->setMarks(std::move(marks));
    m_listNote->setText(transactions.empty()
                            ? tr("No transaction that touched these shards is known in this time. "
                                 "Changes can be listed once they are backed up.")
                            : QString());
    m_listNote->setVisible(transactions.empty());
    m_transactions->setSnapshot(std::move(transactions));
}

void RestoreWhenStep::setTransactionProblem(const QString& problem)
{
    m_transactions->setSnapshot({});
    m_listNote->setText(problem);
    m_listNote->show();
}

void RestoreWhenStep::chooseTransaction()
{
    const QModelIndex current = m_table->currentIndex();
    if (!current.isValid()) {
        return;
    }
    m_chosen = m_transactions->record(current.row());
    m_before->setEnabled(true);
    m_before->setToolTip({});
    m_before->setChecked(true);
    resolve();
}

std::optional<WallTime> RestoreWhenStep::at() const
{
    if (m_newest->isChecked() || m_before->isChecked() || !m_target) {
        return std::nullopt;
    }
    return m_target->at;
}

std::optional<std::uint64_t> RestoreWhenStep::beforeTransaction() const
{
    return m_before->isChecked() && m_chosen ? std::optional(m_chosen->id) : std::nullopt;
}

void RestoreWhenStep::say(QStringList lines)
{
    lines.removeAll(QString());
    m_result->setText(lines.join(QLatin1Char('\n')));
}

void RestoreWhenStep::resolve()
{
    if (m_before->isChecked() && m_chosen) {
        resolveTransaction();
    } else {
        resolveMoment();
    }
    if (m_target) {
        m_picker->setMoment(toSeconds(m_target->at));
    }
    Q_EMIT changed();
}

void RestoreWhenStep::resolveTransaction()
{
    const std::size_t count = m_given.shards.size();
    m_target = viewmath::RestoreTarget{.at = m_chosen->time, .covered = count, .wanted = count};
    say({tr("State just before transaction %1 committed at %2")
             .arg(m_chosen->id)
             .arg(m_given.zone.full(m_chosen->time)),
         tr("That transaction deleted %1, updated %2 and inserted %3 rows.")
             .arg(text::count(m_chosen->deleted), text::count(m_chosen->updated),
                  text::count(m_chosen->inserted))});
}

void RestoreWhenStep::resolveMoment()
{
    const bool newest = m_newest->isChecked();
    m_target = viewmath::resolveTarget(m_given.backups, m_given.shards,
                                       newest ? std::nullopt : m_wish);
    if (!m_target) {
        say({tr("Nothing can be restored: none of the selected shards has a backup.")});
        return;
    }
    const auto clamped =
        newest || !m_wish || !m_restorable.exact
            ? std::nullopt
            : viewmath::clampToRestorable(m_restorable, toSeconds(*m_wish));
    if (clamped) {
        m_target->at = clamped->moved ? fromSeconds(clamped->at) : *m_wish;
        m_target->clamped = clamped->moved;
        m_target->oldestState = m_target->newestState = m_target->at;
        say({clamped->moved ? tr("That moment cannot be restored to: moved to the nearest before "
                                 "it that can.")
                            : QString(),
             clamped->cause.empty() ? QString()
                                    : tr("Gap: %1").arg(text::fromUtf8(clamped->cause)),
             tr("State as of %1, to the commit").arg(m_given.zone.full(m_target->at))});
        return;
    }
    QStringList lines;
    if (m_target->clamped) {
        lines << tr("Nothing is restorable that early: moved to the first moment that every shard "
                    "can be brought back to.");
    }
    lines << (*m_target->oldestState == *m_target->newestState
                  ? tr("State as of %1").arg(m_given.zone.full(*m_target->oldestState))
                  : tr("States between %1 and %2, shard by shard")
                        .arg(m_given.zone.full(*m_target->oldestState),
                             m_given.zone.full(*m_target->newestState)));
    if (m_target->covered < m_target->wanted) {
        lines << tr("%1 of %2 shards have a backup at that moment.")
                     .arg(m_target->covered)
                     .arg(m_target->wanted);
    }
    say(std::move(lines));
}

} // namespace isotherm

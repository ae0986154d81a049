// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/pages/change_card.h"

#include "app/pages/step_layout.h"
#include "app/viewmath/change_text.h"
#include "app/viewmath/text.h"
#include "app/widgets/key_histogram_view.h"

#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QLineEdit>
#include <QProgressBar>
#include <QPushButton>
#include <QStyle>
#include <QTableView>
#include <QVBoxLayout>
#include <QVariant>
#include <algorithm>
#include <cmath>

namespace isotherm
{
namespace
{

const QString kDot = QStringLiteral("  ·  ");

void setTone(QLabel* label, const char* tone)
{
    label->setProperty("tone", QString::fromLatin1(tone));
    label->style()->unpolish(label);
    label->style()->polish(label);
}

const char* toneOf(const ChangeRecord& change)
{
    switch (change.state) {
    case ChangeState::Done:
        return change.outcome && change.outcome->verdict == ChangeVerdict::DidNotHelp ? "critical"
                                                                                      : "good";
    case ChangeState::Failed:
        return "critical";
    case ChangeState::Proposed:
        return "warning";
    default:
        return "plain";
    }
}

QString findingsText(const std::vector<PreflightFinding>& findings)
{
    QStringList lines;
    for (const PreflightFinding& finding : findings) {
        if (finding.level == FindingLevel::Good) {
            continue; // only what a person must weigh
        }
        const QString mark =
            finding.level == FindingLevel::Blocks ? QStringLiteral("✕  ") : QStringLiteral("▲  ");
        QString line = mark + text::fromUtf8(finding.what);
        if (!finding.hint.empty()) {
            line += QLatin1Char('\n') + QStringLiteral("     ") + text::fromUtf8(finding.hint);
        }
        lines << line;
    }
    if (lines.isEmpty() && !findings.empty()) {
        lines << ChangeCard::tr("✓  The dry run found nothing in the way.");
    }
    return lines.join(QLatin1Char('\n'));
}

void showText(QLabel* label, const QString& said)
{
    label->setText(said);
    label->setVisible(!said.isEmpty());
}

} // namespace

ChangeCard::ChangeCard(QWidget* parent)
    : QFrame(parent), m_title(stepLabel({}, "sectionTitle", this)),
      m_state(stepLabel({}, "mutedLabel", this)), m_why(stepLabel({}, "plainLabel", this)),
      m_facts(stepLabel({}, "mutedLabel", this)), m_histogram(new KeyHistogramView(this)),
      m_balance(stepLabel({}, "mutedLabel", this)), m_table(new QTableView(this)),
      m_cost(stepLabel({}, "plainLabel", this)), m_findings(stepLabel({}, "warningLabel", this)),
      m_voices(stepLabel({}, "mutedLabel", this)), m_progress(new QProgressBar(this)),
      m_outcome(stepLabel({}, "planHeadline", this)), m_problem(stepLabel({}, "plainLabel", this)),
      m_parts(new ChangePartsModel(this))
{
    setObjectName(QStringLiteral("card"));
    build();
    connectParts();
}

void ChangeCard::build()
{
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(16, 12, 16, 12);
    layout->setSpacing(8);
    auto* head = new QHBoxLayout;
    head->addWidget(m_title, 1);
    m_state->setWordWrap(false);
    head->addWidget(m_state);
    layout->addLayout(head);
    layout->addWidget(m_outcome);
    layout->addWidget(m_why);
    layout->addWidget(m_facts);
    m_progress->setTextVisible(false);
    m_progress->setMaximumHeight(8);
    layout->addWidget(m_progress);
    layout->addWidget(m_histogram);
    layout->addWidget(m_balance);
    m_table->setModel(m_parts);
    m_table->setAccessibleName(tr("The new shards"));
    m_table->setSelectionMode(QAbstractItemView::NoSelection);
    m_table->setFocusPolicy(Qt::NoFocus);
    styleTable(m_table);
    m_table->horizontalHeader()->setStretchLastSection(false);
    m_table->horizontalHeader()->setSectionResizeMode(ChangePartsModel::Range,
                                                      QHeaderView::Stretch);
    layout->addWidget(m_table);
    layout->addWidget(m_cost);
    layout->addWidget(m_findings);
    layout->addWidget(m_voices);
    m_decision = makeDecision();
    layout->addWidget(m_decision);
    setTone(m_problem, "critical");
    layout->addWidget(m_problem);
    m_problem->hide();
}

QWidget* ChangeCard::makeDecision()
{
    auto* row = new QWidget(this);
    auto* layout = new QHBoxLayout(row);
    layout->setContentsMargins(0, 0, 0, 0);
    m_reason = new QLineEdit(row);
    m_reason->setPlaceholderText(tr("Reason"));
    m_reason->setAccessibleName(tr("Reason"));
    m_map = new QPushButton(tr("Show on the map"), row);
    m_back = new QPushButton(tr("Put the cuts back"), row);
    m_propose = new QPushButton(tr("Propose these cuts"), row);
    m_reject = new QPushButton(tr("Reject"), row);
    m_approve = new QPushButton(tr("Approve"), row);
    m_approve->setObjectName(QStringLiteral("primaryButton"));
    layout->addWidget(m_reason, 1);
    for (QPushButton* button : {m_map, m_back, m_propose, m_reject, m_approve}) {
        layout->addWidget(button);
    }
    return row;
}

void ChangeCard::connectParts()
{
    connect(m_histogram, &KeyHistogramView::cutsMoving, this, [this](const viewmath::BarCuts&) {
        m_moved = true;
        showParts(m_change);
        updateButtons();
    });
    connect(m_histogram, &KeyHistogramView::cutsMoved, this, [this](const viewmath::BarCuts& cuts) {
        Q_EMIT checkWanted(m_change, viewmath::cutKeys(m_histogram->bars(), cuts));
    });
    connect(m_back, &QPushButton::clicked, this, &ChangeCard::putBack);
    connect(m_map, &QPushButton::clicked, this, [this] { Q_EMIT mapWanted(m_change); });
    connect(m_reason, &QLineEdit::textChanged, this, &ChangeCard::updateButtons);
    connect(m_propose, &QPushButton::clicked, this, [this] {
        Q_EMIT proposeWanted(m_change, viewmath::cutKeys(m_histogram->bars(), m_histogram->cuts()),
                             m_reason->text().trimmed());
    });
    connect(m_approve, &QPushButton::clicked, this, [this] {
        m_busy = true;
        updateButtons();
        Q_EMIT approved(m_change, m_reason->text().trimmed());
    });
    connect(m_reject, &QPushButton::clicked, this, [this] {
        m_busy = true;
        updateButtons();
        Q_EMIT rejected(m_change, m_reason->text().trimmed());
    });
}

void ChangeCard::setChange(const ChangeRecord& change, const Zone& zone, const QString& readOnly)
{
    const bool another = change.planHash != m_change.planHash || change.state != m_change.state;
    m_change = change;
    m_zone = zone;
    m_readOnly = readOnly;
    if (another) {
        m_moved = false;
        m_busy = false;
    }
    showChange();
}

void ChangeCard::showChange()
{
    m_title->setText(text::changeTitle(m_change));
    m_why->setText(text::fromUtf8(m_change.evidence.why));
    QStringList facts = text::evidenceFacts(m_change.evidence);
    if (m_change.evidence.expectedAt) {
        facts << tr("limit crossed at %1").arg(m_zone.full(*m_change.evidence.expectedAt));
    }
    showText(m_facts, facts.join(kDot));
    if (!m_moved) {
        m_histogram->setHistogram(m_change.evidence.histogram, viewmath::cutsOf(m_change));
        showParts(m_change);
        showText(m_findings, findingsText(m_change.preflight));
    }
    const bool proposed = m_change.state == ChangeState::Proposed;
    const bool cuts = m_change.kind == ChangeKind::Split && !m_change.evidence.histogram.empty();
    m_histogram->setVisible(proposed && cuts);
    m_histogram->setMovable(m_readOnly.isEmpty());
    m_histogram->setToolTip(text::fromUtf8(m_change.evidence.keysFrom));
    m_table->setVisible(isOpen(m_change.state));
    QStringList cost = text::costFacts(m_change);
    cost << tr("can be cancelled until the switch");
    showText(m_cost, isOpen(m_change.state) ? cost.join(kDot) : QString());
    QStringList voices = text::voices(m_change);
    for (const std::string& note : m_change.evidence.notes) {
        voices << text::fromUtf8(note);
    }
    showText(m_voices, voices.join(QLatin1Char('\n')));
    showState();
    updateButtons();
}

void ChangeCard::showParts(const ChangeRecord& change)
{
    std::vector<ChangePart> parts = change.parts;
    const std::vector<viewmath::PartShare> shares =
        viewmath::partShares(m_histogram->bars(), m_histogram->cuts());
    const double rows = static_cast<double>(change.rows);
    const double bytes = static_cast<double>(change.bytes.get());
    if (m_moved && shares.size() == parts.size()) {
        // What the histogram says, until the dry run has answered.
        for (std::size_t i = 0; i < parts.size(); ++i) {
            const double before = parts[i].share;
            parts[i].share = shares[i].load;
            parts[i].rows = static_cast<std::uint64_t>(std::llround(shares[i].rows * rows));
            parts[i].bytes = ByteCount(static_cast<std::uint64_t>(shares[i].rows * bytes));
            const double scale = before > 0.0 ? shares[i].load / before : 1.0;
            for (auto* load : {&parts[i].load, &parts[i].forecastLoad}) {
                if (*load) {
                    **load *= scale;
                }
            }
        }
    }
    m_parts->setSnapshot(std::move(parts));
    const int height = m_table->horizontalHeader()->sizeHint().height() +
                       m_table->verticalHeader()->defaultSectionSize() * m_parts->rowCount() + 6;
    m_table->setFixedHeight(height);
    const bool cuts = m_histogram->bars().size() > 1 && change.kind == ChangeKind::Split &&
                      change.state == ChangeState::Proposed;
    showText(m_balance, cuts ? tr("Bars: load; lines: rows. The parts' loads are %1 apart (0 % is "
                                  "even). Drag a cut to try another.")
                                   .arg(text::share(viewmath::imbalance(shares)))
                             : QString());
}

void ChangeCard::showState()
{
    QString state = text::changeState(m_change.state);
    if (m_change.state == ChangeState::Proposed && m_change.expiresAt) {
        state += kDot + tr("expires %1").arg(m_zone.brief(*m_change.expiresAt));
    } else if (m_change.finishedAt) {
        state += kDot + m_zone.full(*m_change.finishedAt);
    }
    m_state->setText(state);
    m_state->setToolTip(
        tr("proposed by %1 at %2")
            .arg(text::fromUtf8(m_change.proposedBy), m_zone.full(m_change.proposedAt)));
    setTone(m_state, toneOf(m_change));
    const bool running = m_change.state == ChangeState::Running;
    m_progress->setVisible(running);
    m_progress->setRange(0, m_change.progress ? 1000 : 0);
    m_progress->setValue(static_cast<int>(std::lround(m_change.progress.value_or(0.0) * 1000.0)));
    QString outcome;
    if (running) {
        outcome = text::fromUtf8(m_change.phase);
        if (m_change.lag) {
            outcome += kDot + tr("%1 behind").arg(text::duration(*m_change.lag));
        }
    } else if (m_change.outcome) {
        outcome = text::fromUtf8(m_change.outcome->text);
        if (m_change.outcome->undo != ChangeId()) {
            outcome += kDot + tr("change %1 takes it back").arg(m_change.outcome->undo.get());
        }
    } else {
        outcome = text::fromUtf8(m_change.stateReason);
    }
    showText(m_outcome, m_change.state == ChangeState::Proposed ? QString() : outcome);
    setTone(m_outcome, toneOf(m_change));
}

void ChangeCard::updateButtons()
{
    const bool proposed = m_change.state == ChangeState::Proposed;
    const auto blocked =
        std::ranges::find(m_change.preflight, FindingLevel::Blocks, &PreflightFinding::level);
    QString whyNot = m_readOnly;
    if (whyNot.isEmpty() && m_busy) {
        whyNot = tr("The agent has been asked.");
    }
    QString whyNotApprove = whyNot;
    if (whyNotApprove.isEmpty() && m_moved) {
        whyNotApprove = tr("The cuts were moved: propose them, or put them back.");
    } else if (whyNotApprove.isEmpty() && blocked != m_change.preflight.end()) {
        whyNotApprove = text::fromUtf8(blocked->what);
    }
    QString whyNotReject = whyNot;
    if (whyNotReject.isEmpty() && m_reason->text().trimmed().isEmpty()) {
        whyNotReject = tr("Say why first.");
    }
    m_approve->setEnabled(whyNotApprove.isEmpty());
    m_approve->setToolTip(whyNotApprove.isEmpty() ? tr("Starts once enough people have said yes")
                                                  : whyNotApprove);
    m_reject->setEnabled(whyNotReject.isEmpty());
    m_reject->setToolTip(whyNotReject);
    m_propose->setEnabled(whyNot.isEmpty());
    m_propose->setToolTip(whyNot);
    m_decision->setVisible(proposed);
    m_back->setVisible(m_moved);
    m_propose->setVisible(m_moved);
}

void ChangeCard::putBack()
{
    m_moved = false;
    m_problem->hide();
    showChange();
}

void ChangeCard::setChecked(const ChangeRecord& checked)
{
    if (!m_moved) {
        return;
    }
    m_parts->setSnapshot(checked.parts);
    showText(m_findings, findingsText(checked.preflight));
    m_problem->hide();
}

void ChangeCard::setProblem(const QString& problem)
{
    m_busy = false;
    showText(m_problem, problem);
    updateButtons();
}

} // namespace isotherm

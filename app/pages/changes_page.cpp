// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/pages/changes_page.h"

#include "app/models/changes_feed.h"
#include "app/pages/change_card.h"
#include "app/pages/step_layout.h"
#include "app/viewmath/change_text.h"
#include "app/viewmath/text.h"
#include "shared/model/agent_service.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QScrollArea>
#include <QSplitter>
#include <QTimer>
#include <QVBoxLayout>
#include <algorithm>

namespace isotherm
{
namespace
{

/// Cards of finished changes, newest first.
constexpr std::size_t kFinished = 20;

/// What waits for somebody comes first, then what runs, then the past.
int rankOf(const ChangeRecord& change)
{
    return change.state == ChangeState::Proposed ? 0 : change.state == ChangeState::Running ? 1 : 2;
}

} // namespace

ChangesPage::ChangesPage(const PageContext& context, QWidget* parent)
    : QWidget(parent), m_context(context)
{
    build();
    connect(&context.changes, &ChangesFeed::changed, this, &ChangesPage::refresh);
    connect(&context.state, &ClusterState::linkChanged, this, [this] {
        applySelection();
        refresh();
    });
    connect(&context.view, &ViewContext::selectionChanged, this, &ChangesPage::applySelection);
    connect(&context.view, &ViewContext::zoneChanged, this, &ChangesPage::refreshCards);
    applySelection();
    refresh();
}

void ChangesPage::build()
{
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addWidget(makeToolbar());
    auto* splitter = new QSplitter(Qt::Horizontal, this);
    m_scroll = new QScrollArea(splitter);
    m_scroll->setWidgetResizable(true);
    m_scroll->setFrameShape(QFrame::NoFrame);
    auto* inside = new QWidget(m_scroll);
    m_list = new QVBoxLayout(inside);
    m_list->setContentsMargins(14, 14, 14, 14);
    m_list->setSpacing(12);
    m_empty = new QLabel(inside);
    m_empty->setObjectName(QStringLiteral("emptyLabel"));
    m_empty->setAlignment(Qt::AlignCenter);
    m_empty->setWordWrap(true);
    m_list->addWidget(m_empty, 1);
    m_dryRun = makeCard();
    m_dryRun->hide();
    m_list->addWidget(m_dryRun);
    m_list->addStretch(0);
    m_scroll->setWidget(inside);
    splitter->addWidget(m_scroll);
    splitter->addWidget(makeRefusals());
    splitter->setStretchFactor(0, 3);
    splitter->setStretchFactor(1, 1);
    splitter->setSizes({900, 320});
    layout->addWidget(splitter, 1);
}

QWidget* ChangesPage::makeToolbar()
{
    auto* bar = new QWidget(this);
    bar->setObjectName(QStringLiteral("pageToolbar"));
    auto* layout = new QHBoxLayout(bar);
    layout->setContentsMargins(10, 6, 10, 6);
    m_check = new QPushButton(tr("Check (dry run)"), bar);
    m_propose = new QPushButton(bar);
    m_summary = new QLabel(bar);
    m_summary->setObjectName(QStringLiteral("mutedLabel"));
    layout->addWidget(m_check);
    layout->addWidget(m_propose);
    // Gives way first in a narrow window.
    m_summary->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
    m_summary->setAlignment(Qt::AlignRight | Qt::AlignVCenter);
    layout->addWidget(m_summary, 1);
    connect(m_check, &QPushButton::clicked, this, [this] { proposeSelection(true); });
    connect(m_propose, &QPushButton::clicked, this, [this] { proposeSelection(false); });
    return bar;
}

QWidget* ChangesPage::makeRefusals()
{
    auto* scroll = new QScrollArea(this);
    scroll->setWidgetResizable(true);
    scroll->setFrameShape(QFrame::NoFrame);
    auto* inside = new QWidget(scroll);
    inside->setObjectName(QStringLiteral("pagePanel"));
    m_refusals = new QVBoxLayout(inside);
    m_refusals->setContentsMargins(14, 14, 14, 14);
    m_refusals->setSpacing(10);
    m_refusals->addWidget(stepLabel(tr("Hot, and not split"), "sectionTitle", inside));
    m_refusals->addStretch(1);
    scroll->setWidget(inside);
    m_refusalPanel = scroll;
    return scroll;
}

ChangeCard* ChangesPage::makeCard()
{
    auto* made = new ChangeCard(this);
    connect(made, &ChangeCard::approved, this,
            [this](const ChangeRecord& change, const QString& reason) {
                decide(change, reason, true);
            });
    connect(made, &ChangeCard::rejected, this,
            [this](const ChangeRecord& change, const QString& reason) {
                decide(change, reason, false);
            });
    connect(made, &ChangeCard::checkWanted, this,
            [this](const ChangeRecord& change, const std::vector<std::string>& cuts) {
                propose(requestOf(change.sources, cuts, true), change.id);
            });
    connect(made, &ChangeCard::proposeWanted, this,
            [this](const ChangeRecord& change, const std::vector<std::string>& cuts,
                   const QString& reason) {
                ProposeRequest request = requestOf(change.sources, cuts, false);
                request.reason = reason.toStdString();
                propose(request, change.id);
            });
    connect(made, &ChangeCard::mapWanted, this, [this](const ChangeRecord& change) {
        select(change.sources);
        Q_EMIT mapWanted();
    });
    return made;
}

ChangeCard* ChangesPage::card(ChangeId id)
{
    const auto found = m_cards.find(id);
    return found == m_cards.end() ? nullptr : found->second;
}

void ChangesPage::showChange(ChangeId id)
{
    if (ChangeCard* found = card(id)) {
        m_scroll->ensureWidgetVisible(found);
        found->setFocus();
    }
}

void ChangesPage::select(const std::vector<ShardId>& shards)
{
    Selection selection = m_context.view.selection();
    selection.shards = shards;
    m_context.view.setSelection(selection);
}

ChangeCaller ChangesPage::caller() const
{
    const AgentIdentity& identity = m_context.state.identity();
    return {identity.user.toStdString(), identity.role};
}

ProposeRequest ChangesPage::requestOf(const std::vector<ShardId>& sources,
                                      const std::vector<std::string>& cuts, bool checkOnly) const
{
    ProposeRequest request;
    request.sources = sources;
    request.cuts = cuts;
    request.checkOnly = checkOnly;
    request.caller = caller();
    return request;
}

void ChangesPage::refresh()
{
    refreshCards();
    refreshRefusals();
    const ChangesFeed& feed = m_context.changes;
    if (!feed.problem().isEmpty()) {
        m_empty->setText(tr("The changes could not be read") + QLatin1Char('\n') + feed.problem());
    } else if (!feed.changes()) {
        m_empty->setText(m_context.state.connected() ? tr("Reading changes…")
                                                     : tr("Not connected"));
    } else {
        m_empty->setText(
            tr("No split or merge has been proposed.\n\nThe planner proposes one when a "
               "shard is or will be too hot. To propose one yourself, select a shard "
               "(split) or neighbours (merge)."));
    }
    m_empty->setVisible(m_cards.empty() && !m_dryRun->isVisible());
    m_summary->setText(
        tr("%n wait(s) for a decision", nullptr, feed.waiting()) + QStringLiteral("  ·  ") +
        tr("%n hot shard(s) not split", nullptr, static_cast<int>(feed.refusals().size())));
}

void ChangesPage::refreshCards()
{
    std::vector<ChangeRecord> wanted =
        m_context.changes.changes().value_or(std::vector<ChangeRecord>{});
    std::ranges::stable_sort(wanted, {}, rankOf);
    const auto open = static_cast<std::size_t>(
        std::ranges::count_if(wanted, [](const ChangeRecord& one) { return rankOf(one) < 2; }));
    wanted.resize(std::min(wanted.size(), open + kFinished));
    std::erase_if(m_cards, [&](const auto& entry) {
        const bool gone = std::ranges::find(wanted, entry.first, &ChangeRecord::id) == wanted.end();
        if (gone) {
            entry.second->deleteLater();
        }
        return gone;
    });
    const QString readOnly = m_context.state.whyReadOnly();
    int place = m_list->indexOf(m_dryRun) + 1;
    for (const ChangeRecord& change : wanted) {
        ChangeCard*& shown = m_cards[change.id];
        if (shown == nullptr) {
            shown = makeCard();
        }
        shown->setChange(change, m_context.view.zone(), readOnly);
        if (m_list->indexOf(shown) != place) {
            m_list->insertWidget(place, shown);
        }
        ++place;
    }
}

void ChangesPage::refreshRefusals()
{
    while (m_refusals->count() > 2) { // the title before, the stretch after them
        QLayoutItem* old = m_refusals->takeAt(1);
        delete old->widget();
        delete old;
    }
    int place = 1;
    for (const ChangeRefusal& refusal : m_context.changes.refusals()) {
        auto* frame = new QFrame(m_refusalPanel);
        frame->setObjectName(QStringLiteral("card"));
        auto* layout = new QVBoxLayout(frame);
        layout->setContentsMargins(12, 10, 12, 10);
        layout->addWidget(stepLabel(text::fromUtf8(refusal.keyspace) + QLatin1Char(' ') +
                                        text::fromUtf8(refusal.rangeText) +
                                        QStringLiteral("  ·  ") + text::load(refusal.load),
                                    "sectionTitle", frame));
        layout->addWidget(stepLabel(text::fromUtf8(refusal.text), "plainLabel", frame));
        layout->addWidget(
            stepLabel(tr("Next: %1").arg(text::fromUtf8(refusal.nextStep)), "mutedLabel", frame));
        m_refusals->insertWidget(place++, frame);
    }
    m_refusalPanel->setVisible(place > 1);
}

void ChangesPage::applySelection()
{
    const QString readOnly = m_context.state.whyReadOnly();
    const std::size_t count = m_context.view.selection().shards.size();
    m_propose->setText(count > 1 ? tr("Propose a merge") : tr("Propose a split"));
    const QString whyNot =
        !readOnly.isEmpty() ? readOnly
        : count == 0 ? tr("Select a shard to split, or neighbours to merge, on the heat map.")
                     : QString();
    for (QPushButton* button : {m_propose, m_check}) {
        button->setEnabled(whyNot.isEmpty());
        button->setToolTip(whyNot);
    }
}

void ChangesPage::proposeSelection(bool checkOnly)
{
    propose(requestOf(m_context.view.selection().shards, {}, checkOnly), ChangeId());
}

void ChangesPage::propose(const ProposeRequest& request, ChangeId asked)
{
    const bool checkOnly = request.checkOnly;
    m_context.gateway.ask<ChangeRecord>(
        this, [request](AgentService& agent) { return agent.changes().propose(request); },
        [this, checkOnly, asked](const Result<ChangeRecord>& answer) {
            takeProposal(answer, checkOnly, asked);
        });
}

void ChangesPage::takeProposal(const Result<ChangeRecord>& answer, bool checkOnly, ChangeId asked)
{
    ChangeCard* from = card(asked);
    if (!answer.ok()) {
        const QString problem = text::error(answer.error());
        if (from != nullptr) {
            from->setProblem(problem);
        } else {
            Q_EMIT said(problem, true);
        }
        return;
    }
    if (!checkOnly) {
        m_dryRun->hide();
        Q_EMIT said(tr("Proposed: %1").arg(text::changeTitle(answer.value())), false);
        m_context.changes.refresh();
        return;
    }
    if (from != nullptr) {
        from->setChecked(answer.value());
        return;
    }
    m_dryRun->setChange(answer.value(), m_context.view.zone(),
                        tr("This was only looked at: propose it to have it decided."));
    m_dryRun->show();
    m_empty->hide();
}

void ChangesPage::decide(const ChangeRecord& change, const QString& reason, bool approve)
{
    const ChangeDecision decision{.change = change.id,
                                  .planHash = change.planHash,
                                  .reason = reason.toStdString(),
                                  .caller = caller()};
    const ChangeId id = change.id;
    m_context.gateway.ask<ChangeRecord>(
        this,
        [decision, approve](AgentService& agent) {
            return approve ? agent.changes().approve(decision) : agent.changes().reject(decision);
        },
        [this, id, approve](const Result<ChangeRecord>& answer) {
            ChangeCard* shown = card(id);
            if (!answer.ok()) {
                if (shown != nullptr) {
                    shown->setProblem(text::error(answer.error()));
                }
                return;
            }
            if (shown != nullptr) {
                shown->setProblem({});
            }
            Q_EMIT said((approve ? tr("Approved: %1") : tr("Rejected: %1"))
                            .arg(text::changeTitle(answer.value())),
                        false);
            m_context.changes.refresh();
        });
}

} // namespace isotherm

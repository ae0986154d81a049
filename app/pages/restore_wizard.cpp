// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/pages/restore_wizard.h"

#include "app/models/shard_tree_model.h"
#include "app/pages/receipt_view.h"
#include "app/viewmath/text.h"
#include "shared/model/agent_service.h"

#include <QFrame>
#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QStackedWidget>
#include <QStyle>
#include <QVBoxLayout>
#include <QVariant>
#include <algorithm>

namespace isotherm
{
namespace
{

constexpr int kRestMillis = 200;
constexpr std::size_t kTransactionLimit = 200;

} // namespace

RestoreWizard::RestoreWizard(const PageContext& context, QWidget* parent)
    : QWidget(parent), m_context(context), m_pages(new QStackedWidget(this)),
      m_what(new RestoreWhatStep(this)), m_when(new RestoreWhenStep(this)),
      m_where(new RestoreWhereStep(this)), m_planStep(new RestorePlanStep(this)),
      m_progress(new RestoreProgressStep(this)), m_receipt(new ReceiptView(this)),
      m_cancel(new QPushButton(this)), m_back(new QPushButton(tr("Back"), this)),
      m_next(new QPushButton(this)), m_preview(new QPushButton(tr("Preview rows…"), this)),
      m_why(new QLabel(this))
{
    build();
    connect(m_cancel, &QPushButton::clicked, this, &RestoreWizard::closed);
    connect(m_back, &QPushButton::clicked, this,
            [this] { go(static_cast<Step>(std::max(0, static_cast<int>(step()) - 1))); });
    connect(m_next, &QPushButton::clicked, this, &RestoreWizard::next);
    connect(m_preview, &QPushButton::clicked, this,
            [this] { Q_EMIT compareWanted(m_plan ? m_plan->id : std::string(), m_job); });
    connect(m_where, &RestoreWhereStep::changed, this, &RestoreWizard::updateButtons);
    connect(m_what, &RestoreWhatStep::changed, this, &RestoreWizard::updateButtons);
    connect(m_when, &RestoreWhenStep::changed, this, &RestoreWizard::updateButtons);
    m_transactionTimer.setSingleShot(true);
    m_transactionTimer.setInterval(kRestMillis);
    connect(m_when, &RestoreWhenStep::transactionsWanted, &m_transactionTimer,
            qOverload<>(&QTimer::start));
    connect(&m_transactionTimer, &QTimer::timeout, this, &RestoreWizard::askTransactions);
    connect(&context.state, &ClusterState::jobsChanged, this, &RestoreWizard::followJob);
    connect(&context.state, &ClusterState::linkChanged, this, &RestoreWizard::updateButtons);
}

void RestoreWizard::build()
{
    setObjectName(QStringLiteral("pagePanel"));
    setAttribute(Qt::WA_StyledBackground);
    auto* whole = new QHBoxLayout(this);
    whole->setContentsMargins(0, 0, 0, 0);
    whole->setSpacing(0);
    auto* rail = new QFrame(this);
    rail->setObjectName(QStringLiteral("wizardRail"));
    rail->setFixedWidth(168);
    auto* railLayout = new QVBoxLayout(rail);
    railLayout->setContentsMargins(16, 22, 12, 16);
    railLayout->setSpacing(14);
    int number = 1;
    for (const QString& title : {tr("What"), tr("When"), tr("Where"), tr("Plan"), tr("Restore")}) {
        auto* label = new QLabel(QStringLiteral("%1   %2").arg(number++).arg(title), rail);
        label->setObjectName(QStringLiteral("railStep"));
        m_rail.push_back(label);
        railLayout->addWidget(label);
    }
    railLayout->addStretch(1);
    whole->addWidget(rail);

    auto* right = new QVBoxLayout;
    right->setContentsMargins(0, 0, 0, 0);
    auto* last = new QWidget(this);
    auto* lastLayout = new QVBoxLayout(last);
    lastLayout->setContentsMargins(0, 0, 24, 0);
    lastLayout->addWidget(m_progress);
    auto* receiptRow = new QHBoxLayout;
    receiptRow->addSpacing(24);
    receiptRow->addWidget(m_receipt);
    lastLayout->addLayout(receiptRow, 1);
    lastLayout->addStretch(0);
    for (QWidget* page :
         std::initializer_list<QWidget*>{m_what, m_when, m_where, m_planStep, last}) {
        m_pages->addWidget(page);
    }
    right->addWidget(m_pages, 1);
    auto* buttons = new QHBoxLayout;
    buttons->setContentsMargins(24, 10, 24, 16);
    buttons->setSpacing(8);
    m_why->setObjectName(QStringLiteral("mutedLabel"));
    m_next->setObjectName(QStringLiteral("primaryButton"));
    buttons->addWidget(m_cancel);
    buttons->addWidget(m_why, 1, Qt::AlignRight | Qt::AlignVCenter);
    buttons->addWidget(m_preview);
    buttons->addWidget(m_back);
    buttons->addWidget(m_next);
    right->addLayout(buttons);
    whole->addLayout(right, 1);
}

RestoreWizard::Step RestoreWizard::step() const
{
    return static_cast<Step>(m_pages->currentIndex());
}

void RestoreWizard::begin(const Selection& selection)
{
    m_shards.clear();
    m_keyspace.clear();
    m_plan.reset();
    m_job = JobId();
    m_starting = false;
    m_receiptAsked = false;
    m_receipt->clear();
    ++m_question;
    QStringList names;
    for (const ShardId id : selection.shards) {
        const ShardRecord* shard = m_context.state.shard(id);
        if (shard == nullptr) {
            continue;
        }
        m_keyspace = m_keyspace.empty() ? shard->keyspace : m_keyspace;
        if (shard->keyspace == m_keyspace) {
            m_shards.push_back(id);
            names << shardRange(*shard);
        }
    }
    m_where->setDestination(RestoreDestination::Side);
    m_what->setShards(text::fromUtf8(m_keyspace), names);
    m_what->setTables({}, {});
    const auto wish =
        selection.time ? std::optional(viewmath::fromSeconds(selection.time->begin)) : std::nullopt;
    m_when->setMoments({m_context.state.backups(), m_context.restorable.ranges(), m_shards, wish,
                        m_context.view.zone(), m_context.state.now()});
    askTables();
    go(What);
}

void RestoreWizard::askTables()
{
    const int question = m_question;
    m_context.gateway.ask<std::vector<KeyspaceRecord>>(
        this, [](AgentService& agent) { return agent.keyspaces(); },
        [this, question](const Result<std::vector<KeyspaceRecord>>& answer) {
            if (question != m_question || !answer.ok()) {
                return; // without a list every table is restored, which the plan then names
            }
            for (const KeyspaceRecord& keyspace : answer.value()) {
                if (keyspace.name == m_keyspace) {
                    QStringList tables;
                    QStringList columns;
                    for (const std::string& table : keyspace.tables) {
                        tables << text::fromUtf8(table);
                    }
                    for (const std::string& column : keyspace.keyColumns) {
                        columns << text::fromUtf8(column);
                    }
                    m_what->setTables(tables, columns);
                }
            }
        });
}

void RestoreWizard::askTransactions()
{
    const viewmath::Span window = m_when->transactionWindow();
    const TransactionQuery query{.keyspace = m_keyspace,
                                 .shards = m_shards,
                                 .from = viewmath::fromSeconds(window.begin),
                                 .to = viewmath::fromSeconds(window.end),
                                 .limit = kTransactionLimit,
                                 .largestFirst = m_when->largestFirst()};
    const int question = ++m_transactionQuestion;
    m_context.gateway.ask<std::vector<TransactionSummary>>(
        this, [query](AgentService& agent) { return agent.transactions(query); },
        [this, question](const Result<std::vector<TransactionSummary>>& answer) {
            if (question != m_transactionQuestion) {
                return;
            }
            if (answer.ok()) {
                m_when->setTransactions(answer.value());
            } else {
                m_when->setTransactionProblem(text::error(answer.error()));
            }
        });
}

void RestoreWizard::go(Step step)
{
    m_pages->setCurrentIndex(step);
    for (std::size_t i = 0; i < m_rail.size(); ++i) {
        const int at = static_cast<int>(i);
        const char* place = at < step ? "done" : at == step ? "now" : "later";
        m_rail[i]->setProperty("place", QString::fromLatin1(place));
        m_rail[i]->style()->unpolish(m_rail[i]);
        m_rail[i]->style()->polish(m_rail[i]);
    }
    if (step == Plan) {
        askPlan();
    }
    updateButtons();
}

void RestoreWizard::updateButtons()
{
    const QString readOnly = m_context.state.whyReadOnly();
    bool possible = true;
    QString why;
    switch (step()) {
    case What:
        possible = m_what->complete() && !m_shards.empty();
        why = m_shards.empty() ? tr("Select shards on the heat map or in Backups first.")
              : possible       ? QString()
                               : tr("Choose at least one table.");
        break;
    case When:
        possible = m_when->target().has_value();
        break;
    case Where:
        possible =
            m_where->destination() != RestoreDestination::Elsewhere || !m_where->target().empty();
        why = possible ? QString() : tr("Name the target first.");
        break;
    case Plan:
        possible = m_plan.has_value() && readOnly.isEmpty() && !m_starting;
        why = readOnly;
        break;
    case Progress:
        break;
    }
    const RestoreDestination destination = m_where->destination();
    const QString begin = destination == RestoreDestination::Side      ? tr("Start the restore")
                          : destination == RestoreDestination::Compare ? tr("Compare the rows")
                                                                       : tr("Review…");
    const JobRecord* job = m_job == JobId() ? nullptr : m_context.state.job(m_job);
    m_preview->setVisible(step() == Progress && job != nullptr && job->state == JobState::Done);
    m_next->setText(step() == Where      ? tr("Make the plan")
                    : step() == Plan     ? begin
                    : step() == Progress ? tr("Close")
                                         : tr("Next"));
    m_next->setEnabled(possible);
    m_next->setToolTip(why);
    m_why->setText(why);
    m_back->setVisible(step() != Progress);
    m_back->setEnabled(step() != What && !m_starting);
    m_cancel->setText(tr("Cancel"));
    m_cancel->setVisible(step() != Progress);
}

void RestoreWizard::next()
{
    switch (step()) {
    case What:
    case When:
    case Where:
        go(static_cast<Step>(static_cast<int>(step()) + 1));
        return;
    case Plan:
        goOn();
        return;
    case Progress:
        Q_EMIT closed();
        return;
    }
}

RestoreRequest RestoreWizard::request() const
{
    return {.keyspace = m_keyspace,
            .tables = m_what->tables(),
            .predicate = m_what->predicate(),
            .shards = m_shards,
            .at = m_when->at(),
            .sideSchema = m_where->schema(),
            .lsn = {},
            .beforeTransaction = m_when->beforeTransaction()};
}

void RestoreWizard::askPlan()
{
    m_plan.reset();
    m_planStep->setPending();
    const int question = ++m_question;
    const RestoreRequest wanted = request();
    m_context.gateway.ask<RestorePlan>(
        this, [wanted](AgentService& agent) { return agent.planRestore(wanted); },
        [this, question](const Result<RestorePlan>& answer) {
            if (question != m_question) {
                return;
            }
            if (answer.ok()) {
                m_plan = answer.value();
                m_planStep->setPlan(*m_plan, m_context.view.zone());
                askCuts();
            } else {
                m_planStep->setProblem(text::error(answer.error()));
            }
            updateButtons();
        });
}

void RestoreWizard::askCuts()
{
    const std::string planId = m_plan->id;
    const int question = m_question;
    m_context.gateway.ask<CutList>(
        this, [planId](AgentService& agent) { return agent.recovery().cutTransactions(planId); },
        [this, question](const Result<CutList>& answer) {
            if (question == m_question && answer.ok()) {
                m_planStep->setCuts(answer.value(), m_context.view.zone());
            }
        });
}

void RestoreWizard::goOn()
{
    if (!m_plan) {
        return;
    }
    switch (m_where->destination()) {
    case RestoreDestination::Side:
        start();
        return;
    case RestoreDestination::Compare:
        Q_EMIT compareWanted(m_plan->id, std::nullopt);
        return;
    case RestoreDestination::Elsewhere:
        Q_EMIT elsewhereWanted(m_plan->id, m_where->target());
        return;
    }
}

void RestoreWizard::start()
{
    if (!m_plan || m_starting) {
        return;
    }
    m_starting = true;
    updateButtons();
    const RestoreRun run{m_plan->id, {m_context.state.identity().user.toStdString()}};
    const int question = ++m_question;
    m_context.gateway.ask<JobId>(
        this, [run](AgentService& agent) { return agent.runRestore(run); },
        [this, question](const Result<JobId>& answer) {
            if (question != m_question) {
                return;
            }
            m_starting = false;
            if (!answer.ok()) {
                m_planStep->setProblem(text::error(answer.error()));
                m_plan.reset();
                updateButtons();
                return;
            }
            m_job = answer.value();
            m_progress->setJob(nullptr);
            go(Progress);
            Q_EMIT jobStarted(m_job);
            followJob();
        });
}

void RestoreWizard::followJob()
{
    if (m_job == JobId()) {
        return;
    }
    const JobRecord* job = m_context.state.job(m_job);
    if (job == nullptr) {
        return;
    }
    m_progress->setJob(job);
    if (job->state == JobState::Done && !m_receiptAsked) {
        m_receiptAsked = true;
        askReceipt();
        updateButtons();
    }
}

void RestoreWizard::askReceipt()
{
    const JobId job = m_job;
    m_context.gateway.ask<RestoreReceipt>(
        this, [job](AgentService& agent) { return agent.receipt(job); },
        [this, job](const Result<RestoreReceipt>& answer) {
            if (job == m_job && answer.ok()) {
                m_receipt->setReceipt(answer.value(), m_context.view.zone());
            }
        });
}

} // namespace isotherm

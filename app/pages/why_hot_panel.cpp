// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/pages/why_hot_panel.h"

#include "app/pages/step_layout.h"
#include "app/viewmath/change_text.h"
#include "app/viewmath/text.h"
#include "app/widgets/share_bars.h"
#include "shared/model/agent_service.h"

#include <QLabel>
#include <QVBoxLayout>

namespace isotherm
{
namespace
{

constexpr int kRefreshMillis = 10'000;
constexpr std::size_t kKeys = 8;
constexpr std::size_t kStatements = 5;
/// Fewer accesses than this seen by key say little.
constexpr std::uint64_t kFewObservations = 200;

void showText(QLabel* label, const QString& said)
{
    label->setText(said);
    label->setVisible(!said.isEmpty());
}

QString rate(double perSecond)
{
    return text::heatValue(HeatMetric::Rows, perSecond);
}

} // namespace

WhyHotPanel::WhyHotPanel(const PageContext& context, QWidget* parent)
    : QWidget(parent), m_context(context), m_explanation(stepLabel({}, "plainLabel", this)),
      m_mix(stepLabel({}, "plainLabel", this)), m_keysTitle(stepLabel({}, "fieldLabel", this)),
      m_keys(new ShareBars(this)), m_statementsTitle(stepLabel({}, "fieldLabel", this)),
      m_statements(new ShareBars(this))
{
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 6, 0, 0);
    layout->setSpacing(6);
    layout->addWidget(stepLabel(tr("Why hot?"), "sectionTitle", this));
    m_keys->setAccessibleName(tr("Most used keys"));
    m_statements->setAccessibleName(tr("Statements that take most time"));
    for (QWidget* part : std::initializer_list<QWidget*>{m_explanation, m_mix, m_keysTitle, m_keys,
                                                         m_statementsTitle, m_statements}) {
        layout->addWidget(part);
    }
    m_refresh.setInterval(kRefreshMillis);
    connect(&m_refresh, &QTimer::timeout, this, [this] {
        if (isVisible() && m_context.state.connected()) {
            ask();
        }
    });
    m_refresh.start();
    hide();
}

QString WhyHotPanel::explanation() const
{
    return m_explanation->text();
}

QString WhyHotPanel::mix() const
{
    return m_mix->text();
}

void WhyHotPanel::setShard(std::optional<ShardId> shard)
{
    if (shard == m_shard) {
        return;
    }
    m_shard = shard;
    ++m_question;
    for (QLabel* label : {m_explanation, m_mix, m_keysTitle, m_statementsTitle}) {
        showText(label, {});
    }
    m_keys->setBars({});
    m_statements->setBars({});
    setVisible(shard.has_value());
    if (shard) {
        ask();
    }
}

void WhyHotPanel::ask()
{
    const ShardId shard = *m_shard;
    const int question = ++m_question;
    m_context.gateway.ask<ShardExplanation>(
        this, [shard](AgentService& agent) { return agent.forecast().explain(shard); },
        [this, question](const Result<ShardExplanation>& answer) {
            if (question != m_question) {
                return;
            }
            if (answer.ok()) {
                showExplanation(answer.value());
            } else {
                showText(m_explanation, text::error(answer.error()));
            }
        });
    HotKeysQuery query;
    query.shard = shard;
    query.keys = kKeys;
    query.statements = kStatements;
    m_context.gateway.ask<ShardHotKeys>(
        this, [query](AgentService& agent) { return agent.hotKeys().hotKeysOf(query); },
        [this, question](const Result<ShardHotKeys>& answer) {
            if (question != m_question) {
                return;
            }
            if (answer.ok()) {
                showKeys(answer.value());
            } else {
                showText(m_mix, text::error(answer.error()));
            }
        });
}

void WhyHotPanel::showExplanation(const ShardExplanation& explained)
{
    QStringList lines;
    if (explained.rowsPerSecond && explained.reference) {
        lines << tr("%1 of a reference of %2: %3")
                     .arg(rate(*explained.rowsPerSecond), rate(*explained.reference),
                          text::fromUtf8(explained.referenceWhy));
    }
    if (explained.decisionRate && explained.predictedTemperature) {
        lines << tr("Expected to peak at %1 (%2) within %3: %4")
                     .arg(rate(*explained.decisionRate),
                          text::temperature(explained.predictedTemperature),
                          text::duration(explained.horizon), text::fromUtf8(explained.horizonWhy));
    }
    if (explained.crossing) {
        lines << tr("Becomes %1 at %2")
                     .arg(text::fromUtf8(explained.crossingWhat),
                          m_context.view.zone().full(*explained.crossing));
    }
    QString forecast = tr("Forecast: %1").arg(text::fromUtf8(explained.forecastState));
    QStringList models;
    for (const ModelShare& model : explained.models) {
        if (!model.left && model.weight > 0.0) {
            models << text::fromUtf8(model.model) + QLatin1Char(' ') + text::share(model.weight);
        }
    }
    if (!models.isEmpty()) {
        forecast += QStringLiteral(" (") + models.join(QStringLiteral(", ")) + QLatin1Char(')');
    }
    lines << forecast;
    if (!explained.acted) {
        lines << tr("Forecast only: the schedule does not follow it.");
    }
    showText(m_explanation, lines.join(QLatin1Char('\n')));
}

void WhyHotPanel::showKeys(const ShardHotKeys& keys)
{
    showText(m_mix, tr("%1 reads, %2 writes: %3 and %4")
                        .arg(text::share(keys.readPart), text::share(1.0 - keys.readPart),
                             text::heatValue(HeatMetric::Reads, keys.readsPerSecond),
                             text::heatValue(HeatMetric::Writes, keys.writesPerSecond)));
    std::vector<ShareBar> bars;
    for (const HotKey& key : keys.keys) {
        bars.push_back(
            {text::fromUtf8(key.text), key.share,
             tr("between %1 and %2 of the shard's accesses, %3 of them reads")
                 .arg(text::share(key.share), text::share(key.atMost), text::share(key.readPart))});
    }
    QString title = bars.empty() ? tr("No key stands out.") : tr("Most used keys");
    if (keys.observations < kFewObservations) {
        title += QLatin1Char('\n') + tr("Only %1 accesses were seen by key: do not conclude from "
                                        "them. Reads: %2. Writes: %3.")
                                         .arg(text::count(keys.observations),
                                              text::fromUtf8(keys.readSource),
                                              text::fromUtf8(keys.writeSource));
    }
    showText(m_keysTitle, title);
    m_keys->setBars(std::move(bars));
    std::vector<ShareBar> statements;
    for (const TopStatement& statement : keys.statements) {
        statements.push_back({text::fromUtf8(statement.text).simplified(), statement.timeShare,
                              text::fromUtf8(statement.text) + QLatin1Char('\n') +
                                  tr("%1 calls and %2 rows a second, on the whole tables")
                                      .arg(text::compactNumber(statement.callsPerSecond),
                                           text::compactNumber(statement.rowsPerSecond))});
    }
    showText(m_statementsTitle,
             statements.empty() ? tr("No statements: %1").arg(text::fromUtf8(keys.statementSource))
                                : tr("Statements that take most time"));
    m_statements->setBars(std::move(statements));
}

} // namespace isotherm

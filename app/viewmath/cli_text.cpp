// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/viewmath/cli_text.h"

#include "app/viewmath/text.h"

#include <QDateTime>
#include <cmath>

namespace isotherm::viewmath
{
namespace
{

/// Moments in UTC: understood by every isothermctl, whatever its zone.
QString moment(double seconds)
{
    return QDateTime::fromMSecsSinceEpoch(std::llround(seconds * 1000.0), Qt::UTC)
               .toString(QStringLiteral("yyyy-MM-ddTHH:mm:ss")) +
           QLatin1Char('Z');
}

/// In single quotes where a shell would read anything else into it.
QString quoted(const QString& word)
{
    for (const QChar letter : word) {
        if (!letter.isLetterOrNumber() && !QStringLiteral("_-.:/").contains(letter)) {
            return QLatin1Char('\'') +
                   QString(word).replace(QLatin1Char('\''), QStringLiteral("'\\''")) +
                   QLatin1Char('\'');
        }
    }
    return word;
}

QString selectionOf(const CliState& state)
{
    QString options;
    if (!state.keyspace.empty()) {
        options += QStringLiteral(" -k ") + quoted(text::fromUtf8(state.keyspace));
    }
    for (const ShardId shard : state.shards) {
        options += QStringLiteral(" --shard ") + QString::number(shard.get());
    }
    return options;
}

QString timeOf(Span time)
{
    return QStringLiteral(" --from ") + moment(time.begin) + QStringLiteral(" --to ") +
           moment(time.end);
}

QStringList restoreCommands(const CliState& state)
{
    const QString selected = selectionOf(state);
    const Span around = state.time.value_or(state.visible);
    return {QStringLiteral("isothermctl ranges") +
                (state.keyspace.empty()
                     ? QString()
                     : QStringLiteral(" -k ") + quoted(text::fromUtf8(state.keyspace))),
            QStringLiteral("isothermctl tx list --largest") + selected + timeOf(around),
            QStringLiteral("isothermctl restore plan") + selected + QStringLiteral(" --at ") +
                moment(around.begin)};
}

} // namespace

QStringList cliCommands(const CliState& state)
{
    const QString selected = selectionOf(state);
    switch (state.topic) {
    case CliTopic::Overview:
        return {QStringLiteral("isothermctl status"), QStringLiteral("isothermctl shards list"),
                QStringLiteral("isothermctl schedule show")};
    case CliTopic::Heat:
        return {QStringLiteral("isothermctl heat show --metric ") +
                    text::fromUtf8(heatMetricName(state.metric)) + selected + timeOf(state.visible),
                QStringLiteral("isothermctl heat top --metric ") +
                    text::fromUtf8(heatMetricName(state.metric)) + selected};
    case CliTopic::Backups:
        return {QStringLiteral("isothermctl backups list") + selected + timeOf(state.visible),
                QStringLiteral("isothermctl backups run --wait") + selected,
                QStringLiteral("isothermctl schedule show")};
    case CliTopic::Restores:
        return restoreCommands(state);
    case CliTopic::Changes:
        return {QStringLiteral("isothermctl change list"),
                QStringLiteral("isothermctl change propose") + selected};
    case CliTopic::Audit:
        return {QStringLiteral("isothermctl audit list"),
                QStringLiteral("isothermctl audit verify")};
    }
    return {};
}

} // namespace isotherm::viewmath

// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/viewmath/change_text.h"

#include "app/viewmath/text.h"

#include <QCoreApplication>
#include <QLocale>
#include <algorithm>

namespace isotherm::text
{
namespace
{

struct Change
{
    Q_DECLARE_TR_FUNCTIONS(Change)
};

} // namespace

QString changeTitle(const ChangeRecord& change)
{
    const QString where =
        fromUtf8(change.keyspace) + QLatin1Char(' ') + fromUtf8(change.sourceText);
    if (change.kind == ChangeKind::Merge) {
        return Change::tr("Merge %n shard(s): %1", nullptr, static_cast<int>(change.sources.size()))
            .arg(where);
    }
    return Change::tr("Split %1 into %2").arg(where).arg(change.parts.size());
}

QString changeState(ChangeState state)
{
    switch (state) {
    case ChangeState::Proposed:
        return Change::tr("waits for a decision");
    case ChangeState::Running:
        return Change::tr("running");
    case ChangeState::Done:
        return Change::tr("done");
    case ChangeState::Rejected:
        return Change::tr("rejected");
    case ChangeState::Expired:
        return Change::tr("expired");
    case ChangeState::Failed:
        return Change::tr("failed");
    case ChangeState::Cancelled:
        return Change::tr("cancelled");
    }
    return unknown();
}

QString findingLevel(FindingLevel level)
{
    switch (level) {
    case FindingLevel::Good:
        return Change::tr("good");
    case FindingLevel::Note:
        return Change::tr("note");
    case FindingLevel::Blocks:
        return Change::tr("blocks");
    }
    return unknown();
}

QString share(double value)
{
    const double percent = value * 100.0;
    return QLocale().toString(percent, 'f', percent < 9.95 && percent > 0.0 ? 1 : 0) + QChar(0xa0) +
           QLatin1Char('%');
}

QString load(std::optional<double> value)
{
    return value ? QLocale().toString(*value * 100.0, 'f', 0) + QChar(0xa0) + QLatin1Char('%')
                 : unknown();
}

QStringList evidenceFacts(const ChangeEvidence& evidence)
{
    QStringList facts;
    if (evidence.loadNow) {
        facts << Change::tr("%1 of the limit now").arg(load(evidence.loadNow));
    }
    if (evidence.forecastPeak) {
        facts << Change::tr("forecast peak %1").arg(load(evidence.forecastPeak));
    }
    if (evidence.probability) {
        facts << Change::tr("overload %1 probable").arg(share(*evidence.probability));
    }
    if (evidence.nodeBusy) {
        facts << Change::tr("node %1 busy").arg(share(*evidence.nodeBusy));
    }
    if (evidence.shareOfNode) {
        facts << Change::tr("%1 of the node's load").arg(share(*evidence.shareOfNode));
    }
    return facts;
}

QStringList costFacts(const ChangeRecord& change)
{
    return {
        Change::tr("copies %1, %2 rows").arg(bytes(change.bytes), count(change.rows)),
        Change::tr("about %1").arg(duration(change.expectedTime)),
        Change::tr("writers wait at most %1 at the switch").arg(duration(change.expectedPause))};
}

QStringList voices(const ChangeRecord& change)
{
    QStringList lines;
    for (const ChangeVoice& voice : change.voices) {
        const QString who = fromUtf8(voice.who);
        const QString line =
            voice.approved ? Change::tr("%1 said yes").arg(who) : Change::tr("%1 said no").arg(who);
        lines << (voice.reason.empty() ? line
                                       : line + QStringLiteral(": ") + fromUtf8(voice.reason));
    }
    if (change.state == ChangeState::Proposed && change.approvalsNeeded > 1) {
        const auto yes = std::ranges::count(change.voices, true, &ChangeVoice::approved);
        lines << Change::tr("%1 of %2 approvals").arg(yes).arg(change.approvalsNeeded);
    }
    return lines;
}

} // namespace isotherm::text

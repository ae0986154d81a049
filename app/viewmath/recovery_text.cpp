// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/viewmath/recovery_text.h"

#include "app/viewmath/text.h"

#include <QCoreApplication>
#include <QStringList>
#include <array>
#include <utility>

namespace isotherm::text
{
namespace
{

struct Recovery
{
    Q_DECLARE_TR_FUNCTIONS(Recovery)
};

/// The counts that are not zero.
template <std::size_t N>
QStringList counted(const std::array<std::pair<std::uint64_t, QString>, N>& counts)
{
    QStringList said;
    for (const auto& [number, words] : counts) {
        if (number > 0) {
            said << words.arg(count(number));
        }
    }
    return said;
}

} // namespace

QString recoveryStep(const RecoveryStep& step)
{
    const QStringList parts =
        counted<4>({{{step.inserts, Recovery::tr("%1 inserted")},
                     {step.updates, Recovery::tr("%1 updated")},
                     {step.deletes, Recovery::tr("%1 deleted")},
                     {step.lost, Recovery::tr("%1 rows of today set aside")}}});
    return parts.isEmpty() ? Recovery::tr("made or dropped as a whole")
                           : parts.join(QStringLiteral(", "));
}

QString recoveredTable(const RecoveredTable& table)
{
    const QStringList parts = counted<6>({{{table.inserted, Recovery::tr("%1 inserted")},
                                           {table.updated, Recovery::tr("%1 updated")},
                                           {table.deleted, Recovery::tr("%1 deleted")},
                                           {table.already, Recovery::tr("%1 were as wanted")},
                                           {table.skipped, Recovery::tr("%1 conflicts left alone")},
                                           {table.rows, Recovery::tr("holds %1 rows")}}});
    return parts.join(QStringLiteral(", "));
}

QString recoveryDone(RecoveryMode mode)
{
    switch (mode) {
    case RecoveryMode::CopyBack:
        return Recovery::tr("Copied back");
    case RecoveryMode::Replace:
        return Recovery::tr("Replaced");
    case RecoveryMode::Elsewhere:
        return Recovery::tr("Written elsewhere");
    case RecoveryMode::Undo:
        return Recovery::tr("Undone");
    case RecoveryMode::DropSide:
        return Recovery::tr("Dropped");
    }
    return unknown();
}

} // namespace isotherm::text

// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/models/audit_model.h"

#include "app/viewmath/text.h"

namespace isotherm
{

AuditModel::AuditModel(QObject* parent) : RecordTable<AuditEntry>(parent) {}

void AuditModel::setZone(const Zone& zone)
{
    m_zone = zone;
    if (rowCount() > 0) {
        Q_EMIT dataChanged(index(0, Time), index(rowCount() - 1, Time));
    }
}

int AuditModel::columnCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : ColumnCount;
}

QVariant AuditModel::data(const QModelIndex& index, int role) const
{
    if (!index.isValid()) {
        return {};
    }
    const AuditEntry& entry = record(index.row());
    if (role == FailedRole) {
        return entry.outcome != "ok";
    }
    if (role == Qt::ToolTipRole) {
        return tr("SHA-256 %1").arg(text::fromUtf8(entry.hash));
    }
    if (role == Qt::TextAlignmentRole && index.column() == Sequence) {
        return QVariant::fromValue<int>(Qt::AlignRight | Qt::AlignVCenter);
    }
    if (role != Qt::DisplayRole) {
        return {};
    }
    switch (index.column()) {
    case Sequence:
        return text::count(entry.sequence);
    case Time:
        return m_zone.full(entry.time);
    case Who:
        return entry.role.empty() ? text::fromUtf8(entry.who)
                                  : QStringLiteral("%1 (%2)").arg(text::fromUtf8(entry.who),
                                                                  text::fromUtf8(entry.role));
    case Action:
        return text::fromUtf8(entry.action);
    case Target:
        return text::fromUtf8(entry.target);
    case Outcome:
        return text::fromUtf8(entry.outcome);
    case Peer:
        return text::fromUtf8(entry.peer);
    default:
        return {};
    }
}

QVariant AuditModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal || role != Qt::DisplayRole) {
        return {};
    }
    switch (section) {
    case Sequence:
        return tr("No.");
    case Time:
        return tr("Time");
    case Who:
        return tr("Who");
    case Action:
        return tr("Action");
    case Target:
        return tr("Target");
    case Outcome:
        return tr("Outcome");
    case Peer:
        return tr("From");
    default:
        return {};
    }
}

bool AuditModel::sameKey(const AuditEntry& a, const AuditEntry& b) const
{
    return a.sequence == b.sequence;
}

} // namespace isotherm

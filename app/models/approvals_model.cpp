// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/models/approvals_model.h"

#include "app/viewmath/change_text.h"
#include "app/viewmath/text.h"

#include <algorithm>
#include <iterator>

namespace isotherm
{

ApprovalsModel::ApprovalsModel(QObject* parent) : RecordTable<ChangeRecord>(parent) {}

void ApprovalsModel::setChanges(const std::vector<ChangeRecord>& changes)
{
    std::vector<ChangeRecord> open;
    std::ranges::copy_if(changes, std::back_inserter(open),
                         [](const ChangeRecord& change) { return isOpen(change.state); });
    setSnapshot(std::move(open));
}

int ApprovalsModel::columnCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : ColumnCount;
}

QString ApprovalsModel::display(const ChangeRecord& change, int column) const
{
    switch (column) {
    case State: {
        QString said = text::changeState(change.state);
        if (change.state == ChangeState::Running) {
            said += QStringLiteral(": ") + text::fromUtf8(change.phase);
        }
        return said;
    }
    case Title:
        return text::changeTitle(change);
    case Why:
        return text::fromUtf8(change.evidence.why);
    case Cost:
        return text::bytes(change.bytes);
    case Pause:
        return text::duration(change.expectedPause);
    case Expires:
        return change.expiresAt ? m_zone.brief(*change.expiresAt) : QString();
    default:
        return {};
    }
}

QVariant ApprovalsModel::data(const QModelIndex& index, int role) const
{
    if (!index.isValid()) {
        return {};
    }
    const ChangeRecord& change = record(index.row());
    switch (role) {
    case Qt::DisplayRole:
    case Qt::ToolTipRole:
        return display(change, index.column());
    case IdRole:
        return QVariant::fromValue<qulonglong>(change.id.get());
    case StateRole:
        return static_cast<int>(change.state);
    default:
        return {};
    }
}

QVariant ApprovalsModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal || role != Qt::DisplayRole) {
        return {};
    }
    switch (section) {
    case State:
        return tr("State");
    case Title:
        return tr("Change");
    case Why:
        return tr("Why");
    case Cost:
        return tr("To copy");
    case Pause:
        return tr("Pause");
    case Expires:
        return tr("Expires");
    default:
        return {};
    }
}

bool ApprovalsModel::sameKey(const ChangeRecord& a, const ChangeRecord& b) const
{
    return a.id == b.id;
}

} // namespace isotherm

// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/models/record_table.h"
#include "app/viewmath/zone.h"
#include "shared/model/records.h"

namespace isotherm
{

/// The audit log, newest first.
class AuditModel : public RecordTable<AuditEntry>
{
    Q_OBJECT

public:
    enum Column { Sequence, Time, Who, Action, Target, Outcome, Peer, ColumnCount };
    enum AuditRole { FailedRole = Qt::UserRole };

    explicit AuditModel(QObject* parent = nullptr);

    void setZone(const Zone& zone);

    [[nodiscard]] int columnCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex& index, int role) const override;
    [[nodiscard]] QVariant headerData(int section, Qt::Orientation orientation,
                                      int role) const override;

protected:
    [[nodiscard]] bool sameKey(const AuditEntry& a, const AuditEntry& b) const override;

private:
    Zone m_zone;
};

} // namespace isotherm

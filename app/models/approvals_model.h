// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/models/record_table.h"
#include "app/viewmath/zone.h"
#include "shared/model/changes_records.h"

namespace isotherm
{

/// The changes that wait for a decision or run.
class ApprovalsModel : public RecordTable<ChangeRecord>
{
    Q_OBJECT

public:
    enum Column { State, Title, Why, Cost, Pause, Expires, ColumnCount };
    enum ApprovalsRole { IdRole = Qt::UserRole, StateRole };

    explicit ApprovalsModel(QObject* parent = nullptr);

    void setZone(const Zone& zone) { m_zone = zone; }
    /// Keeps the open ones.
    void setChanges(const std::vector<ChangeRecord>& changes);

    [[nodiscard]] int columnCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex& index, int role) const override;
    [[nodiscard]] QVariant headerData(int section, Qt::Orientation orientation,
                                      int role) const override;

protected:
    [[nodiscard]] bool sameKey(const ChangeRecord& a, const ChangeRecord& b) const override;

private:
    [[nodiscard]] QString display(const ChangeRecord& change, int column) const;

    Zone m_zone;
};

} // namespace isotherm

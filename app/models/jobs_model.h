// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/models/record_table.h"
#include "app/viewmath/zone.h"
#include "shared/model/records.h"

namespace isotherm
{

/// The agent's jobs, newest first.
class JobsModel : public RecordTable<JobRecord>
{
    Q_OBJECT

public:
    enum Column { State, Title, Phase, Progress, Rate, Created, Outcome, ColumnCount };
    enum JobsRole { FractionRole = Qt::UserRole, StateRole, IdRole };

    explicit JobsModel(QObject* parent = nullptr);

    void setZone(const Zone& zone);
    /// Done share 0…1; −1 while the total is not known.
    [[nodiscard]] static double fraction(const JobRecord& job);

    [[nodiscard]] int columnCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex& index, int role) const override;
    [[nodiscard]] QVariant headerData(int section, Qt::Orientation orientation,
                                      int role) const override;

protected:
    [[nodiscard]] bool sameKey(const JobRecord& a, const JobRecord& b) const override;

private:
    [[nodiscard]] QString display(const JobRecord& job, int column) const;

    Zone m_zone;
};

} // namespace isotherm

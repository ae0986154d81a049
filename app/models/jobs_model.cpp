// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/models/jobs_model.h"

#include "app/viewmath/text.h"

#include <algorithm>

namespace isotherm
{

JobsModel::JobsModel(QObject* parent) : RecordTable<JobRecord>(parent) {}

void JobsModel::setZone(const Zone& zone)
{
    m_zone = zone;
    if (rowCount() > 0) {
        Q_EMIT dataChanged(index(0, Created), index(rowCount() - 1, Created));
    }
}

double JobsModel::fraction(const JobRecord& job)
{
    if (job.state == JobState::Done) {
        return 1.0;
    }
    if (job.bytesTotal == 0) {
        return -1.0;
    }
    return std::min(1.0, static_cast<double>(job.bytesDone) / static_cast<double>(job.bytesTotal));
}

int JobsModel::columnCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : ColumnCount;
}

QString JobsModel::display(const JobRecord& job, int column) const
{
    switch (column) {
    case State:
        return text::jobState(job.state);
    case Title:
        return text::fromUtf8(job.title);
    case Phase:
        return isFinished(job.state) ? QString() : text::fromUtf8(job.phase);
    case Progress:
        if (job.bytesDone == 0 && job.bytesTotal == 0) {
            return job.rowsDone == 0 ? QString() : tr("%1 rows").arg(text::count(job.rowsDone));
        }
        return job.bytesTotal == 0 || isFinished(job.state)
                   ? text::bytes(ByteCount(job.bytesDone))
                   : tr("%1 of %2")
                         .arg(text::bytes(ByteCount(job.bytesDone)),
                              text::bytes(ByteCount(job.bytesTotal)));
    case Rate:
        return job.state == JobState::Running && job.bytesPerSecond > 0
                   ? text::heatValue(HeatMetric::Bytes, job.bytesPerSecond)
                   : QString();
    case Created:
        return m_zone.brief(job.created);
    case Outcome:
        return text::fromUtf8(job.error.empty() ? job.result : job.error);
    default:
        return {};
    }
}

QVariant JobsModel::data(const QModelIndex& index, int role) const
{
    if (!index.isValid()) {
        return {};
    }
    const JobRecord& job = record(index.row());
    switch (role) {
    case Qt::DisplayRole:
        return display(job, index.column());
    case Qt::ToolTipRole:
        return index.column() == Created
                   ? m_zone.full(job.created) + QLatin1Char('\n') +
                         tr("asked for by %1").arg(text::fromUtf8(job.requestedBy))
                   : display(job, index.column());
    case FractionRole:
        return fraction(job);
    case StateRole:
        return static_cast<int>(job.state);
    case IdRole:
        return QVariant::fromValue<qulonglong>(job.id.get());
    default:
        return {};
    }
}

QVariant JobsModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal || role != Qt::DisplayRole) {
        return {};
    }
    switch (section) {
    case State:
        return tr("State");
    case Title:
        return tr("Job");
    case Phase:
        return tr("Phase");
    case Progress:
        return tr("Progress");
    case Rate:
        return tr("Rate");
    case Created:
        return tr("Created");
    case Outcome:
        return tr("Outcome");
    default:
        return {};
    }
}

bool JobsModel::sameKey(const JobRecord& a, const JobRecord& b) const
{
    return a.id == b.id;
}

} // namespace isotherm

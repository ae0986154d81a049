// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/viewmath/backup_lanes.h"
#include "app/viewmath/viewport.h"
#include "app/viewmath/zone.h"
#include "shared/model/records.h"

#include <QAbstractScrollArea>
#include <QBrush>
#include <functional>
#include <optional>
#include <vector>

namespace isotherm
{

/// What the lanes show, kept by the page.
struct LanesContent
{
    std::vector<ShardRecord> shards; ///< one lane each
    std::vector<QString> names;      ///< beside the lanes
    std::vector<BackupRecord> backups;
    std::vector<viewmath::BackupLane> lanes;
    std::vector<ScheduleEntry> ahead; ///< what the lanes' planned marks point into
    double now = 0;                   ///< seconds since the epoch
    double hotAbove = 0.8;
    double warmAbove = 0.5;
};

/// A lane per shard on the time axis of the heat map: backups, what they make restorable, gaps, and
/// what is scheduled next (right of now).
class BackupLanesView : public QAbstractScrollArea
{
    Q_OBJECT

public:
    explicit BackupLanesView(QWidget* parent = nullptr);

    void setContent(LanesContent content);
    /// `visible` of the context; the view adds room for the future at the right.
    void setTime(viewmath::Span visible, bool following);
    /// Shows all of the rotation that is planned, instead of the next backups only.
    void setRotationShown(bool shown);
    void setZone(const Zone& zone);
    void setSelectedShards(std::vector<ShardId> shards);
    void setDimmed(bool dimmed);
    void setNotice(const QString& notice);

    [[nodiscard]] const LanesContent& content() const { return m_content; }
    /// The span that is drawn: visible and, when it ends now, some of the future.
    [[nodiscard]] viewmath::Span shownTime() const { return m_time; }

Q_SIGNALS:
    void shardClicked(ShardId shard, bool extend);
    void timeRequested(isotherm::viewmath::Span visible);

protected:
    void paintEvent(QPaintEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void wheelEvent(QWheelEvent* event) override;
    bool viewportEvent(QEvent* event) override;

private:
    /// A box on a lane: how it is filled, and where it lies beside the lane's middle.
    struct BoxStyle
    {
        QBrush brush;
        double top = 0;
        double height = 0;
    };

    struct LegendEntry
    {
        QString text;
        double glyphWidth = 0;
        /// Left of the text; at the middle of its left edge.
        std::function<void(QPainter&, QPointF)> paintGlyph;
    };

    void updateScrollBar();
    void paintLane(QPainter& painter, std::size_t index, const QRectF& area) const;
    void paintName(QPainter& painter, std::size_t index, const QRectF& area) const;
    void paintSegments(QPainter& painter, const viewmath::BackupLane& lane,
                       const QRectF& area) const;
    void paintBox(QPainter& painter, const BoxStyle& style, viewmath::Span time,
                  const QRectF& area) const;
    void paintMarks(QPainter& painter, const viewmath::BackupLane& lane, const QRectF& area) const;
    void paintNextDue(QPainter& painter, const viewmath::BackupLane& lane,
                      const QRectF& area) const;
    void paintPlanned(QPainter& painter, const viewmath::BackupLane& lane,
                      const QRectF& area) const;
    void placeTime();
    [[nodiscard]] QString plannedAt(const viewmath::BackupLane& lane, double seconds,
                                    double reach) const;
    void paintGrid(QPainter& painter, const QRectF& lanes) const;
    /// What the signs mean, in as many lines as the width asks for.
    [[nodiscard]] std::vector<LegendEntry> legend() const;
    /// Gives each entry its place below the legend's top; the height of all of them.
    double layLegend(const std::vector<LegendEntry>& entries,
                     const std::function<void(const LegendEntry&, QRectF)>& place) const;
    [[nodiscard]] double legendHeight() const;
    void paintLegend(QPainter& painter) const;
    [[nodiscard]] QRectF lanesArea() const;
    [[nodiscard]] double xOf(double seconds, const QRectF& area) const;
    [[nodiscard]] std::optional<std::size_t> laneAt(QPointF position) const;
    [[nodiscard]] QString tipAt(QPointF position) const;
    [[nodiscard]] static QString restorableAt(const viewmath::BackupLane& lane, double seconds);

    LanesContent m_content;
    viewmath::Span m_visible;
    viewmath::Span m_time;
    Zone m_zone;
    std::vector<ShardId> m_selected; ///< sorted
    bool m_following = false;
    bool m_rotation = false;
    bool m_dimmed = false;
    QString m_notice;
};

} // namespace isotherm

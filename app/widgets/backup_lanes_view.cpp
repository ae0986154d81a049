// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/widgets/backup_lanes_view.h"

#include "app/viewmath/text.h"
#include "app/widgets/heat_overlay.h"
#include "app/widgets/theme.h"
#include "app/widgets/time_axis_painter.h"

#include <QHelpEvent>
#include <QMouseEvent>
#include <QPainter>
#include <QPolygonF>
#include <QScrollBar>
#include <QToolTip>
#include <QWheelEvent>
#include <algorithm>
#include <cmath>

namespace isotherm
{
namespace
{

constexpr double kLaneHeight = 30.0;
constexpr double kNameWidth = 208.0;
constexpr double kRightMargin = 14.0;
constexpr double kBandHeight = 8.0;
/// The line of the objective, below the middle of a lane.
constexpr double kObjectiveTop = 9.0;
constexpr double kObjectiveHeight = 2.0;
/// Of what is on screen, for what will happen next.
constexpr double kFutureShare = 0.22;
constexpr double kGrabPixels = 6.0;
constexpr double kLegendGlyph = 10.0;
constexpr double kLegendBox = 22.0;
constexpr double kLegendGap = 6.0;

double axisHeight(const QWidget& widget)
{
    return QFontMetricsF(widget.font()).height() * 2.0 + 12.0;
}

/// Hollow, as nothing is there yet: a diamond for a full from the database, a square for one made
/// of older backups, a dot for an incremental one.
void paintPlannedGlyph(QPainter& painter, QPointF at, BackupKind kind, const QColor& colour)
{
    painter.setPen(QPen(colour, 1.3));
    painter.setBrush(Qt::NoBrush);
    if (kind == BackupKind::Synthetic) {
        painter.drawRect(QRectF(at.x() - 4.0, at.y() - 4.0, 8.0, 8.0));
    } else if (kind == BackupKind::Full) {
        painter.drawPolygon(QPolygonF({{at.x(), at.y() - 5.5},
                                       {at.x() + 5.5, at.y()},
                                       {at.x(), at.y() + 5.5},
                                       {at.x() - 5.5, at.y()}}));
    } else {
        painter.drawEllipse(at, 2.4, 2.4);
    }
}

} // namespace

BackupLanesView::BackupLanesView(QWidget* parent) : QAbstractScrollArea(parent)
{
    setFrameShape(QFrame::NoFrame);
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    viewport()->setMouseTracking(true);
    setAccessibleName(tr("Backups of each shard along time"));
    setFocusPolicy(Qt::StrongFocus);
}

void BackupLanesView::setContent(LanesContent content)
{
    m_content = std::move(content);
    updateScrollBar();
    placeTime();
}

void BackupLanesView::setTime(viewmath::Span visible, bool following)
{
    m_visible = visible;
    m_following = following;
    placeTime();
}

void BackupLanesView::setRotationShown(bool shown)
{
    m_rotation = shown;
    placeTime();
}

void BackupLanesView::placeTime()
{
    m_time = m_visible;
    const double now = m_content.now;
    if (m_following) {
        m_time.end =
            std::max(m_time.end, std::min(now, m_visible.end) + m_visible.length() * kFutureShare);
    }
    if (m_following && m_rotation) {
        double last = m_time.end;
        for (const viewmath::BackupLane& lane : m_content.lanes) {
            last = lane.planned.empty() ? last : std::max(last, lane.planned.back().time);
        }
        m_time.end = last + (last - now) * 0.02;
    }
    viewport()->update();
}

void BackupLanesView::setZone(const Zone& zone)
{
    m_zone = zone;
    viewport()->update();
}

void BackupLanesView::setSelectedShards(std::vector<ShardId> shards)
{
    m_selected = std::move(shards);
    std::ranges::sort(m_selected);
    viewport()->update();
}

void BackupLanesView::setDimmed(bool dimmed)
{
    m_dimmed = dimmed;
    viewport()->update();
}

void BackupLanesView::setNotice(const QString& notice)
{
    m_notice = notice;
    viewport()->update();
}

QRectF BackupLanesView::lanesArea() const
{
    const double bottom = axisHeight(*this) + legendHeight();
    return {kNameWidth, 4.0, viewport()->width() - kNameWidth - kRightMargin,
            viewport()->height() - bottom - 4.0};
}

void BackupLanesView::updateScrollBar()
{
    const double total = kLaneHeight * static_cast<double>(m_content.lanes.size());
    const double page = std::max(lanesArea().height(), kLaneHeight);
    verticalScrollBar()->setPageStep(static_cast<int>(page));
    verticalScrollBar()->setSingleStep(static_cast<int>(kLaneHeight));
    verticalScrollBar()->setRange(0, static_cast<int>(std::max(0.0, total - page)));
}

void BackupLanesView::resizeEvent(QResizeEvent* event)
{
    QAbstractScrollArea::resizeEvent(event);
    updateScrollBar();
}

double BackupLanesView::xOf(double seconds, const QRectF& area) const
{
    return area.left() + m_time.fraction(seconds) * area.width();
}

void BackupLanesView::paintEvent(QPaintEvent* /*event*/)
{
    QPainter painter(viewport());
    const Theme& theme = Theme::of(palette());
    painter.fillRect(viewport()->rect(), theme.panel);
    painter.setRenderHint(QPainter::Antialiasing);
    const QRectF lanes = lanesArea();
    if (lanes.width() < 60.0 || m_time.length() <= 0.0) {
        return;
    }
    paintGrid(painter, lanes);
    const double scrolled = verticalScrollBar()->value();
    painter.save();
    painter.setClipRect(QRectF(0.0, lanes.top(), viewport()->width(), lanes.height()));
    const auto first = static_cast<std::size_t>(scrolled / kLaneHeight);
    for (std::size_t i = first; i < m_content.lanes.size(); ++i) {
        const double y = lanes.top() + static_cast<double>(i) * kLaneHeight - scrolled;
        if (y > lanes.bottom()) {
            break;
        }
        paintLane(painter, i, {lanes.left(), y, lanes.width(), kLaneHeight});
    }
    painter.restore();
    paintLegend(painter);
    if (m_dimmed) {
        HeatOverlay(painter, theme, lanes.toRect()).paintDimmed();
    }
    if (!m_notice.isEmpty()) {
        painter.setPen(theme.muted);
        painter.drawText(lanes, Qt::AlignCenter | Qt::TextWordWrap, m_notice);
    }
}

void BackupLanesView::paintGrid(QPainter& painter, const QRectF& lanes) const
{
    const Theme& theme = Theme::of(palette());
    const QRectF axis(lanes.left(), lanes.bottom(), lanes.width(), axisHeight(*this));
    const double nowX = xOf(m_content.now, lanes);
    if (nowX < lanes.right()) {
        const QRectF future(std::max(nowX, lanes.left()), lanes.top(),
                            lanes.right() - std::max(nowX, lanes.left()), lanes.height());
        painter.fillRect(future, mixed(theme.panel, theme.raised, 0.7));
    }
    painter.save();
    for (const AxisTick& tick : paintTimeAxis(painter, axis, m_time, m_zone, theme)) {
        painter.setPen(QPen(mixed(theme.panel, theme.border, tick.dayStart ? 1.0 : 0.6), 1.0));
        painter.drawLine(QPointF(tick.x, lanes.top()), QPointF(tick.x, lanes.bottom()));
    }
    painter.restore();
    if (nowX >= lanes.left() && nowX <= lanes.right()) {
        painter.setPen(QPen(theme.accent, 1.4));
        painter.drawLine(QPointF(nowX, lanes.top()), QPointF(nowX, lanes.bottom()));
        painter.drawText(QPointF(nowX + 5.0, lanes.bottom() - 5.0), tr("now"));
    }
}

void BackupLanesView::paintLane(QPainter& painter, std::size_t index, const QRectF& area) const
{
    const Theme& theme = Theme::of(palette());
    const viewmath::BackupLane& lane = m_content.lanes[index];
    const bool selected = std::ranges::binary_search(m_selected, lane.shard);
    const QRectF whole(0.0, area.top(), viewport()->width(), area.height());
    if (selected) {
        painter.fillRect(whole, mixed(theme.panel, theme.accent, 0.13));
    }
    painter.setPen(QPen(mixed(theme.panel, theme.border, 0.55), 1.0));
    painter.drawLine(QPointF(0.0, area.bottom() - 0.5),
                     QPointF(whole.right(), area.bottom() - 0.5));
    paintName(painter, index, {0.0, area.top(), kNameWidth - 10.0, area.height()});
    painter.save();
    painter.setClipRect(area, Qt::IntersectClip);
    if (lane.marks.empty()) {
        painter.setPen(theme.critical);
        painter.drawText(area.adjusted(10.0, 0.0, 0.0, 0.0), Qt::AlignLeft | Qt::AlignVCenter,
                         tr("never backed up: nothing can be restored"));
    }
    paintSegments(painter, lane, area);
    paintMarks(painter, lane, area);
    paintNextDue(painter, lane, area);
    painter.restore();
}

void BackupLanesView::paintName(QPainter& painter, std::size_t index, const QRectF& area) const
{
    const Theme& theme = Theme::of(palette());
    const ShardRecord& shard = m_content.shards[index];
    const QColor dot =
        theme.temperatureColour(shard.temperature, m_content.warmAbove, m_content.hotAbove);
    const QPointF centre(area.left() + 16.0, area.center().y());
    painter.setPen(QPen(dot, 1.4));
    painter.setBrush(shard.temperature ? QBrush(dot) : QBrush(Qt::NoBrush));
    painter.drawEllipse(centre, 4.0, 4.0);
    painter.setPen(theme.text);
    const double left = area.left() + 28.0;
    const QString name = QFontMetricsF(font()).elidedText(m_content.names[index], Qt::ElideMiddle,
                                                          area.right() - left);
    painter.drawText(QRectF(left, area.top(), area.right() - left, area.height()),
                     Qt::AlignLeft | Qt::AlignVCenter, name);
}

void BackupLanesView::paintBox(QPainter& painter, const BoxStyle& style, viewmath::Span time,
                               const QRectF& area) const
{
    const double left = std::max(xOf(time.begin, area), area.left() - 4.0);
    const double right = std::min(xOf(time.end, area), area.right() + 4.0);
    if (right <= left) {
        return;
    }
    painter.setPen(Qt::NoPen);
    painter.setBrush(style.brush);
    painter.drawRect(QRectF(left, area.center().y() + style.top, right - left, style.height));
}

void BackupLanesView::paintSegments(QPainter& painter, const viewmath::BackupLane& lane,
                                    const QRectF& area) const
{
    const Theme& theme = Theme::of(palette());
    const QString tier = lane.marks.empty()
                             ? QString()
                             : text::fromUtf8(m_content.backups[lane.marks.back().backup].tier);
    const QColor colour = theme.tierColour(tier);
    // Below: whether the newest backup was young enough. In the middle: what can be restored to.
    const BoxStyle within{mixed(theme.panel, colour, 0.3), kObjectiveTop, kObjectiveHeight};
    const BoxStyle exceeded{theme.critical, kObjectiveTop, kObjectiveHeight};
    for (const viewmath::LaneSegment& segment : lane.segments) {
        paintBox(painter, segment.gap ? exceeded : within, {segment.begin, segment.end}, area);
    }
    const BoxStyle everyCommit{mixed(theme.panel, colour, 0.45), -kBandHeight / 2.0, kBandHeight};
    for (const viewmath::RestorableSpan& span : lane.restorable.spans) {
        paintBox(painter, everyCommit, {span.begin, span.end}, area);
    }
    const BoxStyle gap{QBrush(theme.critical, Qt::BDiagPattern), -kBandHeight / 2.0, kBandHeight};
    for (const viewmath::RestorableGap& missing : lane.restorable.gaps) {
        paintBox(painter, gap, {missing.begin, missing.end}, area);
    }
}

void BackupLanesView::paintMarks(QPainter& painter, const viewmath::BackupLane& lane,
                                 const QRectF& area) const
{
    const Theme& theme = Theme::of(palette());
    double lastX = -1e9;
    for (const viewmath::LaneMark& mark : lane.marks) {
        const double x = xOf(mark.time, area);
        // Where marks would lie on each other, one stands for all.
        if (x < area.left() - 8.0 || x > area.right() + 8.0 || x - lastX < 3.0) {
            continue;
        }
        lastX = x;
        const BackupRecord& backup = m_content.backups[mark.backup];
        const QColor colour = theme.tierColour(text::fromUtf8(backup.tier));
        paintBackupGlyph(painter, {x, area.center().y()}, isFull(backup.kind) ? 5.5 : 4.0,
                         backup.kind == BackupKind::Unchanged ? mixed(theme.panel, colour, 0.75)
                                                              : colour,
                         backup.kind != BackupKind::Unchanged);
    }
}

void BackupLanesView::paintNextDue(QPainter& painter, const viewmath::BackupLane& lane,
                                   const QRectF& area) const
{
    if (m_time.end <= m_content.now) {
        return; // looking at the past
    }
    paintPlanned(painter, lane, area);
    if (!lane.nextDue) {
        return;
    }
    const double due = std::max(*lane.nextDue, m_content.now);
    const double x = xOf(due, area);
    const double nowX = xOf(m_content.now, area);
    const QColor colour = Theme::of(palette()).muted;
    if (x <= area.right() - 8.0) {
        painter.setPen(QPen(colour, 1.0, Qt::DashLine));
        painter.drawLine(QPointF(nowX, area.center().y()), QPointF(x - 6.0, area.center().y()));
        if (lane.planned.empty()) {
            paintPlannedGlyph(painter, {x, area.center().y()}, BackupKind::Incremental, colour);
        }
        return;
    }
    const auto wait = std::chrono::milliseconds(std::llround((due - m_content.now) * 1000.0));
    const QString said = tr("+%1 →").arg(text::duration(wait));
    const QRectF room(nowX + 2.0, area.top(), area.right() - nowX - 4.0, area.height());
    painter.setPen(colour);
    const bool fits = QFontMetricsF(font()).horizontalAdvance(said) <= room.width();
    painter.drawText(room, Qt::AlignRight | Qt::AlignVCenter, fits ? said : QStringLiteral("→"));
}

void BackupLanesView::paintPlanned(QPainter& painter, const viewmath::BackupLane& lane,
                                   const QRectF& area) const
{
    const Theme& theme = Theme::of(palette());
    double lastX = -1e9;
    for (const viewmath::PlannedMark& mark : lane.planned) {
        const double x = xOf(std::max(mark.time, m_content.now), area);
        const BackupKind kind = m_content.ahead[mark.entry].kind;
        // Fulls are always drawn: the rotation is theirs.
        if (x > area.right() + 8.0 || (!isFull(kind) && x - lastX < 6.0)) {
            continue;
        }
        lastX = x;
        paintPlannedGlyph(painter, {x, area.center().y()}, kind,
                          isFull(kind) ? theme.text : theme.muted);
    }
}

QString BackupLanesView::plannedAt(const viewmath::BackupLane& lane, double seconds,
                                   double reach) const
{
    for (const viewmath::PlannedMark& mark : lane.planned) {
        if (std::abs(mark.time - seconds) <= reach) {
            const ScheduleEntry& entry = m_content.ahead[mark.entry];
            return tr("%1 backup planned for %2: %3")
                .arg(text::backupKind(entry.kind), m_zone.full(entry.due),
                     text::fromUtf8(entry.reason));
        }
    }
    return {};
}

std::vector<BackupLanesView::LegendEntry> BackupLanesView::legend() const
{
    const Theme& theme = Theme::of(palette());
    const QColor tier = theme.tierColour({});
    const auto backup = [](double radius, const QColor& colour, bool filled) {
        return [=](QPainter& painter, QPointF at) {
            paintBackupGlyph(painter, at + QPointF(5.0, 0.0), radius, colour, filled);
        };
    };
    const auto planned = [](BackupKind kind, const QColor& colour) {
        return [=](QPainter& painter, QPointF at) {
            paintPlannedGlyph(painter, at + QPointF(5.0, 0.0), kind, colour);
        };
    };
    const auto box = [](const QBrush& brush, double height) {
        return [=](QPainter& painter, QPointF at) {
            painter.setPen(Qt::NoPen);
            painter.setBrush(brush);
            painter.drawRect(QRectF(at.x(), at.y() - height / 2.0, kLegendBox, height));
        };
    };
    return {
        {tr("full"), kLegendGlyph, backup(5.5, tier, true)},
        {tr("incremental"), kLegendGlyph, backup(4.0, tier, true)},
        {tr("unchanged"), kLegendGlyph, backup(4.0, mixed(theme.panel, tier, 0.75), false)},
        {tr("restorable to any commit"), kLegendBox,
         box(mixed(theme.panel, tier, 0.45), kBandHeight)},
        {tr("gap"), kLegendBox, box(QBrush(theme.critical, Qt::BDiagPattern), kBandHeight)},
        {tr("objective exceeded"), kLegendBox, box(theme.critical, kObjectiveHeight)},
        {tr("full due"), kLegendGlyph, planned(BackupKind::Full, theme.text)},
        {tr("synthetic full due"), kLegendGlyph, planned(BackupKind::Synthetic, theme.text)},
        {tr("incremental due"), kLegendGlyph, planned(BackupKind::Incremental, theme.muted)},
    };
}

double
BackupLanesView::layLegend(const std::vector<LegendEntry>& entries,
                           const std::function<void(const LegendEntry&, QRectF)>& place) const
{
    const QFontMetricsF metrics(font());
    const double right = viewport()->width() - kRightMargin;
    double x = kRightMargin;
    double y = 0.0;
    for (const LegendEntry& entry : entries) {
        const double width =
            entry.glyphWidth + kLegendGap + metrics.horizontalAdvance(entry.text) + 1.0;
        if (x > kRightMargin && x + width > right) { // one more line rather than half a word
            x = kRightMargin;
            y += metrics.height() + kLegendGap;
        }
        place(entry, {x, y, width, metrics.height()});
        x += width + 2.0 * kLegendGap;
    }
    return y + metrics.height();
}

double BackupLanesView::legendHeight() const
{
    return layLegend(legend(), [](const LegendEntry&, const QRectF&) {}) + 16.0;
}

void BackupLanesView::paintLegend(QPainter& painter) const
{
    const double top = viewport()->height() - legendHeight() + 8.0;
    layLegend(legend(), [&](const LegendEntry& entry, const QRectF& box) {
        const QRectF area = box.translated(0.0, top);
        entry.paintGlyph(painter, {area.left(), area.center().y()});
        painter.setPen(Theme::of(palette()).muted);
        painter.drawText(area.adjusted(entry.glyphWidth + kLegendGap, 0.0, 0.0, 0.0),
                         Qt::AlignLeft | Qt::AlignVCenter, entry.text);
    });
}

std::optional<std::size_t> BackupLanesView::laneAt(QPointF position) const
{
    const QRectF lanes = lanesArea();
    if (position.y() < lanes.top() || position.y() > lanes.bottom()) {
        return std::nullopt;
    }
    const double lane =
        std::floor((position.y() - lanes.top() + verticalScrollBar()->value()) / kLaneHeight);
    if (lane < 0.0 || lane >= static_cast<double>(m_content.lanes.size())) {
        return std::nullopt;
    }
    return static_cast<std::size_t>(lane);
}

QString BackupLanesView::restorableAt(const viewmath::BackupLane& lane, double seconds)
{
    for (const viewmath::RestorableSpan& span : lane.restorable.spans) {
        if (seconds >= span.begin && seconds <= span.end) {
            return tr("restorable to any commit");
        }
    }
    for (const viewmath::RestorableGap& gap : lane.restorable.gaps) {
        if (seconds > gap.begin && seconds < gap.end) {
            return gap.cause.empty() ? tr("gap: only the backups beside it can be restored")
                                     : tr("gap: %1").arg(text::fromUtf8(gap.cause));
        }
    }
    return lane.marks.empty() ? tr("nothing can be restored")
                              : tr("only the backups themselves can be restored");
}

QString BackupLanesView::tipAt(QPointF position) const
{
    const auto index = laneAt(position);
    if (!index) {
        return {};
    }
    const QRectF lanes = lanesArea();
    const viewmath::BackupLane& lane = m_content.lanes[*index];
    const double seconds = m_time.valueAt((position.x() - lanes.left()) / lanes.width());
    QStringList lines{m_content.names[*index]};
    const double reach = kGrabPixels / lanes.width() * m_time.length();
    if (const auto mark = viewmath::nearestMark(lane, seconds, reach)) {
        const BackupRecord& backup = m_content.backups[mark->backup];
        lines << tr("%1 backup, state as of %2")
                     .arg(text::backupKind(backup.kind), m_zone.full(backup.asOf))
              << tr("%1 rows, %2 read, %3 stored in tier %4")
                     .arg(text::count(backup.rows), text::bytes(backup.rawBytes),
                          text::bytes(backup.storedBytes), text::fromUtf8(backup.tier))
              << text::verifyLevel(backup.verified);
    } else {
        lines << m_zone.full(viewmath::fromSeconds(seconds));
        for (const viewmath::LaneSegment& segment : lane.segments) {
            if (seconds >= segment.begin && seconds < segment.end) {
                lines << (segment.gap ? tr("the newest backup was older than the objective")
                                      : tr("within the objective"));
            }
        }
        lines << restorableAt(lane, seconds);
    }
    if (const QString planned = plannedAt(lane, seconds, reach); !planned.isEmpty()) {
        lines << planned;
    } else if (lane.nextDue) {
        lines << tr("next backup due %1").arg(m_zone.full(viewmath::fromSeconds(*lane.nextDue)));
    }
    return lines.join(QLatin1Char('\n'));
}

bool BackupLanesView::viewportEvent(QEvent* event)
{
    if (event->type() == QEvent::ToolTip) {
        const auto* help = static_cast<QHelpEvent*>(event);
        QToolTip::showText(help->globalPos(), tipAt(help->pos()), viewport());
        return true;
    }
    return QAbstractScrollArea::viewportEvent(event);
}

void BackupLanesView::mousePressEvent(QMouseEvent* event)
{
    if (const auto index = laneAt(event->position()); index && event->button() == Qt::LeftButton) {
        Q_EMIT shardClicked(m_content.lanes[*index].shard,
                            event->modifiers().testFlag(Qt::ShiftModifier));
    }
}

void BackupLanesView::wheelEvent(QWheelEvent* event)
{
    // Time is zoomed with Ctrl here: the plain wheel scrolls the lanes.
    if (!event->modifiers().testFlag(Qt::ControlModifier)) {
        QAbstractScrollArea::wheelEvent(event);
        return;
    }
    const QRectF lanes = lanesArea();
    const double anchor =
        std::clamp((event->position().x() - lanes.left()) / lanes.width(), 0.0, 1.0);
    Q_EMIT timeRequested(
        m_visible.zoomed(std::pow(1.25, -event->angleDelta().y() / 120.0), anchor));
    event->accept();
}

} // namespace isotherm

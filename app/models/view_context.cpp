// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/models/view_context.h"

#include <algorithm>
#include <array>

namespace isotherm
{
namespace
{

using std::chrono::seconds;

/// Up to what the live stream carries.
constexpr std::array<seconds, 6> kAutomaticLengths = {seconds(60),  seconds(120),  seconds(300),
                                                      seconds(600), seconds(1800), seconds(3600)};

/// Of the range, for what is expected to come; forecasts are hourly and a day long.
constexpr double kAheadShare = 0.25;
constexpr double kFarthestAhead = 86'400.0;

double now()
{
    return viewmath::toSeconds(
        std::chrono::time_point_cast<std::chrono::microseconds>(std::chrono::system_clock::now()));
}

} // namespace

ViewContext::ViewContext(QObject* parent) : QObject(parent)
{
    const double end = now();
    m_range = {end - 600.0, end};
    m_visible = m_range;
}

viewmath::Span ViewContext::full() const
{
    if (!m_following || !m_lookAhead) {
        return m_range;
    }
    return {m_range.begin, m_range.end + std::min(m_range.length() * kAheadShare, kFarthestAhead)};
}

void ViewContext::setLookAhead(bool ahead)
{
    if (ahead == m_lookAhead) {
        return;
    }
    const bool all = m_visible == full();
    m_lookAhead = ahead;
    m_visible = all ? full() : m_visible.clampedTo(full(), 0.0);
    Q_EMIT rangeChanged();
    Q_EMIT visibleChanged();
}

void ViewContext::setLive(seconds length)
{
    m_range = {m_range.end - static_cast<double>(length.count()), m_range.end};
    m_following = true;
    m_automatic = false;
    m_visible = full();
    Q_EMIT rangeChanged();
    Q_EMIT visibleChanged();
}

void ViewContext::setAutomatic(seconds history)
{
    const auto fitting = std::ranges::find_if(
        kAutomaticLengths, [&](seconds length) { return length * 4 >= history * 3; });
    const seconds length = fitting == kAutomaticLengths.end() ? kAutomaticLengths.back() : *fitting;
    if (m_automatic && m_following && m_range.length() == static_cast<double>(length.count())) {
        return;
    }
    setLive(length);
    m_automatic = true;
    Q_EMIT rangeChanged();
}

void ViewContext::setFixed(viewmath::Span range)
{
    m_range = range;
    m_visible = range;
    m_following = false;
    m_automatic = false;
    Q_EMIT rangeChanged();
    Q_EMIT visibleChanged();
}

void ViewContext::step(int direction)
{
    setFixed(m_range.shifted(m_range.length() * direction));
}

void ViewContext::setFollowing(bool following)
{
    if (m_following == following) {
        return;
    }
    m_following = following;
    m_automatic = m_automatic && following;
    if (following) {
        advance(viewmath::fromSeconds(now()));
        m_visible = m_visible.shifted(full().end - m_visible.end);
    } else {
        m_visible = m_visible.clampedTo(m_range, 0.0);
    }
    Q_EMIT visibleChanged();
    Q_EMIT rangeChanged();
}

void ViewContext::advance(WallTime time)
{
    if (!m_following) {
        return;
    }
    const double by = viewmath::toSeconds(time) - m_range.end;
    const bool showsNow = m_visible.end >= m_range.end - 1e-6;
    m_range = m_range.shifted(by);
    m_visible = showsNow ? m_visible.shifted(by) : m_visible.clampedTo(full(), 0.0);
    Q_EMIT visibleChanged();
}

void ViewContext::setVisible(viewmath::Span visible)
{
    const viewmath::Span clamped = visible.clampedTo(full(), std::min(5.0, m_range.length()));
    if (clamped != m_visible) {
        m_visible = clamped;
        Q_EMIT visibleChanged();
    }
}

void ViewContext::setMetric(HeatMetric metric)
{
    if (metric != m_metric) {
        m_metric = metric;
        Q_EMIT metricChanged();
    }
}

void ViewContext::setZone(const Zone& zone)
{
    m_zone = zone;
    Q_EMIT zoneChanged();
}

void ViewContext::setSelection(const Selection& selection)
{
    if (!(selection == m_selection)) {
        m_selection = selection;
        Q_EMIT selectionChanged();
    }
}

} // namespace isotherm

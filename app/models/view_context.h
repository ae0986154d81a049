// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/viewmath/viewport.h"
#include "app/viewmath/zone.h"
#include "shared/model/heat_matrix.h"
#include "shared/model/records.h"

#include <QObject>
#include <chrono>
#include <optional>
#include <vector>

namespace isotherm
{

/// The shards and the time that the person points at; either may be empty.
struct Selection
{
    std::vector<ShardId> shards;
    std::optional<viewmath::Span> time; ///< seconds since the epoch

    [[nodiscard]] bool empty() const { return shards.empty() && !time; }
    friend bool operator==(const Selection&, const Selection&) = default;
};

/// What all views agree on: one range, one zone, one selection, one metric. GUI thread.
class ViewContext : public QObject
{
    Q_OBJECT

public:
    explicit ViewContext(QObject* parent = nullptr);

    /// The range that can be looked at without asking for another: its right edge is now while
    /// following.
    [[nodiscard]] viewmath::Span range() const { return m_range; }
    /// The range and, while following, the stretch of the future that forecasts are drawn on.
    [[nodiscard]] viewmath::Span full() const;
    /// The part of it that is on screen, in every view with a time axis.
    [[nodiscard]] viewmath::Span visible() const { return m_visible; }
    [[nodiscard]] bool following() const { return m_following; }
    /// The range is chosen by how much there is to see; see setAutomatic().
    [[nodiscard]] bool automatic() const { return m_automatic; }

    /// The last `length` until now, following.
    void setLive(std::chrono::seconds length);
    /// As setLive(), with the length chosen for `history`: the shortest usual
    /// range that holds three quarters of it.
    void setAutomatic(std::chrono::seconds history);
    /// A stretch of the past.
    void setFixed(viewmath::Span range);
    /// One length of the range back (-1) or forth (+1).
    void step(int direction);
    void setFollowing(bool following);
    /// While following, the right edge is `now`; what is on screen moves along if it showed now.
    void advance(WallTime now);

    /// Whether there is a future to look at. Anybody who saw now goes on seeing it.
    void setLookAhead(bool ahead);
    [[nodiscard]] bool lookAhead() const { return m_lookAhead; }

    void setVisible(viewmath::Span visible);
    void showAll() { setVisible(full()); }

    [[nodiscard]] HeatMetric metric() const { return m_metric; }
    void setMetric(HeatMetric metric);

    [[nodiscard]] const Zone& zone() const { return m_zone; }
    void setZone(const Zone& zone);

    [[nodiscard]] const Selection& selection() const { return m_selection; }
    void setSelection(const Selection& selection);

Q_SIGNALS:
    void rangeChanged();   ///< another length, another stretch, or following or not
    void visibleChanged(); ///< also whenever the range advances
    void metricChanged();
    void zoneChanged();
    void selectionChanged();

private:
    viewmath::Span m_range;
    viewmath::Span m_visible;
    bool m_following = true;
    bool m_automatic = true;
    bool m_lookAhead = false;
    HeatMetric m_metric = HeatMetric::Rows;
    Zone m_zone;
    Selection m_selection;
};

} // namespace isotherm

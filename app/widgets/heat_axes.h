// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/viewmath/viewport.h"
#include "app/viewmath/zone.h"
#include "shared/model/heat_matrix.h"

#include <QWidget>
#include <optional>
#include <vector>

namespace isotherm
{

/// Key ranges beside the map.
class KeyAxis : public QWidget
{
    Q_OBJECT

public:
    explicit KeyAxis(QWidget* parent = nullptr);

    /// `rows` stays the owner's, as in HeatCanvas::setMatrix.
    void setRows(const std::vector<HeatRow>* rows, viewmath::Span visible);
    void setHighlight(std::optional<std::size_t> row);
    void setSelectedShards(std::vector<ShardId> shards);

    [[nodiscard]] QSize sizeHint() const override;

Q_SIGNALS:
    /// A label was clicked: the shard of this row.
    void rowClicked(std::size_t row, bool extend);

protected:
    void paintEvent(QPaintEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;

private:
    const std::vector<HeatRow>* m_rows = nullptr;
    viewmath::Span m_visible;
    std::optional<std::size_t> m_highlight;
    std::vector<ShardId> m_selected; ///< sorted
};

/// Times below the map.
class TimeAxis : public QWidget
{
    Q_OBJECT

public:
    explicit TimeAxis(QWidget* parent = nullptr);

    void setTime(viewmath::Span time);
    void setZone(const Zone& zone);

    [[nodiscard]] QSize sizeHint() const override;

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    viewmath::Span m_time;
    Zone m_zone;
};

} // namespace isotherm

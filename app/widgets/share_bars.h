// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>
#include <vector>

namespace isotherm
{

/// A line of the list: what, and its share.
struct ShareBar
{
    QString label;
    double share = 0; ///< in [0, 1]
    QString tip;

    friend bool operator==(const ShareBar&, const ShareBar&) = default;
};

/// A list of shares, the longest bar as wide as the widget.
class ShareBars : public QWidget
{
    Q_OBJECT

public:
    explicit ShareBars(QWidget* parent = nullptr);

    void setBars(std::vector<ShareBar> bars);
    [[nodiscard]] const std::vector<ShareBar>& bars() const { return m_bars; }

    [[nodiscard]] QSize sizeHint() const override;

protected:
    void paintEvent(QPaintEvent* event) override;
    bool event(QEvent* event) override;

private:
    [[nodiscard]] int lineHeight() const;

    std::vector<ShareBar> m_bars;
};

} // namespace isotherm

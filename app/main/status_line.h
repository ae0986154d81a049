// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/models/cluster_state.h"

#include <QTimer>

class QLabel;
class QStatusBar;

namespace isotherm
{

/// "● agent db-a:7443 · data 1 s old · clock skew 12 ms · ana (operator)".
class StatusLine : public QObject
{
    Q_OBJECT

public:
    StatusLine(const ClusterState& state, QStatusBar* bar);

    [[nodiscard]] QString said() const;

private:
    void refresh();

    const ClusterState& m_state;
    QLabel* m_left;
    QLabel* m_right;
    QTimer m_timer;
};

} // namespace isotherm

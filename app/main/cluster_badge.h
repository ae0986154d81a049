// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/models/cluster_state.h"

#include <QLabel>

namespace isotherm
{

/// "■ PRODUCTION · orders-prod": nobody must mistake one cluster for another.
class ClusterBadge : public QLabel
{
    Q_OBJECT

public:
    explicit ClusterBadge(const ClusterState& state, QWidget* parent = nullptr);

protected:
    void changeEvent(QEvent* event) override;

private:
    void refresh();

    const ClusterState& m_state;
    bool m_refreshing = false;
};

} // namespace isotherm

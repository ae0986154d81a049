// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/models/shard_tree_model.h"
#include "app/pages/page_context.h"

#include <QSortFilterProxyModel>
#include <QWidget>

class QLineEdit;
class QTreeView;

namespace isotherm
{

/// Cluster ▸ node ▸ keyspace ▸ shard with temperature dots; what is selected here is selected
/// everywhere.
class NavigatorPanel : public QWidget
{
    Q_OBJECT

public:
    explicit NavigatorPanel(const PageContext& context, QWidget* parent = nullptr);

    [[nodiscard]] QSize sizeHint() const override { return {270, 500}; }
    [[nodiscard]] QTreeView& tree() { return *m_tree; }
    [[nodiscard]] QLineEdit& filter() { return *m_filterEdit; }

private:
    void refresh();
    void takeSelection();
    void showSelection();

    PageContext m_context;
    ShardTreeModel* m_model;
    QSortFilterProxyModel* m_filter;
    QTreeView* m_tree;
    QLineEdit* m_filterEdit;
    bool m_applying = false; ///< the selection comes from elsewhere
};

} // namespace isotherm

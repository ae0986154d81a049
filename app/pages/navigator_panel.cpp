// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/pages/navigator_panel.h"

#include "app/viewmath/text.h"
#include "app/widgets/delegates.h"
#include "app/widgets/theme.h"

#include <QItemSelectionModel>
#include <QLineEdit>
#include <QTreeView>
#include <QVBoxLayout>

namespace isotherm
{
namespace
{

/// Up to this many shards the tree opens wholly by itself.
constexpr std::size_t kExpandAll = 400;

} // namespace

NavigatorPanel::NavigatorPanel(const PageContext& context, QWidget* parent)
    : QWidget(parent), m_context(context), m_model(new ShardTreeModel(this)),
      m_filter(new QSortFilterProxyModel(this)), m_tree(new QTreeView(this)),
      m_filterEdit(new QLineEdit(this))
{
    m_filter->setSourceModel(m_model);
    m_filter->setRecursiveFilteringEnabled(true);
    m_filter->setFilterRole(ShardTreeModel::FilterRole);
    m_filter->setFilterCaseSensitivity(Qt::CaseInsensitive);
    m_tree->setModel(m_filter);
    m_tree->setHeaderHidden(true);
    m_tree->setFrameShape(QFrame::NoFrame);
    m_tree->setUniformRowHeights(true);
    m_tree->setIndentation(14);
    m_tree->setSelectionMode(QAbstractItemView::ExtendedSelection);
    m_tree->setAccessibleName(tr("Navigator"));
    m_tree->setItemDelegate(new DotDelegate(
        [this](const QModelIndex& index) -> DotStyle {
            if (index.data(ShardTreeModel::IdRole).toULongLong() == 0) {
                return {};
            }
            const QVariant temperature = index.data(ShardTreeModel::TemperatureRole);
            const auto value =
                temperature.isValid() ? std::optional(temperature.toDouble()) : std::nullopt;
            const auto& status = m_context.state.status();
            return {Theme::of(palette()).temperatureColour(value, status ? status->warmAbove : 0.5,
                                                           status ? status->hotAbove : 0.8),
                    !value};
        },
        m_tree));
    setMinimumWidth(240);
    m_filterEdit->setPlaceholderText(tr("Filter shards…"));
    m_filterEdit->setClearButtonEnabled(true);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(6, 6, 6, 6);
    layout->addWidget(m_filterEdit);
    layout->addWidget(m_tree, 1);
    connect(m_filterEdit, &QLineEdit::textChanged, this, [this](const QString& wanted) {
        m_filter->setFilterFixedString(wanted);
        m_tree->expandAll();
    });
    connect(&context.state, &ClusterState::shardsChanged, this, &NavigatorPanel::refresh);
    connect(&context.state, &ClusterState::statusChanged, this, &NavigatorPanel::refresh);
    connect(&context.view, &ViewContext::selectionChanged, this, &NavigatorPanel::showSelection);
    connect(m_tree->selectionModel(), &QItemSelectionModel::selectionChanged, this,
            &NavigatorPanel::takeSelection);
    connect(m_filter, &QAbstractItemModel::modelReset, this, [this] {
        if (m_context.state.shards().size() <= kExpandAll) {
            m_tree->expandAll();
        } else {
            m_tree->expandToDepth(1);
        }
    });
    refresh();
}

void NavigatorPanel::refresh()
{
    const auto& status = m_context.state.status();
    const QString cluster =
        status ? text::fromUtf8(status->cluster) : m_context.state.identity().cluster;
    m_applying = true; // a reset of the model deselects: that is nobody's wish
    m_model->setSnapshot(cluster, m_context.state.shards());
    m_applying = false;
    showSelection();
}

void NavigatorPanel::takeSelection()
{
    if (m_applying) {
        return;
    }
    Selection selection = m_context.view.selection();
    selection.shards.clear();
    for (const QModelIndex& index : m_tree->selectionModel()->selectedIndexes()) {
        if (const auto id = index.data(ShardTreeModel::IdRole).toULongLong(); id != 0) {
            selection.shards.emplace_back(id);
        }
    }
    m_context.view.setSelection(selection);
}

void NavigatorPanel::showSelection()
{
    QItemSelection wanted;
    for (const ShardId shard : m_context.view.selection().shards) {
        const QModelIndex index = m_filter->mapFromSource(m_model->indexOf(shard));
        if (index.isValid() && !m_tree->selectionModel()->isSelected(index)) {
            m_tree->scrollTo(index);
        }
        if (index.isValid()) {
            wanted.select(index, index);
        }
    }
    m_applying = true;
    m_tree->selectionModel()->select(wanted, QItemSelectionModel::ClearAndSelect);
    m_applying = false;
}

} // namespace isotherm

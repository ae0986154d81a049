// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/pages/page_context.h"

#include <QTimer>
#include <QWidget>

class QLabel;
class QPushButton;

namespace isotherm
{

class WhyHotPanel;

/// What is known of the selection, and what can be done with it.
class InspectorPanel : public QWidget
{
    Q_OBJECT

public:
    explicit InspectorPanel(const PageContext& context, QWidget* parent = nullptr);

    [[nodiscard]] QSize sizeHint() const override { return {300, 500}; }
    [[nodiscard]] WhyHotPanel& whyHot() { return *m_why; }

Q_SIGNALS:
    void restoreRequested();

private:
    void refresh();
    void showOne(const ShardRecord& shard);
    void showMany();
    void setRow(const QString& name, const QString& value);

    PageContext m_context;
    QLabel* m_title;
    QLabel* m_subtitle;
    QLabel* m_facts;
    WhyHotPanel* m_why;
    QPushButton* m_restore;
    QStringList m_rows;
    QTimer m_refresh;
};

} // namespace isotherm

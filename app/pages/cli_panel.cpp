// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/pages/cli_panel.h"

#include <QApplication>
#include <QClipboard>
#include <QFontDatabase>
#include <QHBoxLayout>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QVBoxLayout>

namespace isotherm
{

CliPanel::CliPanel(const PageContext& context, QWidget* parent)
    : QWidget(parent), m_context(context), m_text(new QPlainTextEdit(this))
{
    m_text->setReadOnly(true);
    m_text->setFrameShape(QFrame::NoFrame);
    m_text->setFont(QFontDatabase::systemFont(QFontDatabase::FixedFont));
    m_text->setAccessibleName(tr("The same on the command line"));
    auto* copy = new QPushButton(tr("Copy"), this);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(6, 4, 6, 6);
    layout->addWidget(m_text, 1);
    auto* row = new QHBoxLayout;
    row->addStretch(1);
    row->addWidget(copy);
    layout->addLayout(row);
    connect(copy, &QPushButton::clicked, this,
            [this] { QApplication::clipboard()->setText(m_text->toPlainText()); });
    connect(&context.view, &ViewContext::selectionChanged, this, &CliPanel::refresh);
    connect(&context.view, &ViewContext::metricChanged, this, &CliPanel::refresh);
    connect(&context.view, &ViewContext::rangeChanged, this, &CliPanel::refresh);
}

void CliPanel::setTopic(viewmath::CliTopic topic)
{
    m_topic = topic;
    refresh();
}

QString CliPanel::content() const
{
    return m_text->toPlainText();
}

void CliPanel::showEvent(QShowEvent* event)
{
    QWidget::showEvent(event);
    refresh();
}

void CliPanel::refresh()
{
    const ViewContext& view = m_context.view;
    viewmath::CliState state;
    state.topic = m_topic;
    state.metric = view.metric();
    state.visible = view.visible();
    state.shards = view.selection().shards;
    state.time = view.selection().time;
    for (const ShardId id : state.shards) {
        const ShardRecord* shard = m_context.state.shard(id);
        if (shard == nullptr || (!state.keyspace.empty() && state.keyspace != shard->keyspace)) {
            state.keyspace.clear(); // of several: the shards say which
            break;
        }
        state.keyspace = shard->keyspace;
    }
    m_text->setPlainText(viewmath::cliCommands(state).join(QLatin1Char('\n')));
}

} // namespace isotherm

// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/pages/page_context.h"
#include "app/viewmath/cli_text.h"

#include <QWidget>

class QPlainTextEdit;

namespace isotherm
{

/// What is on screen as commands of isothermctl, to be copied.
class CliPanel : public QWidget
{
    Q_OBJECT

public:
    explicit CliPanel(const PageContext& context, QWidget* parent = nullptr);

    void setTopic(viewmath::CliTopic topic);
    [[nodiscard]] QString content() const;

protected:
    void showEvent(QShowEvent* event) override;

private:
    void refresh();

    PageContext m_context;
    viewmath::CliTopic m_topic = viewmath::CliTopic::Heat;
    QPlainTextEdit* m_text;
};

} // namespace isotherm

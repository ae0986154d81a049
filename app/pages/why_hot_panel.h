// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/pages/page_context.h"
#include "shared/model/forecast_records.h"
#include "shared/model/hotkeys_records.h"

#include <QTimer>
#include <QWidget>
#include <optional>

class QLabel;

namespace isotherm
{

class ShareBars;

/// "Why hot?" of one shard: how its temperature comes about, the mix of reads and writes, the keys
/// and the statements that make the load.
class WhyHotPanel : public QWidget
{
    Q_OBJECT

public:
    explicit WhyHotPanel(const PageContext& context, QWidget* parent = nullptr);

    /// nullopt: nothing to explain.
    void setShard(std::optional<ShardId> shard);

    [[nodiscard]] QString explanation() const;
    [[nodiscard]] ShareBars& keys() { return *m_keys; }
    [[nodiscard]] ShareBars& statements() { return *m_statements; }
    [[nodiscard]] QString mix() const;

private:
    void ask();
    void showExplanation(const ShardExplanation& explained);
    void showKeys(const ShardHotKeys& keys);

    PageContext m_context;
    std::optional<ShardId> m_shard;
    QLabel* m_explanation;
    QLabel* m_mix;
    QLabel* m_keysTitle;
    ShareBars* m_keys;
    QLabel* m_statementsTitle;
    ShareBars* m_statements;
    QTimer m_refresh;
    int m_question = 0; ///< answers to older ones are dropped
};

} // namespace isotherm

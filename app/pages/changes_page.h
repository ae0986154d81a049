// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/pages/page_context.h"
#include "shared/model/changes_service.h"

#include <QWidget>
#include <map>
#include <string>
#include <vector>

class QLabel;
class QPushButton;
class QScrollArea;
class QVBoxLayout;

namespace isotherm
{

class ChangeCard;

/// Splits and merges: proposals as cards, what runs, what became of the others, and the hot shards
/// that are not split, with the reason.
class ChangesPage : public QWidget
{
    Q_OBJECT

public:
    explicit ChangesPage(const PageContext& context, QWidget* parent = nullptr);

    /// nullptr when there is no such card.
    [[nodiscard]] ChangeCard* card(ChangeId id);
    void showChange(ChangeId id);
    /// A split of the selected shard, or a merge of the selected ones. `checkOnly`: a dry run.
    void proposeSelection(bool checkOnly);
    [[nodiscard]] QPushButton& proposeButton() { return *m_propose; }
    [[nodiscard]] QPushButton& checkButton() { return *m_check; }

Q_SIGNALS:
    /// For the message strip.
    void said(const QString& message, bool failed);
    void mapWanted();

private:
    void build();
    [[nodiscard]] QWidget* makeToolbar();
    [[nodiscard]] QWidget* makeRefusals();
    void refresh();
    void refreshCards();
    void refreshRefusals();
    void applySelection();
    [[nodiscard]] ChangeCard* makeCard();
    void decide(const ChangeRecord& change, const QString& reason, bool approve);
    [[nodiscard]] ProposeRequest requestOf(const std::vector<ShardId>& sources,
                                           const std::vector<std::string>& cuts,
                                           bool checkOnly) const;
    void propose(const ProposeRequest& request, ChangeId asked);
    void takeProposal(const Result<ChangeRecord>& answer, bool checkOnly, ChangeId asked);
    [[nodiscard]] ChangeCaller caller() const;
    void select(const std::vector<ShardId>& shards);

    PageContext m_context;
    QScrollArea* m_scroll = nullptr;
    QVBoxLayout* m_list = nullptr;
    QVBoxLayout* m_refusals = nullptr;
    QWidget* m_refusalPanel = nullptr;
    QLabel* m_empty = nullptr;
    QLabel* m_summary = nullptr;
    QPushButton* m_propose = nullptr;
    QPushButton* m_check = nullptr;
    ChangeCard* m_dryRun = nullptr; ///< what "Check" found; not stored by the agent
    std::map<ChangeId, ChangeCard*> m_cards;
};

} // namespace isotherm

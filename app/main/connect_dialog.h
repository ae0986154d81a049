// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "shared/base/result.h"
#include "shared/client/agent_client.h"
#include "shared/client/profile.h"

#include <QDialog>
#include <memory>

class QLabel;
class QLineEdit;
class QPushButton;

namespace isotherm
{

/// The first thing a new user sees: which profile, its passphrase, and whether the agent answers.
class ConnectDialog : public QDialog
{
    Q_OBJECT

public:
    explicit ConnectDialog(const QString& file, QWidget* parent = nullptr);

    /// What was accepted.
    [[nodiscard]] const client::Profile& profile() const { return m_profile; }
    [[nodiscard]] std::shared_ptr<client::AgentClient> takeClient() { return std::move(m_client); }
    [[nodiscard]] QString file() const;
    /// Shown at once, for an error that brought the dialog up.
    void showProblem(const Error& error);

private:
    void build();
    void fileChanged();
    void browse();
    [[nodiscard]] Status load();
    void test(bool acceptWhenFine);
    void say(const QString& message, const char* tone);

    QLineEdit* m_file;
    QLineEdit* m_passphrase;
    QLabel* m_verdict;
    QPushButton* m_test;
    QPushButton* m_connect;
    client::Profile m_profile;
    std::shared_ptr<client::AgentClient> m_client;
    int m_trial = 0; ///< answers to older trials are dropped
};

} // namespace isotherm

// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/main/console.h"
#include "tests/gui/fake_console_agent.h"

#include <QSettings>
#include <QTemporaryDir>
#include <memory>

namespace isotherm::test
{

/// A whole console on a made-up agent, with settings of its own.
class ConsoleFixture
{
public:
    explicit ConsoleFixture(const WorldOptions& options = {}, Role role = Role::Operator);

    /// Connects, shows the window and waits for heat. False when none came.
    [[nodiscard]] bool start();

    [[nodiscard]] FakeConsoleAgent& agent() { return *m_agent; }
    [[nodiscard]] Console& console() { return *m_console; }
    [[nodiscard]] MainWindow& window() { return m_console->window(); }
    /// Another console with the same settings, as after a restart.
    void restart();

private:
    [[nodiscard]] bool ready() const;

    QTemporaryDir m_folder;
    std::unique_ptr<QSettings> m_store;
    std::shared_ptr<FakeConsoleAgent> m_agent;
    std::unique_ptr<Console> m_console;
    Role m_role;
};

} // namespace isotherm::test

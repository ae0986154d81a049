// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/viewmath/cli_text.h"

#include <QTest>

using namespace isotherm;
using namespace isotherm::viewmath;

class TestCliText : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void heat_selection_isSpelledOut()
    {
        CliState state;
        state.visible = {1'795'000'000.0, 1'795'000'600.0};
        state.keyspace = "orders";
        state.shards = {ShardId(3), ShardId(7)};
        QCOMPARE(cliCommands(state).front(),
                 QStringLiteral("isothermctl heat show --metric rows -k orders --shard 3 --shard 7 "
                                "--from 2026-11-18T11:06:40Z --to 2026-11-18T11:16:40Z"));
    }

    void restores_selectedTime_isWhereTheAccidentIsLookedFor()
    {
        CliState state;
        state.topic = CliTopic::Restores;
        state.time = Span{1'795'000'000.0, 1'795'000'060.0};
        const QStringList commands = cliCommands(state);
        QCOMPARE(commands.size(), 3);
        QVERIFY(commands[1].startsWith(QStringLiteral("isothermctl tx list --largest")));
        QVERIFY(commands[2].endsWith(QStringLiteral("--at 2026-11-18T11:06:40Z")));
    }

    void names_shellSyntax_isQuoted()
    {
        CliState state;
        state.keyspace = "o'r; rm";
        QVERIFY(cliCommands(state).front().contains(QStringLiteral("-k 'o'\\''r; rm'")));
    }
};

QTEST_APPLESS_MAIN(TestCliText)
#include "tst_cli_text.moc"

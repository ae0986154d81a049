// SPDX-License-Identifier: Apache-2.0
#include "agent/backup/retention.h"

#include <QTest>
#include <random>
#include <set>

using namespace isotherm;
using backup::RetainedBackup;
using backup::RetentionPolicy;

namespace
{

constexpr std::chrono::hours kHour{1};

WallTime at(int hour)
{
    return fromUnixMicros(1'770'000'000'000'000) + kHour * hour;
}

/// A backup an hour, "f" full, "i" incremental, "u" unchanged: "fiif".
std::vector<RetainedBackup> hourly(const std::string& kinds)
{
    std::vector<RetainedBackup> backups;
    for (std::size_t i = 0; i < kinds.size(); ++i) {
        const BackupKind kind = kinds[i] == 'f'   ? BackupKind::Full
                                : kinds[i] == 'i' ? BackupKind::Incremental
                                                  : BackupKind::Unchanged;
        backups.push_back({std::to_string(i), kind, at(static_cast<int>(i))});
    }
    return backups;
}

/// "+" kept, "-" removed, in order.
std::string decide(const std::string& kinds, const RetentionPolicy& policy, int now)
{
    std::string marks;
    for (const auto& decision : backup::decideRetention(hourly(kinds), policy, at(now))) {
        marks += decision.keep ? '+' : '-';
        if (decision.reason.empty()) {
            return "a decision without a reason";
        }
    }
    return marks;
}

} // namespace

class TestRetention : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void decide_rules_data()
    {
        QTest::addColumn<QString>("kinds");
        QTest::addColumn<int>("chains");
        QTest::addColumn<int>("ageHours");
        QTest::addColumn<int>("windowHours");
        QTest::addColumn<int>("now");
        QTest::addColumn<QString>("kept");
        QTest::newRow("no rule") << QStringLiteral("fiufi") << -1 << -1 << -1 << 100
                                 << QStringLiteral("+++++");
        QTest::newRow("no backup")
            << QStringLiteral("") << 1 << -1 << -1 << 100 << QStringLiteral("");
        QTest::newRow("two chains")
            << QStringLiteral("fifiufi") << 2 << -1 << -1 << 100 << QStringLiteral("--+-+++");
        QTest::newRow("no chain") << QStringLiteral("fifi") << 0 << -1 << -1 << 100
                                  << QStringLiteral("--++");
        QTest::newRow("age") << QStringLiteral("fififi") << -1 << 3 << -1 << 6
                             << QStringLiteral("--++++");
        QTest::newRow("everything too old")
            << QStringLiteral("fififi") << -1 << 3 << -1 << 100 << QStringLiteral("----++");
        // The window begins at hour 5: the chain of hours 3 to 5 holds it.
        QTest::newRow("window") << QStringLiteral("fiifiifii") << -1 << -1 << 4 << 9
                                << QStringLiteral("---+-++-+");
        QTest::newRow("at a chain's start")
            << QStringLiteral("fiiffi") << -1 << -1 << 1 << 4 << QStringLiteral("---+++");
        QTest::newRow("clock stepped back")
            << QStringLiteral("fif") << -1 << 1 << 1 << -50 << QStringLiteral("+++");
        QTest::newRow("union") << QStringLiteral("fififi") << 2 << 1 << -1 << 6
                               << QStringLiteral("--++++");
        QTest::newRow("increment first")
            << QStringLiteral("iif") << 1 << -1 << -1 << 100 << QStringLiteral("--+");
    }

    void decide_rules()
    {
        QFETCH(QString, kinds);
        QFETCH(int, chains);
        QFETCH(int, ageHours);
        QFETCH(int, windowHours);
        QFETCH(int, now);
        QFETCH(QString, kept);
        RetentionPolicy policy;
        if (chains >= 0) {
            policy.chains = static_cast<std::uint32_t>(chains);
        }
        if (ageHours >= 0) {
            policy.age = kHour * ageHours;
        }
        if (windowHours >= 0) {
            policy.window = kHour * windowHours;
        }
        QCOMPARE(QString::fromStdString(decide(kinds.toStdString(), policy, now)), kept);
    }

    void decide_windowThatBeginsBetweenChains_keepsTheLastBackupBefore()
    {
        RetentionPolicy policy;
        policy.window = std::chrono::minutes(90);
        std::string marks;
        // Hour 2.5: what was then is what the backup of hour 2 shows.
        for (const auto& decision : backup::decideRetention(hourly("fiiffi"), policy, at(4))) {
            marks += decision.keep ? '+' : '-';
        }
        QCOMPARE(marks, std::string("+-++++"));
    }

    void decide_anyWindow_keepsEveryMomentThatWasRestorable()
    {
        const std::uint64_t seed = 20261122;
        qInfo("seed %llu", static_cast<unsigned long long>(seed));
        std::mt19937_64 random(seed);
        for (int round = 0; round < 500; ++round) {
            std::string kinds = "f";
            while (kinds.size() < 30) {
                kinds += "fiiiu"[random() % 5];
            }
            RetentionPolicy policy;
            policy.window = kHour * static_cast<int>(random() % 40);
            const int now = 29 + static_cast<int>(random() % 5);
            const auto backups = hourly(kinds);
            std::set<std::string> kept;
            for (const auto& decision : backup::decideRetention(backups, policy, at(now))) {
                if (decision.keep) {
                    kept.insert(decision.id);
                }
            }
            // A moment is restorable when a backup of its chain is at or behind it.
            std::size_t chainEnd = 0;
            for (std::size_t i = backups.size(); i-- > 0;) {
                chainEnd = std::max(chainEnd, i);
                if (at(now) - backups[i].asOf <= *policy.window) {
                    QVERIFY2(kept.contains(std::to_string(chainEnd)), kinds.c_str());
                }
                chainEnd = backups[i].kind == BackupKind::Full ? 0 : chainEnd;
            }
        }
    }

    void decide_retiredShard_keepsItsNewestOnlyAsLongAsARuleWantsIt()
    {
        RetentionPolicy policy;
        policy.window = kHour * 5;
        const auto marks = [&policy](int now, backup::ShardLife life) {
            std::string text;
            for (const auto& decision :
                 backup::decideRetention(hourly("fifi"), policy, at(now), life)) {
                text += decision.keep ? '+' : '-';
            }
            return text;
        };
        QCOMPARE(marks(8, backup::ShardLife::Retired), std::string("--++"));
        QCOMPARE(marks(9, backup::ShardLife::Retired), std::string("----"));
        QCOMPARE(marks(9, backup::ShardLife::Active), std::string("--++"));
        policy.window.reset(); // without a rule nothing goes, retired or not
        QCOMPARE(marks(9'000, backup::ShardLife::Retired), std::string("++++"));
    }

    void decide_syntheticFull_beginsAChain()
    {
        auto backups = hourly("fifi");
        backups[2].kind = BackupKind::Synthetic;
        backups[2].asOf = backups[1].asOf; // of the same moment as what it was made of
        RetentionPolicy policy;
        policy.chains = 1;
        std::string marks;
        for (const auto& decision : backup::decideRetention(backups, policy, at(100))) {
            marks += decision.keep ? '+' : '-';
        }
        QCOMPARE(marks, std::string("--++"));
    }
};

QTEST_GUILESS_MAIN(TestRetention)
#include "tst_retention.moc"

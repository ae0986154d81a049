// SPDX-License-Identifier: Apache-2.0
#include "agent/postgres/change_fold.h"

#include <QTest>
#include <map>
#include <random>

using namespace isotherm::postgres;

namespace
{

FoldedValue text(std::string value)
{
    return {FoldedValue::Kind::Text, std::move(value)};
}
FoldedValue absent()
{
    return {};
}

/// Two columns tell rows apart; the third is a value.
ChangeFold fold()
{
    return ChangeFold({0, 1});
}

FoldedRow row(int key, int id, FoldedValue value)
{
    return {text(std::to_string(key)), text(std::to_string(id)), std::move(value)};
}

FoldedRow keyOf(int key, int id)
{
    return row(key, id, absent());
}

} // namespace

class TestChangeFold : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void insertThenDelete_isGone()
    {
        ChangeFold changes = fold();
        changes.insert(row(1, 1, text("a")));
        changes.remove(keyOf(1, 1));
        QCOMPARE(changes.entries().size(), 1U);
        QVERIFY(changes.entries().begin()->second.gone);
        QVERIFY(changes.sources().empty());
    }

    void update_withAbsentValue_readsTheRowOnce()
    {
        ChangeFold changes = fold();
        changes.update(std::nullopt, row(1, 1, absent()));
        changes.update(std::nullopt, row(1, 1, absent()));
        QCOMPARE(changes.sources().size(), 1U);
        QCOMPARE(ChangeFold::identityValues(changes.sources()[0]),
                 (std::vector<std::string>{"1", "1"}));
    }

    void update_ofARowInTheFold_needsNoReading()
    {
        ChangeFold changes = fold();
        changes.insert(row(1, 1, text("kept")));
        changes.update(std::nullopt, row(1, 1, absent()));
        QVERIFY(changes.sources().empty());
        QCOMPARE(changes.entries().begin()->second.row[2], text("kept"));
    }

    void keyChange_withAbsentValue_takesItFromTheOldPlace()
    {
        ChangeFold changes = fold();
        changes.update(keyOf(1, 1), row(2, 1, absent()));
        changes.update(keyOf(2, 1), row(3, 1, absent()));
        // Another row moves into the first one's place meanwhile.
        changes.insert(row(1, 1, text("new")));
        const auto sources = changes.sources();
        QCOMPARE(sources.size(), 1U);
        QCOMPARE(ChangeFold::identityValues(sources[0]), (std::vector<std::string>{"1", "1"}));
        QCOMPARE(changes.entries().size(), 3U); // 1 anew, 2 gone, 3 with the value of 1
    }

    void update_withFullOldRow_takesAbsentValuesFromIt()
    {
        ChangeFold changes = fold();
        changes.update(row(1, 1, text("old")), row(1, 1, absent()));
        QVERIFY(changes.sources().empty());
        QCOMPARE(changes.entries().begin()->second.row[2], text("old"));
    }

    /// Against a table that takes every change in turn.
    void manyChanges_comeToTheSame()
    {
        std::mt19937 random(std::random_device{}());
        std::map<std::string, std::string> table;
        std::map<std::string, std::string> followed;
        for (int batch = 0; batch < 300; ++batch) {
            ChangeFold changes = fold();
            for (int i = 0; i < 40; ++i) {
                const int key = static_cast<int>(random() % 6);
                const std::string name = std::to_string(key);
                const auto found = table.find(name);
                const int to = static_cast<int>(random() % 6);
                if (found == table.end()) {
                    table[name] = std::to_string(random());
                    changes.insert(row(key, 0, text(table[name])));
                } else if (random() % 4 == 0) {
                    table.erase(found);
                    changes.remove(keyOf(key, 0));
                } else if (table.count(std::to_string(to)) == 0) {
                    const std::string value = found->second;
                    table.erase(found);
                    table[std::to_string(to)] = value;
                    changes.update(keyOf(key, 0), row(to, 0, absent()));
                } else if (random() % 2 == 0) {
                    changes.update(std::nullopt, row(key, 0, absent()));
                } else {
                    found->second = std::to_string(random());
                    changes.update(std::nullopt, row(key, 0, text(found->second)));
                }
            }
            apply(changes, followed);
            QVERIFY(followed == table);
        }
    }

private:
    static void apply(ChangeFold& changes, std::map<std::string, std::string>& to)
    {
        const auto before = to;
        for (const auto& [identity, entry] : changes.entries()) {
            to.erase(entry.row[0].text);
        }
        for (const auto& [identity, entry] : changes.entries()) {
            if (entry.gone) {
                continue;
            }
            const FoldedValue& value = entry.row[2];
            to[entry.row[0].text] = value.kind == FoldedValue::Kind::Absent
                                        ? before.at(ChangeFold::identityValues(*entry.source)[0])
                                        : value.text;
        }
    }
};

QTEST_APPLESS_MAIN(TestChangeFold)
#include "tst_change_fold.moc"

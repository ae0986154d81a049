// SPDX-License-Identifier: Apache-2.0
#include "shared/model/key_predicate.h"

#include <QtTest/QtTest>
#include <algorithm>
#include <functional>
#include <random>

using namespace isotherm;

namespace
{

const KeyColumns kId = {{"customer_id"}, {KeyType::Integer}};
const KeyColumns kPair = {{"region", "Customer"}, {KeyType::Text, KeyType::Integer}};

Key id(std::int64_t value)
{
    std::string key;
    appendKeyInteger(key, value);
    return Key(key);
}

Key pair(std::string_view region, std::int64_t customer)
{
    std::string key;
    appendKeyBytes(key, region);
    appendKeyInteger(key, customer);
    return Key(key);
}

bool holds(const std::vector<KeyRange>& ranges, const Key& key)
{
    return std::any_of(ranges.begin(), ranges.end(),
                       [&key](const KeyRange& range) { return range.contains(key); });
}

} // namespace

class TstKeyPredicate : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void parse_forms_selectTheRightIds_data()
    {
        QTest::addColumn<QString>("text");
        QTest::addColumn<QList<int>>("selected"); // of 0 … 12
        QTest::addColumn<int>("ranges");
        const auto row = [](const char* text, QList<int> selected, int ranges) {
            QTest::newRow(text) << QString::fromUtf8(text) << selected << ranges;
        };
        row("customer_id between 3 and 5", {3, 4, 5}, 1);
        row("CUSTOMER_ID BETWEEN 3 AND 5", {3, 4, 5}, 1);
        row("\"customer_id\"=5", {5}, 1);
        row("= 5", {5}, 1);
        row("in (1, 5, 9)", {1, 5, 9}, 3);
        row("customer_id in(9,1,9)", {1, 9}, 2);
        row(">= 10 and customer_id < 12", {10, 11}, 1);
        row("> 3 and <= 5", {4, 5}, 1);
        row("customer_id > 3 and customer_id < 5", {4}, 1);
        row("<2", {0, 1}, 1);
        row("  >=11  ", {11, 12}, 1);
        row("between -5 and 1", {0, 1}, 1);
        row("in (1, 5, 9) and customer_id > 4", {5, 9}, 2);
        row("in (1, 5, 9) and in (5, 9, 11) and <> 3", {}, -1);
        row("customer_id = '7'", {7}, 1);
        row("between 2 and 8 and between 6 and 11", {6, 7, 8}, 1);
    }
    void parse_forms_selectTheRightIds()
    {
        QFETCH(QString, text);
        QFETCH(QList<int>, selected);
        QFETCH(int, ranges);
        const auto parsed = parseKeyPredicate(text.toStdString(), kId);
        if (ranges < 0) {
            QVERIFY(!parsed.ok());
            return;
        }
        QVERIFY2(parsed.ok(), parsed.ok() ? "" : parsed.error().text().c_str());
        QCOMPARE(static_cast<int>(parsed->size()), ranges);
        for (int i = 0; i <= 12; ++i) {
            QCOMPARE(holds(*parsed, id(i)), selected.contains(i));
            // With further components behind it, it is still the same row.
            QCOMPARE(holds(*parsed, Key(id(i).encoded() + id(-77).encoded())),
                     selected.contains(i));
        }
    }

    void parse_null_isNeverSelected()
    {
        std::string null;
        appendKeyNull(null);
        for (const char* text : {">= -9223372036854775808", "> 5", "< 5", "= 1"}) {
            QVERIFY2(!holds(*parseKeyPredicate(text, kId), Key(null)), text);
        }
        const auto inRegion = parseKeyPredicate("region = 'eu' and customer > 3", kPair);
        std::string nullCustomer;
        appendKeyBytes(nullCustomer, "eu");
        appendKeyNull(nullCustomer);
        QVERIFY(!holds(*inRegion, Key(nullCustomer)));
        QVERIFY(holds(*parseKeyPredicate("region = 'eu'", kPair), Key(nullCustomer)));
    }

    void parse_composite_isAnEqualityChainAndOneRange()
    {
        const auto parsed =
            parseKeyPredicate("region in ('us', 'eu') and \"Customer\" between 2 and 3", kPair);
        QVERIFY2(parsed.ok(), parsed.ok() ? "" : parsed.error().text().c_str());
        QCOMPARE(parsed->size(), std::size_t{2});
        QVERIFY(std::is_sorted(parsed->begin(), parsed->end(),
                               [](const auto& a, const auto& b) { return a.begin < b.begin; }));
        QVERIFY(holds(*parsed, pair("eu", 2)) && holds(*parsed, pair("us", 3)));
        QVERIFY(!holds(*parsed, pair("eu", 4)) && !holds(*parsed, pair("fr", 2)));
        QVERIFY(!holds(*parsed, pair("eux", 2)));
        const auto first = parseKeyPredicate("region >= 'eu' and region < 'us'", kPair);
        QVERIFY(holds(*first, pair("fr", -1)) && !holds(*first, pair("us", 0)));
        const auto cross = parseKeyPredicate("region in ('a','b') and customer in (1,2)", kPair);
        QCOMPARE(cross->size(), std::size_t{4});
    }

    void parse_values_mayHoldAnything()
    {
        const auto parsed = parseKeyPredicate("region = 'it''s (a, \"b\") and c'", kPair);
        QVERIFY(holds(*parsed, pair("it's (a, \"b\") and c", 1)));
        QVERIFY(holds(*parseKeyPredicate("region = ''", kPair), pair("", 1)));
        const KeyColumns days = {{"day"}, {KeyType::Date}};
        QVERIFY(parseKeyPredicate("day between 2026-03-01 and 2026-04-01", days).ok());
        const KeyColumns odd = {{"Odd \"Name\""}, {KeyType::Integer}};
        QVERIFY(parseKeyPredicate("\"Odd \"\"Name\"\"\" = 5", odd).ok());
        const KeyColumns times = {{"at"}, {KeyType::Timestamp}};
        QVERIFY(parseKeyPredicate("at >= '2026-03-01 12:00:00+02:00'", times).ok());
        QVERIFY(!parseKeyPredicate("at >= '2026-03-01 12:00:00'", times).ok()); // which instant?
    }

    void parse_mistakes_sayWhereAndWhatToDo_data()
    {
        QTest::addColumn<QString>("text");
        QTest::addColumn<QString>("expected");
        const auto row = [](const char* text, const char* expected) {
            QTest::newRow(text) << QString::fromUtf8(text) << QString::fromUtf8(expected);
        };
        row("", "character 1");
        row("customer_id", "character 12: a comparison was expected");
        row("customer_id = ", "a value was expected");
        row("customer_id = 5 or customer_id = 6", "character 17: \"or\" is not supported");
        row("not customer_id = 5", "\"not\" is not a column of the key");
        row("customer = 5", "the key is (customer_id)");
        row("\"CUSTOMER_ID\" = 5", "is not a column of the key");
        row("customer_id = abc", "character 15");
        row("customer_id = 'abc", "quote is not closed");
        row("between 3", "\"and\" was expected");
        row("between 5 and 3", "selects no key at all");
        row("= 3 and = 4", "selects no key at all");
        row("in ()", "a value was expected");
        row("in (1 2)", "\",\" or \")\" was expected");
        row("in 5", "\"(\" was expected");
        row("= 5 garbage", "\"garbage\" was not expected here");
        row("= 5 and", "a key column was expected");
        row("<> 5", "a comparison was expected");
        row("customer_id is null", "a comparison was expected");
        row("customer_id = null", "null cannot be searched for");
        row("= 99999999999999999999", "is not a key of type integer");
    }
    void parse_mistakes_sayWhereAndWhatToDo()
    {
        QFETCH(QString, text);
        QFETCH(QString, expected);
        const auto parsed = parseKeyPredicate(text.toStdString(), kId);
        QVERIFY(!parsed.ok());
        QCOMPARE(parsed.error().code, Code::InvalidArgument);
        QVERIFY2(QString::fromStdString(parsed.error().text()).contains(expected),
                 parsed.error().text().c_str());
    }

    void parse_laterColumnAlone_isRefused()
    {
        for (const char* text : {"customer = 5", "region > 'a' and customer = 5"}) {
            const auto parsed = parseKeyPredicate(text, kPair);
            QVERIFY2(!parsed.ok(), text);
            QVERIFY(parsed.error().text().find("region") != std::string::npos);
        }
    }

    void parse_tooManyKeys_isRefused()
    {
        std::string list = "(0";
        for (int i = 1; i < 200; ++i) {
            list += "," + std::to_string(i);
        }
        list += ")";
        const KeyColumns columns = {{"a", "b"}, {KeyType::Integer, KeyType::Integer}};
        QVERIFY(parseKeyPredicate("a in " + list, columns).ok());
        QCOMPARE(parseKeyPredicate("a in " + list + " and b in " + list, columns).error().code,
                 Code::ResourceExhausted);
    }

    void parse_randomConditions_agreeWithTheirMeaning()
    {
        const unsigned seed = std::random_device()();
        qInfo("seed %u", seed);
        std::mt19937 random(seed);
        const KeyColumns columns = {{"a", "b"}, {KeyType::Integer, KeyType::Integer}};
        for (int round = 0; round < 3'000; ++round) {
            std::string text;
            std::vector<std::function<bool(int, int)>> meanings;
            bool valueOfA = false;
            for (std::size_t terms = 1 + random() % 3; terms > 0; --terms) {
                const bool first = meanings.empty() || !valueOfA || random() % 2 == 0;
                const int x = static_cast<int>(random() % 6);
                const int y = static_cast<int>(random() % 6);
                text += meanings.empty() ? "" : " and ";
                text += first ? "a" : "b";
                const auto add = [&](std::function<bool(int)> of) {
                    meanings.emplace_back([of, first](int a, int b) { return of(first ? a : b); });
                };
                const std::size_t kind = meanings.empty() && random() % 2 == 0 ? 0 : random() % 5;
                valueOfA = valueOfA || (first && kind < 2);
                if (kind == 0) {
                    text += " = " + std::to_string(x);
                    add([x](int v) { return v == x; });
                } else if (kind == 1) {
                    text += " in (" + std::to_string(x) + ", " + std::to_string(y) + ")";
                    add([x, y](int v) { return v == x || v == y; });
                } else if (kind == 2) {
                    text += " between " + std::to_string(x) + " and " + std::to_string(y);
                    add([x, y](int v) { return v >= x && v <= y; });
                } else if (kind == 3) {
                    text += " > " + std::to_string(x);
                    add([x](int v) { return v > x; });
                } else {
                    text += "<=" + std::to_string(x);
                    add([x](int v) { return v <= x; });
                }
            }
            const auto parsed = parseKeyPredicate(text, columns);
            bool any = false;
            for (int a = -1; a < 7; ++a) {
                for (int b = -1; b < 7; ++b) {
                    const bool wanted = std::all_of(meanings.begin(), meanings.end(),
                                                    [&](const auto& m) { return m(a, b); });
                    any = any || wanted;
                    const Key key(id(a).encoded() + id(b).encoded());
                    QVERIFY2((parsed.ok() && holds(*parsed, key)) == wanted, text.c_str());
                }
            }
            if (parsed.ok()) {
                for (std::size_t i = 1; i < parsed->size(); ++i) {
                    QVERIFY2(!((*parsed)[i].begin < *(*parsed)[i - 1].end), text.c_str());
                }
            }
        }
    }

    void parse_randomText_neverCrashes()
    {
        const unsigned seed = std::random_device()();
        qInfo("seed %u", seed);
        std::mt19937 random(seed);
        const std::vector<std::string> pieces = {
            "customer_id", " ",    "and",  "between", "in",
            "(",           ")",    ",",    "'",       "\"",
            "=",           "<",    ">",    "5",       "-",
            "''",          "null", "\xFF", "or",      std::string(1, '\0')};
        for (int i = 0; i < 30'000; ++i) {
            std::string text;
            for (std::size_t n = random() % 12; n > 0; --n) {
                text += pieces[random() % pieces.size()];
            }
            (void)parseKeyPredicate(text, kId);
        }
    }
};

QTEST_GUILESS_MAIN(TstKeyPredicate)
#include "tst_key_predicate.moc"

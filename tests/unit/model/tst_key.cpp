// SPDX-License-Identifier: Apache-2.0
#include "shared/base/byte_io.h"
#include "shared/base/time_text.h"
#include "shared/model/key.h"

#include <QtTest/QtTest>
#include <algorithm>
#include <limits>
#include <random>

using namespace isotherm;

namespace
{

template <class T>
std::string binaryOf(T value)
{
    std::string bytes;
    appendBigEndian(bytes, static_cast<std::make_unsigned_t<T>>(value));
    return bytes;
}

Key keyOf(KeyType type, std::string_view binary)
{
    std::string encoded;
    const Status status = appendKeyFromBinary(encoded, type, binary);
    ISO_CHECK(status.ok());
    return Key(encoded);
}

Key fromText(KeyType type, std::string_view text)
{
    std::string encoded;
    const Status status = appendKeyFromText(encoded, type, text);
    if (!status.ok()) {
        qWarning("%s", status.error().text().c_str());
    }
    return Key(encoded);
}

std::string randomBytes(std::mt19937& random)
{
    // Few letters, zeros and 0xFF among them: escapes and prefixes happen often.
    static constexpr char kLetters[] = {'\0', '\x01', 'a', '\xFF'};
    std::string bytes(random() % 6, 'x');
    for (char& byte : bytes) {
        byte = kLetters[random() % 4];
    }
    return bytes;
}

int sign(std::strong_ordering order)
{
    return order < 0 ? -1 : order > 0 ? 1 : 0;
}

template <class T>
int compare(const T& a, const T& b)
{
    return a < b ? -1 : b < a ? 1 : 0;
}

} // namespace

class TstKey : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void order_integers_isTheirOrderWhateverTheirWidth()
    {
        auto random = seeded();
        std::vector<std::int64_t> values = {0,
                                            1,
                                            -1,
                                            std::numeric_limits<std::int64_t>::min(),
                                            std::numeric_limits<std::int64_t>::max(),
                                            std::numeric_limits<std::int32_t>::min(),
                                            std::numeric_limits<std::int16_t>::max()};
        for (int i = 0; i < 300; ++i) {
            values.push_back(static_cast<std::int64_t>(
                (std::uint64_t{random()} << 32U | random()) >> (random() % 64)));
            values.push_back(-values.back());
        }
        for (const std::int64_t a : values) {
            for (const std::int64_t b : values) {
                const Key left = keyOf(KeyType::Integer, binaryOf(a));
                const Key right = keyOf(KeyType::Integer, binaryOf(b));
                QCOMPARE(sign(left <=> right), compare(a, b));
            }
            if (a >= std::numeric_limits<std::int16_t>::min() &&
                a <= std::numeric_limits<std::int16_t>::max()) {
                QVERIFY(keyOf(KeyType::Integer, binaryOf(static_cast<std::int16_t>(a))) ==
                        keyOf(KeyType::Integer, binaryOf(a)));
                QVERIFY(keyOf(KeyType::Integer, binaryOf(static_cast<std::int32_t>(a))) ==
                        keyOf(KeyType::Integer, binaryOf(a)));
            }
        }
    }

    void order_bytes_isMemcmpsWithEscapes()
    {
        auto random = seeded();
        for (int i = 0; i < 50'000; ++i) {
            const std::string a = randomBytes(random);
            const std::string b = randomBytes(random);
            QCOMPARE(sign(keyOf(KeyType::Bytes, a) <=> keyOf(KeyType::Bytes, b)),
                     compare(a.compare(b), 0));
        }
    }

    void order_composite_isColumnByColumn()
    {
        auto random = seeded();
        using Row = std::tuple<std::string, std::int64_t, std::string>;
        const auto make = [&random] {
            return Row{randomBytes(random), static_cast<std::int64_t>(random() % 3) - 1,
                       randomBytes(random)};
        };
        const auto encode = [](const Row& row) {
            std::string key;
            appendKeyBytes(key, std::get<0>(row));
            appendKeyInteger(key, std::get<1>(row));
            appendKeyBytes(key, std::get<2>(row));
            return Key(key);
        };
        for (int i = 0; i < 50'000; ++i) {
            const Row a = make();
            const Row b = make();
            QCOMPARE(sign(encode(a) <=> encode(b)), compare(a, b));
        }
    }

    void order_uuidsAndBools_isTheirs()
    {
        auto random = seeded();
        for (int i = 0; i < 2'000; ++i) {
            std::string a(16, '\0');
            std::string b(16, '\0');
            for (std::size_t n = 0; n < 16; ++n) {
                a[n] = static_cast<char>(random() % 3 == 0 ? random() : 0xFF);
                b[n] = static_cast<char>(random() % 3 == 0 ? random() : 0xFF);
            }
            QCOMPARE(sign(keyOf(KeyType::Uuid, a) <=> keyOf(KeyType::Uuid, b)),
                     compare(a.compare(b), 0));
        }
        QVERIFY(keyOf(KeyType::Bool, std::string(1, '\0')) < keyOf(KeyType::Bool, "\x01"));
    }

    void order_timesAndDates_isTheirsWithInfinitiesAtTheEnds()
    {
        const std::vector<const char*> times = {"-infinity",
                                                "1900-01-01T00:00:00Z",
                                                "1999-12-31T23:59:59.999999Z",
                                                "2000-01-01T00:00:00Z",
                                                "2026-03-01T12:00:00+02:00",
                                                "2026-03-01T12:00:00Z",
                                                "infinity"};
        for (std::size_t i = 1; i < times.size(); ++i) {
            QVERIFY(fromText(KeyType::Timestamp, times[i - 1]) <
                    fromText(KeyType::Timestamp, times[i]));
        }
        const std::vector<const char*> dates = {"-infinity", "1969-07-20", "2000-01-01",
                                                "2024-02-29", "infinity"};
        for (std::size_t i = 1; i < dates.size(); ++i) {
            QVERIFY(fromText(KeyType::Date, dates[i - 1]) < fromText(KeyType::Date, dates[i]));
        }
        // The binary forms: microseconds and days since 2000.
        QVERIFY(keyOf(KeyType::Timestamp, binaryOf(std::int64_t{0})) ==
                fromText(KeyType::Timestamp, "2000-01-01T00:00:00Z"));
        QVERIFY(keyOf(KeyType::Date, binaryOf(std::int32_t{31})) ==
                fromText(KeyType::Date, "2000-02-01"));
        QVERIFY(keyOf(KeyType::Date, binaryOf(std::numeric_limits<std::int32_t>::max())) ==
                fromText(KeyType::Date, "infinity"));
    }

    void order_markers_areAroundEveryValue()
    {
        for (const std::string& value :
             {keyOf(KeyType::Integer, binaryOf(std::numeric_limits<std::int64_t>::max())).encoded(),
              keyOf(KeyType::Bytes, "").encoded(),
              keyOf(KeyType::Bytes, "\xFF\xFF\xFF").encoded()}) {
            std::string least;
            std::string null;
            std::string most;
            appendKeyMinimum(least);
            appendKeyNull(null);
            appendKeyMaximum(most);
            QVERIFY(Key(least) < Key(value));
            QVERIFY(Key(value) < Key(null)); // NULL sorts last, below the upper bound marker
            QVERIFY(Key(null) < Key(most));
            QVERIFY(Key() < Key(least));
        }
    }

    void fromBinary_wrongLength_isRefused_data()
    {
        QTest::addColumn<int>("type");
        QTest::addColumn<QByteArray>("bytes");
        QTest::newRow("integer 3") << int(KeyType::Integer) << QByteArray(3, 'x');
        QTest::newRow("integer 0") << int(KeyType::Integer) << QByteArray();
        QTest::newRow("integer 16") << int(KeyType::Integer) << QByteArray(16, 'x');
        QTest::newRow("uuid 15") << int(KeyType::Uuid) << QByteArray(15, 'x');
        QTest::newRow("bool 0") << int(KeyType::Bool) << QByteArray();
        QTest::newRow("bool 2") << int(KeyType::Bool) << QByteArray(2, 'x');
        QTest::newRow("timestamp 4") << int(KeyType::Timestamp) << QByteArray(4, 'x');
        QTest::newRow("date 8") << int(KeyType::Date) << QByteArray(8, 'x');
    }
    void fromBinary_wrongLength_isRefused()
    {
        QFETCH(int, type);
        QFETCH(QByteArray, bytes);
        std::string to;
        const Status status =
            appendKeyFromBinary(to, static_cast<KeyType>(type), bytes.toStdString());
        QVERIFY(!status.ok());
        QCOMPARE(status.error().code, Code::InvalidArgument);
        QVERIFY(to.empty());
    }

    void fromText_badText_isRefusedWithAHint()
    {
        const std::vector<std::pair<KeyType, const char*>> bad = {
            {KeyType::Integer, "1x"},     {KeyType::Integer, ""},
            {KeyType::Integer, "1.5"},    {KeyType::Integer, "9223372036854775808"},
            {KeyType::Uuid, "123"},       {KeyType::Date, "2026-02-30"},
            {KeyType::Date, "yesterday"}, {KeyType::Timestamp, "2026-03-01 12:00"},
            {KeyType::Bool, "yes"},       {KeyType::Bytes, "00ff"},
            {KeyType::Bytes, "\\x0"},     {KeyType::Opaque, "1"},
        };
        for (const auto& [type, text] : bad) {
            std::string to;
            const Status status = appendKeyFromText(to, type, text);
            QVERIFY2(!status.ok(), text);
            QVERIFY2(!status.error().hint.empty(), text);
        }
    }

    void fromText_timestamp_mustBeAbsolute()
    {
        std::string to;
        for (const char* text : {"now", "-40m", "+1d"}) {
            QVERIFY2(!appendKeyFromText(to, KeyType::Timestamp, text).ok(), text);
        }
    }

    void formatKey_whatPeopleWrite_comesBack_data()
    {
        QTest::addColumn<int>("type");
        QTest::addColumn<QString>("text");
        const auto row = [](KeyType type, const char* text) {
            QTest::newRow(text) << static_cast<int>(type) << QString::fromUtf8(text);
        };
        row(KeyType::Integer, "42");
        row(KeyType::Integer, "-9223372036854775808");
        row(KeyType::Text, "it's (a, b)");
        row(KeyType::Text, "Ünïcode");
        row(KeyType::Bytes, "\\x00ff01");
        row(KeyType::Uuid, "01234567-89ab-cdef-0123-456789abcdef");
        row(KeyType::Timestamp, "2026-03-01T12:00:00.5Z");
        row(KeyType::Timestamp, "1812-06-24T00:00:00Z");
        row(KeyType::Timestamp, "infinity");
        row(KeyType::Date, "2026-03-01");
        row(KeyType::Date, "1812-06-24");
        row(KeyType::Date, "-infinity");
        row(KeyType::Bool, "true");
    }
    void formatKey_whatPeopleWrite_comesBack()
    {
        QFETCH(int, type);
        QFETCH(QString, text);
        const auto keyType = static_cast<KeyType>(type);
        const Key key = fromText(keyType, text.toStdString());
        QCOMPARE(QString::fromStdString(formatKey(key, {keyType})), text);
    }

    void formatKey_compositesBoundsAndRubbish_areReadable()
    {
        std::string key;
        appendKeyInteger(key, 42);
        appendKeyBytes(key, "abc");
        const std::vector<KeyType> types = {KeyType::Integer, KeyType::Text};
        QCOMPARE(formatKey(Key(key), types), std::string("(42, abc)"));
        QCOMPARE(formatKey(Key(), types), std::string("min"));
        std::string bounds;
        appendKeyMaximum(bounds);
        QCOMPARE(formatKey(Key(bounds), types), std::string("max"));
        QCOMPARE(formatKey(Key("\x07rubbish"), types), "\\x" + toHex("\x07rubbish"));
        QCOMPARE(formatKey(Key(key + "x"), types), "\\x" + toHex(key + "x"));
        const KeyRange range{Key(key), std::nullopt};
        QCOMPARE(formatRange(range, types), std::string("[(42, abc), max)"));
    }

    void keyAfterPrefix_random_isTightest()
    {
        auto random = seeded();
        for (int i = 0; i < 20'000; ++i) {
            const Key prefix(randomBytes(random));
            const auto after = keyAfterPrefix(prefix);
            const Key inside(prefix.encoded() + randomBytes(random));
            const Key other(randomBytes(random));
            if (!after) {
                QVERIFY(prefix.encoded().find_first_not_of('\xFF') == std::string::npos);
                continue;
            }
            QVERIFY(inside < *after);
            const bool starts = other.encoded().starts_with(prefix.encoded());
            QCOMPARE(!(other < prefix) && other < *after, starts);
        }
    }

    void keyRange_random_agreesWithItsKeys()
    {
        auto random = seeded();
        const auto range = [&random] {
            KeyRange result{Key(randomBytes(random)), std::nullopt};
            if (random() % 3 != 0) {
                result.end = Key(randomBytes(random));
            }
            return result;
        };
        for (int i = 0; i < 20'000; ++i) {
            const KeyRange a = range();
            const KeyRange b = range();
            const Key key(randomBytes(random));
            QCOMPARE(a.intersection(b).contains(key), a.contains(key) && b.contains(key));
            QCOMPARE(a.overlaps(b), b.overlaps(a));
            if (a.contains(key) && b.contains(key)) {
                QVERIFY(a.overlaps(b));
            }
            if (a.empty()) {
                QVERIFY(!a.contains(key) && !a.overlaps(b));
            }
        }
    }

    void keyPrefix_components_areCutExactly()
    {
        auto random = seeded();
        const std::vector<KeyType> types = {KeyType::Bytes, KeyType::Integer, KeyType::Uuid,
                                            KeyType::Text};
        for (int i = 0; i < 2'000; ++i) {
            std::string key;
            std::vector<std::size_t> cuts = {0};
            appendKeyBytes(key, randomBytes(random));
            cuts.push_back(key.size());
            appendKeyInteger(key, static_cast<std::int64_t>(random()));
            cuts.push_back(key.size());
            random() % 4 == 0 ? appendKeyNull(key) : appendKeyUuid(key, std::string(16, '\0'));
            cuts.push_back(key.size());
            appendKeyBytes(key, randomBytes(random));
            cuts.push_back(key.size());
            for (std::size_t n = 0; n <= 4; ++n) {
                const auto prefix = keyPrefix(Key(key), types, n);
                QVERIFY(prefix && prefix->encoded() == key.substr(0, cuts[n]));
            }
            QVERIFY(!keyPrefix(Key(key), types, 5));
            QVERIFY(!keyPrefix(Key(key.substr(0, key.size() - 1)), types, 4));
        }
    }

    void formatKeyAndKeyPrefix_randomBytes_neverCrash()
    {
        auto random = seeded();
        const std::vector<KeyType> types = {KeyType::Integer, KeyType::Text, KeyType::Uuid,
                                            KeyType::Timestamp, KeyType::Date};
        for (int i = 0; i < 50'000; ++i) {
            std::string bytes;
            for (std::size_t n = random() % 40; n > 0; --n) {
                bytes.push_back(static_cast<char>(random() % 3 == 0 ? random() % 3 : random()));
            }
            (void)formatKey(Key(bytes), types);
            (void)keyPrefix(Key(bytes), types, random() % 6);
        }
    }

private:
    static std::mt19937 seeded()
    {
        const unsigned seed = std::random_device()();
        qInfo("seed %u", seed);
        return std::mt19937(seed);
    }
};

QTEST_GUILESS_MAIN(TstKey)
#include "tst_key.moc"

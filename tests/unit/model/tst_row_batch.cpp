// SPDX-License-Identifier: Apache-2.0
#include "shared/model/row_batch.h"

#include <QtTest/QtTest>
#include <random>

using namespace isotherm;

namespace
{

void appendField(std::string& row, std::int32_t length, std::string_view bytes = {})
{
    appendBigEndian(row, static_cast<std::uint32_t>(length));
    row.append(bytes);
}

std::string integerField(std::int32_t value)
{
    std::string bytes;
    appendBigEndian(bytes, static_cast<std::uint32_t>(value));
    return bytes;
}

/// (note text, id int4, code text-encoded): the key is (id, code).
TableSchema schema()
{
    TableSchema table;
    table.columns = {{"note", "text", ValueEncoding::Binary, false, ""},
                     {"id", "integer", ValueEncoding::Binary, true, ""},
                     {"code", "regclass", ValueEncoding::Text, true, ""},
                     {"more", "text", ValueEncoding::Binary, false, ""}};
    table.key = {{1, KeyType::Integer}, {2, KeyType::Integer}};
    return table;
}

std::string goodRow(std::int32_t id)
{
    std::string row;
    appendField(row, 5, "hello");
    appendField(row, 4, integerField(id));
    appendField(row, 1, "c");
    appendField(row, kNullField);
    return row;
}

} // namespace

class TstRowBatch : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void batch_rows_comeBackOneByOne()
    {
        RowBatch batch;
        batch.append("one");
        batch.append("");
        batch.append("three");
        QCOMPARE(batch.rowCount(), std::size_t{3});
        QVERIFY(batch.row(0) == "one");
        QVERIFY(batch.row(1).empty());
        QVERIFY(batch.row(2) == "three");
        batch.clear();
        QCOMPARE(batch.rowCount(), std::size_t{0});
    }

    void splitRow_goodRow_givesItsFields()
    {
        std::string row;
        appendField(row, 2, "ab");
        appendField(row, kNullField);
        appendField(row, kAbsentField);
        appendField(row, 0);
        const auto fields = splitRow(row, 4);
        QVERIFY(fields.ok());
        QVERIFY((*fields)[0].bytes == "ab");
        QCOMPARE((*fields)[1].length, kNullField);
        QCOMPARE((*fields)[2].length, kAbsentField);
        QCOMPARE((*fields)[3].length, 0); // empty is not NULL
    }

    void splitRow_malformed_isRefused()
    {
        const std::string row = goodRow(7);
        QVERIFY(splitRow(row, 4).ok());
        QVERIFY(!splitRow(row, 3).ok()); // bytes left over
        QVERIFY(!splitRow(row, 5).ok());
        for (std::size_t cut = 0; cut < row.size(); ++cut) {
            QVERIFY(!splitRow(std::string_view(row).substr(0, cut), 4).ok());
        }
        std::string negative;
        appendField(negative, -3);
        QVERIFY(!splitRow(negative, 1).ok());
        std::string huge;
        appendField(huge, 0x7FFFFFFF, "x");
        QVERIFY(!splitRow(huge, 1).ok());
    }

    void keyEncoder_keyColumns_areEncodedInKeyOrder()
    {
        RowKeyEncoder encoder(schema());
        std::string key;
        QVERIFY(encoder.append(goodRow(7), key).ok());
        std::string expected;
        appendKeyInteger(expected, 7);
        appendKeyBytes(expected, "c"); // a text-encoded column only keeps identity
        QCOMPARE(key, expected);
        std::string second;
        QVERIFY(encoder.append(goodRow(-1), second).ok()); // its scratch space does not leak
        QVERIFY(Key(second) < Key(key));
    }

    void keyEncoder_nullAndAbsent_areToldApart()
    {
        RowKeyEncoder encoder(schema());
        std::string row;
        appendField(row, kNullField);
        appendField(row, kNullField);
        appendField(row, 1, "c");
        std::string key;
        QVERIFY(encoder.append(row, key).ok());
        std::string expected;
        appendKeyNull(expected);
        appendKeyBytes(expected, "c");
        QCOMPARE(key, expected);
        std::string absent;
        appendField(absent, kNullField);
        appendField(absent, kAbsentField);
        appendField(absent, 1, "c");
        QCOMPARE(encoder.append(absent, key).error().code, Code::InvalidArgument);
    }

    void keyEncoder_badLengths_areRefused()
    {
        RowKeyEncoder encoder(schema());
        for (const std::int32_t length : {-3, -1000, 3, 5}) {
            std::string row;
            appendField(row, kNullField);
            appendField(row, length,
                        std::string(length > 0 ? static_cast<std::size_t>(length) : 0, 'x'));
            appendField(row, 1, "c");
            std::string key;
            QVERIFY2(!encoder.append(row, key).ok(), qPrintable(QString::number(length)));
        }
    }

    void keyEncoder_damagedRows_areRefusedOrEncodedNeverACrash()
    {
        const unsigned seed = std::random_device()();
        qInfo("seed %u", seed);
        std::mt19937 random(seed);
        RowKeyEncoder encoder(schema());
        const std::string good = goodRow(7);
        for (int i = 0; i < 50'000; ++i) {
            std::string row =
                good.substr(0, random() % 2 == 0 ? good.size() : random() % good.size());
            for (unsigned flips = random() % 4; flips > 0 && !row.empty(); --flips) {
                row[random() % row.size()] = static_cast<char>(random());
            }
            std::string key;
            (void)encoder.append(row, key);
            (void)splitRow(row, random() % 6);
        }
    }
};

QTEST_GUILESS_MAIN(TstRowBatch)
#include "tst_row_batch.moc"

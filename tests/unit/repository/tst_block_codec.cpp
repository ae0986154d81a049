// SPDX-License-Identifier: Apache-2.0
#include "agent/repository/block_codec.h"
#include "samples.h"

#include <QTest>
#include <random>

using namespace isotherm;
using repository::BlockBuilder;
using repository::BlockDecoder;
using repository::BlockExpectation;
using repository::RowVersion;
using repository::VersionKind;

namespace
{

struct Encoded
{
    std::string block;
    BlockExpectation expected;
};

Encoded encode(BlockBuilder& builder, const std::vector<std::string>& rows)
{
    for (const std::string& row : rows) {
        if (const Status status = builder.add(row); !status.ok()) {
            qFatal("%s", status.error().text().c_str());
        }
    }
    const BlockExpectation expected{builder.rows(), builder.rawBytes()};
    return {std::string(builder.finish()), expected};
}

/// Empty when the rows come back as they were, else what went wrong.
std::string roundTrip(const std::vector<std::string>& rows, std::size_t columns)
{
    BlockBuilder builder(columns, 1);
    const Encoded encoded = encode(builder, rows);
    BlockDecoder decoder(columns);
    RowBatch batch;
    const Status status = decoder.decode(encoded.block, encoded.expected, batch);
    if (!status.ok()) {
        return status.error().text();
    }
    if (batch.rowCount() != rows.size()) {
        return "wrong number of rows";
    }
    for (std::size_t i = 0; i < rows.size(); ++i) {
        if (batch.row(i) != rows[i]) {
            return "row " + std::to_string(i) + " differs";
        }
    }
    return {};
}

std::vector<std::string> oneColumn(const std::vector<std::string>& values)
{
    std::vector<std::string> rows;
    for (const std::string& value : values) {
        rows.emplace_back();
        test::appendField(rows.back(), value);
    }
    return rows;
}

std::string int8Bytes(std::uint64_t value)
{
    std::string bytes;
    appendBigEndian(bytes, value);
    return bytes;
}

} // namespace

class TestBlockCodec : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void roundTrip_randomTables_isExact()
    {
        const std::uint64_t base = std::random_device{}();
        for (std::uint64_t i = 0; i < 150; ++i) {
            test::RandomTable table(base + i);
            std::vector<std::string> rows;
            const std::size_t count = 1 + (base + i * 37) % 900;
            for (std::size_t r = 0; r < count; ++r) {
                rows.push_back(table.row());
            }
            const std::string wrong = roundTrip(rows, table.schema().columns.size());
            QVERIFY2(wrong.empty(), qPrintable(QStringLiteral("seed %1: %2")
                                                   .arg(base + i)
                                                   .arg(QString::fromStdString(wrong))));
        }
    }

    void roundTrip_reusedBuilder_startsAfresh()
    {
        // The layout chosen for the first block need not fit the next.
        BlockBuilder builder(1, 1);
        BlockDecoder decoder(1);
        RowBatch batch;
        std::vector<std::vector<std::string>> blocks(4);
        for (std::uint64_t i = 0; i < 300; ++i) {
            blocks[0].push_back(toHex(int8Bytes(i * 77)));
            blocks[1].push_back("not hexadecimal " + std::to_string(i));
            blocks[2].push_back(int8Bytes(i));
            blocks[3].push_back(
                test::numericBytes(static_cast<std::int64_t>(i), i % 2 == 0 ? 2 : 3));
        }
        for (const auto& values : blocks) {
            const std::vector<std::string> rows = oneColumn(values);
            const Encoded encoded = encode(builder, rows);
            QVERIFY(decoder.decode(encoded.block, encoded.expected, batch).ok());
            QVERIFY(batch.row(299) == rows[299]);
        }
    }

    void roundTrip_edgeIntegers_isExact()
    {
        std::vector<std::string> values;
        for (const std::uint64_t value :
             {0ULL, 1ULL, ~0ULL, 1ULL << 63U, (1ULL << 63U) - 1, 42ULL, 1ULL << 63U, 0ULL}) {
            values.push_back(int8Bytes(value));
        }
        QCOMPARE(roundTrip(oneColumn(values), 1), std::string());
        QCOMPARE(roundTrip(oneColumn({int8Bytes(5)}), 1), std::string());
        QCOMPARE(roundTrip(oneColumn({"\x80", "\x7F", std::string(1, '\0')}), 1), std::string());
    }

    void roundTrip_hugeValues_isExact()
    {
        std::mt19937_64 random(3);
        std::string incompressible(3 << 20U, '\0');
        for (char& c : incompressible) {
            c = static_cast<char>(random());
        }
        QCOMPARE(roundTrip(oneColumn({incompressible}), 1), std::string());
        QCOMPARE(roundTrip(oneColumn({std::string(40 << 20U, 'z'), "", incompressible}), 1),
                 std::string());
    }

    void roundTrip_noColumns_keepsCount()
    {
        QCOMPARE(roundTrip(std::vector<std::string>(100), 0), std::string());
    }

    void roundTrip_mostColumns_isExact()
    {
        std::string row;
        for (std::size_t i = 0; i < repository::kMostColumns; ++i) {
            i % 3 == 0 ? test::appendNull(row) : test::appendField(row, std::to_string(i));
        }
        QCOMPARE(roundTrip({row, row}, repository::kMostColumns), std::string());
    }

    void roundTrip_versions_comeBack()
    {
        BlockBuilder builder(2, 1);
        std::vector<RowVersion> versions;
        RowBatch rows;
        for (std::uint32_t i = 0; i < 500; ++i) {
            std::string row;
            test::appendInt8(row, i / 3);
            appendBigEndian(row, static_cast<std::uint32_t>(kAbsentField));
            rows.append(row);
            versions.push_back({Lsn(1'000'000 - i * 7),
                                i % 3 == 2 ? VersionKind::Moved : static_cast<VersionKind>(i % 3),
                                i / 2});
            QVERIFY(builder.add(row, versions.back()).ok());
        }
        const BlockExpectation expected{builder.rows(), builder.rawBytes()};
        const std::string block(builder.finish());
        BlockDecoder decoder(2);
        RowBatch batch;
        std::vector<RowVersion> decoded;
        const Status status = decoder.decode(block, expected, batch, &decoded);
        QVERIFY2(status.ok(), status.ok() ? "" : status.error().text().c_str());
        QVERIFY(batch.bytes == rows.bytes);
        QVERIFY(decoded == versions);
    }

    void roundTrip_previousKeysAndOrders_comeBack()
    {
        BlockBuilder builder(1, 1);
        std::vector<std::string> keys;
        for (std::uint32_t i = 0; i < 300; ++i) {
            std::string row;
            test::appendInt8(row, i);
            keys.push_back(i % 7 == 0 ? test::idKey(i * 3).encoded() : std::string());
            QVERIFY(builder.add(row, {Lsn(i), VersionKind::Row, 0, i % 5 == 0 ? i : 0}, keys.back())
                        .ok());
        }
        const BlockExpectation expected{builder.rows(), builder.rawBytes()};
        const std::string block(builder.finish());
        BlockDecoder decoder(1);
        RowBatch batch;
        std::vector<RowVersion> decoded;
        std::string previous;
        QVERIFY(decoder.decode(block, expected, batch, &decoded, &previous).ok());
        for (std::uint32_t i = 0; i < 300; ++i) {
            QCOMPARE(decoded[i].order, i % 5 == 0 ? i : 0);
            QCOMPARE(previous.substr(decoded[i].previousBegin, decoded[i].previousSize), keys[i]);
        }
        // The next block of the same builder has none.
        std::string row;
        test::appendInt8(row, 1);
        QVERIFY(builder.add(row, {Lsn(1), VersionKind::Row, 0}).ok());
        const BlockExpectation plain{1, builder.rawBytes()};
        const std::string second(builder.finish());
        QVERIFY(decoder.decode(second, plain, batch, &decoded, &previous).ok());
        QVERIFY(decoded[0].order == 0 && decoded[0].previousSize == 0 && previous.empty());
    }

    void add_malformedRows_areRefused()
    {
        std::string good;
        test::appendField(good, "abc");
        std::string badLength;
        appendBigEndian(badLength, static_cast<std::uint32_t>(-3));
        for (const std::string& row : {std::string(), good.substr(0, 3), good.substr(0, 6),
                                       good + good, good + "x", badLength}) {
            BlockBuilder builder(1, 1);
            const Status status = builder.add(row);
            QVERIFY(!status.ok());
            QCOMPARE(status.error().code, Code::InvalidArgument);
        }
    }

    void decode_otherExpectation_isDataLoss()
    {
        BlockBuilder builder(1, 1);
        const Encoded encoded = encode(builder, oneColumn({"a", "b"}));
        BlockDecoder decoder(1);
        RowBatch batch;
        QCOMPARE(decoder.decode(encoded.block, {3, encoded.expected.rawBytes}, batch).error().code,
                 Code::DataLoss);
        QCOMPARE(
            decoder.decode(encoded.block, {2, encoded.expected.rawBytes + 1}, batch).error().code,
            Code::DataLoss);
        QCOMPARE(BlockDecoder(2).decode(encoded.block, encoded.expected, batch).error().code,
                 Code::DataLoss);
        QCOMPARE(decoder.decode(encoded.block + "x", encoded.expected, batch).error().code,
                 Code::DataLoss);
    }

    void decode_unknownFields_criticalOnesAreRefused()
    {
        BlockBuilder builder(1, 1);
        const Encoded encoded = encode(builder, oneColumn({"a", "b"}));
        BlockDecoder decoder(1);
        RowBatch batch;
        std::string block = encoded.block;
        appendVarint(block, 5000U << 1U);
        appendSized(block, "from the future");
        QVERIFY(decoder.decode(block, encoded.expected, batch).ok());
        appendVarint(block, 5000U << 1U | 1U);
        appendSized(block, "from the future");
        QCOMPARE(decoder.decode(block, encoded.expected, batch).error().code, Code::Unimplemented);
        block = encoded.block;
        block[0] = 2;
        QCOMPARE(decoder.decode(block, encoded.expected, batch).error().code, Code::Unimplemented);
    }

    void layouts_typicalColumns_areSmall()
    {
        // What the layouts are for; a change that loses one shows here.
        std::mt19937_64 random(9);
        std::vector<std::string> keys;
        std::vector<std::string> amounts;
        std::vector<std::string> hex;
        std::vector<std::string> states;
        for (std::uint64_t i = 0; i < 4000; ++i) {
            keys.push_back(int8Bytes(1'000'000 + i));
            amounts.push_back(
                test::numericBytes(static_cast<std::int64_t>(random() % 1'000'000), 2));
            hex.push_back(toHex(int8Bytes(random()) + int8Bytes(random())));
            states.push_back(random() % 4 == 0 ? "delivered" : "paid");
        }
        const auto size = [](const std::vector<std::string>& values) {
            BlockBuilder builder(1, 1);
            return encode(builder, oneColumn(values)).block.size();
        };
        QVERIFY(size(keys) < 100);
        QVERIFY(size(amounts) < 4000 * 3);
        QVERIFY(size(hex) < 4000 * 16 + 200);
        QVERIFY(size(states) < 4000 / 4);
    }
};

QTEST_GUILESS_MAIN(TestBlockCodec)
#include "tst_block_codec.moc"

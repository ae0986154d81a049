// SPDX-License-Identifier: Apache-2.0
#include "agent/pgoutput/decoder.h"
#include "tests/fuzz/pgoutput_target.h"

#include <QTest>
#include <random>
#include <string>
#include <vector>

using namespace isotherm;
using namespace isotherm::pgoutput;

namespace
{

/// Writes messages as the server does.
class Bytes
{
public:
    explicit Bytes(char kind) : m_bytes(1, kind) {}
    Bytes& u8(std::uint8_t value) { return put(value); }
    Bytes& u16(std::uint16_t value) { return put(value); }
    Bytes& u32(std::uint32_t value) { return put(value); }
    Bytes& u64(std::uint64_t value) { return put(value); }
    Bytes& mark(char value) { return u8(static_cast<std::uint8_t>(value)); }
    Bytes& text(std::string_view value)
    {
        m_bytes.append(value);
        m_bytes.push_back('\0');
        return *this;
    }
    Bytes& value(char kind, std::string_view bytes)
    {
        mark(kind).u32(static_cast<std::uint32_t>(bytes.size()));
        m_bytes.append(bytes);
        return *this;
    }
    operator std::string() const { return m_bytes; }      // NOLINT(google-explicit-constructor)
    operator std::string_view() const { return m_bytes; } // NOLINT(google-explicit-constructor)

private:
    template <class T>
    Bytes& put(T value)
    {
        appendBigEndian(m_bytes, value);
        return *this;
    }
    std::string m_bytes;
};

std::string relationMessage(bool streamed)
{
    Bytes bytes('R');
    if (streamed) {
        bytes.u32(801);
    }
    return bytes.u32(16384)
        .text("public")
        .text("orders_1")
        .mark('d')
        .u16(2)
        .u8(1)
        .text("id")
        .u32(20)
        .u32(0xFFFFFFFFU)
        .u8(0)
        .text("note")
        .u32(25)
        .u32(0xFFFFFFFFU);
}

std::vector<std::string> samples()
{
    std::string longText(300, 'x');
    return {
        Bytes('B').u64(0x100).u64(77).u32(800),
        Bytes('O').u64(5).text("elsewhere"),
        relationMessage(false),
        Bytes('Y').u32(20000).text("public").text("mood"),
        Bytes('I').u32(16384).mark('N').u16(2).value('b', "12345678").value('b', longText),
        Bytes('U').u32(16384).mark('N').u16(2).value('b', "12345678").mark('u'),
        Bytes('U')
            .u32(16384)
            .mark('K')
            .u16(2)
            .value('b', "12345678")
            .mark('n')
            .mark('N')
            .u16(2)
            .value('b', "87654321")
            .value('t', "x"),
        Bytes('D').u32(16384).mark('O').u16(2).value('b', "12345678").value('b', ""),
        Bytes('T').u32(2).u8(3).u32(16384).u32(16390),
        Bytes('M').u8(1).u64(0x90).text("isotherm.ddl").u32(3).mark('a').mark('b').mark('c'),
        Bytes('C').u8(0).u64(0x100).u64(0x130).u64(78),
        Bytes('S').u32(800).u8(1),
        relationMessage(true),
        Bytes('I').u32(801).u32(16384).mark('N').u16(1).mark('n'),
        Bytes('M').u32(801).u8(1).u64(0x90).text("isotherm.ddl").u32(0),
        Bytes('E'),
        Bytes('A').u32(800).u32(801),
        Bytes('c').u32(800).u8(0).u64(0x200).u64(0x230).u64(79),
    };
}

} // namespace

class TestDecoder : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void samples_inOrder_allUnderstood()
    {
        Decoder decoder;
        Message message;
        for (const std::string& bytes : samples()) {
            const Status status = decoder.decode(bytes, message);
            QVERIFY2(status.ok(), bytes.substr(0, 1).c_str());
        }
        QCOMPARE(message.kind, MessageKind::StreamCommit);
        QCOMPARE(message.xid, 800U);
        QCOMPARE(message.lsn, std::uint64_t{0x200});
        QCOMPARE(message.endLsn, std::uint64_t{0x230});
        QCOMPARE(message.time, std::int64_t{79});
    }

    void relation_columns_named()
    {
        Decoder decoder;
        Message message;
        const std::string bytes = relationMessage(false);
        QVERIFY(decoder.decode(bytes, message).ok());
        QCOMPARE(message.relation, 16384U);
        QCOMPARE(std::string(message.name), std::string("orders_1"));
        QCOMPARE(message.columns.size(), std::size_t{2});
        QVERIFY(message.columns[0].key && !message.columns[1].key);
        QCOMPARE(std::string(message.columns[1].name), std::string("note"));
        QCOMPARE(message.columns[1].type, 25U);
        QCOMPARE(message.columns[1].modifier, -1);
    }

    void update_unchangedValue_isNotNull()
    {
        Decoder decoder;
        Message message;
        const std::vector<std::string> all = samples();
        QVERIFY(decoder.decode(all[5], message).ok());
        QCOMPARE(message.newValues[1].kind, ValueKind::Unchanged);
        QCOMPARE(message.oldTuple, OldTuple::None);
        QVERIFY(decoder.decode(all[6], message).ok());
        QCOMPARE(message.oldTuple, OldTuple::Key);
        QCOMPARE(message.oldValues[1].kind, ValueKind::Null);
        QCOMPARE(std::string(message.newValues[0].bytes), std::string("87654321"));
        QVERIFY(decoder.decode(all[5], message).ok());
        QCOMPARE(message.oldTuple, OldTuple::None); // nothing left of the message before
    }

    void streamBlock_changes_carryTheirTransaction()
    {
        Decoder decoder;
        Message message;
        QVERIFY(decoder.decode(Bytes('S').u32(800).u8(1), message).ok());
        QVERIFY(message.first && decoder.inStreamBlock());
        QVERIFY(decoder.decode(relationMessage(true), message).ok());
        QCOMPARE(message.xid, 801U);
        QVERIFY(!decoder.decode(Bytes('B').u64(1).u64(1).u32(1), message).ok());
        QVERIFY(decoder.decode(Bytes('E'), message).ok());
        QVERIFY(!decoder.decode(Bytes('E'), message).ok());
    }

    void malformed_refused_data()
    {
        QTest::addColumn<QByteArray>("bytes");
        const auto row = [](const char* name, const std::string& bytes) {
            QTest::newRow(name) << QByteArray(bytes.data(), static_cast<int>(bytes.size()));
        };
        row("empty", "");
        row("unknown kind", "P123456");
        row("begin cut", Bytes('B').u64(1).u64(2));
        row("trailing byte", Bytes('B').u64(1).u64(2).u32(3).u8(4));
        row("no end of name", std::string("O12345678abc"));
        row("huge value", Bytes('I').u32(1).mark('N').u16(1).mark('b').u32(0xFFFFFFFFU));
        row("too many columns", Bytes('I').u32(1).mark('N').u16(1665));
        row("bad value kind", Bytes('I').u32(1).mark('N').u16(1).mark('x'));
        row("insert without N", Bytes('I').u32(1).mark('K').u16(0));
        row("delete with N", Bytes('D').u32(1).mark('N').u16(0));
        row("truncate claims", Bytes('T').u32(0xFFFFFFFFU).u8(0).u32(1));
    }
    void malformed_refused()
    {
        QFETCH(const QByteArray, bytes);
        Decoder decoder;
        Message message;
        QVERIFY(
            !decoder.decode({bytes.data(), static_cast<std::size_t>(bytes.size())}, message).ok());
    }

    void everyCut_refused()
    {
        for (const std::string& whole : samples()) {
            for (std::size_t length = 0; length < whole.size(); ++length) {
                Decoder decoder;
                Message message;
                const bool block = whole[0] == 'E';
                if (block || !decoder.decode(whole, message).ok()) {
                    continue;
                }
                Decoder fresh;
                QVERIFY(!fresh.decode(std::string_view(whole).substr(0, length), message).ok());
            }
        }
    }

    void hostileBytes_survived()
    {
        const unsigned seed = 20260301;
        std::mt19937_64 random(seed);
        std::string stream;
        for (const std::string& message : samples()) {
            appendSized(stream, message);
        }
        for (int round = 0; round < 20'000; ++round) {
            std::string bytes = stream;
            for (std::uint64_t i = 0; i <= random() % 6; ++i) {
                bytes[random() % bytes.size()] = static_cast<char>(random());
            }
            bytes.resize(random() % (bytes.size() + 1));
            fuzz::decodeAnyPgoutput(bytes);
        }
    }
};

QTEST_APPLESS_MAIN(TestDecoder)
#include "tst_decoder.moc"

// SPDX-License-Identifier: Apache-2.0
#include "shared/base/byte_io.h"

#include <QtTest/QtTest>
#include <limits>
#include <random>

using namespace isotherm;

class TstByteIo : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void bigEndian_integers_areWrittenHighByteFirst()
    {
        std::string bytes;
        appendBigEndian(bytes, std::uint8_t{0x01});
        appendBigEndian(bytes, std::uint16_t{0x0203});
        appendBigEndian(bytes, std::uint32_t{0x04050607});
        appendBigEndian(bytes, std::uint64_t{0x08090A0B0C0D0E0F});
        QCOMPARE(toHex(bytes), std::string("0102030405060708090a0b0c0d0e0f"));
        ByteReader reader(bytes);
        QCOMPARE(reader.takeBigEndian<std::uint8_t>(), std::uint8_t{0x01});
        QCOMPARE(reader.takeBigEndian<std::uint16_t>(), std::uint16_t{0x0203});
        QCOMPARE(reader.takeBigEndian<std::uint32_t>(), 0x04050607U);
        QCOMPARE(reader.takeBigEndian<std::uint64_t>(), std::uint64_t{0x08090A0B0C0D0E0F});
        QVERIFY(reader.ok() && reader.atEnd());
    }

    void varint_everyLength_comesBack()
    {
        const unsigned seed = std::random_device()();
        qInfo("seed %u", seed);
        std::mt19937_64 random(seed);
        for (unsigned bits = 0; bits <= 64; ++bits) {
            for (int i = 0; i < 50; ++i) {
                const std::uint64_t value = bits == 0 ? 0 : random() >> (64 - bits);
                std::string bytes;
                appendVarint(bytes, value);
                QVERIFY(bytes.size() <= 10);
                ByteReader reader(bytes);
                QCOMPARE(reader.takeVarint(), value);
                QVERIFY(reader.ok() && reader.atEnd());
            }
        }
    }

    void takeVarint_tooLong_isRefused()
    {
        ByteReader overflow(std::string_view("\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x02", 10));
        QCOMPARE(overflow.takeVarint(), std::uint64_t{0});
        QVERIFY(!overflow.ok());
        ByteReader endless(std::string_view("\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x01", 11));
        (void)endless.takeVarint();
        QVERIFY(!endless.ok());
        ByteReader cut(std::string_view("\x80", 1));
        (void)cut.takeVarint();
        QVERIFY(!cut.ok());
    }

    void take_behindTheEnd_failsAndStaysFailed()
    {
        ByteReader reader("abc");
        QVERIFY(reader.take(4).empty());
        QVERIFY(!reader.ok());
        QVERIFY(reader.take(1).empty());
        QCOMPARE(reader.takeBigEndian<std::uint16_t>(), std::uint16_t{0});
        QVERIFY(reader.takeSized().empty());
        QVERIFY(!reader.ok());
        ByteReader huge("abc");
        QVERIFY(huge.take(std::numeric_limits<std::uint64_t>::max()).empty());
        QVERIFY(!huge.ok());
    }

    void takeSized_lengthBeyondTheBytes_fails()
    {
        std::string bytes;
        appendSized(bytes, "hello");
        ByteReader whole(bytes);
        QVERIFY(whole.takeSized() == "hello");
        QVERIFY(whole.ok() && whole.atEnd());
        ByteReader cut(std::string_view(bytes).substr(0, 4));
        QVERIFY(cut.takeSized().empty());
        QVERIFY(!cut.ok());
    }

    void byteReader_randomBytes_neverLeavesItsBounds()
    {
        const unsigned seed = std::random_device()();
        qInfo("seed %u", seed);
        std::mt19937 random(seed);
        for (int i = 0; i < 20'000; ++i) {
            std::string bytes(random() % 24, '\0');
            for (char& byte : bytes) {
                byte = static_cast<char>(random());
            }
            ByteReader reader(bytes);
            for (int call = 0; call < 12; ++call) {
                const std::size_t before = reader.remaining();
                std::string_view got;
                switch (random() % 4) {
                case 0:
                    got = reader.take(random() % 12);
                    break;
                case 1:
                    got = reader.takeSized();
                    break;
                case 2:
                    (void)reader.takeVarint();
                    break;
                default:
                    (void)reader.takeBigEndian<std::uint32_t>();
                    break;
                }
                QVERIFY(reader.remaining() <= before);
                QVERIFY(got.empty() || (got.data() >= bytes.data() &&
                                        got.data() + got.size() <= bytes.data() + bytes.size()));
            }
        }
    }

    void hex_anyBytes_comeBack()
    {
        std::string all;
        for (int i = 0; i < 256; ++i) {
            all.push_back(static_cast<char>(i));
        }
        QVERIFY(fromHex(toHex(all)) == all);
        QVERIFY(fromHex("00FFaB") == std::string("\x00\xFF\xAB", 3));
        QVERIFY(!fromHex("abc"));
        QVERIFY(!fromHex("0g"));
        QVERIFY(!fromHex(" 0"));
        QVERIFY(fromHex("") == std::string());
    }
};

QTEST_GUILESS_MAIN(TstByteIo)
#include "tst_byte_io.moc"

// SPDX-License-Identifier: Apache-2.0
#include "agent/repository/crypto.h"
#include "agent/repository/repository_header.h"
#include "agent/repository/sealed_object.h"
#include "shared/base/byte_io.h"

#include <QTest>

using namespace isotherm;
using namespace isotherm::repository;

namespace
{

RepositoryKeys sampleKeys(char fill = 'k')
{
    return {std::string(kIdBytes, 'r'), SecretKey(std::string(kKeyBytes, fill))};
}

RepositoryHeader sampleHeader()
{
    return {std::string(kIdBytes, 'r'),
            fromUnixMicros(1'770'000'000'000'000),
            3,
            {10, 1, 1, std::string(32, 's')}};
}

} // namespace

class TestCrypto : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    /// RFC 7914 section 12, RFC 5869 A.1, FIPS 180-2: that we call the right functions rightly.
    void primitives_publishedVectors_agree()
    {
        QCOMPARE(toHex(sha256("abc")),
                 std::string("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"));
        const auto scrypt = scryptKey("password", {10, 8, 16, "NaCl"});
        QCOMPARE(toHex(scrypt.value().bytes()),
                 std::string("fdbabe1c9d3472007856e7190d01e9fe7c6ad7cbc8237830e77376634b373162"));
    }

    void frame_roundTrip_isExact()
    {
        const ObjectHeader header =
            makeObjectHeader(sampleKeys(), ObjectKind::Run, WallTime()).value();
        auto cipher = std::move(ObjectCipher::make(sampleKeys(), header)).value();
        std::string frame;
        QVERIFY(cipher.seal({5, FrameKind::Block, false}, "context", "plain", frame).ok());
        QCOMPARE(frame.size(), 5 + kFrameOverhead);
        QCOMPARE(cipher.open({5, FrameKind::Block, false}, "context", frame).value(),
                 std::string("plain"));
    }

    void frame_openedAsAnother_isDataLoss()
    {
        const ObjectHeader header =
            makeObjectHeader(sampleKeys(), ObjectKind::Run, WallTime()).value();
        auto cipher = std::move(ObjectCipher::make(sampleKeys(), header)).value();
        std::string frame;
        QVERIFY(cipher.seal({5, FrameKind::Block, false}, "c", "plain", frame).ok());
        const auto refused = [&](FrameWanted wanted, std::string_view context) {
            return cipher.open(wanted, context, frame).error().code == Code::DataLoss;
        };
        QVERIFY(refused({4, FrameKind::Block, false}, "c"));
        QVERIFY(refused({5, FrameKind::Index, false}, "c"));
        QVERIFY(refused({5, FrameKind::Block, true}, "c"));
        QVERIFY(refused({5, FrameKind::Block, false}, "d"));
        // Neither does it open in another object, nor under another key.
        const ObjectHeader other =
            makeObjectHeader(sampleKeys(), ObjectKind::Run, WallTime()).value();
        auto otherCipher = std::move(ObjectCipher::make(sampleKeys(), other)).value();
        QVERIFY(!otherCipher.open({5, FrameKind::Block, false}, "c", frame).ok());
        auto otherKey = std::move(ObjectCipher::make(sampleKeys('x'), header)).value();
        QVERIFY(!otherKey.open({5, FrameKind::Block, false}, "c", frame).ok());
    }

    void frame_everyBit_isGuarded()
    {
        const ObjectHeader header =
            makeObjectHeader(sampleKeys(), ObjectKind::Run, WallTime()).value();
        auto cipher = std::move(ObjectCipher::make(sampleKeys(), header)).value();
        std::string frame;
        QVERIFY(cipher.seal({0, FrameKind::Block, false}, "", "plain", frame).ok());
        for (std::size_t bit = 0; bit < frame.size() * 8; ++bit) {
            std::string bad = frame;
            bad[bit / 8] =
                static_cast<char>(static_cast<std::uint8_t>(bad[bit / 8]) ^ 1U << bit % 8);
            QVERIFY(!cipher.open({0, FrameKind::Block, false}, "", bad).ok());
        }
        for (std::size_t size = 0; size < frame.size(); ++size) {
            QVERIFY(!cipher.open({0, FrameKind::Block, false}, "", frame.substr(0, size)).ok());
        }
    }

    void smallObject_everyBit_isGuarded()
    {
        const std::string bytes =
            sealSmallObject(sampleKeys(), ObjectKind::Manifest, "manifest/x", "plain", WallTime())
                .value();
        QCOMPARE(openSmallObject(sampleKeys(), ObjectKind::Manifest, "manifest/x", bytes).value(),
                 std::string("plain"));
        QVERIFY(!openSmallObject(sampleKeys(), ObjectKind::Manifest, "manifest/y", bytes).ok());
        QVERIFY(!openSmallObject(sampleKeys(), ObjectKind::GarbageMark, "manifest/x", bytes).ok());
        QVERIFY(!openSmallObject(sampleKeys('x'), ObjectKind::Manifest, "manifest/x", bytes).ok());
        for (std::size_t bit = 0; bit < bytes.size() * 8; ++bit) {
            std::string bad = bytes;
            bad[bit / 8] =
                static_cast<char>(static_cast<std::uint8_t>(bad[bit / 8]) ^ 1U << bit % 8);
            QVERIFY(!openSmallObject(sampleKeys(), ObjectKind::Manifest, "manifest/x", bad).ok());
        }
    }

    void objectHeader_newerVersions_majorIsRefusedMinorIsRead()
    {
        ObjectHeader header = makeObjectHeader(sampleKeys(), ObjectKind::Run, WallTime()).value();
        header.minorVersion = 9;
        const auto minor = decodeObjectHeader(header.encode(), ObjectKind::Run);
        QVERIFY(minor.ok());
        // The minor version is authenticated too: the key is derived from it.
        QCOMPARE(minor.value().minorVersion, std::uint16_t{9});
        std::string major = header.encode().substr(0, 88);
        major[9] = 2;
        major += shortCheck(major);
        QCOMPARE(decodeObjectHeader(major, ObjectKind::Run).error().code, Code::Unimplemented);
    }

    void repositoryHeader_wrongPassphrase_isUnauthenticated()
    {
        const SecretKey key(std::string(kKeyBytes, 'd'));
        const std::string bytes = wrapDataKey(sampleHeader(), key, "right").value();
        QVERIFY(unwrapDataKey(bytes, "right").value().dataKey.bytes() == key.bytes());
        QCOMPARE(unwrapDataKey(bytes, "wrong").error().code, Code::Unauthenticated);
        QCOMPARE(unwrapDataKey(bytes, "").error().code, Code::Unauthenticated);
    }

    void repositoryHeader_everyBit_isGuarded()
    {
        const SecretKey key(std::string(kKeyBytes, 'd'));
        const std::string bytes = wrapDataKey(sampleHeader(), key, "right").value();
        for (std::size_t bit = 0; bit < bytes.size() * 8; ++bit) {
            std::string bad = bytes;
            bad[bit / 8] =
                static_cast<char>(static_cast<std::uint8_t>(bad[bit / 8]) ^ 1U << bit % 8);
            QCOMPARE(decodeRepositoryHeader(bad).error().code, Code::DataLoss);
        }
        for (std::size_t size = 0; size < bytes.size(); ++size) {
            QVERIFY(!decodeRepositoryHeader(bytes.substr(0, size)).ok());
        }
    }

    void scrypt_wildParameters_areRefusedBeforeMemoryIsTaken()
    {
        QVERIFY(!scryptKey("x", {30, 8, 1, "salt"}).ok());
        QVERIFY(!scryptKey("x", {20, 32, 1, "salt"}).ok());
        QVERIFY(!scryptKey("x", {10, 0, 1, "salt"}).ok());
    }
};

QTEST_GUILESS_MAIN(TestCrypto)
#include "tst_crypto.moc"

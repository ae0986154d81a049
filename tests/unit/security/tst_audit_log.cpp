// SPDX-License-Identifier: Apache-2.0
#include "agent/security/audit_log.h"
#include "agent/security/crypto.h"
#include "shared/base/file.h"
#include "tests/harness/fake_clock.h"
#include "tests/harness/temp_dir.h"
#include "tests/harness/test_log.h"

#include <QtTest/QtTest>
#include <csignal>
#include <fstream>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

using namespace isotherm;
using namespace isotherm::security;
using namespace isotherm::test;

namespace
{

QString text(const std::string& value)
{
    return QString::fromStdString(value);
}

AuditEvent backupOf(int number)
{
    return {.who = "ana",
            .role = "operator",
            .action = "backup.run",
            .target = "shard " + std::to_string(number),
            .outcome = "ok",
            .peer = "ipv4:127.0.0.1:40000"};
}

} // namespace

class TestAuditLog : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init();
    void sha256_knownInput_knownDigest();
    void append_entries_areListedAndVerify();
    void append_reopened_chainGoesOn();
    void append_hostileText_staysOneLine();
    void append_longText_isCut();
    void file_new_isPrivate();
    void list_limitAndAfter_keepTheNewest();
    void list_manyEntries_readsOverChunks();
    void verify_everyByteFlipped_namesTheEntry();
    void verify_entryRemoved_namesIt_data();
    void verify_entryRemoved_namesIt();
    void verify_entriesSwapped_namesTheFirst();
    void verify_entryMadeAnew_breaksTheChain_data();
    void verify_entryMadeAnew_breaksTheChain();
    void verify_cutAtTheEnd_isMissed();
    void verify_headRemoved_isNamed();
    void append_afterTampering_goesOnAndStillTells();
    void open_tornLine_isRepairedWithAnEntry();
    void open_newlineMissing_isCompleted();
    void open_acknowledgedEntryHalfCut_staysVisible();
    void append_twoProcesses_oneChain();
    void append_manyThreads_oneChain();
    void append_fullDisk_saysSoAndRecovers();

private:
    [[nodiscard]] std::unique_ptr<AuditLog> open()
    {
        auto opened = AuditLog::open(m_file, m_clock, *m_log);
        if (!opened.ok()) {
            qFatal("%s", opened.error().text().c_str());
        }
        return std::move(opened).value();
    }
    void fill(int count)
    {
        const auto log = open();
        for (int number = 1; number <= count; ++number) {
            QVERIFY(log->append(backupOf(number)).ok());
        }
    }
    [[nodiscard]] std::string content() const { return readFile(m_file).value(); }
    void overwrite(const std::string& bytes) const
    {
        std::ofstream(m_file, std::ios::binary | std::ios::trunc) << bytes;
    }
    [[nodiscard]] AuditVerification verification() { return open()->verify().value(); }

    std::unique_ptr<TempDir> m_directory;
    std::unique_ptr<TestLog> m_log;
    std::filesystem::path m_file;
    FakeClock m_clock;
};

void TestAuditLog::init()
{
    m_directory = std::make_unique<TempDir>();
    m_log = std::make_unique<TestLog>();
    m_file = m_directory->path() / "audit.jsonl";
}

void TestAuditLog::sha256_knownInput_knownDigest()
{
    QCOMPARE(text(sha256Hex("abc")),
             QStringLiteral("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"));
}

void TestAuditLog::append_entries_areListedAndVerify()
{
    const auto log = open();
    QVERIFY(log->list({})->empty());
    QVERIFY(log->verify()->intact);
    const AuditEntry first = log->append(backupOf(1)).value();
    const AuditEntry second = log->append({.who = "", .action = "x"}).value();
    QCOMPARE(first.sequence, std::uint64_t{1});
    QCOMPARE(text(second.who), QStringLiteral("-"));
    const auto entries = log->list({}).value();
    QVERIFY(entries == (std::vector{first, second}));
    const AuditVerification verified = log->verify().value();
    QVERIFY(verified.intact);
    QCOMPARE(verified.entries, std::uint64_t{2});
    QCOMPARE(verified.firstBad, std::uint64_t{0});
}

void TestAuditLog::append_reopened_chainGoesOn()
{
    fill(2);
    QCOMPARE(open()->append(backupOf(3))->sequence, std::uint64_t{3});
    QVERIFY(verification().intact);
    QCOMPARE(verification().entries, std::uint64_t{3});
}

void TestAuditLog::append_hostileText_staysOneLine()
{
    const auto log = open();
    const std::string hostile = "a\"},\n{\"seq\":9,\"hash\":\"\xFF\x00 end";
    QVERIFY(log->append({.who = hostile, .action = "x", .target = hostile}).ok());
    QVERIFY(log->append(backupOf(2)).ok());
    QVERIFY(log->verify()->intact);
    QCOMPARE(log->list({})->size(), std::size_t{2});
}

void TestAuditLog::append_longText_isCut()
{
    const auto log = open();
    QVERIFY(log->append({.action = "x", .target = std::string(1'000'000, '\x01')}).ok());
    QVERIFY(content().size() < 10'000);
    QVERIFY(log->verify()->intact);
}

void TestAuditLog::file_new_isPrivate()
{
    fill(1);
    for (const char* name : {"audit.jsonl", "audit.jsonl.head"}) {
        struct stat info = {};
        QCOMPARE(::stat((m_directory->path() / name).c_str(), &info), 0);
        QCOMPARE(info.st_mode & 0777U, 0600U);
    }
}

void TestAuditLog::list_limitAndAfter_keepTheNewest()
{
    fill(10);
    const auto log = open();
    const auto newest = log->list({.afterSequence = 0, .limit = 3}).value();
    QCOMPARE(newest.size(), std::size_t{3});
    QCOMPARE(newest.front().sequence, std::uint64_t{8});
    QCOMPARE(newest.back().sequence, std::uint64_t{10});
    QCOMPARE(log->list({.afterSequence = 9, .limit = 5})->size(), std::size_t{1});
    QVERIFY(log->list({.afterSequence = 10, .limit = 5})->empty());
    QVERIFY(log->list({.afterSequence = 0, .limit = 0})->empty());
}

void TestAuditLog::list_manyEntries_readsOverChunks()
{
    const auto log = open();
    for (int number = 0; number < 1'500; ++number) { // 1.4 MB: more than one chunk
        QVERIFY(log->append({.action = "x", .target = std::string(800, 'x')}).ok());
    }
    const auto entries = log->list({.afterSequence = 0, .limit = 1'400}).value();
    QCOMPARE(entries.size(), std::size_t{1'400});
    for (std::size_t index = 0; index < entries.size(); ++index) {
        QCOMPARE(entries[index].sequence, 101 + index);
    }
    QVERIFY(log->verify()->intact);
}

void TestAuditLog::verify_everyByteFlipped_namesTheEntry()
{
    fill(3);
    const std::string good = content();
    const auto log = open();
    std::vector<std::size_t> ends;
    for (std::size_t at = good.find('\n'); at != std::string::npos; at = good.find('\n', at + 1)) {
        ends.push_back(at);
    }
    for (std::size_t at = 0; at < good.size(); ++at) {
        for (const unsigned bit : {0U, 5U}) {
            std::string bad = good;
            bad[at] = static_cast<char>(static_cast<unsigned char>(bad[at]) ^ (1U << bit));
            overwrite(bad);
            const AuditVerification found = log->verify().value();
            const std::size_t entry =
                static_cast<std::size_t>(std::lower_bound(ends.begin(), ends.end(), at) -
                                         ends.begin()) +
                1;
            if (found.intact || found.firstBad != entry) {
                QFAIL(qPrintable(QStringLiteral("bit %1 of byte %2: first bad is %3, not %4")
                                     .arg(bit)
                                     .arg(at)
                                     .arg(found.firstBad)
                                     .arg(entry)));
            }
        }
    }
    overwrite(good);
    QVERIFY(log->verify()->intact);
}

void TestAuditLog::verify_entryRemoved_namesIt_data()
{
    QTest::addColumn<int>("removed");
    for (const int removed : {1, 2, 3, 4}) {
        QTest::addRow("entry %d of 4", removed) << removed;
    }
}

void TestAuditLog::verify_entryRemoved_namesIt()
{
    QFETCH(int, removed);
    fill(4);
    std::string bytes = content();
    std::size_t begin = 0;
    for (int skip = 1; skip < removed; ++skip) {
        begin = bytes.find('\n', begin) + 1;
    }
    bytes.erase(begin, bytes.find('\n', begin) + 1 - begin);
    overwrite(bytes);
    const AuditVerification found = verification();
    QVERIFY(!found.intact);
    QCOMPARE(found.firstBad, static_cast<std::uint64_t>(removed));
}

void TestAuditLog::verify_entriesSwapped_namesTheFirst()
{
    fill(2);
    const std::string bytes = content();
    const std::size_t middle = bytes.find('\n') + 1;
    overwrite(bytes.substr(middle) + bytes.substr(0, middle));
    QCOMPARE(verification().firstBad, std::uint64_t{1});
}

void TestAuditLog::verify_entryMadeAnew_breaksTheChain_data()
{
    QTest::addColumn<int>("changed");
    QTest::addColumn<int>("firstBad");
    QTest::newRow("in the middle") << 2 << 3; // itself in order, but not what 3 was built on
    QTest::newRow("the newest") << 4 << 4;    // nothing was built on it but the head
}

void TestAuditLog::verify_entryMadeAnew_breaksTheChain()
{
    QFETCH(int, changed);
    QFETCH(int, firstBad);
    fill(4);
    const auto entries = open()->list({}).value();
    std::string bytes;
    std::string previous = auditGenesis();
    for (AuditEntry entry : entries) {
        const std::string original = entry.hash;
        entry.target =
            entry.sequence == static_cast<std::uint64_t>(changed) ? "shard 99" : entry.target;
        bytes += encodeAuditLine(entry, previous); // with a hash that is right for its bytes
        previous = original;
    }
    overwrite(bytes);
    QVERIFY(!verification().intact);
    QCOMPARE(verification().firstBad, static_cast<std::uint64_t>(firstBad));
}

void TestAuditLog::verify_cutAtTheEnd_isMissed()
{
    fill(3);
    overwrite("");
    QVERIFY(!verification().intact);
    QCOMPARE(verification().firstBad, std::uint64_t{1});
}

void TestAuditLog::verify_headRemoved_isNamed()
{
    fill(3);
    const auto log = open();
    std::filesystem::resize_file(m_file.string() + ".head", 0);
    QVERIFY(!log->verify()->intact);
    // Opening notes it, and the chain is whole again with that note in it.
    const auto reopened = open();
    QVERIFY(reopened->verify()->intact);
    QCOMPARE(text(reopened->list({})->back().action), QStringLiteral("audit.repair"));
}

void TestAuditLog::append_afterTampering_goesOnAndStillTells()
{
    fill(3);
    std::string bytes = content();
    bytes.replace(bytes.find("shard 2"), 7, "shard 7");
    overwrite(bytes);
    const auto log = open();
    QVERIFY(log->append(backupOf(4)).ok());
    QCOMPARE(log->list({})->back().sequence, std::uint64_t{4});
    QCOMPARE(log->verify()->firstBad, std::uint64_t{2});
    QCOMPARE(log->verify()->entries, std::uint64_t{4});
}

void TestAuditLog::open_tornLine_isRepairedWithAnEntry()
{
    fill(2);
    const std::string good = content();
    const std::string line = good.substr(good.find('\n') + 1);
    for (std::size_t length = 1; length + 1 < line.size(); length += 37) {
        std::filesystem::remove(m_file.string() + ".head");
        std::filesystem::remove(m_file);
        fill(2);
        std::ofstream(m_file, std::ios::app | std::ios::binary) << line.substr(0, length);
        const auto log = open();
        QVERIFY(m_log->has("audit.repaired"));
        const auto entries = log->list({}).value();
        QCOMPARE(entries.size(), std::size_t{3});
        QCOMPARE(text(entries.back().action), QStringLiteral("audit.repair"));
        QVERIFY(text(entries.back().target).startsWith(QString::number(length)));
        QVERIFY(log->verify()->intact);
        QVERIFY(log->append(backupOf(4)).ok());
        QVERIFY(log->verify()->intact);
    }
}

void TestAuditLog::open_newlineMissing_isCompleted()
{
    // As a crash leaves it: the line is out but for its newline, and the head is one behind.
    fill(1);
    const std::string head = readFile(m_file.string() + ".head").value();
    QVERIFY(open()->append(backupOf(2)).ok());
    std::ofstream(m_file.string() + ".head", std::ios::trunc) << head;
    std::filesystem::resize_file(m_file, content().size() - 1);
    const auto log = open();
    const auto entries = log->list({}).value();
    QCOMPARE(entries.size(), std::size_t{3});
    QCOMPARE(text(entries[1].target), QStringLiteral("shard 2"));
    QVERIFY(log->verify()->intact);
}

void TestAuditLog::open_acknowledgedEntryHalfCut_staysVisible()
{
    fill(3);
    std::filesystem::resize_file(m_file,
                                 content().size() - 40); // nobody's crash: 3 was acknowledged
    const auto log = open();
    QVERIFY(!log->verify()->intact);
    QCOMPARE(log->verify()->firstBad, std::uint64_t{3});
    QCOMPARE(log->append(backupOf(5))->sequence, std::uint64_t{5}); // 4 is the note about it
    QCOMPARE(log->verify()->firstBad, std::uint64_t{3});
}

void TestAuditLog::append_twoProcesses_oneChain()
{
    const auto ours = open();
    const pid_t child = ::fork();
    if (child == 0) {
        bool good = true;
        auto theirs = AuditLog::open(m_file, m_clock, *m_log);
        for (int number = 0; good && number < 50; ++number) {
            good = theirs.ok() && theirs.value()->append(backupOf(number)).ok();
        }
        ::_exit(good ? 0 : 1);
    }
    for (int number = 0; number < 50; ++number) {
        QVERIFY(ours->append(backupOf(number)).ok());
    }
    int status = -1;
    QCOMPARE(::waitpid(child, &status, 0), child);
    QCOMPARE(status, 0);
    QVERIFY(ours->verify()->intact);
    QCOMPARE(ours->verify()->entries, std::uint64_t{100});
}

void TestAuditLog::append_manyThreads_oneChain()
{
    const auto log = open();
    {
        std::vector<std::jthread> threads;
        for (int thread = 0; thread < 8; ++thread) {
            threads.emplace_back([&] {
                for (int number = 0; number < 20; ++number) {
                    (void)log->append(backupOf(number));
                    (void)log->verify();
                }
            });
        }
    }
    QVERIFY(log->verify()->intact);
    QCOMPARE(log->verify()->entries, std::uint64_t{160});
}

void TestAuditLog::append_fullDisk_saysSoAndRecovers()
{
    fill(1);
    const std::string before = content();
    const pid_t child = ::fork(); // the limit cannot be taken back in our own process
    if (child == 0) {
        ::signal(SIGXFSZ, SIG_IGN);
        auto log = AuditLog::open(m_file, m_clock, *m_log);
        const struct rlimit limit = {before.size() + 20, before.size() + 20};
        ::setrlimit(RLIMIT_FSIZE, &limit);
        const bool refused = log.ok() && !log.value()->append(backupOf(2)).ok();
        ::_exit(refused && readFile(m_file).value() == before ? 0 : 1);
    }
    int status = -1;
    QCOMPARE(::waitpid(child, &status, 0), child);
    QCOMPARE(status, 0);
    const auto log = open();
    QVERIFY(log->append(backupOf(2)).ok());
    QVERIFY(log->verify()->intact);
}

QTEST_GUILESS_MAIN(TestAuditLog)
#include "tst_audit_log.moc"

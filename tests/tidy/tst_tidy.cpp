// SPDX-License-Identifier: Apache-2.0
#include "shared/base/file.h"
#include "tests/harness/temp_dir.h"
#include "tests/tidy/checks.h"
#include "tests/tidy/source_text.h"

#include <QtTest/QtTest>
#include <filesystem>
#include <numeric>

using namespace isotherm;
using namespace isotherm::tidy;

namespace
{

const std::string kSpdx = "// SPDX-License-Identifier: Apache-2.0\n";

std::string repeated(const std::string& line, std::size_t times)
{
    std::string text;
    for (std::size_t i = 0; i < times; ++i) {
        text += line;
    }
    return text;
}

std::string joined(const std::vector<std::string>& lines)
{
    return std::accumulate(lines.begin(), lines.end(), std::string(),
                           [](const std::string& a, const std::string& b) { return a + b + "\n"; });
}

} // namespace

/// The checker fails on what was planted, and on nothing else.
class TstTidy : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void initTestCase()
    {
        const auto text = readFile(ISOTHERM_TIDY_RULES);
        QVERIFY(text.ok());
        auto rules = parseRules(*text);
        QVERIFY2(rules.ok(), rules.ok() ? "" : rules.error().text().c_str());
        m_rules = std::move(rules).value();
    }

    void checkFile_includes_followTheArrows_data()
    {
        QTest::addColumn<QString>("path");
        QTest::addColumn<QString>("include");
        QTest::addColumn<bool>("allowed");
        const auto row = [](const char* path, const char* include, bool allowed) {
            QTest::addRow("%s: %s", path, include)
                << QString::fromUtf8(path) << QString::fromUtf8(include) << allowed;
        };
        row("agent/jobs/x.cpp", "\"agent/metadata/job_store.h\"", true);
        row("agent/jobs/x.cpp", "\"agent/jobs/y.h\"", true);
        row("agent/jobs/x.cpp", "\"shared/base/log.h\"", true);
        row("agent/jobs/x.cpp", "\"agent/backup/y.h\"", false);
        row("agent/jobs/x.cpp", "\"tests/harness/fake_clock.h\"", false);
        row("agent/backup/x.cpp", "\"agent/postgres/pg_engine.h\"", false);
        row("agent/main/x.cpp", "\"agent/postgres/pg_engine.h\"", true);
        row("agent/heat/x.h", "\"app/viewmath/y.h\"", false);
        row("app/pages/x.cpp", "\"agent/heat/heat_store.h\"", false);
        row("app/main/x.cpp", "\"shared/client/profile.h\"", true);
        row("app/widgets/x.cpp", "\"shared/client/profile.h\"", false);
        row("app/widgets/x.cpp", "\"app/pages/page.h\"", false);
        row("shared/model/x.h", "\"agent/engine/engine.h\"", false);
        row("shared/base/x.h", "\"shared/model/key.h\"", false);
        row("agent/heat/x.cpp", "<sqlite3.h>", false);
        row("agent/metadata/x.cpp", "<sqlite3.h>", true);
        row("agent/backup/x.cpp", "<libpq-fe.h>", false);
        row("agent/runtime/x.cpp", "<grpcpp/server.h>", false);
        row("agent/api/x.cpp", "<grpcpp/server.h>", true);
        row("agent/api/x.cpp", "<zstd.h>", false);
        row("agent/jobs/x.cpp", "<QString>", false);
        row("agent/jobs/x.cpp", "<QtCore/QString>", false);
        row("app/models/x.cpp", "<QString>", true);
        row("agent/jobs/x.cpp", "<Quantiles.h>", true);
        row("agent/jobs/x.cpp", "<vector>", true);
        row("tests/unit/jobs/x.cpp", "\"agent/postgres/pg_engine.h\"", true);
        row("agent/novel/x.cpp", "<vector>", false); // a folder without a rule
    }
    void checkFile_includes_followTheArrows()
    {
        QFETCH(QString, path);
        QFETCH(QString, include);
        QFETCH(bool, allowed);
        std::string source = kSpdx + "#include " + include.toStdString() + "\n";
        if (path.startsWith(QStringLiteral("app/"))) {
            source.replace(source.find("Apache-2.0"), 10, "GPL-3.0-or-later");
        }
        const auto problems = checkFile(path.toStdString(), source, m_rules);
        QVERIFY2(problems.empty() == allowed, joined(problems).c_str());
    }

    void checkFile_commentedInclude_isStillSeenOnlyAsText()
    {
        const std::string source = kSpdx + "// #include \"app/main/x.h\"\n";
        QVERIFY(checkFile("agent/jobs/x.cpp", source, m_rules).empty());
        const std::string spaced = kSpdx + "  #  include \"app/main/x.h\"\n";
        QCOMPARE(checkFile("agent/jobs/x.cpp", spaced, m_rules).size(), std::size_t{1});
    }

    void checkFile_longFile_isReported()
    {
        const std::string source = kSpdx + repeated("int x;\n", 699);
        QVERIFY(checkFile("agent/jobs/x.cpp", source, m_rules).empty());
        const auto problems = checkFile("agent/jobs/x.cpp", source + "int y;\n", m_rules);
        QCOMPARE(problems.size(), std::size_t{1});
        QVERIFY(problems[0].find("701 lines") != std::string::npos);
    }

    void checkFile_longFunction_isReported_data()
    {
        QTest::addColumn<QString>("before"); // up to the opening brace
        const auto row = [](const char* name, const char* before) {
            QTest::newRow(name) << QString::fromUtf8(before);
        };
        row("function", "void f(int a)\n");
        row("const method", "    int C::f() const noexcept\n");
        row("constructor", "C::C() : m_a(1), m_b{2}, m_c{}\n");
        row("template", "template <class T>\nauto f(T t) -> decltype(t())\n");
        row("lambda", "const auto f = [&](int a)\n");
        row("inside a class", "class C\n{\npublic:\n    void f()\n    ");
        row("strings with braces", "void f(char c = '{', const char* s = \"}{\" /* { */)\n");
        row("digit separators", "void f(int a = 1'000)\n");
    }
    void checkFile_longFunction_isReported()
    {
        QFETCH(QString, before);
        const std::string source = kSpdx + before.toStdString() + "{\n";
        const std::string end = before.contains(QStringLiteral("class")) ? "}\n};\n" : "}\n";
        const std::string body = "    if (a) { b(); } // }\n";
        const auto fits = checkFile("agent/jobs/x.cpp", source + repeated(body, 68) + end, m_rules);
        QVERIFY2(fits.empty(), joined(fits).c_str());
        const auto problems =
            checkFile("agent/jobs/x.cpp", source + repeated(body, 69) + end, m_rules);
        QCOMPARE(problems.size(), std::size_t{1});
        QVERIFY2(problems[0].find("71 lines") != std::string::npos, problems[0].c_str());
    }

    void checkFile_longClassOrNamespace_isFine()
    {
        const std::string source = kSpdx + "namespace a\n{\nclass C : public D<int>\n{\n" +
                                   repeated("    int f() const { return m_x; }\n", 200) +
                                   "};\nenum class E { A, B };\n} // namespace a\n";
        const auto problems = checkFile("agent/jobs/x.cpp", source, m_rules);
        QVERIFY2(problems.empty(), joined(problems).c_str());
    }

    void checkFile_licence_isTheFoldersOwn()
    {
        QCOMPARE(checkFile("agent/jobs/x.cpp", "int x;\n", m_rules).size(), std::size_t{1});
        QCOMPARE(checkFile("app/main/x.cpp", kSpdx, m_rules).size(), std::size_t{1});
        QVERIFY(
            checkFile("app/main/x.cpp", "// SPDX-License-Identifier: GPL-3.0-or-later\n", m_rules)
                .empty());
        QVERIFY(
            checkFile("tests/gui/x.cpp", "// SPDX-License-Identifier: GPL-3.0-or-later\n", m_rules)
                .empty());
        QCOMPARE(
            checkFile("agent/jobs/x.cpp", "// SPDX-License-Identifier: GPL-3.0-or-later\n", m_rules)
                .size(),
            std::size_t{1});
        QVERIFY(checkFile("packaging/x.sh", "#!/bin/sh\n# SPDX-License-Identifier: Apache-2.0\n",
                          m_rules)
                    .empty());
        QCOMPARE(checkFile("agent/jobs/x.cpp", "\n\n" + kSpdx, m_rules).size(), std::size_t{1});
        QCOMPARE(checkFile("agent/jobs/x.cpp", "", m_rules).size(), std::size_t{1});
    }

    void checkProject_plantedViolations_areFoundWhereTheyAre()
    {
        const test::TempDir root;
        write(root, "agent/jobs/good.cpp", kSpdx + "#include \"shared/base/log.h\"\n");
        QVERIFY(checkProject(root.path(), m_rules)->empty());
        write(root, "agent/jobs/deep/bad.cpp", kSpdx + "\n#include \"app/main/x.h\"\n");
        write(root, "tests/unit/no_licence.cpp", "int x;\n");
        write(root, "doc/page.md", "text\n");
        write(root, ".hidden/x.cpp", "no licence here either\n");
        const auto problems = checkProject(root.path(), m_rules);
        QCOMPARE(problems->size(), std::size_t{3});
        QVERIFY((*problems)[0].starts_with("agent/jobs/deep/bad.cpp:3: "));
        QVERIFY((*problems)[1].starts_with("doc:1: "));
        QVERIFY((*problems)[2].starts_with("tests/unit/no_licence.cpp:1: "));
    }

    void parseRules_unreadable_isRefusedWithItsLine()
    {
        const auto rules = parseRules("room a/b c/d # fine\n\nrum a/b\n");
        QVERIFY(!rules.ok());
        QVERIFY(rules.error().text().find("line 3") != std::string::npos);
        QVERIFY(!parseRules("room\n").ok());
    }

private:
    static void write(const test::TempDir& root, const std::string& path,
                      const std::string& content)
    {
        std::filesystem::create_directories((root.path() / path).parent_path());
        QVERIFY(writeFileDurably(root.path() / path, content).ok());
    }

    Rules m_rules;
};

QTEST_GUILESS_MAIN(TstTidy)
#include "tst_tidy.moc"

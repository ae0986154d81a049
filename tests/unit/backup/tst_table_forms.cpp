// SPDX-License-Identifier: Apache-2.0
#include "agent/backup/row_reshaper.h"
#include "agent/backup/table_forms.h"
#include "shared/base/byte_io.h"
#include "shared/model/row_batch.h"

#include <QTest>

using namespace isotherm;
using namespace isotherm::backup;

namespace
{

ColumnSchema column(const std::string& name, std::uint32_t number, const std::string& type = "text")
{
    ColumnSchema made{name, type, ValueEncoding::Binary, false, {}};
    made.number = number;
    return made;
}

TableSchema table()
{
    TableSchema schema;
    schema.schema = "public";
    schema.name = "t";
    schema.columns = {column("id", 1, "bigint"), column("a", 2), column("b", 4)};
    schema.key = {{0, KeyType::Integer}};
    schema.partitionKeyColumns = 1;
    schema.keyIsUnique = true;
    return schema;
}

engine::TableDefinition definitionOf(TableSchema schema)
{
    engine::TableDefinition definition;
    definition.tableId = 7;
    for (KeyColumn& key : schema.key) {
        key.type = KeyType::Opaque; // not told
    }
    definition.missing.resize(schema.columns.size());
    definition.schema = std::move(schema);
    return definition;
}

repository::ManifestTable manifestTable()
{
    repository::ManifestTable made;
    made.schema = table();
    return made;
}

std::string row(const std::vector<std::string>& values)
{
    std::string made;
    for (const std::string& value : values) {
        appendBigEndian(made, static_cast<std::uint32_t>(value.size()));
        made += value;
    }
    return made;
}

std::shared_ptr<engine::ChangeRelation> relationOf(const TableSchema& schema)
{
    auto relation = std::make_shared<engine::ChangeRelation>();
    for (const ColumnSchema& from : schema.columns) {
        relation->columns.push_back({from.name, from.typeName, from.encoding, false});
    }
    return relation;
}

} // namespace

class TestTableForms : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void followSchema_addedDroppedRenamed_areToldByNumber()
    {
        TableSchema next = table();
        next.columns = {column("id", 1, "bigint"), column("a2", 2), column("b", 5), column("c", 6)};
        engine::TableDefinition definition = definitionOf(next);
        definition.missing[3] = "seventeen";
        const auto followed = followSchema(table(), definition);
        QVERIFY2(followed.ok(), followed.ok() ? "" : followed.error().text().c_str());
        QCOMPARE(followed->origins[1].previous.value(), 1U); // renamed
        QVERIFY(!followed->origins[2].previous);             // dropped, and made again
        QVERIFY(!followed->origins[2].missing);
        QCOMPARE(followed->origins[3].missing.value(), std::string("seventeen"));
        QCOMPARE(followed->schema.key.front().type, KeyType::Integer);
    }

    void followSchema_typesWithTheSameBytes_goOn_others_doNot_data()
    {
        QTest::addColumn<QString>("before");
        QTest::addColumn<QString>("now");
        QTest::addColumn<bool>("goesOn");
        QTest::newRow("longer") << "character varying(5)"
                                << "character varying(9)" << true;
        QTest::newRow("to text") << "character varying(5)"
                                 << "text" << true;
        QTest::newRow("precision") << "numeric(10,2)"
                                   << "numeric(12,2)" << true;
        QTest::newRow("timestamps") << "timestamp(3) without time zone"
                                    << "timestamp without time zone" << true;
        QTest::newRow("cidr says it is one") << "cidr"
                                             << "inet" << false;
        QTest::newRow("integers") << "integer"
                                  << "bigint" << false;
        QTest::newRow("domain") << "public.d"
                                << "integer" << false;
    }

    void followSchema_typesWithTheSameBytes_goOn_others_doNot()
    {
        QFETCH(QString, before);
        QFETCH(QString, now);
        QFETCH(bool, goesOn);
        TableSchema previous = table();
        previous.columns[1].typeName = before.toStdString();
        TableSchema next = table();
        next.columns[1].typeName = now.toStdString();
        QCOMPARE(followSchema(previous, definitionOf(next)).ok(), goesOn);
    }

    void followSchema_otherKeyEncodingOrUnknown_endsTheChain()
    {
        TableSchema next = table();
        next.key.push_back({1, KeyType::Text});
        QCOMPARE(followSchema(table(), definitionOf(next)).error().code, Code::FailedPrecondition);
        next = table();
        next.keyIsUnique = false;
        QVERIFY(!followSchema(table(), definitionOf(next)).ok());
        next = table();
        next.columns[1].encoding = ValueEncoding::Text;
        QVERIFY(!followSchema(table(), definitionOf(next)).ok());
        engine::TableDefinition definition = definitionOf(table());
        definition.unknown = "the type of column m is gone";
        QCOMPARE(followSchema(table(), definition).error().message, definition.unknown);
    }

    /// Backups of older versions have no numbers: names must do, or nothing does.
    void followSchema_withoutNumbers_onlyWhereNamesAreCertain()
    {
        TableSchema old = table();
        for (ColumnSchema& from : old.columns) {
            from.number = 0;
        }
        TableSchema next = table();
        next.columns[2].number = 3;
        next.columns.push_back(column("c", 4));
        QVERIFY(followSchema(old, definitionOf(next)).ok());
        next.columns[1].name = "renamed";
        QVERIFY(!followSchema(old, definitionOf(next)).ok());
        next = table(); // its numbers have a hole: something was dropped once
        QVERIFY(!followSchema(old, definitionOf(next)).ok());
    }

    void follow_sameColumns_isNoVersion()
    {
        TableForms forms(manifestTable());
        QVERIFY(forms.follow(Lsn(10), 1, definitionOf(table())).ok());
        QCOMPARE(forms.versions().size(), std::size_t{1});
        QVERIFY(!forms.changedAt(Lsn(10)));
    }

    void formAt_twoChangesInOneTransaction_rowsBetweenAreReshaped()
    {
        TableForms forms(manifestTable());
        TableSchema wide = table();
        wide.columns.push_back(column("c", 5));
        engine::TableDefinition added = definitionOf(wide);
        added.missing[3] = "dflt";
        QVERIFY(forms.follow(Lsn(20), 3, added).ok());
        TableSchema narrow = wide;
        narrow.columns.erase(narrow.columns.begin() + 1); // a
        QVERIFY(forms.follow(Lsn(20), 6, definitionOf(narrow)).ok());
        QCOMPARE(forms.versions().size(), std::size_t{2});
        QCOMPARE(forms.versions()[1].from, Lsn(20));
        QCOMPARE(forms.versions()[1].schema.columns.size(), std::size_t{3});
        QCOMPARE(forms.versions()[1].origins[2].missing.value(), std::string("dflt"));
        QVERIFY(forms.changedAt(Lsn(20)) && !forms.changedAt(Lsn(19)));

        const auto reshaped = [&](std::uint64_t commit, std::uint64_t sequence,
                                  const std::vector<std::string>& values) {
            const TableSchema& form = forms.formAt(Lsn(commit), sequence);
            const auto origins = forms.originsAt(Lsn(commit), sequence);
            auto shaper = RowReshaper::make(*relationOf(form), form, *origins);
            return shaper.ok() ? std::string(shaper->reshape(row(values)).value()) : std::string();
        };
        // Before that transaction; in it before, between and after the two changes; after it.
        QCOMPARE(reshaped(15, 9, {"1", "A", "B"}), row({"1", "A", "B"}));
        QCOMPARE(reshaped(20, 2, {"1", "A", "B"}), row({"1", "B", "dflt"}));
        QCOMPARE(reshaped(20, 4, {"1", "A", "B", "C"}), row({"1", "B", "C"}));
        QCOMPARE(reshaped(20, 7, {"1", "B", "C"}), row({"1", "B", "C"}));
        QCOMPARE(reshaped(30, 1, {"1", "B", "C"}), row({"1", "B", "C"}));
        // A row that is not of the form that markers told of.
        QVERIFY(!RowReshaper::make(*relationOf(table()), forms.formAt(Lsn(30), 1)).ok());
    }

    void follow_goesOnFromAnOlderManifestsVersions()
    {
        repository::ManifestTable before = manifestTable();
        TableSchema wide = table();
        wide.columns.push_back(column("c", 5));
        before.versions = {{Lsn(), before.schema, {}},
                           {Lsn(5), wide, {{0U, {}}, {1U, {}}, {2U, {}}, {{}, "x"}}}};
        before.schema = wide;
        TableForms forms(before);
        TableSchema renamed = wide;
        renamed.name = "t2";
        QVERIFY(forms.follow(Lsn(9), 1, definitionOf(renamed)).ok());
        QCOMPARE(forms.versions().size(), std::size_t{3});
        QCOMPARE(forms.versions().back().schema.name, std::string("t2"));
    }
};

QTEST_APPLESS_MAIN(TestTableForms)
#include "tst_table_forms.moc"

// SPDX-License-Identifier: Apache-2.0
#include "agent/postgres/bounds.h"
#include "agent/postgres/completion.h"
#include "agent/postgres/init_sql.h"
#include "agent/postgres/key_predicate.h"
#include "agent/postgres/pg_error.h"
#include "agent/postgres/postgres_engine.h"
#include "agent/postgres/row_select.h"
#include "agent/postgres/schema_marker.h"
#include "agent/postgres/sql_text.h"

#include <QTest>
#include <algorithm>

using namespace isotherm;
using namespace isotherm::postgres;

/// The parts of the engine that only read and write text.
class TestPostgresText : public QObject
{
    Q_OBJECT

    static TableSchema table()
    {
        TableSchema schema;
        schema.columns = {{"a b", "integer", ValueEncoding::Binary, true, ""},
                          {"t", "text", ValueEncoding::Binary, false, ""},
                          {"n", "numeric", ValueEncoding::Binary, true, ""}};
        schema.key = {{0, KeyType::Integer}, {1, KeyType::Text}, {2, KeyType::Opaque}};
        return schema;
    }
    static Key key(std::int64_t a, const char* t = nullptr)
    {
        std::string encoded;
        appendKeyInteger(encoded, a);
        if (t != nullptr) {
            appendKeyBytes(encoded, t);
        }
        return Key(encoded);
    }

private Q_SLOTS:
    void parseBound_wellFormed_valuesWithoutQuotes()
    {
        const auto bound = parseBound(
            "FOR VALUES FROM (10, 'it''s, \"x\")(\\n', MINVALUE) TO ('-5', true, MAXVALUE)");
        QVERIFY(bound.ok());
        using Kind = BoundValue::Kind;
        QCOMPARE(bound->from.size(), std::size_t{3});
        QVERIFY((bound->from[0] == BoundValue{Kind::Value, "10"}));
        QVERIFY((bound->from[1] == BoundValue{Kind::Value, "it's, \"x\")(\\n"}));
        QVERIFY((bound->from[2] == BoundValue{Kind::Minimum, ""}));
        QVERIFY((bound->to[0] == BoundValue{Kind::Value, "-5"}));
        QVERIFY((bound->to[1] == BoundValue{Kind::Value, "true"}));
        QVERIFY((bound->to[2] == BoundValue{Kind::Maximum, ""}));
        QVERIFY(parseBound("DEFAULT")->isDefault);
        QVERIFY((parseBound("FOR VALUES FROM ('') TO ('MINVALUE')")->to[0] ==
                 BoundValue{Kind::Value, "MINVALUE"}));
    }

    void parseBound_malformed_refused_data()
    {
        QTest::addColumn<QString>("text");
        for (const char* text :
             {"", "FOR VALUES IN (1)", "FOR VALUES WITH (modulus 4, remainder 0)",
              "FOR VALUES FROM (1) TO (2", "FOR VALUES FROM (1) TO ('2)", "FOR VALUES FROM (1)",
              "FOR VALUES FROM (1) TO (2, 3)", "FOR VALUES FROM (1) TO (2) x"}) {
            QTest::newRow(text) << text;
        }
    }
    void parseBound_malformed_refused()
    {
        QFETCH(QString, text);
        const auto bound = parseBound(text.toStdString());
        QVERIFY(!bound.ok());
        QCOMPARE(bound.error().code, Code::InvalidArgument);
    }

    void codeForSqlState_eachFamily_mapped_data()
    {
        QTest::addColumn<QByteArray>("state");
        QTest::addColumn<int>("code");
        const auto row = [](const char* state, Code code) {
            QTest::newRow(state) << QByteArray(state) << static_cast<int>(code);
        };
        row("08006", Code::Unavailable);
        row("57P01", Code::Unavailable);
        row("28P01", Code::Unauthenticated);
        row("42501", Code::PermissionDenied);
        row("42P01", Code::NotFound);
        row("42P07", Code::AlreadyExists);
        row("42601", Code::InvalidArgument);
        row("40P01", Code::Aborted);
        row("55P03", Code::DeadlineExceeded);
        row("57014", Code::Cancelled);
        row("53100", Code::ResourceExhausted);
        row("53300", Code::ResourceExhausted);
        row("23505", Code::FailedPrecondition);
        row("XX001", Code::Internal); // DataLoss is for our own checksums
        row("P0001", Code::Unknown);
    }
    void codeForSqlState_eachFamily_mapped()
    {
        QFETCH(QByteArray, state);
        QFETCH(int, code);
        QCOMPARE(static_cast<int>(codeForSqlState(state.toStdString(), "")), code);
        QCOMPARE(codeForSqlState("57014", "canceling statement due to statement timeout"),
                 Code::DeadlineExceeded);
    }

    void quoting_hostileText_staysText()
    {
        QCOMPARE(quoteQualified("a.b", "c\"d"), std::string("\"a.b\".\"c\"\"d\""));
        QCOMPARE(quoteLiteral("it's \\"), std::string("'it''s \\'"));
        QCOMPARE(arrayLiteral({"a\"b", "c\\d", "", "e,f"}),
                 std::string("{\"a\\\"b\",\"c\\\\d\",\"\",\"e,f\"}"));
        QCOMPARE(arrayLiteral({}), std::string("{}"));
    }

    void completionFor_patternsOfTheUser_untouched()
    {
        QCOMPARE(completionFor("ALTER TABLE %TABLE% ADD CHECK (x LIKE '%TABLE%')", "\"s\".\"t\""),
                 std::string("ALTER TABLE \"s\".\"t\" ADD CHECK (x LIKE '%TABLE%')"));
    }

    void copyOutSql_textColumn_castInASelect()
    {
        TableSchema schema = table();
        const RowSelect select{"\"s\".\"t\"", {}, {}};
        QCOMPARE(copyOutSql(schema, select),
                 std::string("COPY \"s\".\"t\" (\"a b\", \"t\", \"n\") TO STDOUT (FORMAT binary)"));
        schema.columns[2].encoding = ValueEncoding::Text;
        QCOMPARE(copyOutSql(schema, select),
                 std::string("COPY (SELECT \"a b\", \"t\", \"n\"::text FROM ONLY \"s\".\"t\") TO "
                             "STDOUT (FORMAT binary)"));
    }

    void keyPredicate_bounds_asTightAsTheServerCan()
    {
        QCOMPARE(keyPredicate(table(), {}), std::string());
        QCOMPARE(keyPredicate(table(), {key(5), key(9)}),
                 std::string("((\"a b\") >= ('5'::int8)) AND ((\"a b\") < ('9'::int8))"));
        QCOMPARE(keyPredicate(table(), {key(5, "x'y"), std::nullopt}),
                 std::string("((\"a b\", \"t\") >= ('5'::int8, 'x''y'::text) OR \"t\" IS NULL)"));
        // An opaque component cannot be compared: the rows with this prefix are all fetched.
        std::string encoded = key(5, "x").encoded();
        appendKeyBytes(encoded, "\x01");
        QCOMPARE(keyPredicate(table(), {Key(), Key(encoded)}),
                 std::string("((\"a b\", \"t\") <= ('5'::int8, 'x'::text) OR \"t\" IS NULL)"));
        encoded = key(5).encoded();
        appendKeyMaximum(encoded);
        QCOMPARE(keyPredicate(table(), {Key(encoded), Key(encoded)}),
                 std::string("((\"a b\") > ('5'::int8)) AND ((\"a b\") <= ('5'::int8))"));
    }

    void open_unreadableDsn_refusedWithoutQuotingIt()
    {
        const SystemClock clock;
        PostgresOptions options;
        options.conninfo = "password=secret oops";
        const auto engine = PostgresEngine::open(options, clock);
        QVERIFY(!engine.ok());
        QCOMPARE(engine.error().code, Code::InvalidArgument);
        QVERIFY(engine.error().text().find("secret") == std::string::npos);
    }

    void parseSchemaMarker_tableWithIt_isReadAsTheCatalogIs()
    {
        const auto parsed = parseSchemaMarker(quoted(
            "{'kind': 'changed', 'objects': [5, 6], 'what': 'ALTER TABLE t', 'reason': 0, 'table':"
            " {'id': 5, 'schema': 'public', 'name': 't', 'partition': [1], 'primary': [1, 4],"
            " 'columns': [{'number': 1, 'name': 'k', 'type': 'integer', 'oid': 23, 'required':"
            " true}, {'number': 4, 'name': 's', 'type': 'text', 'oid': 25, 'required': true,"
            " 'collation': 'pg_catalog.C'}, {'number': 6, 'name': 'x', 'type': 'integer', 'oid':"
            " 23, 'required': false, 'missing': {'text': '17', 'binary': '00000011'}}],"
            " 'generated': 'g integer', 'constraints': ['PRIMARY KEY (k, s)'],"
            " 'indexes': [[true, ' USING btree (x)']]}}"));
        QVERIFY(parsed && parsed->marker.definition);
        const TableSchema& schema = parsed->marker.definition->schema;
        QCOMPARE(parsed->marker.definition->tableId, std::uint64_t{5});
        QCOMPARE(schema.columns.size(), std::size_t{3});
        QCOMPARE(schema.columns[1].number, 4U);
        QCOMPARE(schema.columns[1].collation, std::string("pg_catalog.C"));
        QCOMPARE(schema.key.size(), std::size_t{2});
        QCOMPARE(schema.key[1].column, 1U);
        QCOMPARE(schema.partitionKeyColumns, 1U);
        QVERIFY(schema.keyIsUnique);
        QCOMPARE(schema.completion.size(), std::size_t{3});
        QCOMPARE(schema.completion[2],
                 std::string("CREATE UNIQUE INDEX ON %TABLE% USING btree (x)"));
        QCOMPARE(parsed->missing[2]->binary.value(), std::string("\0\0\0\x11", 4));
        // Types that nothing is known of make the definition unknown, and not a guess.
        const engine::SchemaMarker resolved = resolveMarker(*parsed, TypePolicy());
        QVERIFY(!resolved.definition->unknown.empty());
    }

    void parseSchemaMarker_hostile_isNoDefinition_data()
    {
        QTest::addColumn<QByteArray>("table");
        QTest::newRow("no object") << QByteArray("[]");
        QTest::newRow("no id") << QByteArray("{'schema': 's', 'name': 't', 'columns': []}");
        for (const char* number : {"0", "-4", "70000", "'1'"}) {
            QTest::newRow(number) << QByteArray("{'id': 1, 'schema': 's', 'name': 't', 'columns':"
                                                " [{'number': ") +
                                         number + ", 'name': 'a', 'type': 'int', 'oid': 23}]}";
        }
        QTest::newRow("column is text")
            << QByteArray("{'id': 1, 'schema': 's', 'name': 't', 'columns': ['a']}");
        QTest::newRow("columns are text")
            << QByteArray("{'id': 1, 'schema': 's', 'name': 't', 'columns': 'a'}");
    }

    void parseSchemaMarker_hostile_isNoDefinition()
    {
        QFETCH(QByteArray, table);
        const auto parsed = parseSchemaMarker(
            quoted("{'kind': 'changed', 'objects': [5], 'table': " + table.toStdString() + "}"));
        QVERIFY(parsed);
        QVERIFY(!parsed->marker.definition);
    }

private:
    /// JSON with the other quotes, which are easier to write here.
    static std::string quoted(std::string json)
    {
        std::replace(json.begin(), json.end(), '\'', '"');
        return json;
    }
};

QTEST_APPLESS_MAIN(TestPostgresText)
#include "tst_postgres_text.moc"

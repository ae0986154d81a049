// SPDX-License-Identifier: Apache-2.0
// clang-format off
#include <string>

#include "agent/recovery/row_merge.h"
#include "agent/recovery/then_rows.h"
// clang-format on

#include <QtTest/QtTest>
#include <map>
#include <random>
#include <vector>

using namespace isotherm;
using namespace isotherm::recovery;

namespace
{

/// (k int8 key, a text, b text).
TableSchema tableOf(bool unique = true)
{
    TableSchema table;
    table.schema = "shop";
    table.name = "orders";
    table.columns = {{"k", "bigint", ValueEncoding::Binary, true, ""},
                     {"a", "text", ValueEncoding::Binary, false, ""},
                     {"b", "character varying(20)", ValueEncoding::Binary, false, ""}};
    table.key = {{0, KeyType::Integer}};
    table.partitionKeyColumns = 1;
    table.keyIsUnique = unique;
    return table;
}

void appendText(std::string& row, const std::optional<std::string>& value)
{
    appendBigEndian(row, value ? static_cast<std::uint32_t>(value->size())
                               : static_cast<std::uint32_t>(kNullField));
    row += value.value_or("");
}

std::string rowOf(std::int64_t key, const std::optional<std::string>& a,
                  const std::optional<std::string>& b = std::nullopt)
{
    std::string row;
    appendBigEndian(row, std::uint32_t{8});
    appendBigEndian(row, static_cast<std::uint64_t>(key));
    appendText(row, a);
    appendText(row, b);
    return row;
}

/// Rows in batches of `perBatch`.
class ListedRows final : public RowSource
{
public:
    ListedRows(std::vector<std::string> rows, std::size_t perBatch)
        : m_rows(std::move(rows)), m_perBatch(perBatch)
    {
    }
    Status next(RowBatch& batch) override
    {
        batch.clear();
        while (m_at < m_rows.size() && batch.rowCount() < m_perBatch) {
            batch.append(m_rows[m_at++]);
        }
        return {};
    }

private:
    std::vector<std::string> m_rows;
    std::size_t m_perBatch;
    std::size_t m_at = 0;
};

struct Outcome
{
    MergeCounts counts;
    std::vector<Difference> differences;
};

Result<Outcome> merged(const TableSchema& then, const TableSchema& now,
                       std::vector<std::string> thenRows, std::vector<std::string> nowRows,
                       std::size_t perBatch = 3)
{
    ISO_ASSIGN(const ColumnMatch match, matchColumns(then, now));
    ListedRows a(std::move(thenRows), perBatch);
    ListedRows b(std::move(nowRows), perBatch + 1);
    Outcome outcome;
    ISO_ASSIGN(outcome.counts, RowMerge(then, now, match)
                                   .run(a, b,
                                        [&](const Difference& difference) -> Status {
                                            outcome.differences.push_back(difference);
                                            return {};
                                        },
                                        {}));
    return outcome;
}

} // namespace

class TestRowMerge : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void merge_eachKind_isToldWithBothImages();
    void merge_randomTables_agreesWithAMap();
    void merge_columnsCameAndWent_comparesCommonOnes();
    void merge_nullIsNotEmpty();
    void merge_keyNotUnique_countsWholeRows();
    void merge_rowsOutOfOrder_isRefused();
    void merge_cancelled_stops();
    void match_otherKey_isRefused();
    void match_otherType_isNotCompared_otherLengthIs();
    void interleaved_defaultRowsBetween_comeInOrder();
};

void TestRowMerge::merge_eachKind_isToldWithBothImages()
{
    const auto outcome =
        merged(tableOf(), tableOf(), {rowOf(1, "x"), rowOf(2, "old"), rowOf(3, "gone")},
               {rowOf(1, "x"), rowOf(2, "new"), rowOf(9, "fresh")});
    QVERIFY(outcome.ok());
    QCOMPARE(outcome->counts.same, 1U);
    QCOMPARE(outcome->counts.changed, 1U);
    QCOMPARE(outcome->counts.missing, 1U);
    QCOMPARE(outcome->counts.extra, 1U);
    QCOMPARE(outcome->differences.size(), 3U);
    QVERIFY(outcome->differences[0].kind == RowDifference::Changed);
    QVERIFY(outcome->differences[0].then == rowOf(2, "old"));
    QVERIFY(outcome->differences[0].now == rowOf(2, "new"));
    QVERIFY(outcome->differences[1].kind == RowDifference::Missing);
    QVERIFY(!outcome->differences[1].now);
    QVERIFY(outcome->differences[2].kind == RowDifference::Extra);
    QVERIFY(!outcome->differences[2].then);
}

void TestRowMerge::merge_randomTables_agreesWithAMap()
{
    const auto seed = std::random_device{}();
    qInfo("seed %u", seed);
    std::mt19937_64 random(seed);
    for (int round = 0; round < 300; ++round) {
        std::map<std::int64_t, std::string> then;
        std::map<std::int64_t, std::string> now;
        const auto fill = [&random](std::map<std::int64_t, std::string>& rows) {
            for (std::uint64_t i = random() % 40; i > 0; --i) {
                rows[static_cast<std::int64_t>(random() % 30) - 15] = std::to_string(random() % 3);
            }
        };
        fill(then);
        fill(now);
        MergeCounts expected;
        std::vector<std::string> thenRows;
        std::vector<std::string> nowRows;
        for (const auto& [key, value] : then) {
            thenRows.push_back(rowOf(key, value));
            const auto other = now.find(key);
            expected.missing += other == now.end() ? 1 : 0;
            expected.same += other != now.end() && other->second == value ? 1 : 0;
            expected.changed += other != now.end() && other->second != value ? 1 : 0;
        }
        for (const auto& [key, value] : now) {
            nowRows.push_back(rowOf(key, value));
            expected.extra += then.contains(key) ? 0 : 1;
        }
        const auto outcome = merged(tableOf(), tableOf(), thenRows, nowRows, 1 + random() % 5);
        QVERIFY(outcome.ok());
        QVERIFY(outcome->counts == expected);
    }
}

void TestRowMerge::merge_columnsCameAndWent_comparesCommonOnes()
{
    TableSchema now = tableOf();
    std::swap(now.columns[1], now.columns[2]); // b before a
    now.columns[2].name = "c";                 // a is gone, c came
    const auto match = matchColumns(tableOf(), now);
    QVERIFY(match.ok());
    QCOMPARE(match->onlyThen, std::vector<std::string>{"a"});
    QCOMPARE(match->onlyNow, std::vector<std::string>{"c"});
    // Then (k, a, b), now (k, b, c).
    const auto outcome = merged(tableOf(), now, {rowOf(1, "a", "same"), rowOf(2, "a", "old")},
                                {rowOf(1, "same", "c"), rowOf(2, "new", "c")});
    QVERIFY(outcome.ok());
    QCOMPARE(outcome->counts.same, 1U);
    QCOMPARE(outcome->counts.changed, 1U);
    std::string projected; // k and b only
    appendBigEndian(projected, std::uint32_t{8});
    appendBigEndian(projected, std::uint64_t{2});
    appendText(projected, "old");
    QVERIFY(outcome->differences.front().then == projected);
    QVERIFY(outcome->differences.front().now == rowOf(2, "new", "c"));
}

void TestRowMerge::merge_nullIsNotEmpty()
{
    const auto outcome = merged(tableOf(), tableOf(), {rowOf(1, std::nullopt)}, {rowOf(1, "")});
    QVERIFY(outcome.ok());
    QCOMPARE(outcome->counts.changed, 1U);
}

void TestRowMerge::merge_keyNotUnique_countsWholeRows()
{
    const auto outcome = merged(tableOf(false), tableOf(false),
                                {rowOf(1, "x"), rowOf(1, "x"), rowOf(1, "y"), rowOf(2, "z")},
                                {rowOf(1, "w"), rowOf(1, "x"), rowOf(1, "x"), rowOf(1, "x")});
    QVERIFY(outcome.ok());
    QCOMPARE(outcome->counts.same, 2U);
    QCOMPARE(outcome->counts.extra, 2U);   // w, and the third x
    QCOMPARE(outcome->counts.missing, 2U); // y and z
    QCOMPARE(outcome->counts.changed, 0U);
}

void TestRowMerge::merge_rowsOutOfOrder_isRefused()
{
    const auto outcome = merged(tableOf(), tableOf(), {rowOf(2, "x"), rowOf(1, "x")}, {});
    QVERIFY(!outcome.ok());
    QVERIFY(outcome.error().code == Code::FailedPrecondition);
}

void TestRowMerge::merge_cancelled_stops()
{
    const TableSchema table = tableOf();
    ListedRows a({rowOf(1, "x")}, 1);
    ListedRows b({}, 1);
    std::stop_source stop;
    stop.request_stop();
    const auto counts = RowMerge(table, table, matchColumns(table, table).value())
                            .run(
                                a, b, [](const Difference&) { return Status(); }, stop.get_token());
    QVERIFY(!counts.ok());
    QVERIFY(counts.error().code == Code::Cancelled);
}

void TestRowMerge::match_otherKey_isRefused()
{
    TableSchema now = tableOf();
    now.key.push_back({1, KeyType::Text});
    QVERIFY(!matchColumns(tableOf(), now).ok());
    now = tableOf();
    now.columns[0].name = "id";
    QVERIFY(!matchColumns(tableOf(), now).ok());
}

void TestRowMerge::match_otherType_isNotCompared_otherLengthIs()
{
    TableSchema now = tableOf();
    now.columns[1].typeName = "jsonb";
    now.columns[2].typeName = "character varying(99)";
    const auto match = matchColumns(tableOf(), now);
    QVERIFY(match.ok());
    QCOMPARE(match->onlyThen, std::vector<std::string>{"a"});
    QCOMPARE(match->onlyNow, std::vector<std::string>{"a"});
    QVERIFY(match->now == (std::vector<std::uint32_t>{0, 2}));
}

void TestRowMerge::interleaved_defaultRowsBetween_comeInOrder()
{
    const auto piece = [](std::int64_t from, std::int64_t to, std::vector<std::string> rows) {
        KeyRange range;
        std::string begin;
        appendKeyInteger(begin, from);
        range.begin = Key(begin);
        std::string end;
        appendKeyInteger(end, to);
        range.end = Key(end);
        return RowPiece{
            range, [rows](const KeyRange&, std::stop_token) -> Result<std::unique_ptr<RowSource>> {
                return std::unique_ptr<RowSource>(std::make_unique<ListedRows>(rows, 2));
            }};
    };
    const TableSchema table = tableOf();
    const auto source =
        rowsIn(KeyRange{}, {piece(10, 20, {rowOf(12, "c")}), piece(0, 10, {rowOf(1, "a")})},
               {piece(-100, 100, {rowOf(-5, "z"), rowOf(5, "b"), rowOf(50, "d")})}, table, {});
    KeyedRows rows(*source, table);
    std::vector<std::string> seen;
    for (;;) {
        const auto more = rows.next();
        QVERIFY(more.ok()); // in order, or it says so
        if (!*more) {
            break;
        }
        seen.emplace_back(rows.row());
    }
    QVERIFY(seen == (std::vector<std::string>{rowOf(-5, "z"), rowOf(1, "a"), rowOf(5, "b"),
                                              rowOf(12, "c"), rowOf(50, "d")}));
}

QTEST_APPLESS_MAIN(TestRowMerge)
#include "tst_row_merge.moc"

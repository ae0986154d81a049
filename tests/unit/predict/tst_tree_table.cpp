// SPDX-License-Identifier: Apache-2.0
#include "agent/predict/tree_model.h"
#include "agent/predict/tree_table.h"

#include <QtTest/QtTest>
#include <cmath>
#include <string>

using namespace isotherm;
using namespace isotherm::predict;

class TstTreeTable : public QObject
{
    Q_OBJECT

    static FeatureRow row(float last, float hour)
    {
        FeatureRow made;
        made.packed.fill(kNoFeature);
        const auto put = [&](std::size_t feature, float value) {
            if (!std::isnan(value)) {
                made.packed[feature] = static_cast<PackedFeature>(value * kFeatureUnit);
            }
        };
        put(kLast, last);
        put(kHour1, hour);
        return made;
    }

    static std::string chain(int depth)
    {
        std::string dump;
        for (int i = 0; i < depth; ++i) {
            dump += std::to_string(2 * i) + ":[f0<" + std::to_string(i) +
                    "] yes=" + std::to_string(2 * i + 1) + ",no=" + std::to_string(2 * i + 2) +
                    ",missing=" + std::to_string(2 * i + 1) + "\n" + std::to_string(2 * i + 1) +
                    ":leaf=" + std::to_string(i) + "\n";
        }
        return dump + std::to_string(2 * depth) + ":leaf=" + std::to_string(depth) + "\n";
    }

private Q_SLOTS:
    void predict_rows_goWhereTheLibraryWouldSendThem()
    {
        // Split on kLast; what is missing goes right. On the right on kHour1; missing goes left.
        static constexpr const char* kDump = "0:[f0<0.5] yes=1,no=2,missing=2\n"
                                             "\t1:leaf=0.25\n"
                                             "\t2:[f1<-1.25] yes=3,no=4,missing=3\n"
                                             "\t\t3:leaf=-2\n"
                                             "\t\t4:leaf=8\n";
        static constexpr const char* kStump = "0:leaf=100\n";
        const std::array<const char*, 2> dumps = {kDump, kStump};
        const auto table = TreeTable::parse(dumps);
        QVERIFY2(table.ok(), table.ok() ? "" : table.error().text().c_str());
        const float none = kMissing;
        const std::vector<FeatureRow> rows = {
            row(0.25F, none), row(0.5F, none), row(none, none), row(none, -1.25F), row(3, -1.3F),
            row(3, 2),        row(-30, 9),     row(0.499F, -9), row(0.501F, 7),
        };
        const std::vector<float> expected = {100.25F, 98, 98, 108, 98, 108, 100.25F, 100.25F, 108};
        QCOMPARE(table->predict(rows), expected);
    }

    void parse_aTreeAsDeepAsCanBe_isTaken()
    {
        const std::string deep = chain(TreeTable::kMostDepth);
        const std::array<const char*, 1> dumps = {deep.c_str()};
        const auto table = TreeTable::parse(dumps);
        QVERIFY(table.ok());
        for (int i = 0; i <= TreeTable::kMostDepth; ++i) {
            const std::vector<FeatureRow> rows = {row(static_cast<float>(i) - 0.5F, 0)};
            QCOMPARE(table->predict(rows).front(), static_cast<float>(i));
        }
    }

    void parse_whatIsNotATree_isRefused()
    {
        const std::string deeper = chain(TreeTable::kMostDepth + 1);
        for (const char* dump :
             {"", "0:leaf", "0:[f0<1] yes=1,no=2,missing=1\n1:leaf=1\n",
              "0:[f999<1] yes=1,no=2,missing=1\n1:leaf=1\n2:leaf=2\n", deeper.c_str()}) {
            const std::array<const char*, 1> dumps = {dump};
            QVERIFY2(!TreeTable::parse(dumps).ok(), dump);
        }
    }

    void grow_anEasyRule_isPredicted()
    {
        TrainingSample sample(1000, Tuning());
        const auto truth = [](float last, float hour) {
            return last > 0.5F && hour < 1 ? 2.0F : 0.0F;
        };
        for (int i = 0; i < 2000; ++i) {
            const float last = static_cast<float>(i % 20) / 10;
            const float hour = static_cast<float>(i % 31) / 10;
            sample.offer(row(last, hour), truth(last, hour));
        }
        TreeModel model{Tuning()};
        QVERIFY(model.begin(sample).ok());
        while (true) {
            const auto growth = model.grow(10);
            QVERIFY(growth.ok());
            if (*growth == TreeModel::Growth::Done) {
                break;
            }
        }
        const std::vector<FeatureRow> rows = {row(1, 0.5F), row(0, 0.5F), row(1, 2)};
        const auto made = model.predict(rows);
        QVERIFY(made.ok());
        for (std::size_t i = 0; i < rows.size(); ++i) {
            const float expected = truth(rows[i].value(kLast), rows[i].value(kHour1));
            QVERIFY(std::abs((*made)[i] - expected) < 0.1F);
        }
    }
};

QTEST_GUILESS_MAIN(TstTreeTable)
#include "tst_tree_table.moc"

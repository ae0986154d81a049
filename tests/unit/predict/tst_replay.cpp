// SPDX-License-Identifier: Apache-2.0
#include "agent/predict/replay.h"
#include "agent/predict/trace_file.h"
#include "synthetic_load.h"

#include <QTemporaryDir>
#include <QtTest/QtTest>
#include <fstream>
#include <sstream>

using namespace isotherm;
using namespace isotherm::predict;

class TstReplay : public QObject
{
    Q_OBJECT

    QTemporaryDir m_folder;

    [[nodiscard]] std::filesystem::path path(const std::string& name) const
    {
        return std::filesystem::path(m_folder.path().toStdString()) / name;
    }

    void writeTrace(const std::string& name, std::int64_t hours) const
    {
        test::SyntheticLoad load(2, 4);
        std::ofstream trace(path(name));
        trace << "t,k1.r,k1.w\n";
        for (std::int64_t hour = 0; hour < hours; ++hour) {
            const std::vector<double> counts = load.row(hour);
            trace << formatMinute(hour * 60) << ',' << counts[0] << ',';
            if (hour % 50 != 7) {
                trace << counts[1];
            }
            trace << '\n';
        }
    }

    [[nodiscard]] std::string replay(const std::string& trace) const
    {
        ReplayOptions options;
        options.input = path(trace);
        options.dataset = "own";
        options.origins = path("origins");
        options.horizons = {1, 24};
        options.stepMinutes = 60;
        options.output = path(trace + ".out");
        const Status status = replayTrace(options);
        if (!status.ok()) {
            return status.error().text();
        }
        std::ifstream file(options.output);
        std::ostringstream text;
        text << file.rdbuf();
        return text.str();
    }

private Q_SLOTS:
    void replay_laterRowsCutOff_forecastsTheSame()
    {
        std::ofstream(path("origins")) << formatMinute(400 * 60) << '\n'
                                       << formatMinute(500 * 60) << '\n';
        writeTrace("full", 520);
        writeTrace("cut", 400); // ends exactly at the first origin
        const std::string full = replay("full");
        const std::string cut = replay("cut");
        QVERIFY2(cut.size() > 1000, cut.c_str());
        QVERIFY(full.size() > cut.size());
        QCOMPARE(QString::fromStdString(full.substr(0, cut.size())), QString::fromStdString(cut));
    }

    void replay_originInAGap_isForecast()
    {
        std::ofstream(path("origins")) << formatMinute(250 * 60) << '\n';
        std::ofstream trace(path("gap"));
        trace << "t,a\n";
        for (std::int64_t hour = 0; hour < 300; ++hour) {
            if (hour < 240 || hour > 260) {
                trace << formatMinute(hour * 60) << ",50\n";
            }
        }
        trace.close();
        const std::string text = replay("gap");
        QVERIFY2(text.find("own,P,1970-01-11T10:00:00Z,a,1,") != std::string::npos, text.c_str());
    }

    void replay_badInput_saysWhichLine()
    {
        std::ofstream(path("bad")) << "t,a\n1970-01-01T00:00:00Z,1\n1970-01-01T01:00:00Z,x\n";
        QVERIFY(replay("bad").find("line 3 of the trace: not a number: x") != std::string::npos);
        QVERIFY(replay("nowhere").find("hint") != std::string::npos);
    }
};

QTEST_GUILESS_MAIN(TstReplay)
#include "tst_replay.moc"

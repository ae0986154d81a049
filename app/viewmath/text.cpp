// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/viewmath/text.h"

#include <QLocale>
#include <array>
#include <cmath>
#include <cstdint>

namespace isotherm::text
{
namespace
{

/// The translation context of these words.
struct Text
{
    Q_DECLARE_TR_FUNCTIONS(Text)
};

/// Three significant digits.
QString significant(double value)
{
    const double size = std::abs(value);
    const int digits = size >= 99.95 ? 0 : size >= 9.995 ? 1 : 2;
    return QLocale().toString(value, 'f', size == std::round(size) && size < 1000.0 ? 0 : digits);
}

struct Scaled
{
    double value = 0;
    const char* prefix = "";
};

Scaled scaled(double value)
{
    constexpr std::array<const char*, 5> kPrefixes = {"", "k", "M", "G", "T"};
    std::size_t index = 0;
    while (std::abs(value) >= 999.5 && index + 1 < kPrefixes.size()) {
        value /= 1000.0;
        ++index;
    }
    return {value, kPrefixes[index]};
}

} // namespace

QString fromUtf8(std::string_view utf8)
{
    return QString::fromUtf8(utf8.data(), static_cast<qsizetype>(utf8.size()));
}

QString unknown()
{
    return QStringLiteral("–");
}

QString compactNumber(double value)
{
    const Scaled number = scaled(value);
    const QString prefix = QString::fromLatin1(number.prefix);
    return prefix.isEmpty() ? significant(number.value)
                            : significant(number.value) + QChar(0x202f) + prefix;
}

QString metricUnit(HeatMetric metric)
{
    switch (metric) {
    case HeatMetric::Reads:
        return Text::tr("reads/s");
    case HeatMetric::Writes:
        return Text::tr("writes/s");
    case HeatMetric::Rows:
        return Text::tr("rows/s");
    case HeatMetric::Bytes:
        return Text::tr("B/s");
    case HeatMetric::Temperature:
        return {};
    }
    return {};
}

QString metricTitle(HeatMetric metric)
{
    switch (metric) {
    case HeatMetric::Reads:
        return Text::tr("Rows read");
    case HeatMetric::Writes:
        return Text::tr("Rows written");
    case HeatMetric::Rows:
        return Text::tr("Rows read and written");
    case HeatMetric::Bytes:
        return Text::tr("Bytes");
    case HeatMetric::Temperature:
        return Text::tr("Temperature");
    }
    return {};
}

QString heatValue(HeatMetric metric, double value)
{
    if (!std::isfinite(value)) {
        return unknown();
    }
    if (metric == HeatMetric::Temperature) {
        return QLocale().toString(value, 'f', 2);
    }
    if (metric == HeatMetric::Bytes) {
        const Scaled number = scaled(value);
        return significant(number.value) + QChar(0xa0) + QString::fromLatin1(number.prefix) +
               metricUnit(metric);
    }
    return compactNumber(value) + QChar(0xa0) + metricUnit(metric);
}

QString duration(std::chrono::milliseconds length)
{
    const std::int64_t seconds = std::abs(length.count()) / 1000;
    const QString sign = length.count() <= -1000 ? QStringLiteral("−") : QString();
    if (seconds == 0 && length.count() != 0) {
        return Text::tr("%1 ms").arg(length.count());
    }
    if (seconds < 60) {
        return sign + Text::tr("%1 s").arg(seconds);
    }
    if (seconds < 3600) {
        const QString minutes = sign + Text::tr("%1 min").arg(seconds / 60);
        return seconds % 60 != 0 && seconds < 600
                   ? minutes + QChar(0xa0) + Text::tr("%1 s").arg(seconds % 60)
                   : minutes;
    }
    if (seconds < 86'400) {
        const QString hours = sign + Text::tr("%1 h").arg(seconds / 3600);
        const auto minutes = seconds % 3600 / 60;
        return minutes != 0 ? hours + QChar(0xa0) + Text::tr("%1 min").arg(minutes) : hours;
    }
    const QString days = sign + Text::tr("%1 d").arg(seconds / 86'400);
    const auto hours = seconds % 86'400 / 3600;
    return hours != 0 ? days + QChar(0xa0) + Text::tr("%1 h").arg(hours) : days;
}

QString maybeDuration(std::optional<std::chrono::milliseconds> length)
{
    return length ? duration(*length) : unknown();
}

QString bytes(ByteCount count)
{
    const Scaled number = scaled(static_cast<double>(count.get()));
    return significant(number.value) + QChar(0xa0) + QString::fromLatin1(number.prefix) +
           QLatin1Char('B');
}

QString count(std::uint64_t number)
{
    return QLocale().toString(static_cast<qulonglong>(number));
}

QString temperature(std::optional<double> value)
{
    return value ? QLocale().toString(*value, 'f', 2) : unknown();
}

QString jobState(JobState state)
{
    switch (state) {
    case JobState::Queued:
        return Text::tr("queued");
    case JobState::Running:
        return Text::tr("running");
    case JobState::Done:
        return Text::tr("done");
    case JobState::Failed:
        return Text::tr("failed");
    case JobState::Cancelled:
        return Text::tr("cancelled");
    case JobState::RolledBack:
        return Text::tr("rolled back");
    }
    return unknown();
}

QString jobKind(JobKind kind)
{
    switch (kind) {
    case JobKind::Backup:
        return Text::tr("backup");
    case JobKind::Restore:
        return Text::tr("restore");
    case JobKind::Verify:
        return Text::tr("verify");
    case JobKind::Upkeep:
        return Text::tr("upkeep");
    case JobKind::Drill:
        return Text::tr("trial restore");
    case JobKind::Reshard:
        return Text::tr("reshard");
    }
    return unknown();
}

QString backupKind(BackupKind kind)
{
    switch (kind) {
    case BackupKind::Full:
        return Text::tr("full");
    case BackupKind::Incremental:
        return Text::tr("incremental");
    case BackupKind::Unchanged:
        return Text::tr("unchanged");
    case BackupKind::Synthetic:
        return Text::tr("synthetic full");
    }
    return unknown();
}

QString verifyLevel(VerifyLevel level)
{
    switch (level) {
    case VerifyLevel::None:
        return Text::tr("not verified");
    case VerifyLevel::Present:
        return Text::tr("files present");
    case VerifyLevel::Decodes:
        return Text::tr("decodes");
    case VerifyLevel::Checksums:
        return Text::tr("checksums verified");
    case VerifyLevel::Loaded:
        return Text::tr("loaded");
    case VerifyLevel::Compared:
        return Text::tr("compared with the database");
    }
    return unknown();
}

QString role(Role role)
{
    switch (role) {
    case Role::Viewer:
        return Text::tr("viewer");
    case Role::Operator:
        return Text::tr("operator");
    case Role::Admin:
        return Text::tr("admin");
    }
    return unknown();
}

QString error(const Error& error)
{
    const QString message = fromUtf8(error.message);
    return error.hint.empty()
               ? message
               : message + QLatin1Char('\n') + Text::tr("Hint: %1").arg(fromUtf8(error.hint));
}

} // namespace isotherm::text

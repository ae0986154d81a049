// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "shared/base/clock.h"
#include "shared/base/result.h"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace isotherm::predict
{

/// The clock on the wall of the people who make the load: they rise at the same hour in summer and
/// in winter, and UTC does not. Reads the machine's zone files. Immutable, thread-safe.
class LocalTime
{
public:
    /// UTC.
    LocalTime() = default;

    /// "Europe/Berlin". NotFound for a zone that the machine does not know, DataLoss for a file
    /// that makes no sense; "", "UTC", "GMT" and "Etc/UTC" need no file.
    [[nodiscard]] static Result<LocalTime> load(const std::string& zone,
                                                const std::filesystem::path& folder = kFolder);

    /// What /etc/localtime says; UTC where there is none.
    [[nodiscard]] static Result<LocalTime>
    ofThisMachine(const std::filesystem::path& file = "/etc/localtime");

    [[nodiscard]] const std::string& name() const { return m_name; }
    /// Local time less UTC at a moment.
    [[nodiscard]] std::chrono::minutes offsetAt(WallTime moment) const;

private:
    static constexpr const char* kFolder = "/usr/share/zoneinfo";

    struct Change
    {
        std::int64_t second = 0; ///< since 1970 UTC
        std::int32_t offset = 0; ///< seconds, from then on
    };
    /// What a year's rule at the end of the file says: from `month`'s `week`-th `day` on. For
    /// moments after the last listed change.
    struct YearlyRule
    {
        int month = 0; ///< 0: there is none
        int week = 0;  ///< 5: the last
        int day = 0;   ///< 0: Sunday
        std::int32_t second = 2 * 3600;
        std::int32_t offset = 0;
    };

    [[nodiscard]] static Result<LocalTime> parse(const std::string& bytes);
    void parseFooter(const std::string& footer);
    [[nodiscard]] std::int32_t byRule(std::int64_t second) const;

    std::string m_name = "UTC";
    std::int32_t m_before = 0;     ///< offset before the first change
    std::vector<Change> m_changes; ///< by time
    YearlyRule m_summer;
    YearlyRule m_winter;
};

} // namespace isotherm::predict

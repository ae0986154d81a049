// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/config/document.h"

#include <chrono>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace isotherm::config
{

/// Every mistake that was found, in the order of finding.
class Problems
{
public:
    void add(const Origin& where, const std::string& what, const std::string& hint = {});
    [[nodiscard]] bool empty() const { return m_lines.empty(); }
    [[nodiscard]] std::string text() const;

private:
    std::vector<std::string> m_lines;
};

struct IntegerBounds
{
    std::int64_t least = 0;
    std::int64_t most = 0;
};

struct RealBounds
{
    double least = 0;
    double most = 0;
};

/// Takes typed values out of one table. A value that is not there leaves the given one as it is;
/// one of the wrong type or out of bounds is a problem. What was never asked for is an unknown key.
class SectionReader
{
public:
    /// `name` as in the file, "schedule" or "cluster.orders". `table` may be null: nothing is
    /// there.
    SectionReader(std::string name, const Node* node, Problems& problems);

    [[nodiscard]] bool present() const { return m_table != nullptr; }
    [[nodiscard]] bool has(std::string_view key) const;
    /// Of the key, else of the section.
    [[nodiscard]] Origin originOf(std::string_view key) const;
    [[nodiscard]] const std::string& name() const { return m_name; }

    void read(std::string_view key, std::string& value);
    void read(std::string_view key, std::filesystem::path& value);
    void read(std::string_view key, std::vector<std::string>& value); ///< one text is a list of one
    void read(std::string_view key, std::chrono::milliseconds& value); ///< more than 0
    void read(std::string_view key, std::optional<std::chrono::milliseconds>& value);
    void read(std::string_view key, double& value, const RealBounds& bounds);
    void read(std::string_view key, std::optional<double>& value, const RealBounds& bounds);
    void read(std::string_view key, std::int64_t& value, const IntegerBounds& bounds);
    void read(std::string_view key, bool& value);
    /// One of `choices`; the index of it.
    void readChoice(std::string_view key, std::size_t& index,
                    const std::vector<std::string>& choices);

    /// The tables below `key`, by name, in the order of the file.
    [[nodiscard]] std::vector<std::pair<std::string, const Node*>> tables(std::string_view key);
    [[nodiscard]] const Node* child(std::string_view key);

    /// Reports the keys that were never asked for. Call it last.
    void reportUnknown();

    void problem(std::string_view key, const std::string& what, const std::string& hint = {});

private:
    [[nodiscard]] const Node* take(std::string_view key);

    std::string m_name;
    const Table* m_table = nullptr;
    Origin m_origin;
    Problems& m_problems;
    std::set<std::string, std::less<>> m_known;
};

/// The name in `names` that `wrong` was probably meant to be.
[[nodiscard]] std::optional<std::string>
nearestName(std::string_view wrong, const std::set<std::string, std::less<>>& names);

} // namespace isotherm::config

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <compare>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace isotherm
{

/// A value that cannot be mixed up with another of the same representation. `Tag` is never
/// instantiated.
template <class Tag, class Rep>
class Strong
{
public:
    constexpr Strong() = default;
    constexpr explicit Strong(Rep value) : m_value(std::move(value)) {}

    [[nodiscard]] constexpr const Rep& get() const { return m_value; }

    friend constexpr auto operator<=>(const Strong&, const Strong&) = default;
    friend constexpr bool operator==(const Strong&, const Strong&) = default;

private:
    Rep m_value{};
};

/// A number of bytes, ≥ 0.
using ByteCount = Strong<struct ByteCountTag, std::uint64_t>;

/// A position in the managed database's change log; 0 is "unknown". Text form as the engine prints
/// it (PostgreSQL: "16/B374D848").
using Lsn = Strong<struct LsnTag, std::uint64_t>;
[[nodiscard]] std::string formatLsn(Lsn lsn);
/// "16/B374D848", as servers print it; nullopt when it is not of that form.
[[nodiscard]] std::optional<Lsn> parseLsn(std::string_view text);

/// The stable identity of a shard inside one agent: it survives renames, and is never reused.
/// 0 is "no shard".
using ShardId = Strong<struct ShardIdTag, std::uint64_t>;

/// A persisted job; 0 is "no job".
using JobId = Strong<struct JobIdTag, std::uint64_t>;

/// "1.5 GB", "812 kB", "0 B": SI units, as storage is priced.
[[nodiscard]] std::string formatBytes(ByteCount bytes);

} // namespace isotherm

template <class Tag, class Rep>
struct std::hash<isotherm::Strong<Tag, Rep>>
{
    std::size_t operator()(const isotherm::Strong<Tag, Rep>& value) const noexcept
    {
        return std::hash<Rep>{}(value.get());
    }
};

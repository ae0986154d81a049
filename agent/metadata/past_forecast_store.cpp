// SPDX-License-Identifier: Apache-2.0
#include "agent/metadata/past_forecast_store.h"

#include <array>
#include <bit>
#include <cstdint>

namespace isotherm::metadata
{
namespace
{

constexpr std::size_t kBytes = 20; ///< a shard: id, three rates; big-endian

void append(std::string& to, std::uint64_t value, std::size_t bytes)
{
    for (std::size_t i = bytes; i-- > 0;) {
        to.push_back(static_cast<char>(value >> (8 * i) & 0xFFU));
    }
}

std::uint64_t take(const std::string& from, std::size_t at, std::size_t bytes)
{
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < bytes; ++i) {
        value = value << 8U | static_cast<unsigned char>(from[at + i]);
    }
    return value;
}

std::string packed(const std::vector<PastForecast>& shards)
{
    std::string data;
    data.reserve(shards.size() * kBytes);
    for (const PastForecast& shard : shards) {
        append(data, shard.shard.get(), 8);
        for (const float rate : {shard.mean, shard.low, shard.high}) {
            append(data, std::bit_cast<std::uint32_t>(rate), 4);
        }
    }
    return data;
}

Result<std::vector<PastForecast>> unpacked(const std::string& data)
{
    if (data.size() % kBytes != 0) {
        return makeError(Code::DataLoss, "a past forecast in the metadata is damaged");
    }
    std::vector<PastForecast> shards;
    for (std::size_t at = 0; at < data.size(); at += kBytes) {
        const auto rate = [&](std::size_t offset) {
            return std::bit_cast<float>(static_cast<std::uint32_t>(take(data, at + offset, 4)));
        };
        shards.push_back({ShardId(take(data, at, 8)), rate(8), rate(12), rate(16)});
    }
    return shards;
}

} // namespace

Status PastForecastStore::put(const std::vector<PastForecasts>& forecasts)
{
    return m_database.write([&](Connection& connection) -> Status {
        for (const PastForecasts& made : forecasts) {
            ISO_ASSIGN(Statement statement,
                       connection.prepare("insert or replace into past_forecast(keyspace, lead, "
                                          "hour, data) values(?, ?, ?, ?)"));
            statement.bindText(made.keyspace).bind(std::int64_t{made.lead.count()});
            ISO_TRY(statement.bind(made.hour).bindBlob(packed(made.shards)).execute());
        }
        return {};
    });
}

Result<std::vector<PastForecasts>> PastForecastStore::list(std::chrono::seconds lead, WallTime from,
                                                           WallTime to)
{
    return m_database.read([&](Connection& connection) -> Result<std::vector<PastForecasts>> {
        ISO_ASSIGN(Statement row,
                   connection.prepare("select keyspace, hour, data from past_forecast "
                                      "where lead = ? and hour >= ? and hour < ? "
                                      "order by hour, keyspace"));
        row.bind(std::int64_t{lead.count()}).bind(from).bind(to);
        std::vector<PastForecasts> all;
        for (;;) {
            ISO_ASSIGN(const bool more, row.step());
            if (!more) {
                return all;
            }
            ISO_ASSIGN(auto shards, unpacked(row.blob(2)));
            all.push_back({row.text(0), lead, row.time(1), std::move(shards)});
        }
    });
}

Status PastForecastStore::prune(const std::string& keyspace, WallTime before)
{
    return m_database.write([&](Connection& connection) -> Status {
        ISO_ASSIGN(Statement statement, connection.prepare("delete from past_forecast "
                                                           "where keyspace = ? and hour < ?"));
        return statement.bindText(keyspace).bind(before).execute();
    });
}

} // namespace isotherm::metadata

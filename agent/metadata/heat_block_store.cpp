// SPDX-License-Identifier: Apache-2.0
#include "agent/metadata/heat_block_store.h"

namespace isotherm::metadata
{
namespace
{

std::int64_t seconds(std::chrono::seconds step)
{
    return step.count();
}

} // namespace

Status HeatBlockStore::put(const std::vector<HeatBlock>& blocks)
{
    return m_database.write([&](Connection& connection) -> Status {
        for (const HeatBlock& block : blocks) {
            ISO_ASSIGN(Statement statement,
                       connection.prepare("insert or replace into heat_block(step, metric, "
                                          "grp, start, data) values(?, ?, ?, ?, ?)"));
            statement.bind(seconds(block.key.step)).bind(std::int64_t{block.key.metric});
            statement.bind(std::int64_t{block.key.group}).bind(block.key.start);
            ISO_TRY(statement.bindBlob(block.data).execute());
        }
        return {};
    });
}

Result<std::optional<HeatBlock>> HeatBlockStore::get(const HeatBlockKey& key)
{
    return m_database.read([&](Connection& connection) -> Result<std::optional<HeatBlock>> {
        ISO_ASSIGN(Statement row,
                   connection.prepare("select data from heat_block where step = ? and "
                                      "metric = ? and start = ? and grp = ?"));
        row.bind(seconds(key.step)).bind(std::int64_t{key.metric}).bind(key.start);
        ISO_ASSIGN(const bool found, row.bind(std::int64_t{key.group}).step());
        return found ? std::optional(HeatBlock{key, row.blob(0)}) : std::nullopt;
    });
}

Result<std::vector<HeatBlock>> HeatBlockStore::list(const HeatBlockKey& from, WallTime to)
{
    return m_database.read([&](Connection& connection) -> Result<std::vector<HeatBlock>> {
        ISO_ASSIGN(Statement row,
                   connection.prepare("select grp, start, data from heat_block where step = ? "
                                      "and metric = ? and start >= ? and start < ? "
                                      "order by start, grp"));
        row.bind(seconds(from.step)).bind(std::int64_t{from.metric});
        row.bind(from.start).bind(to);
        std::vector<HeatBlock> blocks;
        for (;;) {
            ISO_ASSIGN(const bool more, row.step());
            if (!more) {
                return blocks;
            }
            HeatBlockKey key = from;
            key.group = static_cast<std::uint32_t>(row.natural(0));
            key.start = row.time(1);
            blocks.push_back(HeatBlock{key, row.blob(2)});
        }
    });
}

Result<std::optional<WallTime>> HeatBlockStore::newest(std::chrono::seconds step)
{
    return m_database.read([&](Connection& connection) -> Result<std::optional<WallTime>> {
        ISO_ASSIGN(Statement row,
                   connection.prepare("select max(start) from heat_block where step = ?"));
        ISO_TRY(row.bind(seconds(step)).step());
        return row.optionalTime(0);
    });
}

Status HeatBlockStore::prune(std::chrono::seconds step, WallTime before)
{
    return m_database.write([&](Connection& connection) -> Status {
        ISO_ASSIGN(Statement statement,
                   connection.prepare("delete from heat_block where step = ? and start < ?"));
        return statement.bind(seconds(step)).bind(before).execute();
    });
}

Status HeatBlockStore::forgetFrom(std::chrono::seconds step, WallTime from)
{
    return m_database.write([&](Connection& connection) -> Status {
        ISO_ASSIGN(Statement statement,
                   connection.prepare("delete from heat_block where step = ? and start >= ?"));
        return statement.bind(seconds(step)).bind(from).execute();
    });
}

Status HeatBlockStore::addSlots(const std::vector<HeatSlot>& added)
{
    return m_database.write([&](Connection& connection) -> Status {
        for (const HeatSlot& slot : added) {
            ISO_ASSIGN(Statement statement,
                       connection.prepare("insert into heat_slot(cell, slot) values(?, ?)"));
            ISO_TRY(statement.bind(slot.cell).bind(std::int64_t{slot.slot}).execute());
        }
        return {};
    });
}

Result<std::vector<HeatSlot>> HeatBlockStore::allSlots()
{
    return m_database.read([](Connection& connection) -> Result<std::vector<HeatSlot>> {
        ISO_ASSIGN(Statement row,
                   connection.prepare("select cell, slot from heat_slot order by slot"));
        std::vector<HeatSlot> slots;
        for (;;) {
            ISO_ASSIGN(const bool more, row.step());
            if (!more) {
                return slots;
            }
            slots.push_back({row.natural(0), static_cast<std::uint32_t>(row.natural(1))});
        }
    });
}

} // namespace isotherm::metadata

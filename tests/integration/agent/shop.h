// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace isotherm::test
{

inline constexpr int kShopShards = 4;
inline constexpr int kCustomersPerShard = 500;

/// Orders and their lines, co-located by customer, in kShopShards ranges; a few rows each.
inline std::string shopSql(int ordersPerCustomer)
{
    std::string sql =
        "create schema shop;"
        "create table shop.orders (customer_id bigint, order_id bigint, placed timestamptz not "
        "null,"
        " total numeric(10,2) not null, note text, details jsonb,"
        " primary key (customer_id, order_id)) partition by range (customer_id);"
        "create table shop.order_lines (customer_id bigint, order_id bigint, line int,"
        " sku text not null, quantity int not null check (quantity > 0),"
        " primary key (customer_id, order_id, line)) partition by range (customer_id);"
        "create index on shop.order_lines (sku);";
    for (int shard = 0; shard < kShopShards; ++shard) {
        const std::string from =
            shard == 0 ? "minvalue" : std::to_string(shard * kCustomersPerShard);
        const std::string to = shard == kShopShards - 1
                                   ? "maxvalue"
                                   : std::to_string((shard + 1) * kCustomersPerShard);
        for (const std::string table : {"orders", "order_lines"}) {
            sql += "create table shop." + table + "_" + std::to_string(shard) +
                   " partition of shop." + table + " for values from (" + from + ") to (" + to +
                   ");";
        }
    }
    const std::string customers = std::to_string(kShopShards * kCustomersPerShard - 1);
    sql += "insert into shop.orders select c, o, '2026-03-01'::timestamptz + c * interval '1 min',"
           " (c * 7 + o) / 100.0, case when c % 5 > 0 then 'note ' || c || repeat('x', o) end,"
           " jsonb_build_object('channel', case when o % 2 = 0 then 'web' else 'shop' end)"
           " from generate_series(0, " +
           customers + ") c, generate_series(1, " + std::to_string(ordersPerCustomer) +
           ") o;"
           "insert into shop.order_lines select customer_id, order_id, l, 'sku-' || (order_id + l),"
           " 1 + l from shop.orders, generate_series(1, 2) l;"
           "analyze shop.orders; analyze shop.order_lines;";
    return sql;
}

} // namespace isotherm::test

// SPDX-License-Identifier: Apache-2.0
#include "tests/bench/realistic_table.h"

namespace isotherm::bench
{
namespace
{

constexpr const char* kColumns = R"sql(
CREATE TABLE %T% (
    order_id bigint NOT NULL,
    customer_id integer NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz,
    amount numeric(12,2) NOT NULL,
    status text NOT NULL,
    payload jsonb NOT NULL,
    note text,
    token text,
    PRIMARY KEY (order_id)
) PARTITION BY RANGE (order_id);
)sql";

// hashint8 gives each row its own, repeatable values; words repeat as words of a language do.
constexpr const char* kRows = R"sql(
INSERT INTO %T%
SELECT i,
       (abs(hashint8(i)) % 400000) + 1,
       timestamptz '2025-01-01 00:00+00' + i * interval '3.1 seconds'
           + (abs(hashint8(i + 1)) % 3000000) * interval '1 microsecond',
       CASE WHEN hashint8(i + 2) % 4 = 0 THEN NULL
            ELSE timestamptz '2025-01-01 00:00+00' + i * interval '3.1 seconds'
                 + (abs(hashint8(i + 2)) % 864000) * interval '1 second' END,
       ((abs(hashint8(i + 3)) % 100000) * (abs(hashint8(i + 3)) % 7 + 1))::numeric / 100,
       (ARRAY['new','paid','packed','shipped','delivered','returned'])[1 + abs(hashint8(i + 4)) % 6],
       jsonb_build_object('channel', (ARRAY['web','app','store','phone'])[1 + abs(hashint8(i + 5)) % 4],
                          'items', abs(hashint8(i + 6)) % 9 + 1,
                          'weight', (abs(hashint8(i + 7)) % 20000) / 1000.0,
                          'coupon', CASE WHEN hashint8(i + 8) % 5 = 0
                                         THEN 'C' || abs(hashint8(i + 8)) % 10000 END),
       (w.words)[1 + abs(hashint8(i + 9)) % 24] || ' ' || (w.words)[1 + abs(hashint8(i + 10)) % 24] || ' '
           || (w.words)[1 + abs(hashint8(i + 11)) % 24] || ' ' || abs(hashint8(i + 12)) % 1000 || ' '
           || (w.words)[1 + abs(hashint8(i + 13)) % 24],
       CASE WHEN hashint8(i + 14) % 10 = 0 THEN md5(i::text) END
FROM generate_series(%FROM%::bigint, %TO%::bigint) AS i,
     (SELECT ARRAY['leave','at','the','door','ring','twice','gift','wrap','fragile','call','before','delivery','blue',
                   'large','small','urgent','replace','missing','part','second','attempt','neighbour','garden',
                   'office'] AS words) AS w;
)sql";

std::string replaced(std::string text, const std::string& what, const std::string& with)
{
    for (std::size_t at = text.find(what); at != std::string::npos;
         at = text.find(what, at + with.size())) {
        text.replace(at, what.size(), with);
    }
    return text;
}

std::string tableSql(const std::string& name, std::uint64_t rows, std::uint32_t shards)
{
    std::string sql = replaced(kColumns, "%T%", name);
    const std::uint64_t step = rows / shards;
    for (std::uint32_t shard = 0; shard < shards; ++shard) {
        const std::string from = shard == 0 ? "MINVALUE" : std::to_string(shard * step + 1);
        const std::string to =
            shard + 1 == shards ? "MAXVALUE" : std::to_string((shard + 1) * step + 1);
        sql += "CREATE TABLE " + name + "_" + std::to_string(shard + 1) + " PARTITION OF " + name +
               " FOR VALUES FROM (" + from + ") TO (" + to + ");\n";
    }
    std::string insert = replaced(kRows, "%T%", name);
    insert = replaced(insert, "%FROM%", "1");
    return sql + replaced(insert, "%TO%", std::to_string(rows));
}

} // namespace

Status makeRealisticTable(test::PgCluster& cluster, const std::string& name, std::uint64_t rows,
                          std::uint32_t shards)
{
    ISO_TRY(cluster.exec(tableSql(name, rows, shards)));
    ISO_TRY(cluster.exec("VACUUM (FREEZE, ANALYZE) " + name)); // not in a transaction with others
    return {};
}

} // namespace isotherm::bench

// SPDX-License-Identifier: Apache-2.0
#include "tests/integration/agent/busy_shop.h"

#include "shared/base/check.h"
#include "tests/integration/agent/shop.h"

#include <random>
#include <set>

namespace isotherm::test
{
namespace
{

std::string keyOf(const std::string& source)
{
    return source == "orders" ? "customer_id, order_id" : "customer_id, order_id, line";
}

/// One table's history: the row after (or before, for a deletion) each change, its transaction, and
/// a number that orders the changes of one key, as they wait for each other.
std::string historyOf(const std::string& table)
{
    return "create table history." + table +
           " (seq bigserial, xid xid8 not null, op text not null, like shop." + table +
           ");"
           "create index on history." +
           table + " (customer_id);" + "create function history.note_" + table +
           "() returns trigger language plpgsql as $$ begin "
           "if tg_op <> 'INSERT' and (tg_op = 'DELETE' or (old.*) is distinct from (new.*)) then "
           " insert into history." +
           table + " select nextval('history." + table +
           "_seq_seq'), pg_current_xact_id(), 'D', (old).*; end if; "
           "if tg_op <> 'DELETE' then insert into history." +
           table + " select nextval('history." + table +
           "_seq_seq'), pg_current_xact_id(), 'I', (new).*; end if; "
           "return null; end $$;"
           "create trigger note after insert or update or delete on shop." +
           table + " for each row execute function history.note_" + table + "();";
}

class Shopper
{
public:
    explicit Shopper(std::uint64_t seed) : m_random(seed) {}

    std::string transaction()
    {
        std::string sql = "begin;";
        for (std::uint64_t n = 1 + pick(4); n > 0; --n) {
            if (pick(6) == 0) { // part of it is taken back
                sql += "savepoint s;" + statement() + "rollback to s;";
            } else {
                sql += statement();
            }
        }
        return sql + (rollsBack() ? "rollback" : "commit");
    }

    [[nodiscard]] bool rolledBack() const { return m_rolledBack; }

private:
    std::uint64_t pick(std::uint64_t below) { return m_random() % below; }

    bool rollsBack()
    {
        m_rolledBack = pick(8) == 0;
        return m_rolledBack;
    }

    std::string customer()
    {
        return std::to_string(pick(static_cast<std::uint64_t>(kShopShards) * kCustomersPerShard));
    }

    std::string order() { return std::to_string(1 + pick(12)); }

    std::string statement()
    {
        const std::string c = customer();
        const std::string o = order();
        const std::string which = " where customer_id = " + c + " and order_id = " + o + ";";
        switch (pick(7)) {
        case 0:
        case 1:
            return "insert into shop.orders values (" + c + ", " + o + ", now(), " +
                   std::to_string(pick(10'000)) + ", 'new', '{\"n\": " + c +
                   "}') on conflict (customer_id, order_id) do update set total ="
                   " excluded.total, note = null;";
        case 2:
            return "insert into shop.order_lines select " + c + ", " + o +
                   ", l, 'sku-' || l, l from generate_series(1, " + std::to_string(1 + pick(4)) +
                   ") l on conflict do nothing;";
        case 3:
            return "update shop.orders set total = total + 1, note = repeat('y', " +
                   std::to_string(pick(3'000)) + ")" + which;
        case 4:
            return "update shop.order_lines set quantity = quantity + 1" + which;
        case 5:
            return "delete from shop.order_lines" + which + "delete from shop.orders" + which;
        default: // to another customer, mostly in another shard
            return "update shop.orders set customer_id = " + customer() + which;
        }
    }

    std::mt19937_64 m_random;
    bool m_rolledBack = false;
};

} // namespace

std::string historySql()
{
    return "create schema history;" + historyOf("orders") + historyOf("order_lines");
}

std::int64_t differencesFromHistory(PgSession& session, const std::string& table,
                                    const std::string& source, const std::vector<Moment>& moments)
{
    std::string values;
    for (const Moment& moment : moments) {
        values += (values.empty() ? "(" : ", (") + std::to_string(moment.fromCustomer) +
                  "::bigint, " + std::to_string(moment.toCustomer) + "::bigint, '" +
                  moment.visibility + "'::pg_snapshot)";
    }
    const std::string columns = source == "orders"
                                    ? "customer_id, order_id, placed, total, note, details"
                                    : "customer_id, order_id, line, sku, quantity";
    const std::string key = keyOf(source);
    const std::string sql =
        "with moment (low, high, seen) as (values " + values +
        "), newest as (select distinct on (" + key + ") h.* from moment join history." + source +
        " h on h.customer_id >= low and h.customer_id < high"
        " where pg_visible_in_snapshot(h.xid, seen) order by " +
        key + ", seq desc), expected as (select " + columns +
        " from newest where op = 'I'), found as (select " + columns + " from " + table +
        ") select count(*) from ((table expected except all table found) union all"
        " (table found except all table expected)) d";
    return std::stoll(session.value(sql));
}

Customers::Customers(const PgCluster& cluster, unsigned count, std::uint64_t seed)
{
    for (unsigned i = 0; i < count; ++i) {
        m_threads.emplace_back([this, conninfo = cluster.conninfo(), seed = seed + i](
                                   const std::stop_token& stop) { shop(conninfo, seed, stop); });
    }
}

void Customers::stop()
{
    m_threads.clear();
}

void Customers::shop(const std::string& conninfo, std::uint64_t seed, const std::stop_token& stop)
{
    // Races for a key end in a deadlock, a unique violation, or a row moved away under an update.
    static const std::set<std::string> kLostRaces = {"40P01", "23505", "40001"};
    Shopper shopper(seed);
    const auto session = PgSession::open(conninfo);
    ISO_CHECK(session.ok());
    while (!stop.stop_requested()) {
        const auto done = (*session)->exec(shopper.transaction());
        if (!done.ok()) {
            m_failed += kLostRaces.contains(done.error().hint) ? 0 : 1;
            (void)(*session)->exec("rollback");
        }
        ++(done.ok() && !shopper.rolledBack() ? m_committed : m_rolledBack);
        std::this_thread::sleep_for(std::chrono::milliseconds(5)); // leave some of the CPU
    }
}

} // namespace isotherm::test

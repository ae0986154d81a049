// SPDX-License-Identifier: Apache-2.0
#include "agent/metadata/restore_store.h"

#include "agent/metadata/restore_json.h"

namespace isotherm::metadata
{

Status RestoreStore::putPlan(const StoredPlan& plan)
{
    return m_database.write([&](Connection& connection) -> Status {
        ISO_ASSIGN(Statement statement,
                   connection.prepare("insert into restore_plan(id, made, body, details) "
                                      "values(?, ?, ?, ?) on conflict do update set "
                                      "made = excluded.made, body = excluded.body, "
                                      "details = excluded.details"));
        statement.bindText(plan.plan.id).bind(plan.plan.made);
        return statement.bindText(toJson(plan.plan)).bindText(plan.details).execute();
    });
}

Result<StoredPlan> RestoreStore::plan(const std::string& id)
{
    return m_database.read([&](Connection& connection) -> Result<StoredPlan> {
        ISO_ASSIGN(Statement row,
                   connection.prepare("select body, details from restore_plan where id = ?"));
        ISO_ASSIGN(const bool found, row.bindText(id).step());
        if (!found) {
            return makeError(Code::NotFound, "there is no restore plan \"" + id + "\"",
                             "make a new one: isothermctl restore plan");
        }
        ISO_ASSIGN(RestorePlan plan, planFromJson(row.text(0)));
        return StoredPlan{std::move(plan), row.text(1)};
    });
}

Status RestoreStore::prunePlans(WallTime before)
{
    return m_database.write([&](Connection& connection) -> Status {
        ISO_ASSIGN(Statement statement,
                   connection.prepare("delete from restore_plan where made < ? and id not in "
                                      "(select plan from restore_receipt)"));
        return statement.bind(before).execute();
    });
}

Status RestoreStore::putReceipt(const RestoreReceipt& receipt)
{
    return m_database.write([&](Connection& connection) -> Status {
        ISO_ASSIGN(Statement statement,
                   connection.prepare("insert or replace into restore_receipt(job, plan, "
                                      "finished, body) values(?, ?, ?, ?)"));
        statement.bind(receipt.job.get()).bindText(receipt.planId).bind(receipt.finished);
        return statement.bindText(toJson(receipt)).execute();
    });
}

Result<RestoreReceipt> RestoreStore::receipt(JobId job)
{
    return m_database.read([&](Connection& connection) -> Result<RestoreReceipt> {
        ISO_ASSIGN(Statement row,
                   connection.prepare("select body from restore_receipt where job = ?"));
        ISO_ASSIGN(const bool found, row.bind(job.get()).step());
        if (!found) {
            return makeError(Code::NotFound,
                             "job " + std::to_string(job.get()) + " left no receipt");
        }
        return receiptFromJson(row.text(0));
    });
}

Result<std::vector<RestoreReceipt>> RestoreStore::receipts(std::size_t limit)
{
    return m_database.read([&](Connection& connection) -> Result<std::vector<RestoreReceipt>> {
        ISO_ASSIGN(Statement row, connection.prepare("select body from restore_receipt "
                                                     "order by finished desc limit ?"));
        row.bind(static_cast<std::uint64_t>(limit));
        std::vector<RestoreReceipt> receipts;
        for (;;) {
            ISO_ASSIGN(const bool more, row.step());
            if (!more) {
                return receipts;
            }
            ISO_ASSIGN(RestoreReceipt receipt, receiptFromJson(row.text(0)));
            receipts.push_back(std::move(receipt));
        }
    });
}

} // namespace isotherm::metadata

// SPDX-License-Identifier: Apache-2.0
#include "agent/metadata/recovery_store.h"

#include "agent/metadata/recovery_json.h"

namespace isotherm::metadata
{
namespace
{

constexpr const char* kDiff = "diff";
constexpr const char* kPlan = "plan";
constexpr const char* kClaim = "claim"; ///< of a plan
constexpr const char* kReceipt = "receipt";

std::string idOf(JobId job)
{
    return std::to_string(job.get());
}

} // namespace

Status RecoveryStore::put(const char* kind, const std::string& id, WallTime made,
                          const std::string& body)
{
    return m_database.write([&](Connection& connection) -> Status {
        ISO_ASSIGN(Statement statement,
                   connection.prepare("insert or replace into recovery(kind, id, made, body) "
                                      "values(?, ?, ?, ?)"));
        return statement.bindText(kind).bindText(id).bind(made).bindText(body).execute();
    });
}

Result<std::string> RecoveryStore::get(const char* kind, const std::string& id,
                                       const Error& missing)
{
    return m_database.read([&](Connection& connection) -> Result<std::string> {
        ISO_ASSIGN(Statement row,
                   connection.prepare("select body from recovery where kind = ? and id = ?"));
        ISO_ASSIGN(const bool found, row.bindText(kind).bindText(id).step());
        if (!found) {
            return missing;
        }
        return row.text(0);
    });
}

Result<std::vector<std::string>> RecoveryStore::newest(const char* kind, std::size_t limit)
{
    return m_database.read([&](Connection& connection) -> Result<std::vector<std::string>> {
        ISO_ASSIGN(Statement row, connection.prepare("select body from recovery where kind = ? "
                                                     "order by made desc limit ?"));
        row.bindText(kind).bind(static_cast<std::uint64_t>(limit));
        std::vector<std::string> bodies;
        for (;;) {
            ISO_ASSIGN(const bool more, row.step());
            if (!more) {
                return bodies;
            }
            bodies.push_back(row.text(0));
        }
    });
}

Status RecoveryStore::putDiff(const RowDiff& diff)
{
    return put(kDiff, idOf(diff.job), diff.finished, toJson(diff));
}

Result<RowDiff> RecoveryStore::diff(JobId job)
{
    ISO_ASSIGN(const std::string body,
               get(kDiff, idOf(job),
                   makeError(Code::NotFound, "job " + idOf(job) + " left no comparison",
                             "take one: isothermctl restore diff")));
    return diffFromJson(body);
}

Result<std::vector<RowDiff>> RecoveryStore::diffs(std::size_t limit)
{
    ISO_ASSIGN(const std::vector<std::string> bodies, newest(kDiff, limit));
    std::vector<RowDiff> diffs;
    for (const std::string& body : bodies) {
        ISO_ASSIGN(RowDiff diff, diffFromJson(body));
        diffs.push_back(std::move(diff));
    }
    return diffs;
}

Status RecoveryStore::removeDiff(JobId job)
{
    return m_database.write([&](Connection& connection) -> Status {
        ISO_ASSIGN(Statement statement,
                   connection.prepare("delete from recovery where kind = ? and id = ?"));
        return statement.bindText(kDiff).bindText(idOf(job)).execute();
    });
}

Status RecoveryStore::putPlan(const RecoveryPlan& plan)
{
    return put(kPlan, plan.id, plan.made, toJson(plan));
}

Result<RecoveryPlan> RecoveryStore::plan(const std::string& id)
{
    ISO_ASSIGN(const std::string body,
               get(kPlan, id,
                   makeError(Code::NotFound, "there is no recovery plan \"" + id + "\"",
                             "make a new one")));
    return recoveryPlanFromJson(body);
}

Status RecoveryStore::claimPlan(const std::string& id, WallTime made)
{
    return m_database.write([&](Connection& connection) -> Status {
        ISO_ASSIGN(Statement seen,
                   connection.prepare("select 1 from recovery where kind = ? and id = ?"));
        ISO_ASSIGN(const bool claimed, seen.bindText(kClaim).bindText(id).step());
        if (claimed) {
            return makeError(Code::FailedPrecondition, "plan " + id + " was carried out before",
                             "make a new one, and review it");
        }
        ISO_ASSIGN(Statement statement,
                   connection.prepare("insert into recovery(kind, id, made, body) "
                                      "values(?, ?, ?, '')"));
        return statement.bindText(kClaim).bindText(id).bind(made).execute();
    });
}

Status RecoveryStore::prunePlans(WallTime before)
{
    return m_database.write([&](Connection& connection) -> Status {
        ISO_ASSIGN(Statement statement,
                   connection.prepare("delete from recovery where kind in (?, ?) and made < ?"));
        return statement.bindText(kPlan).bindText(kClaim).bind(before).execute();
    });
}

Status RecoveryStore::putReceipt(const RecoveryReceipt& receipt)
{
    return put(kReceipt, idOf(receipt.job), receipt.finished, toJson(receipt));
}

Result<RecoveryReceipt> RecoveryStore::receipt(JobId job)
{
    ISO_ASSIGN(const std::string body,
               get(kReceipt, idOf(job),
                   makeError(Code::NotFound, "job " + idOf(job) + " left no receipt")));
    return recoveryReceiptFromJson(body);
}

Result<std::vector<RecoveryReceipt>> RecoveryStore::receipts(std::size_t limit)
{
    ISO_ASSIGN(const std::vector<std::string> bodies, newest(kReceipt, limit));
    std::vector<RecoveryReceipt> receipts;
    for (const std::string& body : bodies) {
        ISO_ASSIGN(RecoveryReceipt receipt, recoveryReceiptFromJson(body));
        receipts.push_back(std::move(receipt));
    }
    return receipts;
}

} // namespace isotherm::metadata

// SPDX-License-Identifier: Apache-2.0
#include "history_world.h"

#include "shared/base/check.h"

#include <algorithm>
#include <utility>

namespace isotherm::test
{

using repository::DeltaKind;

namespace
{

constexpr std::int64_t kIds = 120;
/// Ids above 32 bits, so that a cut-off one is noticed.
constexpr std::uint64_t kFirstTransaction = (std::uint64_t{1} << 33U) + 100;
constexpr std::size_t kFog = 6;

} // namespace

TableSchema HistoryWorld::schema()
{
    TableSchema schema;
    schema.schema = "public";
    schema.name = "things";
    schema.columns = {{"id", "bigint", ValueEncoding::Binary, true, {}},
                      {"a", "text", ValueEncoding::Binary, false, {}},
                      {"big", "text", ValueEncoding::Binary, false, {}},
                      {"c", "bigint", ValueEncoding::Binary, true, {}}};
    schema.key = {{0, KeyType::Integer}};
    schema.partitionKeyColumns = 1;
    schema.keyIsUnique = true;
    return schema;
}

HistoryWorld::HistoryWorld(std::uint64_t seed, std::size_t transactions) : m_random(seed)
{
    std::vector<std::uint64_t> ids(transactions);
    for (std::size_t i = 0; i < transactions; ++i) {
        ids[i] = kFirstTransaction + i;
    }
    for (std::size_t i = 0; i + 4 < transactions; ++i) {
        std::swap(ids[i], ids[i + below(4)]); // commits are not in the order of ids
    }
    Lsn commit(1000);
    for (std::size_t i = 0; i < transactions; ++i) {
        begin();
        Transaction& transaction = m_transactions.back();
        commit = Lsn(commit.get() + 8 + below(50));
        transaction.record.id = ids[i];
        transaction.record.commit = commit;
        transaction.record.time =
            fromUnixMicros(1'770'000'000'000'000 + static_cast<std::int64_t>(i));
        for (std::uint64_t left = below(20) == 0 ? 40 : 1 + below(5); left > 0; --left) {
            change(transaction);
        }
        for (const auto& [id, row] : m_rows) {
            transaction.after[id] = encode(id, row, false);
        }
        for (auto& [id, row] : transaction.net) {
            const auto found = transaction.after.find(id);
            row = found == transaction.after.end() ? std::nullopt
                                                   : std::optional<std::string>(found->second);
        }
    }
}

void HistoryWorld::begin()
{
    m_transactions.emplace_back();
}

std::string HistoryWorld::encode(std::int64_t id, const Row& row, bool leaveOutBig)
{
    std::string bytes;
    appendInt8(bytes, id);
    appendField(bytes, row.a);
    if (leaveOutBig) {
        appendBigEndian(bytes, static_cast<std::uint32_t>(kAbsentField));
    } else if (row.big) {
        appendField(bytes, *row.big);
    } else {
        appendNull(bytes);
    }
    appendInt8(bytes, row.c);
    return bytes;
}

/// As a stream sends an old key: the other columns are NULL and mean nothing.
std::string HistoryWorld::keyRow(std::int64_t id) const
{
    std::string bytes;
    appendInt8(bytes, id);
    for (int i = 0; i < 3; ++i) {
        appendBigEndian(bytes, static_cast<std::uint32_t>(kAbsentField));
    }
    return bytes;
}

std::string HistoryWorld::text(std::size_t size)
{
    std::string text;
    while (text.size() < size) {
        text.push_back(static_cast<char>('a' + below(26)));
    }
    return text;
}

std::int64_t HistoryWorld::existing()
{
    auto found = m_rows.begin();
    std::advance(found, static_cast<std::ptrdiff_t>(below(m_rows.size())));
    return found->first;
}

std::int64_t HistoryWorld::missing()
{
    for (;;) {
        const auto id = static_cast<std::int64_t>(below(kIds)) - kIds / 4;
        if (!m_rows.contains(id)) {
            return id;
        }
    }
}

void HistoryWorld::note(Transaction& transaction, std::int64_t id)
{
    transaction.touched.insert(id);
    transaction.net[id];
}

void HistoryWorld::change(Transaction& transaction)
{
    const std::uint64_t dice = below(100);
    if (m_rows.size() < 10 || (dice < 25 && m_rows.size() < kIds * 3 / 4)) {
        insert(transaction);
    } else if (dice < 60) {
        update(transaction);
    } else if (dice < 78) {
        move(transaction, existing(), missing());
    } else if (dice < 84) {
        swap(transaction);
    } else if (dice < 99) {
        remove(transaction);
    } else {
        truncate(transaction);
    }
}

void HistoryWorld::insert(Transaction& transaction)
{
    const std::int64_t id = missing();
    Row row{text(below(12)), text(20 + below(80)), static_cast<std::int64_t>(below(1000))};
    if (below(8) == 0) {
        row.big.reset();
    }
    m_rows[id] = row;
    note(transaction, id);
    transaction.changes.push_back({DeltaKind::Insert, encode(id, row, false), {}});
}

void HistoryWorld::update(Transaction& transaction)
{
    const std::int64_t id = existing();
    Row& row = m_rows[id];
    row.a = text(below(12));
    row.c = static_cast<std::int64_t>(below(1000));
    bool leaveOut = row.big.has_value();
    if (below(3) == 0) {
        row.big = below(6) == 0 ? std::nullopt : std::optional<std::string>(text(20 + below(80)));
        leaveOut = false;
    }
    note(transaction, id);
    transaction.changes.push_back({DeltaKind::Update, encode(id, row, leaveOut), {}});
}

void HistoryWorld::move(Transaction& transaction, std::int64_t from, std::int64_t to)
{
    Row row = m_rows[from];
    m_rows.erase(from);
    row.c = static_cast<std::int64_t>(below(1000));
    bool leaveOut = row.big.has_value();
    if (below(4) == 0) {
        row.big = text(20 + below(80));
        leaveOut = false;
    }
    m_rows[to] = row;
    note(transaction, from);
    note(transaction, to);
    transaction.changes.push_back({DeltaKind::Update, encode(to, row, leaveOut), keyRow(from)});
}

void HistoryWorld::swap(Transaction& transaction)
{
    const std::int64_t one = existing();
    const std::int64_t other = existing();
    if (one == other) {
        return;
    }
    const std::int64_t between = missing();
    move(transaction, one, between);
    move(transaction, other, one);
    move(transaction, between, other);
}

void HistoryWorld::remove(Transaction& transaction)
{
    const std::int64_t id = existing();
    m_rows.erase(id);
    note(transaction, id);
    transaction.changes.push_back({DeltaKind::Delete, keyRow(id), {}});
}

void HistoryWorld::truncate(Transaction& transaction)
{
    if (below(3) != 0) {
        return;
    }
    for (const auto& [id, row] : m_rows) {
        note(transaction, id);
    }
    m_rows.clear();
    transaction.truncates = true;
    transaction.changes.push_back({DeltaKind::Truncate, {}, {}});
}

HistoryWorld::Base HistoryWorld::baseAt(std::size_t at)
{
    Base base;
    base.lsn = m_transactions[at].record.commit;
    const std::size_t oldest = at >= kFog ? at - kFog : 0;
    std::vector<bool> shown(m_transactions.size(), false);
    std::fill(shown.begin(), shown.begin() + static_cast<std::ptrdiff_t>(at + 1), true);
    std::set<std::int64_t> shownLater;
    bool truncatedLater = false;
    for (std::size_t i = at + 1; i-- > oldest;) {
        const Transaction& transaction = m_transactions[i];
        // Who changed a row after it had to wait for it: then it is seen too.
        const bool free = !transaction.truncates && !truncatedLater &&
                          std::none_of(transaction.touched.begin(), transaction.touched.end(),
                                       [&](std::int64_t id) { return shownLater.contains(id); });
        if (free && below(2) == 0) {
            shown[i] = false;
            base.fog = true;
        } else {
            shownLater.insert(transaction.touched.begin(), transaction.touched.end());
            truncatedLater = truncatedLater || transaction.truncates;
        }
    }
    std::vector<std::uint64_t> hidden;
    std::uint64_t next = 0;
    base.firstHidden = m_transactions.size();
    for (std::size_t i = 0; i < m_transactions.size(); ++i) {
        if (!shown[i]) {
            hidden.push_back(m_transactions[i].record.id);
            base.firstHidden = std::min(base.firstHidden, i);
            continue;
        }
        next = std::max(next, m_transactions[i].record.id + 1);
        base.lastShown = i;
        if (m_transactions[i].truncates) {
            base.rows.clear();
        }
        for (const auto& [id, row] : m_transactions[i].net) {
            row ? base.rows.insert_or_assign(id, *row).second : base.rows.erase(id) > 0;
        }
    }
    std::sort(hidden.begin(), hidden.end());
    std::string list;
    std::uint64_t xmin = next;
    for (const std::uint64_t id : hidden) {
        if (id < next) {
            xmin = std::min(xmin, id);
            list += (list.empty() ? "" : ",") + std::to_string(id);
        }
    }
    base.visibility = std::to_string(xmin) + ":" + std::to_string(next) + ":" + list;
    return base;
}

Result<std::vector<repository::RunRef>>
writeDelta(repository::Repository& repository, HistoryWorld& world, std::size_t begin,
           std::size_t end, repository::DeltaOptions options,
           std::vector<std::unique_ptr<repository::DeltaWriter>>& writers)
{
    const auto& transactions = world.transactions();
    options.schema = HistoryWorld::schema();
    options.first = begin == 0 ? Lsn(1) : transactions[begin - 1].record.commit;
    options.last = transactions[end - 1].record.commit;
    ISO_ASSIGN(std::unique_ptr<repository::DeltaWriter> writer,
               repository.openDeltaWriter(options));
    struct Rest
    {
        std::uint32_t number = 0;
        const HistoryWorld::Transaction* transaction = nullptr;
        std::size_t next = 0;
    };
    std::vector<Rest> rest;
    for (std::size_t i = begin; i < end; ++i) {
        ISO_ASSIGN(const std::uint32_t number, writer->addTransaction(transactions[i].record));
        if (!transactions[i].changes.empty()) {
            rest.push_back({number, &transactions[i], 0});
        }
    }
    while (!rest.empty()) {
        const std::size_t pick = world.below(rest.size());
        Rest& from = rest[pick];
        const HistoryWorld::Change& change = from.transaction->changes[from.next++];
        ISO_TRY(writer->add({change.kind, from.number, change.row, change.oldRow}));
        if (from.next == from.transaction->changes.size()) {
            rest.erase(rest.begin() + static_cast<std::ptrdiff_t>(pick));
        }
    }
    ISO_ASSIGN(std::vector<repository::RunRef> runs, writer->finish());
    writers.push_back(std::move(writer));
    return runs;
}

} // namespace isotherm::test

// SPDX-License-Identifier: Apache-2.0
#include "agent/postgres/change_fold.h"

#include "shared/base/byte_io.h"

#include <algorithm>
#include <set>
#include <utility>

namespace isotherm::postgres
{
namespace
{

bool hasAbsent(const FoldedRow& row)
{
    return std::any_of(row.begin(), row.end(), [](const FoldedValue& value) {
        return value.kind == FoldedValue::Kind::Absent;
    });
}

std::size_t sizeOf(const FoldedRow& row)
{
    std::size_t bytes = 64;
    for (const FoldedValue& value : row) {
        bytes += sizeof(FoldedValue) + value.text.size();
    }
    return bytes;
}

void fillFrom(FoldedRow& row, const FoldedRow& from)
{
    for (std::size_t i = 0; i < row.size() && i < from.size(); ++i) {
        if (row[i].kind == FoldedValue::Kind::Absent) {
            row[i] = from[i];
        }
    }
}

} // namespace

std::string ChangeFold::identityOf(const FoldedRow& row) const
{
    std::string identity;
    for (const std::size_t column : m_identity) {
        const std::string& text = row[column].text;
        appendBigEndian(identity, static_cast<std::uint32_t>(text.size()));
        identity += text;
    }
    return identity;
}

std::vector<std::string> ChangeFold::identityValues(const std::string& identity)
{
    std::vector<std::string> values;
    std::size_t at = 0;
    while (at + sizeof(std::uint32_t) <= identity.size()) {
        const auto size = loadBigEndian<std::uint32_t>(identity.data() + at);
        at += sizeof(std::uint32_t);
        values.push_back(identity.substr(at, size));
        at += size;
    }
    return values;
}

void ChangeFold::put(std::string identity, Entry entry)
{
    m_bytes += sizeOf(entry.row);
    m_entries.insert_or_assign(std::move(identity), std::move(entry));
}

void ChangeFold::insert(FoldedRow row)
{
    std::string identity = identityOf(row);
    put(std::move(identity), Entry{std::move(row), false, std::nullopt});
}

void ChangeFold::update(const std::optional<FoldedRow>& old, FoldedRow row)
{
    if (old) {
        fillFrom(row, *old); // a full old row has what the new one leaves out
        // Of a key's old row the other columns mean nothing, and were not given.
    }
    // An absent identity is the old one's: a key kept out of line that did not change.
    const std::string before = old ? identityOf(*old) : identityOf(row);
    const std::string after = identityOf(row);
    const auto known = m_entries.find(before);
    std::optional<std::string> source;
    if (hasAbsent(row)) {
        if (known != m_entries.end()) {
            fillFrom(row, known->second.row);
            source = known->second.source;
        } else {
            source = before;
        }
        source = hasAbsent(row) ? source : std::nullopt;
    }
    if (before != after) {
        FoldedRow gone(row.size());
        const FoldedRow& from = *old;
        for (const std::size_t column : m_identity) {
            gone[column] = from[column];
        }
        put(before, Entry{std::move(gone), true, std::nullopt});
    }
    put(after, Entry{std::move(row), false, std::move(source)});
}

void ChangeFold::remove(const FoldedRow& old)
{
    FoldedRow gone(old.size());
    for (const std::size_t column : m_identity) {
        gone[column] = old[column];
    }
    put(identityOf(old), Entry{std::move(gone), true, std::nullopt});
}

std::vector<std::string> ChangeFold::sources() const
{
    std::set<std::string> wanted;
    for (const auto& [identity, entry] : m_entries) {
        if (entry.source) {
            wanted.insert(*entry.source);
        }
    }
    return {wanted.begin(), wanted.end()};
}

void ChangeFold::clear()
{
    m_entries.clear();
    m_bytes = 0;
}

} // namespace isotherm::postgres

// SPDX-License-Identifier: Apache-2.0
#include "agent/postgres/stream_reader.h"

#include "agent/postgres/schema_marker.h"
#include "shared/base/byte_io.h"
#include "shared/model/row_batch.h"

#include <algorithm>
#include <charconv>

namespace isotherm::postgres
{
namespace
{

using engine::ByteSpan;
using engine::ChangeBatch;
using engine::ChangeEvent;
using engine::ChangeKind;
using pgoutput::Message;
using pgoutput::MessageKind;
using pgoutput::Value;
using pgoutput::ValueKind;

constexpr std::size_t kBatchBytes = std::size_t{1} << 20U;
constexpr std::size_t kBatchEvents = 8'192;
/// 2000-01-01 in microseconds since 1970.
constexpr std::int64_t kPostgresEpoch = 946'684'800'000'000;

void appendField(std::string& to, std::int32_t length, std::string_view bytes)
{
    appendBigEndian(to, static_cast<std::uint32_t>(length));
    to.append(bytes);
}

/// Numbers of 4 or 8 bytes as text; false for anything else.
bool appendNumber(std::string& to, std::string_view binary)
{
    std::uint64_t number = 0;
    if (binary.size() == sizeof(std::uint32_t)) {
        number = loadBigEndian<std::uint32_t>(binary.data());
    } else if (binary.size() == sizeof(std::uint64_t)) {
        number = loadBigEndian<std::uint64_t>(binary.data());
    } else {
        return false;
    }
    const std::string text = std::to_string(number);
    appendField(to, static_cast<std::int32_t>(text.size()), text);
    return true;
}

bool isPresent(const Value& value)
{
    return value.kind == ValueKind::Text || value.kind == ValueKind::Binary;
}

Error unexpected(const std::string& what)
{
    return makeError(Code::Internal, "the change stream makes no sense: " + what,
                     "the agent opens it again by itself; report this if it comes back");
}

} // namespace

std::uint64_t TransactionIds::extend(std::uint32_t xid)
{
    const auto distance = static_cast<std::int32_t>(xid - static_cast<std::uint32_t>(m_near));
    const std::uint64_t full = m_near + static_cast<std::uint64_t>(std::int64_t{distance});
    m_near = std::max(m_near, full);
    return full;
}

StreamReader::StreamReader(std::unique_ptr<ReplicationLink> link,
                           std::shared_ptr<ConnectionPool> pool, std::uint64_t nextTransaction)
    : m_link(std::move(link)), m_relations(pool), m_texts(pool), m_ids(nextTransaction)
{
}

Status StreamReader::next(ChangeBatch& batch, std::chrono::milliseconds wait, std::stop_token stop)
{
    batch.clear();
    m_indexes.clear();
    m_pending.clear();
    if (m_at >= m_entries.size()) {
        ISO_ASSIGN(m_entries, m_link->take(wait, stop));
        m_at = 0;
    }
    while (batch.bytes.size() < kBatchBytes && batch.events.size() < kBatchEvents) {
        const auto entry = ReplicationLink::nextEntry(m_entries, m_at);
        if (!entry) {
            break;
        }
        if (entry->keepalive) {
            ChangeEvent event;
            event.kind = ChangeKind::Progress;
            event.endLsn = entry->endLsn;
            batch.events.push_back(event);
        } else {
            ISO_TRY(takeMessage(entry->message, batch));
        }
    }
    return convert(batch);
}

Status StreamReader::takeMessage(std::string_view bytes, ChangeBatch& batch)
{
    if (const Status decoded = m_decoder.decode(bytes, m_message); !decoded.ok()) {
        return unexpected(decoded.error().message);
    }
    switch (m_message.kind) {
    case MessageKind::Relation:
        return m_relations.describe(m_message, m_decoder.inStreamBlock() ? m_transaction : 0);
    case MessageKind::Insert:
    case MessageKind::Update:
    case MessageKind::Delete:
        return takeChange(batch);
    case MessageKind::Truncate:
        takeTruncate(batch);
        return {};
    case MessageKind::Logical:
        return takeLogical(batch);
    case MessageKind::Type:
        return {}; // the catalog tells their names
    default:
        return takeControl(batch);
    }
}

Status StreamReader::takeControl(ChangeBatch& batch)
{
    switch (m_message.kind) {
    case MessageKind::Begin:
    case MessageKind::StreamStart:
        m_transaction = m_ids.extend(m_message.xid);
        m_origin = false;
        return {};
    case MessageKind::Origin:
        m_origin = true;
        if (m_decoder.inStreamBlock()) {
            m_originOpen.insert(m_transaction);
        }
        return {};
    case MessageKind::StreamStop:
        m_transaction = 0;
        return {};
    case MessageKind::Commit:
        commit(batch, m_transaction);
        m_transaction = 0;
        return {};
    case MessageKind::StreamCommit: {
        const std::uint64_t transaction = m_ids.extend(m_message.xid);
        m_origin = m_originOpen.erase(transaction) > 0;
        m_relations.commit(transaction);
        commit(batch, transaction);
        return {};
    }
    case MessageKind::StreamAbort: {
        ChangeEvent event = eventOf(ChangeKind::Abort);
        event.transaction = m_ids.extend(m_message.xid);
        event.part = m_ids.extend(m_message.subxid);
        batch.events.push_back(event);
        if (event.part == event.transaction) {
            m_relations.abort(event.transaction);
            m_originOpen.erase(event.transaction);
        }
        return {};
    }
    default:
        return unexpected("an unknown message");
    }
}

void StreamReader::commit(ChangeBatch& batch, std::uint64_t transaction)
{
    ChangeEvent event;
    event.kind = ChangeKind::Commit;
    event.transaction = event.part = transaction;
    event.lsn = Lsn(m_message.lsn);
    event.endLsn = Lsn(m_message.endLsn);
    event.time = fromUnixMicros(m_message.time + kPostgresEpoch);
    event.otherOrigin = m_origin;
    batch.events.push_back(event);
    m_origin = false;
}

ChangeEvent StreamReader::eventOf(ChangeKind kind)
{
    ChangeEvent event;
    event.kind = kind;
    event.transaction = m_transaction;
    event.part = m_message.xid == 0 ? m_transaction : m_ids.extend(m_message.xid);
    return event;
}

std::uint32_t StreamReader::relationIndex(ChangeBatch& batch, const RelationPlan& plan)
{
    const auto [place, isNew] = m_indexes.try_emplace(
        plan.relation.get(), static_cast<std::uint32_t>(batch.relations.size()));
    if (isNew) {
        batch.relations.push_back(plan.relation);
    }
    return place->second;
}

Status StreamReader::takeChange(ChangeBatch& batch)
{
    const auto plan =
        m_relations.find(m_message.relation, m_decoder.inStreamBlock() ? m_transaction : 0);
    if (!plan) {
        return unexpected("a change of a table that it did not describe");
    }
    const std::size_t columns = plan->source.size();
    const bool hasNew = m_message.kind != MessageKind::Delete;
    const bool hasOld = m_message.oldTuple != pgoutput::OldTuple::None;
    if ((hasNew && m_message.newValues.size() != columns) ||
        (hasOld && m_message.oldValues.size() != columns)) {
        return unexpected("a row does not fit its table");
    }
    if (!plan->unreadable.empty()) {
        noteUnreadable(batch, *plan);
        return {};
    }
    ChangeEvent event = eventOf(!hasNew                                 ? ChangeKind::Delete
                                : m_message.kind == MessageKind::Insert ? ChangeKind::Insert
                                                                        : ChangeKind::Update);
    event.relation = relationIndex(batch, *plan);
    const std::size_t index = batch.events.size();
    if (hasNew) {
        m_needsText = false;
        event.row = appendRow(batch, *plan, m_message.newValues,
                              hasOld ? &m_message.oldValues : nullptr, false);
        if (m_needsText) {
            m_pending.push_back({index, false, plan});
        }
    }
    if (hasOld) {
        m_needsText = false;
        event.oldRow = appendRow(batch, *plan, m_message.oldValues, nullptr,
                                 m_message.oldTuple == pgoutput::OldTuple::Key);
        if (m_needsText) {
            m_pending.push_back({index, true, plan});
        }
    }
    batch.events.push_back(event);
    return {};
}

ByteSpan StreamReader::appendRow(ChangeBatch& batch, const RelationPlan& plan,
                                 const pgoutput::Tuple& tuple, const pgoutput::Tuple* other,
                                 bool keyOnly)
{
    ByteSpan span{batch.bytes.size(), 0};
    for (std::size_t i = 0; i < plan.source.size(); ++i) {
        const bool key = plan.relation->columns[i].key;
        const Value* value = &tuple[plan.source[i]];
        // What was not sent again stands in the old row: all of it in a full one, a key's columns
        // in any.
        if (value->kind == ValueKind::Unchanged && other != nullptr &&
            isPresent((*other)[plan.source[i]])) {
            value = &(*other)[plan.source[i]];
        }
        if ((keyOnly && !key) || value->kind == ValueKind::Unchanged) {
            appendField(batch.bytes, kAbsentField, {});
        } else if (value->kind == ValueKind::Null) {
            appendField(batch.bytes, kNullField, {});
        } else if (value->kind == ValueKind::Binary && plan.forms[i] == ValueForm::Number &&
                   appendNumber(batch.bytes, value->bytes)) {
            continue;
        } else {
            if (value->kind == ValueKind::Binary && plan.forms[i] == ValueForm::AskTheServer) {
                m_needsText = true;
                m_texts.want(plan.types[i], value->bytes);
            }
            appendField(batch.bytes, static_cast<std::int32_t>(value->bytes.size()), value->bytes);
        }
    }
    span.length = batch.bytes.size() - span.begin;
    return span;
}

void StreamReader::takeTruncate(ChangeBatch& batch)
{
    for (const std::uint32_t relation : m_message.relations) {
        const auto plan = m_relations.find(relation, m_decoder.inStreamBlock() ? m_transaction : 0);
        if (plan) { // the server describes each before
            ChangeEvent event = eventOf(ChangeKind::Truncate);
            event.relation = relationIndex(batch, *plan);
            batch.events.push_back(event);
        }
    }
}

Status StreamReader::takeLogical(ChangeBatch& batch)
{
    if (m_message.prefix == kHeartbeatPrefix && !m_message.transactional) {
        ChangeEvent event = eventOf(ChangeKind::Heartbeat);
        event.transaction = event.part = 0;
        event.lsn = Lsn(m_message.lsn);
        std::int64_t micros = 0;
        const std::string_view text = m_message.content;
        std::from_chars(text.data(), text.data() + text.size(), micros);
        event.time = fromUnixMicros(micros);
        batch.events.push_back(event);
    } else if (m_message.prefix == kMarkerPrefix && m_message.transactional) {
        if (auto parsed = parseSchemaMarker(m_message.content)) {
            ChangeEvent event = eventOf(ChangeKind::Marker);
            event.lsn = Lsn(m_message.lsn);
            event.marker = static_cast<std::uint32_t>(batch.markers.size());
            ISO_ASSIGN(engine::SchemaMarker marker, m_relations.resolve(std::move(*parsed)));
            batch.markers.push_back(std::move(marker));
            batch.events.push_back(event);
        }
    }
    return {};
}

Status StreamReader::convert(ChangeBatch& batch)
{
    if (m_pending.empty()) {
        return {};
    }
    ISO_TRY(m_texts.ask());
    for (const Pending& pending : m_pending) {
        rewrite(batch, pending);
    }
    m_texts.forget();
    return {};
}

/// The index of a marker that says why changes of the relation cannot be read.
std::uint32_t StreamReader::addReason(ChangeBatch& batch, const RelationPlan& plan,
                                      const std::string& what)
{
    const engine::LeafRef& leaf = plan.relation->leaf;
    engine::SchemaMarker marker;
    marker.objects = {leaf.objectId};
    marker.what = leaf.schema + "." + leaf.name + ": " + what;
    batch.markers.push_back(std::move(marker));
    return static_cast<std::uint32_t>(batch.markers.size() - 1);
}

void StreamReader::noteUnreadable(ChangeBatch& batch, const RelationPlan& plan)
{
    ChangeEvent event = eventOf(ChangeKind::Unreadable);
    event.relation = relationIndex(batch, plan);
    event.marker = addReason(batch, plan, plan.unreadable);
    batch.events.push_back(event);
}

/// Appends the row once more, with texts, and lets the event point there.
void StreamReader::rewrite(ChangeBatch& batch, const Pending& pending)
{
    ChangeEvent& event = batch.events[pending.event];
    if (event.kind == ChangeKind::Unreadable) {
        return;
    }
    const RelationPlan& plan = *pending.plan;
    ByteSpan& span = pending.old ? *event.oldRow : event.row;
    const auto fields = splitRow(batch.view(span), plan.source.size());
    ISO_CHECK(fields.ok());
    std::string row;
    for (std::size_t i = 0; i < fields->size(); ++i) {
        const Field& field = (*fields)[i];
        if (field.length < 0 || plan.forms[i] != ValueForm::AskTheServer) {
            appendField(row, field.length, field.bytes);
            continue;
        }
        const auto text = m_texts.find(plan.types[i], field.bytes);
        if (!text) {
            event.kind = ChangeKind::Unreadable;
            event.marker = addReason(batch, plan,
                                     "column " + plan.relation->columns[i].name +
                                         " has a value that cannot be read any more");
            return;
        }
        appendField(row, static_cast<std::int32_t>(text->size()), *text);
    }
    span = {batch.bytes.size(), row.size()};
    batch.bytes += row;
}

} // namespace isotherm::postgres

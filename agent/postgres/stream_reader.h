// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/engine/change_stream.h"
#include "agent/pgoutput/decoder.h"
#include "agent/postgres/relation_book.h"
#include "agent/postgres/replication_link.h"
#include "agent/postgres/text_values.h"

#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace isotherm::postgres
{

/// The messages that carry what the stream itself does not: prefixes of pg_logical_emit_message().
inline constexpr std::string_view kMarkerPrefix = "isotherm.ddl";
inline constexpr std::string_view kHeartbeatPrefix = "isotherm.hb";

/// Makes 64-bit transaction ids of the stream's 32-bit ones: the nearest to those seen last.
class TransactionIds
{
public:
    explicit TransactionIds(std::uint64_t near) : m_near(near) {}
    [[nodiscard]] std::uint64_t extend(std::uint32_t xid);

private:
    std::uint64_t m_near;
};

/// engine::ChangeStream on a replication session.
class StreamReader final : public engine::ChangeStream
{
public:
    StreamReader(std::unique_ptr<ReplicationLink> link, std::shared_ptr<ConnectionPool> pool,
                 std::uint64_t nextTransaction);

    [[nodiscard]] Status next(engine::ChangeBatch& batch, std::chrono::milliseconds wait,
                              std::stop_token stop) override;
    void confirm(Lsn endLsn) override { m_link->confirm(endLsn); }

private:
    /// A row that waits for the server to turn some of its values into text.
    struct Pending
    {
        std::size_t event = 0;
        bool old = false;
        std::shared_ptr<const RelationPlan> plan;
    };

    [[nodiscard]] Status takeMessage(std::string_view bytes, engine::ChangeBatch& batch);
    [[nodiscard]] Status takeControl(engine::ChangeBatch& batch);
    [[nodiscard]] Status takeChange(engine::ChangeBatch& batch);
    [[nodiscard]] Status takeLogical(engine::ChangeBatch& batch);
    void takeTruncate(engine::ChangeBatch& batch);
    void commit(engine::ChangeBatch& batch, std::uint64_t transaction);
    [[nodiscard]] engine::ChangeEvent eventOf(engine::ChangeKind kind);
    [[nodiscard]] std::uint32_t relationIndex(engine::ChangeBatch& batch, const RelationPlan& plan);
    /// Appends the row that `tuple` is; `other` fills what it leaves open.
    [[nodiscard]] engine::ByteSpan appendRow(engine::ChangeBatch& batch, const RelationPlan& plan,
                                             const pgoutput::Tuple& tuple,
                                             const pgoutput::Tuple* other, bool keyOnly);
    [[nodiscard]] Status convert(engine::ChangeBatch& batch);
    void rewrite(engine::ChangeBatch& batch, const Pending& pending);
    [[nodiscard]] static std::uint32_t addReason(engine::ChangeBatch& batch,
                                                 const RelationPlan& plan, const std::string& what);
    void noteUnreadable(engine::ChangeBatch& batch, const RelationPlan& plan);

    std::unique_ptr<ReplicationLink> m_link;
    RelationBook m_relations;
    TextValues m_texts;
    TransactionIds m_ids;
    pgoutput::Decoder m_decoder;
    pgoutput::Message m_message;
    std::string m_entries;
    std::size_t m_at = 0;
    std::uint64_t m_transaction = 0; ///< between Begin and Commit, or in a stream block
    bool m_origin = false;
    std::set<std::uint64_t> m_originOpen; ///< streamed transactions from another origin
    std::map<const engine::ChangeRelation*, std::uint32_t> m_indexes; ///< of the current batch
    bool m_needsText = false; ///< appendRow left something to convert
    std::vector<Pending> m_pending;
};

} // namespace isotherm::postgres

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/engine/change_stream.h"
#include "agent/pgoutput/message.h"
#include "agent/postgres/connection_pool.h"
#include "agent/postgres/schema_marker.h"
#include "agent/postgres/type_policy.h"

#include <cstdint>
#include <map>
#include <memory>
#include <vector>

namespace isotherm::postgres
{

/// What has to be done with a value of a column so that it is what a base would hold.
enum class ValueForm : std::uint8_t {
    AsSent,       ///< binary stays binary, text stays text
    Number,       ///< text, but sent as an unsigned number of 4 or 8 bytes
    AskTheServer, ///< text, but sent in a binary form that only the server can read
};

/// How messages of one relation become rows.
struct RelationPlan
{
    std::shared_ptr<const engine::ChangeRelation> relation;
    std::vector<std::uint32_t> source; ///< for every column of `relation`, the message's column
    std::vector<ValueForm> forms;      ///< for every column of `relation`
    std::vector<Oid> types;            ///< for every column of `relation`
    bool plain = false;                ///< same order, and nothing to convert
    std::string unreadable;            ///< why its rows cannot be told; empty: they can
};

/// The relations as the stream described them. A description inside of a transaction that has not
/// ended is in force for it alone, until it commits.
class RelationBook
{
public:
    explicit RelationBook(std::shared_ptr<ConnectionPool> pool) : m_pool(std::move(pool)) {}

    /// Asks the catalog what the message does not say: the table that the leaf belongs to, the
    /// order of its columns, the names of types. `transaction` is 0 outside of stream blocks.
    [[nodiscard]] Status describe(const pgoutput::Message& message, std::uint64_t transaction);

    /// A marker with all that the catalog has to say of it.
    [[nodiscard]] Result<engine::SchemaMarker> resolve(ParsedMarker parsed);

    /// nullptr when the stream never described it.
    [[nodiscard]] std::shared_ptr<const RelationPlan> find(std::uint32_t relation,
                                                           std::uint64_t transaction) const;

    void commit(std::uint64_t transaction);
    void abort(std::uint64_t transaction) { m_open.erase(transaction); }

private:
    using Plans = std::map<std::uint32_t, std::shared_ptr<const RelationPlan>>;

    std::shared_ptr<ConnectionPool> m_pool;
    Plans m_plans;
    std::map<std::uint64_t, Plans> m_open;
};

} // namespace isotherm::postgres

// SPDX-License-Identifier: Apache-2.0
#include "agent/postgres/reshard_copy.h"

#include "agent/postgres/sql_text.h"

#include <algorithm>
#include <chrono>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

namespace isotherm::postgres
{
namespace
{

constexpr std::uint64_t kPieceBytes = std::uint64_t{2} << 20U;

struct Piece
{
    std::size_t table = 0;
    std::size_t source = 0;
    std::uint64_t firstPage = 0;
    std::uint64_t endPage = 0; ///< 0: to the end
    ByteCount bytes;
};

Result<std::vector<Piece>> piecesOf(const ReshardScene& scene)
{
    std::vector<Piece> pieces;
    for (std::size_t t = 0; t < scene.book.tables.size(); ++t) {
        const ReshardTable& table = scene.book.tables[t];
        for (std::size_t s = 0; s < table.olds.size(); ++s) {
            ISO_ASSIGN(const QueryRows rows,
                       scene.connection.query("SELECT pg_relation_size($1::oid)::int8,"
                                              " current_setting('block_size')::int8",
                                              {std::to_string(table.olds[s].oid)}));
            const auto page = static_cast<std::uint64_t>(rows.integer(0, 1));
            const std::uint64_t pages = static_cast<std::uint64_t>(rows.integer(0, 0)) / page;
            const std::uint64_t step = kPieceBytes / page;
            for (std::uint64_t at = 0; at < pages; at += step) {
                const std::uint64_t end = std::min(pages, at + step);
                pieces.push_back({t, s, at, end, ByteCount((end - at) * page)});
            }
        }
    }
    return pieces;
}

/// The new parts that take rows of an old one, one statement each.
std::vector<std::string> statementsFor(const ReshardTable& table, const Piece& piece)
{
    const ReshardPart& source = table.olds[piece.source];
    std::vector<std::string> statements;
    for (const ReshardPart& part : table.news) {
        const KeyRange common = part.range.intersection(source.range);
        if (common.empty()) {
            continue;
        }
        const bool all = common == source.range;
        statements.push_back(
            "INSERT INTO " + part.qualified() + " (" + table.columnList() +
            ") OVERRIDING SYSTEM VALUE SELECT " + table.columnList() + " FROM ONLY " +
            source.qualified() + " WHERE ctid >= '(" + std::to_string(piece.firstPage) +
            ",0)'::tid AND ctid < '(" + std::to_string(piece.endPage) + ",0)'::tid" +
            (all ? std::string()
                 : " AND " + table.condition(common, quoteIdentifier(table.keyColumn))));
    }
    return statements;
}

/// Deals pieces to workers; the first error ends it for all.
class Dealer
{
public:
    explicit Dealer(std::vector<Piece> pieces) : m_pieces(std::move(pieces)) {}

    std::optional<Piece> next()
    {
        const std::lock_guard lock(m_mutex);
        if (!m_error.ok() || m_at == m_pieces.size()) {
            return std::nullopt;
        }
        return m_pieces[m_at++];
    }
    void fail(const Error& error)
    {
        const std::lock_guard lock(m_mutex);
        if (m_error.ok()) {
            m_error = error;
        }
    }
    [[nodiscard]] Status status()
    {
        const std::lock_guard lock(m_mutex);
        return m_error;
    }

private:
    std::mutex m_mutex;
    const std::vector<Piece> m_pieces;
    std::size_t m_at = 0;
    Status m_error;
};

class Worker
{
public:
    Worker(Connection connection, const ReshardScene& scene, std::string snapshot)
        : m_connection(std::move(connection)), m_scene(scene), m_snapshot(std::move(snapshot))
    {
    }

    Status prepare()
    {
        return m_connection.run(std::string("SET synchronous_commit = off;") +
                                (m_scene.rights.replicaRole || m_scene.rights.superuser
                                     ? "SET session_replication_role = replica;"
                                     : "") +
                                "SET statement_timeout = 0");
    }

    void work(Dealer& dealer, engine::CopyPace& pace, const std::stop_token& stop)
    {
        std::chrono::microseconds took{0};
        while (const auto piece = dealer.next()) {
            if (const Status may = pace.beforePiece(took, stop); !may.ok()) {
                return dealer.fail(may.error());
            }
            const auto since = std::chrono::steady_clock::now();
            const auto rows = copy(*piece);
            if (!rows.ok()) {
                return dealer.fail(rows.error());
            }
            took = std::chrono::duration_cast<std::chrono::microseconds>(
                std::chrono::steady_clock::now() - since);
            pace.copied(*rows, piece->bytes);
        }
    }

private:
    Result<std::uint64_t> copy(const Piece& piece)
    {
        ISO_TRY(
            m_connection.run("BEGIN ISOLATION LEVEL REPEATABLE READ; SET TRANSACTION SNAPSHOT " +
                             quoteLiteral(m_snapshot)));
        std::uint64_t rows = 0;
        for (const std::string& statement :
             statementsFor(m_scene.book.tables[piece.table], piece)) {
            const auto done = m_connection.query(statement);
            if (!done.ok()) {
                (void)m_connection.run("ROLLBACK");
                return done.error();
            }
            rows += done->affected();
        }
        ISO_TRY(m_connection.run("COMMIT"));
        return rows;
    }

    Connection m_connection;
    const ReshardScene& m_scene;
    const std::string m_snapshot;
};

} // namespace

Status copyParts(const ReshardScene& scene, const std::string& snapshot, std::size_t workers,
                 engine::CopyPace& pace, const std::stop_token& stop)
{
    ISO_ASSIGN(std::vector<Piece> pieces, piecesOf(scene));
    Dealer dealer(std::move(pieces));
    std::vector<Worker> crew;
    for (std::size_t i = 0; i < workers; ++i) {
        ISO_ASSIGN(Connection connection, Connection::open(scene.connection.options()));
        crew.emplace_back(std::move(connection), scene, snapshot);
        ISO_TRY(crew.back().prepare());
    }
    {
        std::vector<std::jthread> threads;
        for (Worker& worker : crew) {
            threads.emplace_back([&] { worker.work(dealer, pace, stop); });
        }
    }
    return dealer.status();
}

} // namespace isotherm::postgres

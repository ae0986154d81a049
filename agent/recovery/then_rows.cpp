// SPDX-License-Identifier: Apache-2.0
#include "agent/recovery/then_rows.h"

#include <algorithm>
#include <utility>

namespace isotherm::recovery
{
namespace
{

constexpr std::size_t kBatchBytes = std::size_t{1} << 18U;

std::vector<RowPiece> within(const KeyRange& range, const std::vector<RowPiece>& pieces)
{
    std::vector<RowPiece> inside;
    for (const RowPiece& piece : pieces) {
        const KeyRange both = piece.range.intersection(range);
        if (!both.empty()) {
            inside.push_back({both, piece.open});
        }
    }
    std::sort(inside.begin(), inside.end(),
              [](const RowPiece& a, const RowPiece& b) { return a.range.begin < b.range.begin; });
    return inside;
}

} // namespace

ChainedRows::ChainedRows(std::vector<RowPiece> pieces, std::stop_token stop)
    : m_pieces(std::move(pieces)), m_stop(std::move(stop))
{
}

Status ChainedRows::next(RowBatch& batch)
{
    batch.clear();
    for (;;) {
        if (m_current) {
            ISO_TRY(m_current->next(batch));
            if (batch.rowCount() > 0) {
                return {};
            }
        }
        if (m_next == m_pieces.size()) {
            return {};
        }
        const RowPiece& piece = m_pieces[m_next++];
        ISO_ASSIGN(m_current, piece.open(piece.range, m_stop));
    }
}

InterleavedRows::InterleavedRows(std::unique_ptr<RowSource> a, std::unique_ptr<RowSource> b,
                                 const TableSchema& schema)
    : m_a(std::move(a)), m_b(std::move(b)), m_rowsA(*m_a, schema), m_rowsB(*m_b, schema)
{
}

Status InterleavedRows::next(RowBatch& batch)
{
    batch.clear();
    if (!m_started) {
        m_started = true;
        ISO_ASSIGN(m_hasA, m_rowsA.next());
        ISO_ASSIGN(m_hasB, m_rowsB.next());
    }
    while ((m_hasA || m_hasB) && batch.bytes.size() < kBatchBytes) {
        const bool takeA = m_hasA && (!m_hasB || m_rowsA.key() <= m_rowsB.key());
        KeyedRows& rows = takeA ? m_rowsA : m_rowsB;
        batch.append(rows.row());
        ISO_ASSIGN((takeA ? m_hasA : m_hasB), rows.next());
    }
    return {};
}

std::unique_ptr<RowSource> rowsIn(const KeyRange& range, const std::vector<RowPiece>& ordinary,
                                  const std::vector<RowPiece>& ofDefault, const TableSchema& schema,
                                  const std::stop_token& stop)
{
    auto rows = std::make_unique<ChainedRows>(within(range, ordinary), stop);
    std::vector<RowPiece> others = within(range, ofDefault);
    if (others.empty()) {
        return rows;
    }
    return std::make_unique<InterleavedRows>(
        std::move(rows), std::make_unique<ChainedRows>(std::move(others), stop), schema);
}

} // namespace isotherm::recovery

// SPDX-License-Identifier: Apache-2.0
#include "agent/repository/merge_source.h"

#include <algorithm>
#include <utility>

namespace isotherm::repository
{
namespace
{

constexpr std::size_t kBatchBytes = std::size_t{1} << 20U;
/// Read ahead by all cursors together, so that many overlapping runs do not eat the memory.
constexpr std::uint64_t kReadAhead = 4ULL << 20U;

bool higher(const std::unique_ptr<RunCursor>& a, const std::unique_ptr<RunCursor>& b)
{
    return b->lowerBound() < a->lowerBound();
}

} // namespace

MergeSource::MergeSource(std::vector<MergeInput> inputs, std::stop_token stop)
    : m_inputs(std::move(inputs)), m_stop(std::move(stop))
{
    std::stable_sort(m_inputs.begin(), m_inputs.end(),
                     [](const MergeInput& a, const MergeInput& b) { return b.minKey < a.minKey; });
}

bool MergeSource::pendingBefore(std::string_view key) const
{
    return !m_inputs.empty() && std::string_view(m_inputs.back().minKey.encoded()) <= key;
}

Status MergeSource::openDue()
{
    while (!m_inputs.empty() &&
           (m_cursors.empty() || pendingBefore(m_cursors.front()->lowerBound()))) {
        const MergeInput input = std::move(m_inputs.back());
        m_inputs.pop_back();
        ISO_ASSIGN(std::unique_ptr<RunCursor> cursor, input.open());
        if (!cursor->atEnd()) {
            m_cursors.push_back(std::move(cursor));
            std::push_heap(m_cursors.begin(), m_cursors.end(), higher);
        }
    }
    return {};
}

Status MergeSource::next(RowBatch& batch)
{
    batch.clear();
    while (batch.bytes.size() < kBatchBytes) {
        if (m_stop.stop_requested()) {
            return makeError(Code::Cancelled, "reading was stopped");
        }
        ISO_TRY(openDue());
        if (m_cursors.empty()) {
            return {};
        }
        ISO_TRY(step(batch));
    }
    return {};
}

Status MergeSource::step(RowBatch& batch)
{
    RunCursor& lowest = *m_cursors.front();
    if (!lowest.loaded()) {
        return loadLowest();
    }
    const std::string_view top = lowest.blockUpperBound();
    const bool alone = !pendingBefore(top) &&
                       std::none_of(m_cursors.begin() + 1, m_cursors.end(),
                                    [&](const auto& other) { return other->lowerBound() <= top; });
    if (alone) {
        lowest.takeBlock(batch);
    } else if (!lowest.keysReady()) {
        ISO_TRY(lowest.makeKeys()); // now it is known better which cursor is the lowest
    } else {
        takeRows(batch);
    }
    pushFront();
    return {};
}

Status MergeSource::loadLowest()
{
    ISO_TRY(m_cursors.front()->load(kReadAhead / m_cursors.size()));
    pushFront();
    return {};
}

void MergeSource::takeRows(RowBatch& batch)
{
    RunCursor& lowest = *m_cursors.front();
    // The next lowest is one of the heap's second level.
    std::string_view limit;
    bool limited = false;
    for (std::size_t i = 1; i < std::min<std::size_t>(3, m_cursors.size()); ++i) {
        const std::string_view bound = m_cursors[i]->lowerBound();
        limit = limited ? std::min(limit, bound) : bound;
        limited = true;
    }
    while (lowest.loaded() && batch.bytes.size() < kBatchBytes) {
        const std::string_view key = lowest.key();
        if ((limited && limit < key) || pendingBefore(key)) {
            return;
        }
        batch.append(lowest.row());
        lowest.advance();
    }
}

void MergeSource::pushFront()
{
    std::pop_heap(m_cursors.begin(), m_cursors.end(), higher);
    if (m_cursors.back()->atEnd()) {
        m_cursors.pop_back();
    } else {
        std::push_heap(m_cursors.begin(), m_cursors.end(), higher);
    }
}

} // namespace isotherm::repository

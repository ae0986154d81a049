// SPDX-License-Identifier: Apache-2.0
#include "agent/repository/history_reader.h"

#include "agent/repository/history_source.h"

#include <utility>

namespace isotherm::repository
{
namespace
{

/// Sources of neighbouring ranges, one after another, each opened in its turn.
class RangeSequence final : public RowSource
{
public:
    struct Part
    {
        std::size_t view = 0;
        KeyRange range;
    };

    RangeSequence(HistoryTable& history, std::vector<Part> parts, std::stop_token stop)
        : m_history(history), m_parts(std::move(parts)), m_stop(std::move(stop))
    {
    }

    [[nodiscard]] Status next(RowBatch& batch) override
    {
        batch.clear();
        for (;;) {
            if (m_source) {
                ISO_TRY(m_source->next(batch));
                if (batch.rowCount() > 0) {
                    return {};
                }
            }
            if (m_next == m_parts.size()) {
                return {};
            }
            const Part& part = m_parts[m_next++];
            ISO_ASSIGN(m_source, HistorySource::open(m_history, part.view, part.range, m_stop));
        }
    }

private:
    HistoryTable& m_history;
    std::vector<Part> m_parts;
    std::stop_token m_stop;
    std::size_t m_next = 0;
    std::unique_ptr<HistorySource> m_source;
};

} // namespace

Result<std::unique_ptr<RowSource>> HistoryReader::openRows(const KeyRange& range,
                                                           std::stop_token stop)
{
    const KeyRange wanted = range.intersection(m_history->range());
    std::vector<RangeSequence::Part> parts;
    for (std::size_t view = 0; view < m_history->views().size(); ++view) {
        const KeyRange part = wanted.intersection(m_history->views()[view].range);
        if (!part.empty()) {
            parts.push_back({view, part});
        }
    }
    return std::unique_ptr<RowSource>(
        std::make_unique<RangeSequence>(*m_history, std::move(parts), std::move(stop)));
}

} // namespace isotherm::repository

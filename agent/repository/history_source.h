// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/repository/history_table.h"
#include "agent/repository/row_lookup.h"
#include "agent/repository/version_cursor.h"

#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

namespace isotherm::repository
{

/// The rows of one base's part of a table as they were at the target: base and deltas in one pass,
/// in key order. Not thread-safe.
class HistorySource final : public RowSource
{
public:
    /// Rows with keys in `range`, all of them under base `view`.
    [[nodiscard]] static Result<std::unique_ptr<HistorySource>> open(HistoryTable& history,
                                                                     std::size_t view,
                                                                     const KeyRange& range,
                                                                     const std::stop_token& stop);

    [[nodiscard]] Status next(RowBatch& batch) override;

private:
    struct Delta
    {
        std::shared_ptr<const RunFacts> facts;
        RowMapper mapper;
    };
    struct Base
    {
        std::unique_ptr<RowSource> rows; ///< null: there is none
        RowMapper mapper;
        RowKeyEncoder keyEncoder;
        RowBatch batch = {};
        std::size_t row = 0;
        bool atEnd = false;
        bool keysReady = false;
        std::string keys = {};
        std::vector<std::size_t> keyEnds = {};

        [[nodiscard]] bool loaded() const { return row < batch.rowCount(); }
        [[nodiscard]] std::string_view key() const;
    };

    HistorySource(HistoryTable& history, Base base)
        : m_history(history), m_base(std::move(base)), m_lookup(history)
    {
    }
    [[nodiscard]] Status openDeltas(std::size_t view, const KeyRange& range,
                                    const std::stop_token& stop);
    [[nodiscard]] Status loadBase();
    [[nodiscard]] Status makeBaseKeys();
    [[nodiscard]] Status takeBase(RowBatch& batch);
    [[nodiscard]] Status appendBaseRow(RowBatch& batch);
    [[nodiscard]] Status takeKey(RowBatch& batch);
    [[nodiscard]] Status takeVersion(const VersionView& version, Delta& delta);
    [[nodiscard]] Status completeRow(const std::optional<std::string>& base);

    HistoryTable& m_history;
    Base m_base;
    RowLookup m_lookup;
    std::vector<Delta> m_deltas; ///< by number of the run; others are empty
    std::vector<TruncateEntry> m_truncates;
    std::unique_ptr<VersionMerge> m_merge;
    bool m_versionsLeft = false;

    // The key that is being put together.
    enum class State { Unknown, Deleted, Incomplete, Complete };
    State m_state = State::Unknown;
    std::string m_key;
    std::string m_row;
    Lsn m_commit; ///< of the newest version
    std::optional<RowLookup::Question> m_question;
};

} // namespace isotherm::repository

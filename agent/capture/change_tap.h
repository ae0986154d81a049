// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/engine/change_stream.h"

#include <string_view>

namespace isotherm::capture
{

/// Hears of every row that a committed transaction changed, on capture's own thread, before it is
/// durable in the journal (so that after an interruption a change may be heard of twice). It must
/// neither wait nor keep the views.
class ChangeTap
{
public:
    virtual ~ChangeTap() = default;

    /// `row` is the new row; of a Delete the old one, with at least its key. Insert, Update, Delete
    /// only.
    virtual void changed(const engine::ChangeRelation& relation, engine::ChangeKind kind,
                         std::string_view row) = 0;
};

} // namespace isotherm::capture

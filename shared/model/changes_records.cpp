// SPDX-License-Identifier: Apache-2.0
#include "shared/model/changes_records.h"

namespace isotherm
{

std::string_view changeKindName(ChangeKind kind)
{
    return kind == ChangeKind::Merge ? "merge" : "split";
}

std::string_view changeStateName(ChangeState state)
{
    switch (state) {
    case ChangeState::Proposed:
        return "proposed";
    case ChangeState::Running:
        return "running";
    case ChangeState::Done:
        return "done";
    case ChangeState::Rejected:
        return "rejected";
    case ChangeState::Expired:
        return "expired";
    case ChangeState::Failed:
        return "failed";
    case ChangeState::Cancelled:
        return "cancelled";
    }
    return "unknown";
}

bool isOpen(ChangeState state)
{
    return state == ChangeState::Proposed || state == ChangeState::Running;
}

std::string_view changeTriggerName(ChangeTrigger trigger)
{
    switch (trigger) {
    case ChangeTrigger::HotNow:
        return "hot now";
    case ChangeTrigger::HotSoon:
        return "hot soon";
    case ChangeTrigger::Cold:
        return "cold";
    case ChangeTrigger::Person:
        return "by hand";
    case ChangeTrigger::DidNotHelp:
        return "did not help";
    }
    return "unknown";
}

std::string_view changeVerdictName(ChangeVerdict verdict)
{
    switch (verdict) {
    case ChangeVerdict::Unknown:
        return "unknown";
    case ChangeVerdict::Helped:
        return "helped";
    case ChangeVerdict::DidNotHelp:
        return "did not help";
    }
    return "unknown";
}

std::string_view findingLevelName(FindingLevel level)
{
    switch (level) {
    case FindingLevel::Good:
        return "good";
    case FindingLevel::Note:
        return "note";
    case FindingLevel::Blocks:
        return "blocks";
    }
    return "unknown";
}

} // namespace isotherm

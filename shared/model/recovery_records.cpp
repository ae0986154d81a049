// SPDX-License-Identifier: Apache-2.0
#include "shared/model/recovery_records.h"

namespace isotherm
{

std::string_view rowDifferenceName(RowDifference difference)
{
    switch (difference) {
    case RowDifference::Missing:
        return "missing";
    case RowDifference::Changed:
        return "changed";
    case RowDifference::Extra:
        return "extra";
    }
    return "unknown";
}

std::string_view recoveryModeName(RecoveryMode mode)
{
    switch (mode) {
    case RecoveryMode::CopyBack:
        return "copy back";
    case RecoveryMode::Replace:
        return "replace";
    case RecoveryMode::Elsewhere:
        return "elsewhere";
    case RecoveryMode::Undo:
        return "undo";
    case RecoveryMode::DropSide:
        return "drop side";
    }
    return "unknown";
}

} // namespace isotherm

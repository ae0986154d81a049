// SPDX-License-Identifier: Apache-2.0
#include "agent/repository/history.h"

#include "shared/model/visibility.h"

namespace isotherm::repository
{

Result<BaseFilter> visibilityFilter(const std::string& visibility)
{
    ISO_ASSIGN(Visibility parsed, Visibility::parse(visibility));
    const std::uint64_t next = parsed.next();
    return BaseFilter{[parsed = std::move(parsed)](std::uint64_t transaction, Lsn /*commit*/) {
                          return parsed.shows(transaction);
                      },
                      next, std::nullopt};
}

BaseFilter cutFilter(Lsn cut)
{
    return {[cut](std::uint64_t /*transaction*/, Lsn commit) { return commit <= cut; },
            std::nullopt, cut};
}

} // namespace isotherm::repository

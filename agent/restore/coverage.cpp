// SPDX-License-Identifier: Apache-2.0
#include "agent/restore/coverage.h"

#include <algorithm>
#include <utility>

namespace isotherm::restore
{

std::vector<KeyRange> subtract(const std::vector<KeyRange>& ranges, const KeyRange& taken)
{
    if (taken.empty()) {
        return ranges;
    }
    std::vector<KeyRange> rest;
    for (const KeyRange& range : ranges) {
        const KeyRange before{range.begin,
                              range.end ? std::min(*range.end, taken.begin) : taken.begin};
        if (!before.empty()) {
            rest.push_back(before);
        }
        if (!taken.end) {
            continue;
        }
        const KeyRange after{std::max(range.begin, *taken.end), range.end};
        if (!after.empty()) {
            rest.push_back(after);
        }
    }
    return rest;
}

Coverage cover(const std::vector<KeyRange>& wanted, std::vector<Candidate> candidates)
{
    std::sort(candidates.begin(), candidates.end(), [](const Candidate& a, const Candidate& b) {
        return a.asOf != b.asOf ? a.asOf > b.asOf : a.backup < b.backup;
    });
    Coverage coverage;
    coverage.missing = wanted;
    for (Candidate& candidate : candidates) {
        Covered covered;
        for (const KeyRange& range : coverage.missing) {
            const KeyRange both = range.intersection(candidate.range);
            if (!both.empty()) {
                covered.ranges.push_back(both);
            }
        }
        if (!covered.ranges.empty()) {
            coverage.missing = subtract(coverage.missing, candidate.range);
            covered.candidate = std::move(candidate);
            coverage.used.push_back(std::move(covered));
        }
    }
    std::sort(coverage.used.begin(), coverage.used.end(), [](const Covered& a, const Covered& b) {
        return a.ranges.front().begin < b.ranges.front().begin;
    });
    return coverage;
}

} // namespace isotherm::restore

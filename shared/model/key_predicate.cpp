// SPDX-License-Identifier: Apache-2.0
#include "shared/model/key_predicate.h"

#include "shared/model/predicate_parser.h"

#include <algorithm>
#include <optional>
#include <set>

namespace isotherm
{
namespace
{

constexpr std::size_t kMaxRanges = 10'000;

/// What the conditions on one column leave: either a set of encoded components, or bounds.
struct ColumnSelection
{
    std::optional<std::set<std::string>> values;
    std::string lower;                ///< first component inside; empty: from the lowest
    std::optional<std::string> upper; ///< first component behind; nullopt: up to the NULLs

    [[nodiscard]] bool holds(const std::string& value) const
    {
        return value >= lower && (!upper || value < *upper);
    }
};

Result<std::string> encode(KeyType type, const PredicateValue& value)
{
    std::string component;
    if (Status status = appendKeyFromText(component, type, value.text); !status.ok()) {
        return status.error().within("at character " + std::to_string(value.position + 1));
    }
    return component;
}

/// The first component above every key with this one, at its place.
std::string behind(const std::string& component)
{
    return keyAfterPrefix(Key(component))->encoded(); // a component begins with 0x01
}

void restrict(ColumnSelection& column, const std::set<std::string>& values)
{
    if (!column.values) {
        column.values = values;
        return;
    }
    std::erase_if(*column.values, [&values](const std::string& v) { return !values.contains(v); });
}

Status apply(ColumnSelection& column, KeyType type, const PredicateTerm& term)
{
    std::vector<std::string> components;
    for (const PredicateValue& value : term.values) {
        ISO_ASSIGN(std::string component, encode(type, value));
        components.push_back(std::move(component));
    }
    const auto atLeast = [&column](const std::string& bound) {
        column.lower = std::max(column.lower, bound);
    };
    const auto below = [&column](const std::string& bound) {
        column.upper = column.upper ? std::min(*column.upper, bound) : bound;
    };
    switch (term.comparison) {
    case Comparison::Equal:
    case Comparison::In:
        restrict(column, std::set<std::string>(components.begin(), components.end()));
        break;
    case Comparison::Less:
        below(components[0]);
        break;
    case Comparison::LessEqual:
        below(behind(components[0]));
        break;
    case Comparison::Greater:
        atLeast(behind(components[0]));
        break;
    case Comparison::GreaterEqual:
        atLeast(components[0]);
        break;
    case Comparison::Between:
        atLeast(components[0]);
        below(behind(components[1]));
        break;
    }
    return {};
}

Result<std::vector<std::optional<ColumnSelection>>> select(std::string_view text,
                                                           const KeyColumns& columns)
{
    ISO_ASSIGN(const auto terms, parsePredicate(text, columns.names));
    std::vector<std::optional<ColumnSelection>> selections(columns.names.size());
    for (const PredicateTerm& term : terms) {
        auto& selection = selections[term.column];
        if (!selection) {
            selection.emplace();
        }
        ISO_TRY(apply(*selection, columns.types[term.column], term));
    }
    return selections;
}

/// Only the first columns of a key can be searched by, and all but the last of them by value.
Status checkShape(const std::vector<std::optional<ColumnSelection>>& selections,
                  const KeyColumns& columns)
{
    for (std::size_t i = 1; i < selections.size(); ++i) {
        if (selections[i] && !(selections[i - 1] && selections[i - 1]->values)) {
            return makeError(Code::InvalidArgument,
                             "the condition on \"" + columns.names[i] +
                                 "\" needs one with = or in on \"" + columns.names[i - 1] + "\"",
                             "keys are ordered by " + columns.names[i - 1] +
                                 " first: give its value, or leave " + columns.names[i] + " out");
        }
    }
    return {};
}

KeyRange rangeOf(const std::string& prefix, const ColumnSelection& column)
{
    std::string end = prefix;
    if (column.upper) {
        end += *column.upper;
    } else {
        appendKeyNull(end); // no comparison selects NULL
    }
    return {Key(prefix + column.lower), Key(std::move(end))};
}

Result<std::vector<KeyRange>>
rangesOf(const std::vector<std::optional<ColumnSelection>>& selections)
{
    std::vector<std::string> prefixes(1);
    std::vector<KeyRange> ranges;
    for (const auto& column : selections) {
        if (!column) {
            break;
        }
        if (!column->values) {
            for (const std::string& prefix : prefixes) {
                if (KeyRange range = rangeOf(prefix, *column); !range.empty()) {
                    ranges.push_back(std::move(range));
                }
            }
            return ranges;
        }
        std::vector<std::string> longer;
        for (const std::string& prefix : prefixes) {
            for (const std::string& value : *column->values) {
                if (column->holds(value)) {
                    longer.push_back(prefix + value);
                }
            }
            if (longer.size() > kMaxRanges) {
                return makeError(Code::ResourceExhausted,
                                 "the condition selects more than 10,000 separate keys",
                                 "use between, or several restores");
            }
        }
        prefixes = std::move(longer);
    }
    for (const std::string& prefix : prefixes) {
        ranges.push_back({Key(prefix), keyAfterPrefix(Key(prefix))});
    }
    return ranges;
}

} // namespace

Result<std::vector<KeyRange>> parseKeyPredicate(std::string_view text, const KeyColumns& columns)
{
    ISO_CHECK(!columns.names.empty() && columns.names.size() == columns.types.size());
    ISO_ASSIGN(const auto selections, select(text, columns));
    ISO_TRY(checkShape(selections, columns));
    // Prefixes are built in order and none is a prefix of another: sorted and disjoint as they are.
    ISO_ASSIGN(auto ranges, rangesOf(selections));
    if (ranges.empty()) {
        return makeError(Code::InvalidArgument, "the condition selects no key at all",
                         "the lower bound of a range comes first, and is part of it");
    }
    return ranges;
}

} // namespace isotherm

// SPDX-License-Identifier: Apache-2.0
#include "shared/model/visibility.h"

#include <algorithm>
#include <charconv>
#include <optional>

namespace isotherm
{
namespace
{

/// Takes a decimal number from the front of `text`.
std::optional<std::uint64_t> takeNumber(std::string_view& text)
{
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc()) {
        return std::nullopt;
    }
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    return value;
}

bool takeMark(std::string_view& text, char mark)
{
    if (text.empty() || text.front() != mark) {
        return false;
    }
    text.remove_prefix(1);
    return true;
}

} // namespace

Result<Visibility> Visibility::parse(std::string_view text)
{
    const Error malformed = makeError(Code::InvalidArgument, "a snapshot's visibility is malformed",
                                      "it is written xmin:xmax:xip,xip");
    std::string_view rest = text;
    const auto xmin = takeNumber(rest);
    const bool first = takeMark(rest, ':');
    const auto xmax = takeNumber(rest);
    if (!xmin || !first || !xmax || !takeMark(rest, ':') || *xmin > *xmax) {
        return malformed;
    }
    Visibility visibility;
    visibility.m_xmin = *xmin;
    visibility.m_xmax = *xmax;
    while (!rest.empty()) {
        const auto running = takeNumber(rest);
        if (!running || (!rest.empty() && (!takeMark(rest, ',') || rest.empty()))) {
            return malformed;
        }
        visibility.m_running.push_back(*running);
    }
    std::sort(visibility.m_running.begin(), visibility.m_running.end());
    return visibility;
}

bool Visibility::shows(std::uint64_t transaction) const
{
    if (transaction < m_xmin) {
        return true;
    }
    return transaction < m_xmax &&
           !std::binary_search(m_running.begin(), m_running.end(), transaction);
}

std::string Visibility::text() const
{
    std::string text = std::to_string(m_xmin) + ":" + std::to_string(m_xmax) + ":";
    for (std::size_t i = 0; i < m_running.size(); ++i) {
        text += (i == 0 ? "" : ",") + std::to_string(m_running[i]);
    }
    return text;
}

} // namespace isotherm

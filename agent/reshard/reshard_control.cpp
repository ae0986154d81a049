// SPDX-License-Identifier: Apache-2.0
#include "agent/reshard/reshard_control.h"

#include <string>

namespace isotherm::reshard
{
namespace
{

constexpr const char* kPaused = "paused";
constexpr const char* kFinish = "finish";

std::string nameOf(JobId job)
{
    return "reshard.wishes." + std::to_string(job.get());
}

} // namespace

template <class Edit>
Status ReshardControl::edit(JobId job, Edit change)
{
    const std::lock_guard lock(m_mutex);
    Wishes wishes = known(job);
    change(wishes);
    std::string text;
    text += wishes.paused ? kPaused : "";
    text += wishes.paused && wishes.finish ? " " : "";
    text += wishes.finish ? kFinish : "";
    ISO_TRY(text.empty() ? m_kept.remove(nameOf(job)) : m_kept.set(nameOf(job), text));
    m_wishes[job] = wishes;
    return {};
}

Status ReshardControl::pause(JobId job)
{
    return edit(job, [](Wishes& wishes) { wishes.paused = true; });
}

Status ReshardControl::resume(JobId job)
{
    return edit(job, [](Wishes& wishes) { wishes.paused = false; });
}

Status ReshardControl::finish(JobId job)
{
    return edit(job, [](Wishes& wishes) { wishes.finish = true; });
}

void ReshardControl::forget(JobId job)
{
    const std::lock_guard lock(m_mutex);
    m_wishes.erase(job);
    (void)m_kept.remove(nameOf(job)); // a number is never given twice
}

ReshardControl::Wishes ReshardControl::wishesOf(JobId job) const
{
    const std::lock_guard lock(m_mutex);
    return known(job);
}

ReshardControl::Wishes& ReshardControl::known(JobId job) const
{
    const auto found = m_wishes.find(job);
    if (found != m_wishes.end()) {
        return found->second;
    }
    const auto kept = m_kept.get(nameOf(job));
    const std::string text = kept.ok() ? kept->value_or("") : "";
    return m_wishes[job] = {text.find(kPaused) != std::string::npos,
                            text.find(kFinish) != std::string::npos};
}

} // namespace isotherm::reshard

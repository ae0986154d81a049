// SPDX-License-Identifier: Apache-2.0
#include "agent/reshard/throttle.h"

#include <algorithm>

namespace isotherm::reshard
{
namespace
{

constexpr auto kLump = std::chrono::seconds(1);
/// The goal is three quarters; act before it is lost.
constexpr double kKept = 0.88;
constexpr double kLate = 8.0; ///< times the normal answer
constexpr auto kAnswerFloor = std::chrono::milliseconds(5);
constexpr double kBackOff = 0.6;
constexpr double kStep = 0.1;

double rateBetween(const Throttle::Look& from, const Throttle::Look& to)
{
    const double seconds = std::chrono::duration<double>(to.at - from.at).count();
    return to.committed < from.committed
               ? 0
               : static_cast<double>(to.committed - from.committed) / seconds;
}

} // namespace

void Throttle::learn(const Look& look)
{
    if (!m_first) {
        m_first = look;
        m_normalAnswer = look.answer;
        return;
    }
    m_normalAnswer = std::max(m_normalAnswer, look.answer);
    if (look.at - m_first->at >= kLump) {
        m_normalRate = rateBetween(*m_first, look);
    }
}

void Throttle::look(const Look& look)
{
    if (!m_last) {
        m_last = look;
        return;
    }
    if (look.at - m_last->at < kLump) {
        return;
    }
    const double rate = rateBetween(*m_last, look);
    const bool slower = m_normalRate && rate < kKept * *m_normalRate;
    const bool late = look.answer > kAnswerFloor && m_normalAnswer.count() > 0 &&
                      std::chrono::duration<double>(look.answer) / m_normalAnswer > kLate;
    m_share =
        slower || late ? std::max(kLeast, m_share * kBackOff) : std::min(1.0, m_share + kStep);
    m_last = look;
}

std::chrono::microseconds Throttle::restAfter(std::chrono::microseconds work) const
{
    return std::chrono::duration_cast<std::chrono::microseconds>(work * (1.0 / m_share - 1.0));
}

} // namespace isotherm::reshard

// SPDX-License-Identifier: Apache-2.0
#include "agent/predict/panel.h"

#include "shared/base/check.h"

#include <algorithm>
#include <utility>

namespace isotherm::predict
{
namespace
{

constexpr std::size_t kDriftShare = 4; ///< one series in so many drifting: grow trees daily
constexpr int kTreesAtOnce = 10;
constexpr std::int64_t kRidgeHours = 6; ///< every series' models are solved anew so often

} // namespace

Panel::Panel(Shape shape, const Tuning& tuning)
    : m_shape(std::move(shape)), m_tuning(tuning),
      m_history(m_shape.series, static_cast<std::size_t>(60 / m_shape.stepMinutes)),
      m_seasonal({m_shape.series, m_shape.stepMinutes, m_shape.firstMinute}, tuning),
      m_kernel({m_shape.series, m_shape.stepMinutes, m_shape.firstMinute}, tuning),
      m_features(m_history, m_seasonal, {m_shape.series, m_shape.stepMinutes, m_shape.firstMinute})
{
    m_treesGrown.assign(m_shape.leads.size(), 0);
    for (const LeadRange& leads : m_shape.leads) {
        m_models.push_back(std::make_unique<HorizonModel>(
            HorizonModel::Shape{m_shape.series, m_shape.stepMinutes, leads, m_shape.fine}, tuning));
    }
}

bool Panel::onFullHour() const
{
    return (m_shape.firstMinute + m_history.rows() * m_shape.stepMinutes) % 60 == 0;
}

HorizonModel::Origin Panel::origin()
{
    const bool fullHour = onFullHour();
    if (m_similarRows != m_history.rows()) {
        m_similarRows = m_history.rows();
        m_features.refresh();
        m_similar.clear();
        for (std::size_t i = 0; fullHour && i < m_shape.series; ++i) {
            m_similar.push_back(m_kernel.lookBack(i));
        }
    }
    return {m_features, m_similar, m_kernel, m_history.rows(), fullHour};
}

std::size_t Panel::drifting() const
{
    std::size_t count = 0;
    for (std::size_t i = 0; !m_models.empty() && i < m_shape.series; ++i) {
        count += m_models.front()->mixer().drifting(i) ? 1 : 0;
    }
    return count;
}

std::int64_t Panel::rowsBetweenTrees() const
{
    const std::int64_t perDay = 1440 / m_shape.stepMinutes;
    const float days = static_cast<float>(m_history.rows()) / static_cast<float>(perDay);
    const bool alarm = drifting() * kDriftShare > m_shape.series;
    const float between = alarm ? m_tuning.treeLeastDays
                                : std::clamp(m_tuning.treeGrowth * days, m_tuning.treeLeastDays,
                                             m_tuning.treeMostDays);
    return static_cast<std::int64_t>(between * static_cast<float>(perDay));
}

void Panel::solveRidges()
{
    const std::int64_t period = kRidgeHours * (60 / m_shape.stepMinutes);
    if (m_history.rows() % period == 0) {
        for (const auto& model : m_models) {
            model->solveCommonRidge();
        }
    }
    for (auto i = static_cast<std::size_t>(m_history.rows() % period); i < m_shape.series;
         i += static_cast<std::size_t>(period)) {
        for (const auto& model : m_models) {
            model->solveRidge(i);
        }
    }
}

Status Panel::planTrees()
{
    const std::int64_t row = m_history.rows();
    if (row % (24 * 60 / m_shape.stepMinutes) == 0) {
        std::vector<float> rates(m_shape.series);
        for (std::size_t i = 0; i < m_shape.series; ++i) {
            rates[i] = m_history.window(i, Window::Day).mean();
        }
        m_kernel.choose(rates);
        for (const auto& model : m_models) {
            model->choose(rates);
        }
    }
    // One range an hour at most, so that no hour has all the work.
    const auto oldest = std::min_element(m_treesGrown.begin(), m_treesGrown.end());
    if (oldest != m_treesGrown.end() && row - *oldest >= rowsBetweenTrees()) {
        const auto range = static_cast<std::size_t>(oldest - m_treesGrown.begin());
        *oldest = row;
        ISO_ASSIGN(const bool begun, m_models[range]->beginTrees());
        if (begun) {
            growInPieces(range);
        }
    }
    return {};
}

void Panel::growInPieces(std::size_t range)
{
    // Before everything that uses them.
    m_left.push_front([this, range]() -> Status {
        ISO_ASSIGN(const TreeModel::Growth growth, m_models[range]->growTrees(kTreesAtOnce));
        if (growth == TreeModel::Growth::More) {
            growInPieces(range);
        }
        return {};
    });
}

Status Panel::observe(std::span<const LogCode> codes)
{
    ISO_CHECK(codes.size() == m_shape.series);
    const Status before = finish();
    for (const auto& model : m_models) {
        model->settle(m_history.rows(), codes);
    }
    m_seasonal.update(m_history.rows(), codes);
    m_history.push(codes);
    m_kernel.push(codes);
    m_left.emplace_back([this] {
        solveRidges();
        return Status();
    });
    if (onFullHour()) {
        m_left.emplace_back([this] { return planTrees(); });
    }
    for (const auto& model : m_models) {
        m_left.emplace_back([this, &model] {
            model->track(origin());
            return Status();
        });
    }
    return before;
}

Result<bool> Panel::work()
{
    if (m_left.empty()) {
        return false;
    }
    const std::function<Status()> piece = std::move(m_left.front());
    m_left.pop_front();
    ISO_TRY(piece());
    return true;
}

Status Panel::finish()
{
    Status first;
    for (;;) {
        const Result<bool> worked = work();
        first = first.ok() && !worked.ok() ? Status(worked.error()) : first;
        if (worked.ok() && !*worked) {
            return first;
        }
    }
}

std::vector<MixedForecast> Panel::forecast(std::int64_t lead)
{
    for (const auto& model : m_models) {
        if (lead >= model->leads().first && lead <= model->leads().last) {
            return model->forecast(origin(), lead);
        }
    }
    ISO_CHECK(false);
    return {};
}

std::size_t Panel::bytes() const
{
    std::size_t sum = m_history.bytes() + m_seasonal.bytes() + m_kernel.bytes();
    for (const auto& model : m_models) {
        sum += model->bytes();
    }
    return sum;
}

} // namespace isotherm::predict

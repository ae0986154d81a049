// SPDX-License-Identifier: Apache-2.0
#include "agent/predict/horizon_model.h"

#include "shared/base/check.h"

#include <algorithm>
#include <cmath>

namespace isotherm::predict
{
namespace
{

constexpr std::int64_t kMinutesPerDay = 1440;
constexpr std::int64_t kPendingRows = 50'000; ///< at most about so many wait for their outcome

/// How often rows to learn from are taken: with every row, unless too many would have to wait.
std::int64_t learnEvery(const HorizonModel::Shape& shape)
{
    const std::int64_t perHour = 60 / shape.stepMinutes;
    const std::int64_t waiting = static_cast<std::int64_t>(shape.series) * shape.leads.last;
    const std::int64_t every = (waiting + kPendingRows - 1) / kPendingRows;
    return every <= 1 ? 1 : (every + perHour - 1) / perHour * perHour;
}

std::int64_t mixEvery(const HorizonModel::Shape& shape)
{
    return std::max<std::int64_t>(learnEvery(shape), 60 / shape.stepMinutes);
}

double perDay(const HorizonModel::Shape& shape, std::int64_t every)
{
    return static_cast<double>(kMinutesPerDay) / static_cast<double>(shape.stepMinutes * every);
}

/// Where Holt-Winters with an ordinary level expects the value: trees learn what it misses.
float anchorOf(const FeatureRow& row)
{
    constexpr std::size_t kDailyLevel = kLevels1 + 3;
    return row.value(kDailyLevel) + row.value(kSeason1);
}

} // namespace

HorizonModel::HorizonModel(const Shape& shape, const Tuning& tuning)
    : m_shape(shape), m_learnEvery(learnEvery(shape)), m_mixEvery(mixEvery(shape)),
      m_ridge({shape.series, perDay(shape, m_learnEvery),
               static_cast<double>(shape.leads.last) / perDay(shape, 1),
               shape.leads.first == shape.leads.last, shape.fine},
              tuning),
      m_sample(perDay(shape, m_learnEvery) * static_cast<double>(shape.series), tuning),
      m_trees(tuning), m_mixer(shape.series, perDay(shape, m_mixEvery), tuning)
{
}

void HorizonModel::settle(std::int64_t row, std::span<const LogCode> codes)
{
    // With several leads in the range, batches do not come due in the order of their origins.
    for (auto batch = m_pending.begin(); batch != m_pending.end();) {
        if (batch->row > row) {
            ++batch;
            continue;
        }
        settleBatch(*batch, codes);
        batch = m_pending.erase(batch);
        if (m_shape.leads.first == m_shape.leads.last) {
            break;
        }
    }
}

void HorizonModel::settleBatch(const Batch& batch, std::span<const LogCode> codes)
{
    for (std::size_t i = 0; i < m_shape.series; ++i) {
        const FeatureRow& inputs = batch.inputs[i];
        if (codes[i] == kMissingCode || std::isnan(inputs.base)) {
            continue;
        }
        const float actual = decodeLog(codes[i]);
        m_ridge.learn(i, inputs, actual - inputs.base);
        m_sample.offer(inputs, actual - inputs.base - anchorOf(inputs));
        if (!batch.made.empty()) {
            const Made& made = batch.made[i];
            m_mixer.settle(i, inputs, made.experts, {actual, made.value});
        }
    }
}

std::vector<FeatureRow> HorizonModel::inputsOf(const Origin& origin, std::int64_t lead) const
{
    const auto width = static_cast<float>(m_shape.leads.last - m_shape.leads.first);
    const float place = width > 0 ? static_cast<float>(lead - m_shape.leads.first) / width : 0.0F;
    return origin.features.make({lead, place});
}

std::vector<MixedForecast> HorizonModel::forecastFrom(const std::vector<FeatureRow>& inputs,
                                                      const Origin& origin, std::int64_t lead) const
{
    const Result<std::vector<float>> trees = m_trees.predict(inputs);
    std::vector<MixedForecast> forecasts;
    forecasts.reserve(m_shape.series);
    for (std::size_t i = 0; i < m_shape.series; ++i) {
        const FeatureRow& row = inputs[i];
        ExpertValues experts = m_mixer.simpleExperts(i, row);
        if (!std::isnan(row.base)) {
            experts[kRidge] = row.base + m_ridge.predict(i, row);
            if (trees.ok()) {
                experts[kTrees] = row.base + anchorOf(row) + trees.value()[i];
            }
            if (i < origin.similar.size() && origin.similar[i]) {
                experts[kKernel] = row.base + origin.kernel.predict(*origin.similar[i], lead);
            }
        }
        for (float& value : experts) {
            value = std::isnan(value) ? value : std::clamp(value, 0.0F, 31.0F);
        }
        forecasts.push_back(m_mixer.mix(i, experts));
    }
    return forecasts;
}

void HorizonModel::track(const Origin& origin)
{
    const bool toMix = origin.fullHour && origin.rows % m_mixEvery < 60 / m_shape.stepMinutes;
    if (!toMix && origin.rows % m_learnEvery != 0) {
        return;
    }
    const std::int64_t width = m_shape.leads.last - m_shape.leads.first + 1;
    const std::int64_t lead = m_shape.leads.first + m_turn++ % width;
    Batch batch{origin.rows + lead - 1, inputsOf(origin, lead), {}};
    if (toMix) {
        batch.made.reserve(m_shape.series);
        for (const MixedForecast& forecast : forecastFrom(batch.inputs, origin, lead)) {
            batch.made.push_back({forecast.experts, forecast.value});
        }
    }
    m_pending.push_back(std::move(batch));
}

std::vector<MixedForecast> HorizonModel::forecast(const Origin& origin, std::int64_t lead) const
{
    ISO_CHECK(lead >= m_shape.leads.first && lead <= m_shape.leads.last);
    return forecastFrom(inputsOf(origin, lead), origin, lead);
}

Result<bool> HorizonModel::beginTrees()
{
    const Status begun = m_trees.begin(m_sample);
    if (!begun.ok() && begun.error().code != Code::FailedPrecondition) {
        return begun.error();
    }
    return begun.ok();
}

std::size_t HorizonModel::bytes() const
{
    std::size_t sum = m_ridge.bytes() + m_sample.bytes() + m_mixer.bytes();
    for (const Batch& batch : m_pending) {
        sum += batch.inputs.size() * sizeof(FeatureRow) + batch.made.size() * sizeof(Made);
    }
    return sum;
}

} // namespace isotherm::predict

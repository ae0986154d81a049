// SPDX-License-Identifier: Apache-2.0
#include "agent/runtime/forecast_part.h"

#include "agent/runtime/forecast_health.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <ctime>
#include <sys/resource.h>
#include <utility>

namespace isotherm::runtime
{
namespace
{

using namespace std::chrono_literals;

constexpr std::size_t kPiecesAtOnce = 4;
constexpr double kSliceSeconds = 0.02; ///< then others may have the core
constexpr auto kLateness = 15min;      ///< a sample that is later than this is not waited for
constexpr std::array<std::size_t, 3> kKeptHours = {1, 6, 24}; ///< leads of past forecasts
constexpr std::size_t kKeptValues = 2'000'000;
constexpr std::size_t kLeastKeptHours = 7 * 24;
constexpr std::size_t kMostKeptHours = 31 * 24;

double threadSeconds()
{
    std::timespec time{};
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) * 1e-9;
}

/// Forecasts can wait; nothing else should wait for them. On Linux a thread has its own priority.
void becomeNice()
{
    (void)::setpriority(PRIO_PROCESS, 0, 19);
}

} // namespace

ForecastPart::ForecastPart(Parts parts, ForecastPartOptions options)
    : m_parts(parts), m_options(std::move(options))
{
}

ForecastPart::~ForecastPart()
{
    stop();
}

void ForecastPart::start()
{
    m_thread = std::jthread([this](const std::stop_token& stop) {
        if (m_options.catchUpShare < 1) {
            becomeNice();
        }
        run(stop);
    });
}

void ForecastPart::stop()
{
    m_thread.request_stop();
    if (m_thread.joinable()) {
        m_thread.join();
    }
}

void ForecastPart::run(const std::stop_token& stop)
{
    while (!stop.stop_requested()) {
        const double before = threadSeconds();
        const bool more = round();
        const std::chrono::duration<double> used(threadSeconds() - before);
        const auto rest = more ? used * (1 / m_options.catchUpShare - 1) : m_options.look;
        std::unique_lock lock(m_mutex);
        m_cpuSeconds += used.count();
        m_wake.wait_for(lock, stop, std::max<std::chrono::duration<double>>(rest, 1ms),
                        [] { return false; });
    }
}

void ForecastPart::findZone()
{
    auto zone =
        m_options.zone ? m_options.zone() : Result<predict::LocalTime>(predict::LocalTime());
    if (zone.ok()) {
        m_zone = std::move(*zone);
    } else {
        m_parts.health.raise({DiagnosticLevel::Warning, "forecast.time_zone",
                              zone.error().message + "; forecasts are made in UTC",
                              zone.error().hint});
        m_parts.log.warning("forecast.time_zone", zone.error().text());
        m_zone = predict::LocalTime();
    }
}

std::vector<predict::LiveLayout> ForecastPart::layouts() const
{
    std::vector<predict::LiveLayout> layouts;
    for (const auto& view : m_parts.topology.keyspaces()) {
        predict::LiveLayout layout{view->stored.record.name, {}};
        for (const ShardRecord& shard : view->shards) {
            layout.shards.push_back(shard.id);
        }
        if (!layout.shards.empty()) {
            layouts.push_back(std::move(layout));
        }
    }
    return layouts;
}

WallTime ForecastPart::measuredUntil() const
{
    const WallTime now = m_parts.clock.wallNow();
    const WallTime newest = m_parts.heat.newest().value_or(now - kLateness);
    return std::max(newest, now - kLateness); // nothing comes: the time goes by unmeasured
}

bool ForecastPart::round()
{
    if (!m_zone) {
        findZone();
    }
    const std::vector<predict::LiveLayout> wanted = layouts();
    dropGone(wanted);
    Status status;
    bool more = false;
    for (const predict::LiveLayout& layout : wanted) {
        const Result<bool> followed = follow(layout);
        more = more || (followed.ok() && *followed);
        status = status.ok() && !followed.ok() ? Status(followed.error()) : status;
    }
    if (m_parts.health.follow("forecast.failed", status) && !status.ok()) {
        m_parts.log.warning("forecast.failed", status.error().text());
    }
    return more;
}

void ForecastPart::dropGone(const std::vector<predict::LiveLayout>& layouts)
{
    for (auto keyspace = m_keyspaces.begin(); keyspace != m_keyspaces.end();) {
        const bool there = std::any_of(layouts.begin(), layouts.end(), [&](const auto& layout) {
            return layout.keyspace == keyspace->first;
        });
        if (there) {
            ++keyspace;
            continue;
        }
        m_parts.board.remove(keyspace->first);
        for (const std::string& code : forecastDiagnosticCodes(keyspace->first)) {
            m_parts.health.clear(code);
        }
        keyspace = m_keyspaces.erase(keyspace);
    }
}

Result<bool> ForecastPart::follow(const predict::LiveLayout& layout)
{
    Keyspace& keyspace = m_keyspaces[layout.keyspace];
    const auto make = [&] {
        return std::make_unique<predict::LiveForecaster>(
            m_parts.heat, layout,
            predict::LiveOptions{.zone = *m_zone, .tuning = m_options.tuning});
    };
    const bool liveFits = keyspace.live && keyspace.live->layout() == layout;
    if (liveFits) {
        keyspace.next.reset();
    } else if (!keyspace.next || keyspace.next->layout() != layout) {
        keyspace.next = make();
    }
    const WallTime until = measuredUntil();
    ISO_ASSIGN(const bool liveMore, advance(keyspace.live.get(), until));
    ISO_ASSIGN(const bool nextMore, advance(keyspace.next.get(), until));
    if (keyspace.next && !nextMore) {
        keyspace.live = std::move(keyspace.next);
        keyspace.published.reset();
    }
    const predict::LiveForecaster& shown = keyspace.next ? *keyspace.next : *keyspace.live;
    if (keyspace.next || (liveMore && shown.caughtUp(until) < 1)) {
        const auto percent = std::lround(std::floor(100 * shown.caughtUp(until)));
        setState(layout.keyspace, "catching up (" + std::to_string(percent) + " %)");
    }
    if (keyspace.live && !liveMore) {
        publish(keyspace);
    }
    return liveMore || nextMore;
}

Result<bool> ForecastPart::advance(predict::LiveForecaster* forecaster, WallTime until)
{
    if (forecaster == nullptr) {
        return false;
    }
    const double begin = threadSeconds();
    while (threadSeconds() < begin + kSliceSeconds) {
        ISO_ASSIGN(const auto progress, forecaster->advance(until, kPiecesAtOnce));
        if (progress == predict::LiveForecaster::Progress::CaughtUp) {
            return false;
        }
    }
    return true;
}

void ForecastPart::publish(Keyspace& keyspace)
{
    const std::string& name = keyspace.live->layout().keyspace;
    if (keyspace.published && *keyspace.published == keyspace.live->next()) {
        return;
    }
    keyspace.published = keyspace.live->next();
    const auto forecast = keyspace.live->publish();
    {
        const std::lock_guard lock(m_mutex);
        m_bytes = keyspace.live->bytes();
    }
    if (!forecast) {
        setState(name, "no forecast before the first full hour");
        return;
    }
    if (!keyspace.next) {
        setState(name, "live");
    }
    m_parts.board.put(forecast);
    report(*forecast);
    const Status kept = keepPast(keyspace, *forecast);
    if (m_parts.health.follow("forecast.not_kept", kept) && !kept.ok()) {
        m_parts.log.warning("forecast.not_kept", kept.error().text());
    }
}

Status ForecastPart::keepPast(Keyspace& keyspace, const predict::KeyspaceForecast& forecast)
{
    // Only what was said before the hour began: not when an agent starts in the middle of one.
    if (forecast.made != forecast.start || keyspace.kept == forecast.start) {
        return {};
    }
    std::vector<metadata::PastForecasts> kept;
    for (const std::size_t lead : kKeptHours) {
        metadata::PastForecasts made{forecast.keyspace,
                                     3600s * static_cast<int>(lead),
                                     forecast.start + 1h * static_cast<int>(lead - 1),
                                     {}};
        for (const auto& [id, shard] : forecast.shards) {
            made.shards.push_back(
                {id, shard.mean[lead - 1], shard.low[lead - 1], shard.high[lead - 1]});
        }
        kept.push_back(std::move(made));
    }
    ISO_TRY(m_parts.past.put(kept));
    keyspace.kept = forecast.start;
    const std::size_t hours =
        std::clamp(kKeptValues / std::max<std::size_t>(forecast.shards.size(), 1), kLeastKeptHours,
                   kMostKeptHours);
    return m_parts.past.prune(forecast.keyspace, forecast.start - 1h * static_cast<int>(hours));
}

void ForecastPart::report(const predict::KeyspaceForecast& forecast)
{
    const std::vector<Diagnostic> found = forecastDiagnostics(forecast);
    for (const std::string& code : forecastDiagnosticCodes(forecast.keyspace)) {
        const auto now = std::find_if(found.begin(), found.end(),
                                      [&](const Diagnostic& one) { return one.code == code; });
        if (now != found.end()) {
            m_parts.health.raise(*now);
        } else {
            m_parts.health.clear(code);
        }
    }
}

void ForecastPart::setState(const std::string& keyspace, const std::string& state)
{
    const std::lock_guard lock(m_mutex);
    m_states[keyspace] = state;
}

std::string ForecastPart::stateOf(const std::string& keyspace) const
{
    const std::lock_guard lock(m_mutex);
    const auto state = m_states.find(keyspace);
    return state == m_states.end() ? "not begun yet" : state->second;
}

std::vector<api::ExtraGauge> ForecastPart::gauges() const
{
    const std::lock_guard lock(m_mutex);
    return {{"isotherm_forecast_memory_bytes",
             "Memory held for forecasts",
             {},
             static_cast<double>(m_bytes)},
            {"isotherm_forecast_cpu_seconds",
             "Processor time that forecasts have taken since the agent started",
             {},
             m_cpuSeconds}};
}

} // namespace isotherm::runtime

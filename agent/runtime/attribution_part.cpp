// SPDX-License-Identifier: Apache-2.0
#include "agent/runtime/attribution_part.h"

#include "agent/attribution/local_log.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <condition_variable>
#include <cstdio>
#include <stop_token>
#include <utility>

namespace isotherm::runtime
{
namespace
{

constexpr auto kPollEvery = std::chrono::seconds(1);
constexpr int kSettingsEvery = 15; ///< polls
constexpr int kStatementsEvery = 30;
constexpr std::size_t kStatements = 200;
constexpr const char* kCode = "attribution.off";
constexpr const char* kCostly = "attribution.costly";

std::string rateText(double rate)
{
    char text[32];
    std::snprintf(text, sizeof(text), "%.10g", rate);
    return text;
}

} // namespace

AttributionPart::AttributionPart(Parts parts, const config::AttributionSection& config)
    : m_parts(std::move(parts)),
      m_local(config.logDirectory.empty()
                  ? nullptr
                  : std::make_unique<attribution::LocalLog>(config.logDirectory)),
      m_reads(m_parts.cells, m_parts.tracker)
{
}

AttributionPart::~AttributionPart()
{
    stop();
}

void AttributionPart::start()
{
    m_thread = std::jthread([this](const std::stop_token& stop) { run(stop); });
}

void AttributionPart::stop()
{
    m_thread = std::jthread();
}

void AttributionPart::run(const std::stop_token& stop)
{
    std::mutex mutex;
    std::condition_variable_any wake;
    std::unique_lock lock(mutex);
    for (int round = 0; !stop.stop_requested(); ++round) {
        Status status;
        if (round % kSettingsEvery == 0) {
            status = lookAtSettings();
        }
        if (status.ok() && m_tail) {
            status = followLog();
        }
        if (!status.ok()) { // the collector says that a database is down
            say(status.error().message, status.error().hint);
        }
        if (round % kStatementsEvery == 2) {
            lookAtStatements();
        }
        wake.wait_for(lock, stop, kPollEvery, [] { return false; });
    }
}

void AttributionPart::say(const std::string& trouble, const std::string& hint)
{
    if (trouble.empty()) {
        m_parts.health.clear(kCode);
    } else {
        m_parts.health.raise(
            {DiagnosticLevel::Info, kCode, "reads are not told by key: " + trouble, hint});
    }
    const std::lock_guard lock(m_mutex);
    m_trouble = trouble;
}

Status AttributionPart::lookAtSettings()
{
    ISO_ASSIGN(engine::LogSettings settings, m_parts.source.logSettings());
    if (m_local && settings.sampleRate > 0) {
        settings.trouble.clear(); // its rights do not matter; whether there are files is seen
    }
    const bool same = m_tail && settings.format == m_settings.format &&
                      settings.everything == m_settings.everything;
    m_settings = settings;
    if (!settings.trouble.empty()) {
        m_tail.reset();
        say(settings.trouble, settings.hint);
        return {};
    }
    if (!same) {
        engine::LogFiles& files = m_local ? *m_local : m_parts.source;
        m_tail =
            std::make_unique<attribution::LogTail>(files, settings.format, settings.everything);
        m_parts.log.info("attribution.started", "reads are told by key from the server's log",
                         {{"sample_rate", settings.sampleRate}});
    }
    say({}, {});
    return {};
}

Status AttributionPart::followLog()
{
    m_reads.follow(m_parts.topology.keyspaces(), m_settings.database);
    const attribution::StatementWeight weight{1 / m_settings.sampleRate, m_parts.writes()};
    const std::uint64_t before = m_tail->counts().statements;
    ISO_ASSIGN(const attribution::TailProgress progress,
               m_tail->poll([&](const attribution::LoggedStatement& statement) {
                   m_reads.take(statement, weight);
               }));
    const std::uint64_t statements = m_tail->counts().statements - before;
    if (progress.passedOver > 0 && progress.bytes > 0) {
        m_reads.passOver(weight.weight * static_cast<double>(statements) *
                         static_cast<double>(progress.passedOver) /
                         static_cast<double>(progress.bytes));
    }
    m_reads.finish(m_parts.clock.wallNow());
    advise(statements);
    m_statements += statements;
    m_malformed = m_tail->counts().malformed;
    m_passedOver += progress.passedOver;
    return {};
}

void AttributionPart::advise(std::uint64_t statements)
{
    const Instant now = m_parts.clock.now();
    const auto before = std::exchange(m_followedAt, now);
    if (!before || *before >= now) {
        return; // what had gathered until the first look says nothing of a second
    }
    m_advice.note(statements, std::chrono::duration<double>(now - *before).count());
    const auto better = m_advice.betterRate(m_settings.sampleRate);
    if (!better) {
        m_parts.health.clear(kCostly);
        return;
    }
    m_parts.health.raise(
        {DiagnosticLevel::Info, kCostly,
         "the server logs " + std::to_string(std::lround(m_advice.perSecond())) +
             " statements a second for reads by key; 50 tell as much and cost it less",
         (m_settings.sampleRate < 1
              ? "set log_statement_sample_rate = " + rateText(*better)
              : "set log_statement = 'none', log_min_duration_statement = -1, "
                "log_min_duration_sample = 0 and log_statement_sample_rate = " +
                    rateText(*better)) +
             " and reload it"});
}

void AttributionPart::lookAtStatements()
{
    const auto totals = m_parts.source.statistics(kStatements);
    const Instant now = m_parts.clock.now();
    if (!totals.ok()) {
        const std::lock_guard lock(m_mutex);
        m_statementTrouble = totals.error().text();
        m_known.clear();
        m_statementsAt.reset();
        return;
    }
    m_reads.follow(m_parts.topology.keyspaces(), m_settings.database);
    std::map<std::string, Statement> known;
    {
        const std::lock_guard lock(m_mutex);
        known = std::exchange(m_known, {});
    }
    const double seconds =
        m_statementsAt ? std::chrono::duration<double>(now - *m_statementsAt).count() : 0;
    std::map<std::string, Statement> next;
    std::map<std::string, double> time; ///< by keyspace
    for (const engine::StatementTotals& one : *totals) {
        Statement statement{one, {}, {}};
        const auto before = known.find(one.id);
        statement.keyspaces =
            before != known.end() ? before->second.keyspaces : m_reads.keyspacesOf(one.text);
        statement.rates.text = one.text;
        if (before != known.end() && seconds > 0 && one.calls >= before->second.totals.calls) {
            const engine::StatementTotals& old = before->second.totals;
            statement.rates.callsPerSecond = static_cast<double>(one.calls - old.calls) / seconds;
            statement.rates.rowsPerSecond =
                static_cast<double>(one.rows - std::min(one.rows, old.rows)) / seconds;
            statement.rates.timeShare = std::max(0.0, one.milliseconds - old.milliseconds);
        }
        for (const std::string& keyspace : statement.keyspaces) {
            time[keyspace] += statement.rates.timeShare;
        }
        next[one.id] = std::move(statement);
    }
    for (auto& [id, statement] : next) {
        double all = 0;
        for (const std::string& keyspace : statement.keyspaces) {
            all = std::max(all, time[keyspace]);
        }
        statement.rates.timeShare = all > 0 ? statement.rates.timeShare / all : 0;
    }
    const std::lock_guard lock(m_mutex);
    m_known = std::move(next);
    m_statementsAt = now;
    m_statementTrouble.clear();
}

void AttributionPart::describe(const std::string& keyspace, KeySources& sources) const
{
    const attribution::KeyspaceCounts counts = m_reads.counts(keyspace);
    double all = counts.attributed;
    for (std::size_t i = 0; i < attribution::kReasonCount; ++i) {
        all += counts.unattributed[i];
        if (counts.unattributed[i] > 0) {
            sources.unattributed.push_back(
                {std::string(attribution::reasonText(static_cast<attribution::Reason>(i))),
                 counts.unattributed[i]});
        }
    }
    sources.attributedShare = all > 0 ? counts.attributed / all : 0;
    std::stable_sort(
        sources.unattributed.begin(), sources.unattributed.end(),
        [](const Unattributed& a, const Unattributed& b) { return a.perSecond > b.perSecond; });
    const std::lock_guard lock(m_mutex);
    sources.reads = m_trouble.empty() ? "server log" : "none: " + m_trouble;
    sources.statements =
        m_statementTrouble.empty() ? "pg_stat_statements" : "none: " + m_statementTrouble;
    for (const auto& [id, statement] : m_known) {
        if (statement.rates.callsPerSecond > 0 &&
            std::find(statement.keyspaces.begin(), statement.keyspaces.end(), keyspace) !=
                statement.keyspaces.end()) {
            sources.top.push_back(statement.rates);
        }
    }
    std::stable_sort(
        sources.top.begin(), sources.top.end(),
        [](const TopStatement& a, const TopStatement& b) { return a.timeShare > b.timeShare; });
}

std::vector<api::ExtraGauge> AttributionPart::gauges() const
{
    return {{"isotherm_attribution_statements",
             "Sampled statements read from the server's log since the agent started",
             {},
             static_cast<double>(m_statements)},
            {"isotherm_attribution_malformed",
             "Records of the server's log that could not be read",
             {},
             static_cast<double>(m_malformed)},
            {"isotherm_attribution_passed_over_bytes",
             "Log that was passed over to keep up",
             {},
             static_cast<double>(m_passedOver)}};
}

} // namespace isotherm::runtime

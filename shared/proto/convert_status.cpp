// SPDX-License-Identifier: Apache-2.0
#include "shared/proto/convert_helpers.h"

#include <bit>
#include <cstring>

namespace isotherm::proto
{

using namespace detail;

static_assert(std::endian::native == std::endian::little,
              "matrices travel as little-endian float32 and are copied as they are");

namespace
{

/// Length of the valid UTF-8 sequence at the start of `text`; 0 when there is none.
std::size_t utf8Length(std::string_view text)
{
    const auto byte = [&](std::size_t index) { return static_cast<unsigned char>(text[index]); };
    const unsigned char first = byte(0);
    if (first < 0x80U) {
        return 1;
    }
    const std::size_t length = first >= 0xF0U ? 4 : first >= 0xE0U ? 3 : 2;
    if (first < 0xC2U || first > 0xF4U || text.size() < length) {
        return 0;
    }
    for (std::size_t index = 1; index < length; ++index) {
        if ((byte(index) & 0xC0U) != 0x80U) {
            return 0;
        }
    }
    const unsigned char second = byte(1);
    const bool overlong = (first == 0xE0U && second < 0xA0U) || (first == 0xF0U && second < 0x90U);
    const bool beyond = (first == 0xEDU && second > 0x9FU) || (first == 0xF4U && second > 0x8FU);
    return overlong || beyond ? 0 : length;
}

std::string floatsToBytes(const std::vector<float>& values)
{
    return {reinterpret_cast<const char*>(values.data()), values.size() * sizeof(float)};
}

std::vector<float> bytesToFloats(const std::string& bytes)
{
    std::vector<float> values(bytes.size() / sizeof(float));
    if (!values.empty()) { // memcpy of nothing may not have a null pointer
        std::memcpy(values.data(), bytes.data(), values.size() * sizeof(float));
    }
    return values;
}

} // namespace

std::string validUtf8(std::string_view text)
{
    std::string valid;
    valid.reserve(text.size());
    while (!text.empty()) {
        const std::size_t length = utf8Length(text);
        if (length == 0) {
            valid += "\xEF\xBF\xBD";
            text.remove_prefix(1);
        } else {
            valid.append(text.substr(0, length));
            text.remove_prefix(length);
        }
    }
    return valid;
}

v1::ClusterStatus toProto(const ClusterStatus& status)
{
    v1::ClusterStatus message;
    message.set_cluster(validUtf8(status.cluster));
    message.set_environment(validUtf8(status.environment));
    message.set_engine(validUtf8(status.engine));
    message.set_server_version(validUtf8(status.serverVersion));
    message.set_database_reachable(status.databaseReachable);
    message.set_agent_version(validUtf8(status.agentVersion));
    message.set_agent_started_micros(toUnixMicros(status.agentStarted));
    message.set_now_micros(toUnixMicros(status.now));
    if (status.lastSample) {
        message.set_last_sample_micros(toUnixMicros(*status.lastSample));
    }
    message.set_shards(status.shards);
    message.set_shards_without_backup(status.shardsWithoutBackup);
    message.set_rpo_breached(status.rpoBreached);
    message.set_jobs_running(status.jobsRunning);
    message.set_repository_bytes(status.repositoryBytes.get());
    message.set_backups(status.backups);
    message.set_hot_above(status.hotAbove);
    message.set_warm_above(status.warmAbove);
    for (const Diagnostic& diagnostic : status.diagnostics) {
        v1::Diagnostic* added = message.add_diagnostics();
        added->set_level(putEnum<v1::DiagnosticLevel>(diagnostic.level));
        added->set_code(validUtf8(diagnostic.code));
        added->set_message(validUtf8(diagnostic.message));
        added->set_hint(validUtf8(diagnostic.hint));
    }
    return message;
}

ClusterStatus fromProto(const v1::ClusterStatus& message)
{
    ClusterStatus status;
    status.cluster = message.cluster();
    status.environment = message.environment();
    status.engine = message.engine();
    status.serverVersion = message.server_version();
    status.databaseReachable = message.database_reachable();
    status.agentVersion = message.agent_version();
    status.agentStarted = fromUnixMicros(message.agent_started_micros());
    status.now = fromUnixMicros(message.now_micros());
    if (message.has_last_sample_micros()) {
        status.lastSample = fromUnixMicros(message.last_sample_micros());
    }
    status.shards = message.shards();
    status.shardsWithoutBackup = message.shards_without_backup();
    status.rpoBreached = message.rpo_breached();
    status.jobsRunning = message.jobs_running();
    status.repositoryBytes = ByteCount(message.repository_bytes());
    status.backups = message.backups();
    status.hotAbove = message.hot_above();
    status.warmAbove = message.warm_above();
    for (const v1::Diagnostic& diagnostic : message.diagnostics()) {
        status.diagnostics.push_back({.level = takeEnum<DiagnosticLevel>(diagnostic.level()),
                                      .code = diagnostic.code(),
                                      .message = diagnostic.message(),
                                      .hint = diagnostic.hint()});
    }
    return status;
}

v1::HeatMatrix toProto(const HeatMatrix& matrix)
{
    v1::HeatMatrix message;
    message.set_metric(putEnum<v1::HeatMetric>(matrix.metric));
    message.set_start_micros(toUnixMicros(matrix.start));
    message.set_step_millis(matrix.step.count());
    message.set_columns(static_cast<std::uint32_t>(matrix.columns));
    message.mutable_rows()->Reserve(static_cast<int>(matrix.rows.size()));
    for (const HeatRow& row : matrix.rows) {
        v1::HeatRow* added = message.add_rows();
        added->set_shard(row.shard.get());
        added->set_keyspace(validUtf8(row.keyspace));
        added->set_label(validUtf8(row.label));
    }
    message.set_mean(floatsToBytes(matrix.mean));
    message.set_max(floatsToBytes(matrix.max));
    message.set_forecast_from(static_cast<std::uint32_t>(matrix.forecastFrom));
    return message;
}

Result<HeatMatrix> fromProto(const v1::HeatMatrix& message)
{
    const std::uint64_t values = static_cast<std::uint64_t>(message.columns()) *
                                 static_cast<std::uint64_t>(message.rows_size());
    constexpr std::uint32_t kMostColumns = 1U << 20U; // without rows, nothing else bounds them
    if (message.columns() > kMostColumns || message.mean().size() != values * sizeof(float) ||
        message.max().size() != values * sizeof(float) || message.step_millis() <= 0 ||
        message.step_millis() > milliseconds(std::chrono::years(10)).count() ||
        message.forecast_from() > message.columns()) {
        return makeError(Code::Internal, "the heat matrix does not have the size that it names",
                         "run the same version of the agent and of this program");
    }
    HeatMatrix matrix;
    matrix.metric = takeEnum<HeatMetric>(message.metric());
    matrix.start = fromUnixMicros(message.start_micros());
    matrix.step = milliseconds(message.step_millis());
    matrix.columns = message.columns();
    matrix.rows.reserve(static_cast<std::size_t>(message.rows_size()));
    for (const v1::HeatRow& row : message.rows()) {
        matrix.rows.push_back({ShardId(row.shard()), row.keyspace(), row.label()});
    }
    matrix.mean = bytesToFloats(message.mean());
    matrix.max = bytesToFloats(message.max());
    matrix.forecastFrom = message.forecast_from();
    return matrix;
}

} // namespace isotherm::proto

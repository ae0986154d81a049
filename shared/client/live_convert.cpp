// SPDX-License-Identifier: Apache-2.0
#include "shared/client/live_convert.h"

namespace isotherm::client
{

proto::v1::WatchRequest toProto(const LiveRequest& request)
{
    proto::v1::WatchRequest message;
    message.set_metric(static_cast<proto::v1::HeatMetric>(static_cast<int>(request.metric)));
    message.set_heat_window_millis(std::chrono::milliseconds(request.heatWindow).count());
    message.set_heat_step_millis(request.heatStep.count());
    message.set_want_second_sampling(request.wantSecondSampling);
    return message;
}

Result<LiveUpdate> fromProto(const proto::v1::LiveUpdate& message)
{
    LiveUpdate update;
    update.sequence = message.sequence();
    update.snapshot = message.snapshot();
    if (message.has_status()) {
        update.status = proto::fromProto(message.status());
    }
    update.shards = proto::takeAll<ShardRecord>(message.shards());
    for (const std::uint64_t id : message.removed_shards()) {
        update.removedShards.emplace_back(id);
    }
    update.jobs = proto::takeAll<JobRecord>(message.jobs());
    update.backups = proto::takeAll<BackupRecord>(message.backups());
    update.schedule = proto::takeAll<ScheduleEntry>(message.schedule());
    update.scheduleChanged = message.schedule_changed();
    if (message.has_heat()) {
        ISO_ASSIGN(update.heat, proto::fromProto(message.heat()));
    }
    return update;
}

} // namespace isotherm::client

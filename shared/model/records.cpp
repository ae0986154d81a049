// SPDX-License-Identifier: Apache-2.0
#include "shared/model/records.h"

#include "shared/model/heat_matrix.h"

namespace isotherm
{

std::string_view heatMetricName(HeatMetric metric)
{
    switch (metric) {
    case HeatMetric::Reads:
        return "reads";
    case HeatMetric::Writes:
        return "writes";
    case HeatMetric::Rows:
        return "rows";
    case HeatMetric::Bytes:
        return "bytes";
    case HeatMetric::Temperature:
        return "temperature";
    }
    return "unknown";
}

std::string_view backupKindName(BackupKind kind)
{
    switch (kind) {
    case BackupKind::Full:
        return "full";
    case BackupKind::Incremental:
        return "incremental";
    case BackupKind::Unchanged:
        return "unchanged";
    case BackupKind::Synthetic:
        return "synthetic";
    }
    return "unknown";
}

bool isFull(BackupKind kind)
{
    return kind == BackupKind::Full || kind == BackupKind::Synthetic;
}

std::string_view verifyLevelName(VerifyLevel level)
{
    switch (level) {
    case VerifyLevel::None:
        return "none";
    case VerifyLevel::Present:
        return "present";
    case VerifyLevel::Decodes:
        return "decodes";
    case VerifyLevel::Checksums:
        return "checksums";
    case VerifyLevel::Loaded:
        return "loaded";
    case VerifyLevel::Compared:
        return "compared";
    }
    return "unknown";
}

std::string_view jobKindName(JobKind kind)
{
    switch (kind) {
    case JobKind::Backup:
        return "backup";
    case JobKind::Restore:
        return "restore";
    case JobKind::Verify:
        return "verify";
    case JobKind::Reshard:
        return "reshard";
    case JobKind::Upkeep:
        return "upkeep";
    case JobKind::Drill:
        return "drill";
    }
    return "unknown";
}

std::string_view jobStateName(JobState state)
{
    switch (state) {
    case JobState::Queued:
        return "queued";
    case JobState::Running:
        return "running";
    case JobState::Done:
        return "done";
    case JobState::Failed:
        return "failed";
    case JobState::Cancelled:
        return "cancelled";
    case JobState::RolledBack:
        return "rolled back";
    }
    return "unknown";
}

bool isFinished(JobState state)
{
    return state != JobState::Queued && state != JobState::Running;
}

std::string_view roleName(Role role)
{
    switch (role) {
    case Role::Viewer:
        return "viewer";
    case Role::Operator:
        return "operator";
    case Role::Admin:
        return "admin";
    }
    return "unknown";
}

std::optional<Role> parseRole(std::string_view name)
{
    for (const Role role : {Role::Viewer, Role::Operator, Role::Admin}) {
        if (roleName(role) == name) {
            return role;
        }
    }
    return std::nullopt;
}

} // namespace isotherm

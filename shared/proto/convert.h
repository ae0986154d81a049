// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "shared/base/result.h"
#include "shared/model/agent_service.h"

#include <isotherm/v1/agent.pb.h>
#include <isotherm/v1/records.pb.h>
#include <string>
#include <string_view>
#include <vector>

/// Between the records of shared/model and the messages of isotherm.v1, both ways. Stateless. The
/// services beside the core have a convert_<area>.h each, which converts whole answers.
///
/// What comes from the network is never trusted: an enum value that this version does not know is
/// kept (its name reads "unknown"), one that does not fit the type becomes 0, and a matrix whose
/// sizes do not agree is refused. Text that is no
/// valid UTF-8 (names from a database without an encoding) is sent with U+FFFD for the bad bytes,
/// because protobuf would drop the whole message.
namespace isotherm::proto
{

namespace v1 = ::isotherm::v1;

[[nodiscard]] std::string validUtf8(std::string_view text);

[[nodiscard]] v1::KeyRange toProto(const KeyRange& range);
[[nodiscard]] v1::Keyspace toProto(const KeyspaceRecord& record);
[[nodiscard]] v1::Shard toProto(const ShardRecord& record);
[[nodiscard]] v1::Backup toProto(const BackupRecord& record);
[[nodiscard]] v1::Job toProto(const JobRecord& record);
[[nodiscard]] v1::ScheduleEntry toProto(const ScheduleEntry& entry);
[[nodiscard]] v1::RestorableRange toProto(const RestorableRange& range);
[[nodiscard]] v1::TransactionSummary toProto(const TransactionSummary& transaction);
[[nodiscard]] v1::RestoreRequest toProto(const RestoreRequest& request);
[[nodiscard]] v1::RestorePlan toProto(const RestorePlan& plan);
[[nodiscard]] v1::RestoreReceipt toProto(const RestoreReceipt& receipt);
[[nodiscard]] v1::ClusterStatus toProto(const ClusterStatus& status);
[[nodiscard]] v1::HeatMatrix toProto(const HeatMatrix& matrix);
[[nodiscard]] v1::ErrorDetail toProto(const Error& error);

[[nodiscard]] KeyRange fromProto(const v1::KeyRange& range);
[[nodiscard]] KeyspaceRecord fromProto(const v1::Keyspace& message);
[[nodiscard]] ShardRecord fromProto(const v1::Shard& message);
[[nodiscard]] BackupRecord fromProto(const v1::Backup& message);
[[nodiscard]] JobRecord fromProto(const v1::Job& message);
[[nodiscard]] ScheduleEntry fromProto(const v1::ScheduleEntry& message);
[[nodiscard]] RestorableRange fromProto(const v1::RestorableRange& message);
[[nodiscard]] TransactionSummary fromProto(const v1::TransactionSummary& message);
[[nodiscard]] RestoreRequest fromProto(const v1::RestoreRequest& message);
[[nodiscard]] RestorePlan fromProto(const v1::RestorePlan& message);
[[nodiscard]] RestoreReceipt fromProto(const v1::RestoreReceipt& message);
[[nodiscard]] ClusterStatus fromProto(const v1::ClusterStatus& message);
/// Internal when the sizes do not agree: the other side is broken.
[[nodiscard]] Result<HeatMatrix> fromProto(const v1::HeatMatrix& message);
[[nodiscard]] Error fromProto(const v1::ErrorDetail& message);

// Requests. The caller of a change is never on the wire: the server takes it from the certificate.
[[nodiscard]] v1::ListShardsRequest toProto(const ShardFilter& filter);
[[nodiscard]] v1::GetHeatRequest toProto(const HeatQuery& query);
[[nodiscard]] v1::ListBackupsRequest toProto(const BackupFilter& filter);
[[nodiscard]] v1::ListJobsRequest toProto(const JobFilter& filter);
[[nodiscard]] v1::ListTransactionsRequest toProto(const TransactionQuery& query);
[[nodiscard]] v1::RunBackupRequest toProto(const BackupRequest& request);
[[nodiscard]] v1::VerifyBackupsRequest toProto(const VerifyRequest& request);
[[nodiscard]] v1::AdoptKeyspaceRequest toProto(const AdoptRequest& request);

[[nodiscard]] ShardFilter fromProto(const v1::ListShardsRequest& message);
[[nodiscard]] HeatQuery fromProto(const v1::GetHeatRequest& message);
[[nodiscard]] BackupFilter fromProto(const v1::ListBackupsRequest& message);
[[nodiscard]] JobFilter fromProto(const v1::ListJobsRequest& message);
[[nodiscard]] TransactionQuery fromProto(const v1::ListTransactionsRequest& message);
[[nodiscard]] BackupRequest fromProto(const v1::RunBackupRequest& message);
[[nodiscard]] VerifyRequest fromProto(const v1::VerifyBackupsRequest& message);
[[nodiscard]] AdoptRequest fromProto(const v1::AdoptKeyspaceRequest& message);

/// gRPC's number for `code`, and back (unknown numbers become Unknown). 0 is OK and no Error.
[[nodiscard]] int toWireCode(Code code);
[[nodiscard]] Code fromWireCode(int code);

/// Fills a repeated field of messages from records, and back.
template <class Field, class Record>
void addAll(Field* field, const std::vector<Record>& records)
{
    field->Reserve(static_cast<int>(records.size()));
    for (const Record& record : records) {
        *field->Add() = toProto(record);
    }
}

template <class Record, class Field>
[[nodiscard]] std::vector<Record> takeAll(const Field& field)
{
    std::vector<Record> records;
    records.reserve(static_cast<std::size_t>(field.size()));
    for (const auto& message : field) {
        records.push_back(fromProto(message));
    }
    return records;
}

} // namespace isotherm::proto

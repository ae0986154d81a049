// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/ctl/session.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

/// The commands, one function each, by group in a file of its own. What they get is as typed: they
/// parse times and names themselves, so that every error reads the same.
namespace isotherm::ctl
{

/// Which shards: by keyspace, by number; empty is all.
struct Selection
{
    std::string keyspace;
    std::vector<std::uint64_t> shards;
};

struct HeatArguments
{
    Selection selection;
    std::string metric = "rows";
    std::string from = "-10m";
    std::string to = "now";
    std::size_t columns = 0; ///< 0: what fits
    std::size_t limit = 10;  ///< of `top`
};

struct ForecastArguments
{
    Selection selection;
    std::string made; ///< how long before: past forecasts; empty: what is expected now
    std::string from = "-24h";
    std::string to = "now";
};

struct BackupListArguments
{
    Selection selection;
    std::string from;
    std::string to;
    std::size_t limit = 100;
};

enum class Follow { Detach, Wait };

struct BackupRunArguments
{
    Selection selection;
    bool full = false;
    Follow follow = Follow::Detach;
};

struct RestoreArguments
{
    std::string planId; ///< of `run`: instead of the rest
    Selection selection;
    std::vector<std::string> tables;
    std::string where;
    std::string at;
    std::string lsn;
    std::optional<std::uint64_t> beforeTransaction;
    std::string sideSchema;
    Follow follow = Follow::Wait;
};

struct AdoptArguments
{
    std::string name;
    std::vector<std::string> tables;
    std::vector<std::string> keyColumns;
    std::string rpo;
    bool divide = false; ///< ordinary tables: online, into shards
    std::vector<std::string> cuts;
    std::uint32_t shards = 0;
    bool checkOnly = false;
    Follow follow = Follow::Detach;
};

struct ScheduleArguments
{
    std::string keyspace;
    std::string until;
    bool rotation = false; ///< to the end of the coming rotation
    bool fullsOnly = false;
    std::size_t limit = 1'000;
};

enum class DryRun { No, Yes };

struct CheckArguments
{
    std::string keyspace;
    std::string warning;  ///< age of a backup without an objective: 12h
    std::string critical; ///< 24h
};

struct TransactionArguments
{
    Selection selection;
    std::string from;
    std::string to;
    std::size_t limit = 100;
    bool largest = false;
};

struct ChangeListArguments
{
    std::string keyspace;
    bool openOnly = false;
    std::size_t limit = 50;
};

struct ProposeArguments
{
    std::vector<std::uint64_t> shards; ///< one: a split; several neighbours: a merge
    std::vector<std::string> cuts;
    std::uint32_t parts = 0;
    std::string reason;
    bool checkOnly = false;
};

struct DecideArguments
{
    std::uint64_t change = 0;
    std::string plan; ///< the hash that was reviewed
    std::string reason;
    Follow follow = Follow::Detach;
};

struct SteerArguments
{
    std::uint64_t change = 0;
    std::uint64_t job = 0;
    ChangeStep step = ChangeStep::Pause;
};

struct KeyspacePlanArguments
{
    std::string keyspace; ///< or else tables
    std::vector<std::string> tables;
    std::vector<std::string> keyColumns;
    std::string targetSize;
    std::uint32_t shards = 0;
};

struct HotKeysArguments
{
    std::uint64_t shard = 0;
    std::size_t keys = 10;
    std::size_t cuts = 7;
};

ExitCode showStatus(Session& session);

ExitCode listRanges(Session& session, const std::string& keyspace);
ExitCode listTransactions(Session& session, const TransactionArguments& arguments);

ExitCode listShards(Session& session, const std::string& keyspace, bool includeRetired);
ExitCode showShard(Session& session, std::uint64_t shard);
/// Why it is hot.
ExitCode showHotKeys(Session& session, const HotKeysArguments& arguments);

ExitCode showHeat(Session& session, const HeatArguments& arguments);
ExitCode topHeat(Session& session, const HeatArguments& arguments);

ExitCode showForecast(Session& session, const ForecastArguments& arguments);
ExitCode showForecastQuality(Session& session);
/// A line a keyspace and lead: how large the errors were, and what seasonal naive's were.
[[nodiscard]] Listing forecastQualityTable(const std::vector<ForecastQuality>& qualities);
ExitCode explainShard(Session& session, std::uint64_t shard);

ExitCode listBackups(Session& session, const BackupListArguments& arguments);
ExitCode runBackups(Session& session, const BackupRunArguments& arguments);
struct VerifyArguments
{
    Selection selection;
    std::string level = "checksums";
    bool again = false;
    Follow follow = Follow::Detach;
};
ExitCode verifyBackups(Session& session, const VerifyArguments& arguments);
ExitCode showSchedule(Session& session, const ScheduleArguments& arguments);
/// Follows jobs that were submitted, or only names them.
ExitCode finishJobs(Session& session, const std::vector<JobId>& jobs, Follow follow);

ExitCode pruneBackups(Session& session, const std::string& keyspace, DryRun dryRun, Follow follow);
ExitCode runDrills(Session& session, const Selection& selection, Follow follow);
ExitCode listDrills(Session& session, std::size_t limit);
/// As a Nagios plugin: one line, and 0 all within their objective, 1 nearly not, 2 not, 3 unknown.
ExitCode checkRpo(Session& session, const CheckArguments& arguments);

ExitCode planRestore(Session& session, const RestoreArguments& arguments);
ExitCode runRestore(Session& session, const RestoreArguments& arguments);

ExitCode listJobs(Session& session, bool activeOnly, std::size_t limit);
/// Every change of these jobs (none given: the active ones), until all have ended.
ExitCode watchJobs(Session& session, const std::vector<std::uint64_t>& jobs);
/// Done when all succeeded, Partial when some did.
ExitCode waitJobs(Session& session, const std::vector<std::uint64_t>& jobs);
ExitCode cancelJob(Session& session, std::uint64_t job);

ExitCode listAudit(Session& session, std::uint64_t after, std::size_t limit);
ExitCode verifyAudit(Session& session);

ExitCode listChanges(Session& session, const ChangeListArguments& arguments);
ExitCode showChange(Session& session, std::uint64_t change);
ExitCode proposeChange(Session& session, const ProposeArguments& arguments);
/// Without a plan: shows it and asks.
ExitCode approveChange(Session& session, const DecideArguments& arguments);
ExitCode rejectChange(Session& session, const DecideArguments& arguments);
/// Why hot shards are not split; with a shard: why it is not, hot or not.
ExitCode explainChanges(Session& session, const std::optional<std::uint64_t>& shard);
/// What runs: by its number, or by its job's.
ExitCode steerChange(Session& session, const SteerArguments& arguments);
ExitCode planKeyspace(Session& session, const KeyspacePlanArguments& arguments);

ExitCode listKeyspaces(Session& session);
ExitCode adoptKeyspace(Session& session, const AdoptArguments& arguments);
/// Ordinary tables, which become partitioned ones while the application goes on.
ExitCode divideTables(Session& session, const AdoptArguments& arguments);

} // namespace isotherm::ctl

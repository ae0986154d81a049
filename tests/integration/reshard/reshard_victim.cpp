// SPDX-License-Identifier: Apache-2.0
// An agent's executor as a process of its own, so that a test can kill it at any step. Arguments:
// conninfo, folder of the metadata, words, and the cuts of the first shard (none: take up what is
// there). Words: "adopt": of the ordinary tables accounts and lines instead; "stay": stays in the
// grace period; "rollback": takes it back there. Prints every phase of the job and how it ended.
#include "tests/integration/reshard/reshard_world.h"

#include <cstdio>
#include <cstdlib>
#include <mutex>
#include <set>
#include <thread>

using namespace isotherm;
using namespace isotherm::test;

namespace
{

class QuietLog final : public Log
{
public:
    void write(LogLevel, std::string_view, std::string_view, std::vector<LogField>) override {}
};

struct Wishes
{
    bool adopt = false;
    bool stay = false;
    bool rollBack = false;
    std::vector<std::int64_t> cuts;
};

Wishes wishesOf(int argc, char** argv)
{
    Wishes wishes;
    for (int i = 3; i < argc; ++i) {
        const std::string word = argv[i];
        wishes.adopt = wishes.adopt || word == "adopt";
        wishes.stay = wishes.stay || word == "stay";
        wishes.rollBack = wishes.rollBack || word == "rollback";
        if (word.find_first_not_of("0123456789") == std::string::npos) {
            wishes.cuts.push_back(std::atoll(word.c_str()));
        }
    }
    return wishes;
}

Result<JobId> begin(ReshardWorld& world, const Wishes& wishes)
{
    if (!wishes.adopt) {
        return world.submit(world.split(world.shards("accounts").front(), wishes.cuts));
    }
    ShardRecord everything;
    everything.keyspace = "accounts";
    reshard::ReshardRequest request = world.split(everything, wishes.cuts);
    request.sources.clear();
    request.adoptTables = {"public.accounts", "public.lines"};
    request.adoptKey = "customer_id";
    return world.submit(request);
}

int run(int argc, char** argv)
{
    QuietLog log;
    auto world = ReshardWorld::open({argv[1], argv[2], {}}, log);
    if (!world.ok()) {
        std::fprintf(stderr, "%s\n", world.error().text().c_str());
        return 1;
    }
    const Wishes wishes = wishesOf(argc, argv);
    if (!wishes.cuts.empty() && !begin(**world, wishes).ok()) {
        return 1;
    }
    std::set<std::string> told;
    for (;;) {
        const auto jobs = (*world)->jobs().jobs({/*activeOnly=*/false, /*limit=*/1});
        if (!jobs.ok() || jobs->empty()) {
            return 1;
        }
        const JobRecord& job = jobs->front();
        if (told.insert(job.phase).second) {
            std::printf("phase %s\n", job.phase.c_str());
            std::fflush(stdout);
        }
        if (job.phase == "grace" && wishes.rollBack) {
            (void)(*world)->jobs().cancel(job.id);
        } else if (job.phase == "grace" && !wishes.stay) {
            (void)(*world)->control().finish(job.id);
        }
        if (isFinished(job.state)) {
            std::printf("ended %s: %s%s\n", std::string(jobStateName(job.state)).c_str(),
                        job.result.c_str(), job.error.c_str());
            return 0;
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
}

} // namespace

int main(int argc, char** argv)
{
    return argc < 3 ? 2 : run(argc, argv);
}

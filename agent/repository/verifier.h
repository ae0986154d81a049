// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/repository/repository.h"
#include "agent/repository/run_file.h"

#include <atomic>
#include <cstdint>
#include <stop_token>
#include <string>

namespace isotherm::repository
{

/// Checks the runs of one manifest and names whatever is damaged. For one call of verify().
class Verifier
{
public:
    Verifier(storage::ObjectStore& store, const RepositoryKeys& keys, VerifyLevel level,
             const VerifyProgress& progress, std::stop_token stop);

    [[nodiscard]] Result<VerifyReport> verify(const Manifest& manifest);

private:
    /// What is being looked at.
    struct Place
    {
        const Manifest& manifest;
        const ManifestTable& table;
        const RunRef& run;
    };
    struct Content;

    [[nodiscard]] Status verifyRun(const Place& place);
    [[nodiscard]] Result<bool> isPresent(const Place& place);
    [[nodiscard]] Status verifyContent(const Place& place);
    [[nodiscard]] Status verifyHeader(const Place& place, const RunTrailer& trailer,
                                      Content& content);
    [[nodiscard]] Status verifyBlocks(const Place& place, const RunTrailer& trailer,
                                      const RunIndex& index, Content& content);
    void verifyBlock(const Place& place, std::size_t number, std::string_view frame,
                     Content& content);
    void verifyRows(const Place& place, std::size_t number, Content& content);
    [[nodiscard]] static bool verifyVersion(Content& content, std::size_t row);
    [[nodiscard]] Status readTransactions(const Place& place, const RunIndex& index,
                                          Content& content);
    void verifySums(const Place& place, const RunIndex& index, Content& content);
    [[nodiscard]] Result<std::string> read(const Place& place, std::uint64_t offset,
                                           std::uint64_t length);
    void damaged(const Place& place, ObjectPart part, const Error& error);
    void damagedBlock(const Place& place, std::uint32_t number, const BlockEntry& block,
                      const Error& error);
    void add(const Place& place, Damage damage, const Key& first, const Key& last);

    std::atomic<std::uint64_t> m_bytesRead{0};
    CountedStore m_store;
    const RepositoryKeys& m_keys;
    const VerifyLevel m_level;
    const VerifyProgress& m_progress;
    const std::stop_token m_stop;
    ByteCount m_total;
    VerifyReport m_report;
};

} // namespace isotherm::repository

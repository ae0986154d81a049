// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/engine/statement_source.h"

#include <filesystem>

namespace isotherm::attribution
{

/// A server's log in a folder of this machine. Thread-safe.
class LocalLog final : public engine::LogFiles
{
public:
    explicit LocalLog(std::filesystem::path folder) : m_folder(std::move(folder)) {}

    [[nodiscard]] Result<std::vector<engine::LogFile>> list() override;
    [[nodiscard]] Result<std::string> read(const std::string& name, std::uint64_t offset,
                                           std::uint64_t length) override;

private:
    const std::filesystem::path m_folder;
};

} // namespace isotherm::attribution

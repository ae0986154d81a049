// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/metadata/database.h"

#include <optional>
#include <string>

namespace isotherm::metadata
{

/// Small facts that need no table of their own, by dotted name ("cluster.system_id"). Thread-safe.
class KeyValueStore
{
public:
    explicit KeyValueStore(Database& database) : m_database(database) {}

    [[nodiscard]] Result<std::optional<std::string>> get(const std::string& name);
    [[nodiscard]] Status set(const std::string& name, const std::string& value);
    /// Not an error if there is none.
    [[nodiscard]] Status remove(const std::string& name);

private:
    Database& m_database;
};

} // namespace isotherm::metadata

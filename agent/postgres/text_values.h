// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/postgres/connection_pool.h"
#include "agent/postgres/type_policy.h"

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace isotherm::postgres
{

/// Turns values that were sent in binary form into the text that a base holds of them, by asking
/// the server: the very cast that the base's COPY does, in a session with the same settings. Names
/// behind numbers (regclass, …) are those of now. Not thread-safe.
class TextValues
{
public:
    explicit TextValues(std::shared_ptr<ConnectionPool> pool) : m_pool(std::move(pool)) {}

    void want(Oid type, std::string_view binary);
    /// Asks for everything wanted since the last call. An Error only when the server cannot be
    /// asked; a value that it does not take is one that find() does not find.
    [[nodiscard]] Status ask();
    /// Valid until forget().
    [[nodiscard]] std::optional<std::string_view> find(Oid type, std::string_view binary) const;
    /// Lets go of what was asked for, but for a useful rest.
    void forget();

private:
    using Value = std::pair<Oid, std::string>;

    std::shared_ptr<ConnectionPool> m_pool;
    std::map<Value, std::optional<std::string>> m_values;
};

} // namespace isotherm::postgres

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/repository/repository.h"
#include "agent/repository/sealed_object.h"

#include <vector>

namespace isotherm::repository
{

/// See Repository::listTransactions.
[[nodiscard]] Result<std::vector<TransactionRecord>>
listTransactions(storage::ObjectStore& store, const RepositoryKeys& keys, const Manifest& manifest,
                 const TransactionFilter& filter);

} // namespace isotherm::repository

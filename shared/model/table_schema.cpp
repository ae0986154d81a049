// SPDX-License-Identifier: Apache-2.0
#include "shared/model/table_schema.h"

namespace isotherm
{

std::vector<KeyType> TableSchema::keyTypes() const
{
    std::vector<KeyType> types;
    types.reserve(key.size());
    for (const KeyColumn& column : key) {
        types.push_back(column.type);
    }
    return types;
}

} // namespace isotherm

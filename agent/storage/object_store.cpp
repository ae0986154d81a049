// SPDX-License-Identifier: Apache-2.0
#include "agent/storage/object_store.h"

#include <algorithm>

namespace isotherm::storage
{
namespace
{

constexpr std::size_t kLongestName = 512;

bool isNameCharacter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-';
}

} // namespace

Status checkObjectName(const std::string& name)
{
    bool good = !name.empty() && name.size() <= kLongestName;
    char previous = '/';
    for (const char c : name) {
        const bool starts = previous == '/';
        good = good && (c == '/' ? !starts : isNameCharacter(c) && !(starts && c == '.'));
        previous = c;
    }
    if (!good || previous == '/') {
        return makeError(Code::InvalidArgument, "\"" + name + "\" is not an object name");
    }
    return {};
}

Status putObject(ObjectStore& store, const std::string& name, std::string_view bytes)
{
    ISO_ASSIGN(const std::unique_ptr<ObjectWriter> writer, store.create(name));
    ISO_TRY(writer->append(bytes));
    return writer->commit();
}

} // namespace isotherm::storage

// SPDX-License-Identifier: Apache-2.0
#include "tests/fuzz/pgoutput_target.h"

#include "agent/pgoutput/decoder.h"
#include "shared/base/check.h"

#include <functional>

namespace isotherm::fuzz
{
namespace
{

using namespace isotherm::pgoutput;

void checkInside(std::string_view view, std::string_view whole)
{
    const std::less_equal<const char*> notAfter;
    ISO_CHECK(view.empty() || (notAfter(whole.data(), view.data()) &&
                               notAfter(view.data() + view.size(), whole.data() + whole.size())));
}

void checkTuple(const Tuple& tuple, std::string_view whole)
{
    ISO_CHECK(tuple.size() <= kMostColumns);
    for (const Value& value : tuple) {
        checkInside(value.bytes, whole);
    }
}

void checkViews(const Message& message, std::string_view whole)
{
    switch (message.kind) {
    case MessageKind::Relation:
        checkInside(message.schema, whole);
        checkInside(message.name, whole);
        ISO_CHECK(message.columns.size() <= kMostColumns);
        for (const Column& column : message.columns) {
            checkInside(column.name, whole);
        }
        break;
    case MessageKind::Insert:
    case MessageKind::Update:
        checkTuple(message.newValues, whole);
        break;
    case MessageKind::Delete:
        ISO_CHECK(message.oldTuple != OldTuple::None);
        checkTuple(message.oldValues, whole);
        break;
    case MessageKind::Logical:
        checkInside(message.prefix, whole);
        checkInside(message.content, whole);
        break;
    case MessageKind::Truncate:
        ISO_CHECK(message.relations.size() * sizeof(std::uint32_t) <= whole.size());
        break;
    default:
        break;
    }
}

} // namespace

void decodeAnyPgoutput(std::string_view bytes)
{
    Decoder decoder;
    Message message;
    ByteReader reader(bytes);
    while (reader.ok() && !reader.atEnd()) {
        const std::string_view whole = reader.takeSized();
        if (reader.ok() && decoder.decode(whole, message).ok()) {
            checkViews(message, whole);
        }
    }
}

} // namespace isotherm::fuzz

// SPDX-License-Identifier: Apache-2.0
#include "agent/repository/verify.h"

namespace isotherm::repository
{

std::string_view objectPartName(ObjectPart part)
{
    switch (part) {
    case ObjectPart::Whole:
        return "object";
    case ObjectPart::Header:
        return "header";
    case ObjectPart::Block:
        return "block";
    case ObjectPart::Transactions:
        return "transactions";
    case ObjectPart::Index:
        return "index";
    case ObjectPart::Trailer:
        return "trailer";
    case ObjectPart::Content:
        return "content";
    case ObjectPart::Manifest:
        return "manifest";
    case ObjectPart::RepositoryHeader:
        return "repository header";
    }
    return "object";
}

std::string Damage::text() const
{
    std::string text(objectPartName(part));
    if (block) {
        text += " " + std::to_string(*block);
    }
    text += part == ObjectPart::Whole ? " " : " of ";
    text += object + ": " + error.message;
    if (!table.empty()) {
        text += "; hurts " + table + " " + rangeText;
    }
    if (shard.get() != 0) {
        text += (table.empty() ? "; hurts shard " : " of shard ") + std::to_string(shard.get());
    }
    return text;
}

Status VerifyReport::status() const
{
    if (damages.empty()) {
        return {};
    }
    std::string message = damages.front().text();
    if (damages.size() > 1) {
        message += " (and " + std::to_string(damages.size() - 1) + " more)";
    }
    return makeError(Code::DataLoss, std::move(message), damages.front().error.hint);
}

} // namespace isotherm::repository

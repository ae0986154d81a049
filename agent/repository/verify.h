// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/repository/manifest.h"
#include "shared/base/result.h"
#include "shared/base/units.h"
#include "shared/model/key.h"
#include "shared/model/records.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace isotherm::repository
{

/// The byte classes of FORMAT.md: where damage can be.
enum class ObjectPart : std::uint8_t {
    Whole = 1, ///< missing, or not its size
    Header = 2,
    Block = 3,
    Transactions =
        4, ///< of a delta run: its rows can still be read, if the base shows none of them
    Index = 5,
    Trailer = 6,
    Content = 7, ///< decodes, but is not what the manifest says (checksum, counts, order, digest)
    Manifest = 8,
    RepositoryHeader = 9
};
[[nodiscard]] std::string_view objectPartName(ObjectPart part);

/// One damaged object, and whom it hurts.
struct Damage
{
    std::string object;
    ObjectPart part = ObjectPart::Whole;
    std::optional<std::uint32_t> block; ///< from 0, when part is Block
    ShardId shard;
    std::string table; ///< "public.orders"
    KeyRange range;    ///< keys that cannot be trusted any more; the rest of the shard can
    std::string rangeText;
    Error error;

    /// "block 3 of run/…: …; hurts public.orders [100, 200) of shard 7"
    [[nodiscard]] std::string text() const;
};

struct VerifyReport
{
    VerifyLevel level = VerifyLevel::None; ///< what was proven; None when anything is damaged
    std::uint32_t objects = 0;
    ByteCount bytesRead;
    std::uint64_t rows = 0; ///< decoded
    std::vector<Damage> damages;

    [[nodiscard]] bool ok() const { return damages.empty(); }
    /// DataLoss naming the first damage and how many there are.
    [[nodiscard]] Status status() const;
};

} // namespace isotherm::repository

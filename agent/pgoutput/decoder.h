// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/pgoutput/message.h"
#include "shared/base/byte_io.h"
#include "shared/base/result.h"

#include <string_view>

namespace isotherm::pgoutput
{

/// More columns than PostgreSQL has: what a message may claim.
inline constexpr std::size_t kMostColumns = 1'664;

/// Decodes pgoutput messages of protocol version 2 and newer (streaming, no two-phase). Pure, and
/// bounded by the message's own length. It follows the stream: inside of a stream block every
/// change carries a transaction id. Not thread-safe.
class Decoder
{
public:
    /// One whole message. InvalidArgument when it is malformed or out of place, Unimplemented for a
    /// kind that was not asked for. `message` then holds nothing of use.
    [[nodiscard]] Status decode(std::string_view bytes, Message& message);

    /// Between StreamStart and StreamStop.
    [[nodiscard]] bool inStreamBlock() const { return m_inBlock; }

private:
    [[nodiscard]] bool decodeBody(ByteReader& reader, Message& message);
    [[nodiscard]] bool decodeStreamControl(ByteReader& reader, Message& message);
    [[nodiscard]] bool decodeChange(ByteReader& reader, Message& message);

    bool m_inBlock = false;
};

} // namespace isotherm::pgoutput

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "shared/base/byte_io.h"
#include "shared/base/result.h"

#include <cstdint>
#include <string>
#include <string_view>

/// Records of tagged fields (FORMAT.md, section 1): what makes the format extensible.
namespace isotherm::repository
{

enum class Need : std::uint8_t { Optional = 0, Critical = 1 };

[[nodiscard]] constexpr std::uint64_t zigzag(std::int64_t value)
{
    return (static_cast<std::uint64_t>(value) << 1U) ^ static_cast<std::uint64_t>(value >> 63U);
}
[[nodiscard]] constexpr std::int64_t unzigzag(std::uint64_t value)
{
    return static_cast<std::int64_t>(value >> 1U) ^ -static_cast<std::int64_t>(value & 1U);
}

/// Appends fields to a string.
class FieldWriter
{
public:
    explicit FieldWriter(std::string& to) : m_to(to) {}

    void bytes(std::uint32_t number, Need need, std::string_view value);
    void integer(std::uint32_t number, Need need, std::uint64_t value);
    void signedInteger(std::uint32_t number, Need need, std::int64_t value);

private:
    std::string& m_to;
};

struct FieldView
{
    std::uint32_t number = 0;
    bool critical = false;
    std::string_view value;

    /// The value as one varint; nullopt-like failure is reported through `ok`.
    [[nodiscard]] std::uint64_t integer(bool& ok) const;
    [[nodiscard]] std::int64_t signedInteger(bool& ok) const;
};

/// Walks hostile fields: `while (fields.next()) switch (fields.field().number)`, then status().
class FieldReader
{
public:
    explicit FieldReader(std::string_view record) : m_reader(record) {}

    /// False at the end or at the first failure.
    [[nodiscard]] bool next();
    [[nodiscard]] const FieldView& field() const { return m_field; }
    [[nodiscard]] std::string_view bytes() const { return m_field.value; }
    [[nodiscard]] std::string text() const { return std::string(m_field.value); }
    [[nodiscard]] std::uint64_t integer() { return m_field.integer(m_ok); }
    [[nodiscard]] std::int64_t signedInteger() { return m_field.signedInteger(m_ok); }

    /// Call for a number that is not known: refuses critical fields.
    void unknown();
    /// The value of a field was wrong.
    void malformed() { m_ok = false; }

    /// DataLoss: not a record. Unimplemented: an unknown critical field.
    [[nodiscard]] Status status(std::string_view what) const;

private:
    ByteReader m_reader;
    FieldView m_field;
    bool m_ok = true;
    std::uint32_t m_refused = 0;
};

/// "a newer version is needed": for every unknown thing that must not be ignored.
[[nodiscard]] Error needsNewerVersion(std::string_view what);
/// DataLoss, "`what` is malformed".
[[nodiscard]] Error malformedBytes(std::string_view what);

} // namespace isotherm::repository

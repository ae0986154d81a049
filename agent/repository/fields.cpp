// SPDX-License-Identifier: Apache-2.0
#include "agent/repository/fields.h"

namespace isotherm::repository
{

void FieldWriter::bytes(std::uint32_t number, Need need, std::string_view value)
{
    appendVarint(m_to, std::uint64_t{number} << 1U | static_cast<std::uint64_t>(need));
    appendSized(m_to, value);
}

void FieldWriter::integer(std::uint32_t number, Need need, std::uint64_t value)
{
    std::string encoded;
    appendVarint(encoded, value);
    bytes(number, need, encoded);
}

void FieldWriter::signedInteger(std::uint32_t number, Need need, std::int64_t value)
{
    integer(number, need, zigzag(value));
}

std::uint64_t FieldView::integer(bool& ok) const
{
    ByteReader reader(value);
    const std::uint64_t number64 = reader.takeVarint();
    if (!reader.ok() || !reader.atEnd()) {
        ok = false;
    }
    return number64;
}

std::int64_t FieldView::signedInteger(bool& ok) const
{
    return unzigzag(integer(ok));
}

bool FieldReader::next()
{
    if (!m_ok || m_refused != 0 || m_reader.atEnd()) {
        return false;
    }
    const std::uint64_t tag = m_reader.takeVarint();
    m_field.value = m_reader.takeSized();
    m_field.critical = (tag & 1U) != 0;
    m_ok = m_reader.ok() && tag >> 1U != 0 && tag >> 1U <= 0x7FFFFFFFU;
    m_field.number = m_ok ? static_cast<std::uint32_t>(tag >> 1U) : 0;
    return m_ok;
}

void FieldReader::unknown()
{
    if (m_field.critical) {
        m_refused = m_field.number;
    }
}

Status FieldReader::status(std::string_view what) const
{
    if (!m_ok) {
        return malformedBytes(what);
    }
    if (m_refused != 0) {
        return needsNewerVersion(std::string(what) + " holds field " + std::to_string(m_refused));
    }
    return {};
}

Error needsNewerVersion(std::string_view what)
{
    return makeError(Code::Unimplemented,
                     std::string(what) + ", which this version does not understand",
                     "use the version of isotherm that wrote it, or a newer one");
}

Error malformedBytes(std::string_view what)
{
    return makeError(Code::DataLoss, std::string(what) + " is malformed",
                     "restore from an older backup, and verify the repository");
}

} // namespace isotherm::repository

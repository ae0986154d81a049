// SPDX-License-Identifier: Apache-2.0
#include "agent/repository/version_collapser.h"

#include "agent/repository/row_fields.h"

#include <utility>

namespace isotherm::repository
{

Status VersionCollapser::flush()
{
    if (!std::exchange(m_open, false)) {
        return {};
    }
    return m_emit({m_key, m_row, m_previousKey, m_version});
}

void VersionCollapser::take(const VersionView& version, std::uint32_t order)
{
    m_open = true;
    m_row = version.row;
    m_previousKey = version.previousKey;
    m_version = version.version;
    m_version.order = order;
    m_incomplete = version.version.kind == VersionKind::Row && version.previousKey.empty() &&
                   hasAbsentField(version.row, m_columns);
}

Status VersionCollapser::fill(const VersionView& older)
{
    if (older.version.kind != VersionKind::Row) {
        return makeError(Code::InvalidArgument,
                         "a row that was just inserted lacks a value that it must have",
                         "the change stream is not what it should be: a new base is needed");
    }
    m_incomplete = fillAbsentFields(m_row, older.row, m_columns);
    if (m_incomplete && !older.previousKey.empty()) {
        m_previousKey = older.previousKey;
        m_version.order = older.version.order;
        m_incomplete = false;
    }
    return {};
}

Status VersionCollapser::add(const VersionView& version)
{
    const VersionKind kind = version.version.kind;
    if (!m_inGroup || version.version.commit != m_commit || version.key != m_key) {
        ISO_TRY(flush());
        m_inGroup = true;
        m_key = version.key;
        m_commit = version.version.commit;
        m_belowMoved = kind == VersionKind::Moved;
        m_topOrder = version.version.order;
        take(version, version.previousKey.empty() ? 0 : version.version.order);
        return {};
    }
    if (m_open && m_incomplete) {
        ISO_TRY(fill(version));
    }
    if (m_belowMoved && kind == VersionKind::Row) {
        if (m_open && m_version.order == 0) {
            m_version.order = m_topOrder; // now it is one of several
        }
        ISO_TRY(flush());
        take(version, version.version.order);
    }
    m_belowMoved = kind == VersionKind::Moved;
    return {};
}

} // namespace isotherm::repository

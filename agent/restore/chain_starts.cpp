// SPDX-License-Identifier: Apache-2.0
#include "agent/restore/chain_starts.h"

namespace isotherm::restore
{
namespace
{

constexpr std::size_t kMost = 100'000; ///< some 20 MB; backups that are gone are among them

} // namespace

Result<std::string> ChainStarts::reasonOf(repository::Repository& repository, const std::string& id)
{
    {
        const std::lock_guard lock(m_mutex);
        if (const auto known = m_reasons.find(id); known != m_reasons.end()) {
            return known->second;
        }
    }
    ISO_ASSIGN(const repository::Manifest manifest, repository.loadManifest(id));
    std::string reason = manifest.chainStart ? manifest.chainStart->reason : std::string();
    const std::lock_guard lock(m_mutex);
    if (m_reasons.size() >= kMost) {
        m_reasons.clear();
    }
    m_reasons[id] = reason;
    return reason;
}

} // namespace isotherm::restore

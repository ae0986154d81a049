// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "shared/base/result.h"
#include "shared/model/records.h"

#include <map>
#include <mutex>
#include <string>
#include <vector>

namespace isotherm::runtime
{

/// What the operator should know now, one line a matter. Thread-safe.
class HealthBoard
{
public:
    void raise(const Diagnostic& diagnostic)
    {
        const std::lock_guard lock(m_mutex);
        m_diagnostics[diagnostic.code] = diagnostic;
    }

    void clear(const std::string& code)
    {
        const std::lock_guard lock(m_mutex);
        m_diagnostics.erase(code);
    }

    /// Raised as a Warning while `status` is an error, cleared by success. True if that changed
    /// anything.
    bool follow(const std::string& code, const Status& status)
    {
        const std::lock_guard lock(m_mutex);
        if (status.ok()) {
            return m_diagnostics.erase(code) > 0;
        }
        const Diagnostic diagnostic{DiagnosticLevel::Warning, code, status.error().message,
                                    status.error().hint};
        const auto known = m_diagnostics.find(code);
        const bool changed = known == m_diagnostics.end() || known->second != diagnostic;
        m_diagnostics[code] = diagnostic;
        return changed;
    }

    /// The worst first.
    [[nodiscard]] std::vector<Diagnostic> all() const
    {
        const std::lock_guard lock(m_mutex);
        std::vector<Diagnostic> all;
        for (const auto level :
             {DiagnosticLevel::Critical, DiagnosticLevel::Warning, DiagnosticLevel::Info}) {
            for (const auto& [code, diagnostic] : m_diagnostics) {
                if (diagnostic.level == level) {
                    all.push_back(diagnostic);
                }
            }
        }
        return all;
    }

private:
    mutable std::mutex m_mutex;
    std::map<std::string, Diagnostic> m_diagnostics;
};

} // namespace isotherm::runtime

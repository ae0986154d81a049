// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdio>
#include <string>

namespace isotherm::demo
{

/// Tells the story to the terminal: "[ 12.3 s] …".
class Narrator
{
public:
    void say(const std::string& line) const
    {
        const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - m_start;
        std::printf("[%5.1f s] %s\n", elapsed.count(), line.c_str());
        std::fflush(stdout);
    }

private:
    const std::chrono::steady_clock::time_point m_start = std::chrono::steady_clock::now();
};

} // namespace isotherm::demo

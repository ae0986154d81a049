// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstdint>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace isotherm::test
{

/// Passes bytes on between clients and a server on this machine until it is hushed: then nothing
/// gets through and nothing is closed, as with a frozen host or a firewall that drops packets.
class QuietRelay
{
public:
    /// To 127.0.0.1:`target`. Aborts when it cannot listen.
    explicit QuietRelay(std::uint16_t target);
    ~QuietRelay();
    QuietRelay(const QuietRelay&) = delete;
    QuietRelay& operator=(const QuietRelay&) = delete;

    /// "127.0.0.1:port" to connect to.
    [[nodiscard]] std::string address() const;
    void hush(bool quiet) { m_quiet = quiet; }

private:
    void run(const std::stop_token& stop);
    void takeOne();
    void passOn();

    const std::uint16_t m_target;
    int m_listener = -1;
    std::vector<std::pair<int, int>> m_pairs; ///< client and server
    std::atomic<bool> m_quiet{false};
    std::jthread m_thread;
};

} // namespace isotherm::test

// SPDX-License-Identifier: Apache-2.0
#include "tests/integration/api/quiet_relay.h"

#include "shared/base/check.h"

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <chrono>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace isotherm::test
{
namespace
{

sockaddr_in loopback(std::uint16_t port)
{
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(port);
    return address;
}

bool isReadable(int socket)
{
    pollfd wanted{socket, POLLIN, 0};
    return ::poll(&wanted, 1, 0) > 0;
}

/// False when the one side has ended.
bool copy(int from, int to)
{
    std::array<char, 16'384> buffer{};
    const ssize_t length = ::recv(from, buffer.data(), buffer.size(), 0);
    for (ssize_t sent = 0; sent < length;) {
        const ssize_t more =
            ::send(to, buffer.data() + sent, static_cast<std::size_t>(length - sent), MSG_NOSIGNAL);
        if (more <= 0) {
            return false;
        }
        sent += more;
    }
    return length > 0;
}

} // namespace

QuietRelay::QuietRelay(std::uint16_t target)
    : m_target(target), m_listener(::socket(AF_INET, SOCK_STREAM, 0))
{
    const sockaddr_in address = loopback(0);
    ISO_CHECK(::bind(m_listener, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
    ISO_CHECK(::listen(m_listener, 16) == 0);
    m_thread = std::jthread([this](const std::stop_token& stop) { run(stop); });
}

QuietRelay::~QuietRelay()
{
    m_thread.request_stop();
    m_thread.join();
    for (const auto& [client, server] : m_pairs) {
        ::close(client);
        ::close(server);
    }
    ::close(m_listener);
}

std::string QuietRelay::address() const
{
    sockaddr_in address{};
    socklen_t length = sizeof address;
    ISO_CHECK(::getsockname(m_listener, reinterpret_cast<sockaddr*>(&address), &length) == 0);
    return "127.0.0.1:" + std::to_string(ntohs(address.sin_port));
}

void QuietRelay::run(const std::stop_token& stop)
{
    while (!stop.stop_requested()) {
        if (!m_quiet) {
            takeOne();
            passOn();
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
}

void QuietRelay::takeOne()
{
    if (!isReadable(m_listener)) {
        return;
    }
    const int client = ::accept(m_listener, nullptr, nullptr);
    const int server = ::socket(AF_INET, SOCK_STREAM, 0);
    const sockaddr_in address = loopback(m_target);
    if (::connect(server, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0) {
        m_pairs.emplace_back(client, server);
    } else {
        ::close(client);
        ::close(server);
    }
}

void QuietRelay::passOn()
{
    std::erase_if(m_pairs, [](const std::pair<int, int>& pair) {
        const auto [client, server] = pair;
        const bool open = (!isReadable(client) || copy(client, server)) &&
                          (!isReadable(server) || copy(server, client));
        if (!open) {
            ::close(client);
            ::close(server);
        }
        return !open;
    });
}

} // namespace isotherm::test

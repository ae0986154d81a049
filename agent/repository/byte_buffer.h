// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <memory>
#include <string_view>

namespace isotherm::repository
{

/// A growing byte array that is never zeroed and keeps its room: the codec's working memory.
/// `kSlack` bytes behind the end may always be written and read, so that short copies can be made
/// with one 16-byte move.
class ByteBuffer
{
public:
    static constexpr std::size_t kSlack = 16;

    [[nodiscard]] char* data() { return m_bytes.get(); }
    [[nodiscard]] const char* data() const { return m_bytes.get(); }
    [[nodiscard]] std::size_t size() const { return m_size; }
    [[nodiscard]] std::string_view view() const { return {m_bytes.get(), m_size}; }
    void clear() { m_size = 0; }

    /// Room for `size` bytes in all; the content up to the old size stays.
    void resize(std::size_t size)
    {
        reserve(size);
        m_size = size;
    }
    void append(const char* from, std::size_t count)
    {
        reserve(m_size + count);
        std::memcpy(m_bytes.get() + m_size, from, count);
        m_size += count;
    }
    /// Like append, but may read up to kSlack bytes at `from` when `readable` says that they exist.
    void appendShort(const char* from, std::size_t count, std::size_t readable)
    {
        if (count <= kSlack && readable >= kSlack && m_size + count + kSlack <= m_capacity) {
            std::memcpy(m_bytes.get() + m_size, from, kSlack);
            m_size += count;
        } else {
            append(from, count);
        }
    }
    void reserve(std::size_t size)
    {
        if (size + kSlack > m_capacity) {
            grow(size + kSlack);
        }
    }
    /// Gives back room far above `keep`: after a huge value.
    void trim(std::size_t keep)
    {
        if (m_size == 0 && m_capacity > keep) {
            m_bytes.reset();
            m_capacity = 0;
        }
    }

private:
    void grow(std::size_t needed)
    {
        const std::size_t capacity = std::max(needed, m_capacity + m_capacity / 2 + 64);
        auto bytes = std::make_unique_for_overwrite<char[]>(capacity);
        if (m_size > 0) {
            std::memcpy(bytes.get(), m_bytes.get(), m_size);
        }
        m_bytes = std::move(bytes);
        m_capacity = capacity;
    }

    std::unique_ptr<char[]> m_bytes;
    std::size_t m_size = 0;
    std::size_t m_capacity = 0;
};

} // namespace isotherm::repository

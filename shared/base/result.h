// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "shared/base/check.h"

#include <string>
#include <string_view>
#include <utility>
#include <variant>

namespace isotherm
{

/// The closed set of failure kinds, after gRPC's canonical codes, so that they cross the wire
/// unchanged. `DataLoss` means a failed checksum or authentication tag and nothing else.
enum class Code {
    Cancelled,
    Unknown,
    InvalidArgument,
    DeadlineExceeded,
    NotFound,
    AlreadyExists,
    PermissionDenied,
    ResourceExhausted,
    FailedPrecondition,
    Aborted,
    OutOfRange,
    Unimplemented,
    Internal,
    Unavailable,
    DataLoss,
    Unauthenticated,
};

/// Lower-case words for `code`, for example "not found".
[[nodiscard]] std::string_view codeName(Code code);

/// What went wrong, in an operator's words: lower case, no full stop; what + which. `hint` says
/// what to do.
struct Error
{
    Code code = Code::Unknown;
    std::string message;
    std::string hint;

    /// "message" or "message; hint: hint".
    [[nodiscard]] std::string text() const;

    /// The same error with `context + ": "` in front of the message.
    [[nodiscard]] Error within(std::string_view context) const;

    friend bool operator==(const Error&, const Error&) = default;
};

/// A value or an Error. Shaped like std::expected, without an implicit conversion to bool.
/// Not thread-safe; a plain value.
template <class T>
class [[nodiscard]] Result
{
public:
    using value_type = T;

    Result(T value)
        : m_state(std::in_place_index<0>, std::move(value))
    {} // NOLINT(google-explicit-constructor)
    Result(Error error)
        : m_state(std::in_place_index<1>, std::move(error))
    {} // NOLINT(google-explicit-constructor)

    [[nodiscard]] bool ok() const { return m_state.index() == 0; }

    /// Precondition: ok().
    [[nodiscard]] T& value() &
    {
        ISO_CHECK(ok());
        return *std::get_if<0>(&m_state);
    }
    [[nodiscard]] const T& value() const&
    {
        ISO_CHECK(ok());
        return *std::get_if<0>(&m_state);
    }
    [[nodiscard]] T&& value() &&
    {
        ISO_CHECK(ok());
        return std::move(*std::get_if<0>(&m_state));
    }
    [[nodiscard]] T& operator*() & { return value(); }
    [[nodiscard]] const T& operator*() const& { return value(); }
    [[nodiscard]] T* operator->() { return &value(); }
    [[nodiscard]] const T* operator->() const { return &value(); }

    /// Precondition: !ok().
    [[nodiscard]] const Error& error() const
    {
        ISO_CHECK(!ok());
        return *std::get_if<1>(&m_state);
    }

    [[nodiscard]] T valueOr(T fallback) const { return ok() ? value() : std::move(fallback); }

private:
    std::variant<T, Error> m_state;
};

/// Success without a value, or an Error.
template <>
class [[nodiscard]] Result<void>
{
public:
    using value_type = void;

    Result() = default;
    Result(Error error)
        : m_error(std::move(error)), m_ok(false) {} // NOLINT(google-explicit-constructor)

    [[nodiscard]] bool ok() const { return m_ok; }

    /// Precondition: !ok().
    [[nodiscard]] const Error& error() const
    {
        ISO_CHECK(!m_ok);
        return m_error;
    }

private:
    Error m_error;
    bool m_ok = true;
};

using Status = Result<void>;

[[nodiscard]] inline Error makeError(Code code, std::string message, std::string hint = {})
{
    return Error{code, std::move(message), std::move(hint)};
}

} // namespace isotherm

#define ISO_CONCAT_INNER(a, b) a##b
#define ISO_CONCAT(a, b) ISO_CONCAT_INNER(a, b)

/// Returns the error of `expr` (a Result of any type) from the enclosing function.
#define ISO_TRY(expr)                                                                              \
    do {                                                                                           \
        if (auto isoStatus = (expr); !isoStatus.ok()) {                                            \
            return isoStatus.error();                                                              \
        }                                                                                          \
    } while (false)

/// `ISO_ASSIGN(auto rows, readRows());` declares or assigns the value, or returns the error.
#define ISO_ASSIGN(target, expr) ISO_ASSIGN_INNER(ISO_CONCAT(isoResult, __LINE__), target, expr)
#define ISO_ASSIGN_INNER(tmp, target, expr)                                                        \
    auto tmp = (expr);                                                                             \
    if (!tmp.ok()) {                                                                               \
        return tmp.error();                                                                        \
    }                                                                                              \
    target = std::move(tmp).value()

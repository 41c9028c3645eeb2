// SPDX-License-Identifier: Apache-2.0
// Result<T>: a value or an Error. The vocabulary is that of std::expected (C++23), which will
// replace it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include "core/base/assert.h"

namespace feltbog {

enum class ErrorCode : std::uint16_t {
#define FELTBOG_ERROR(name, number, exit_status, text) name = number,
#include "core/base/error_codes.inc"
#undef FELTBOG_ERROR
};

// The code's stable name, "wrong_passphrase"; "unknown" for a number this version does not know.
std::string_view error_name(ErrorCode code);
// One English sentence that says what was wrong and what to do.
std::string_view error_text(ErrorCode code);
// The exit status a command ends with.
int error_exit_status(ErrorCode code);
// The code of that number, if this version knows it.
std::optional<ErrorCode> error_from_number(std::uint64_t number);

// What went wrong. `detail` carries ids, sizes, field names and system codes only: never a person's
// words, names, keys or CPR numbers.
struct Error {
  ErrorCode code = ErrorCode::internal;
  std::string detail;

  friend bool operator==(const Error&, const Error&) = default;
};

template <class T>
class [[nodiscard]] Result {
 public:
  Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}
  Result(Error error) : state_(std::in_place_index<1>, std::move(error)) {}
  Result(ErrorCode code, std::string detail = {})
      : state_(std::in_place_index<1>, Error{code, std::move(detail)}) {}

  bool has_value() const { return state_.index() == 0; }
  explicit operator bool() const { return has_value(); }
  T& value() & { return present<0>(state_); }
  const T& value() const& { return present<0>(state_); }
  T&& value() && { return std::move(present<0>(state_)); }
  const Error& error() const { return present<1>(state_); }
  T& operator*() & { return value(); }
  const T& operator*() const& { return value(); }
  T&& operator*() && { return std::move(*this).value(); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }

 private:
  // Asking for the side that is not there is a bug of the caller.
  template <std::size_t Index, class State>
  static auto& present(State& state) {
    auto* side = std::get_if<Index>(&state);
    FELTBOG_ASSERT(side != nullptr);
    return *side;
  }

  std::variant<T, Error> state_;
};

template <>
class [[nodiscard]] Result<void> {
 public:
  Result() = default;
  Result(Error error) : error_(std::move(error)) {}
  Result(ErrorCode code, std::string detail = {}) : error_(Error{code, std::move(detail)}) {}

  bool has_value() const { return !error_.has_value(); }
  explicit operator bool() const { return has_value(); }
  const Error& error() const { return FELTBOG_ASSERT(error_.has_value()), *error_; }

 private:
  std::optional<Error> error_;
};

}  // namespace feltbog

// The one propagation macro: FELTBOG_TRY(name, expression) declares `name` as the value, or returns
// the error. FELTBOG_CHECK(expression) is the same for Result<void>.
#define FELTBOG_TRY(name, expression)                           \
  auto name##_result = (expression);                            \
  if (!name##_result.has_value()) return name##_result.error(); \
  auto name = std::move(name##_result).value()
#define FELTBOG_CHECK(expression)                                      \
  do {                                                                 \
    if (auto&& check_result = (expression); !check_result.has_value()) \
      return check_result.error();                                     \
  } while (false)

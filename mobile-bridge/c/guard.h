// SPDX-License-Identifier: Apache-2.0
// The border of the C ABI: arguments in, errors and bytes out, and no exception past it.
#pragma once

#include <exception>
#include <new>
#include <string_view>

#include "core/base/value.h"
#include "mobile-bridge/c/feltbog_error.h"

namespace feltbog::bridge {

// More in one argument than this is refused. The largest thing a host hands over at once is a piece
// of an attachment.
inline constexpr std::size_t kArgumentBytesMax = 64 * 1024 * 1024;

// NULL for success. Never fails: when there is no memory for an error, one that is always there
// says so.
feltbog_error* to_c(const Result<void>& result) noexcept;
feltbog_error* out_of_memory_error() noexcept;

// Runs `body`, a Result<void>(), and turns whatever comes out of it into an error of the ABI.
template <class Body>
feltbog_error* guard(const Body& body) noexcept {
  try {
    return to_c(body());
  } catch (const std::bad_alloc&) {
    return out_of_memory_error();
  } catch (const std::exception&) {
    // Its words are left out: they could be anybody's.
    return to_c(Error{ErrorCode::internal, "exception"});
  } catch (...) {
    return to_c(Error{ErrorCode::internal, "unknown exception"});
  }
}

// Borrowed arguments, checked. Error: invalid_argument (NULL with a length, too long, not UTF-8),
// naming the argument.
Result<std::string_view> text_in(const char* data, std::size_t size, std::string_view name);
Result<BytesView> bytes_in(const std::uint8_t* data, std::size_t size, std::string_view name);
// An empty argument is a null value. Errors: invalid_argument, and those of decode_cbor.
Result<Value> value_in(const std::uint8_t* data, std::size_t size, std::string_view name);

// First of all in every function, so that whatever goes wrong leaves results empty.
template <class... T>
void clear_out(T*... out) noexcept {
  ((out != nullptr ? static_cast<void>(*out = T{}) : static_cast<void>(0)), ...);
}
// Error: invalid_argument, when there is nowhere to put a result.
template <class T>
Result<void> require_out(const T* out) {
  if (out == nullptr) return Error{ErrorCode::invalid_argument, "out is NULL"};
  return {};
}

// Copies into bytes that the caller will own. Error: out_of_memory.
Result<void> bytes_out(BytesView bytes, feltbog_bytes* out);
// As CBOR.
Result<void> value_out(const Value& value, feltbog_bytes* out);

}  // namespace feltbog::bridge

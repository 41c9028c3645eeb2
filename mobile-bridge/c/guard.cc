// SPDX-License-Identifier: Apache-2.0
#include "mobile-bridge/c/guard.h"

#include <algorithm>
#include <cstdlib>
#include <memory>

#include "core/base/cbor.h"
#include "core/base/utf8.h"
#include "core/crypto/secret.h"

// The code's views end with a zero: they are string literals of error_codes.inc.
struct feltbog_error {
  feltbog::ErrorCode code = feltbog::ErrorCode::internal;
  std::string detail;
};

namespace feltbog::bridge {
namespace {

feltbog_error& always_there() noexcept {
  static feltbog_error error{ErrorCode::out_of_memory, {}};
  return error;
}

}  // namespace

feltbog_error* out_of_memory_error() noexcept { return &always_there(); }

feltbog_error* to_c(const Result<void>& result) noexcept {
  if (result.has_value()) return nullptr;
  try {
    auto error = std::make_unique<feltbog_error>();
    error->code = result.error().code;
    error->detail = result.error().detail;
    return error.release();
  } catch (...) {
    return out_of_memory_error();
  }
}

Result<BytesView> bytes_in(const std::uint8_t* data, std::size_t size, std::string_view name) {
  if (data == nullptr && size > 0) {
    return Error{ErrorCode::invalid_argument, std::string(name) + " is NULL"};
  }
  if (size > kArgumentBytesMax) {
    return Error{ErrorCode::invalid_argument, std::string(name) + " is too long"};
  }
  return BytesView(data, size);
}

Result<std::string_view> text_in(const char* data, std::size_t size, std::string_view name) {
  FELTBOG_TRY(bytes, bytes_in(reinterpret_cast<const std::uint8_t*>(data), size, name));
  const std::string_view text = as_text(bytes);
  if (!is_utf8(text)) return Error{ErrorCode::invalid_argument, std::string(name) + " is no UTF-8"};
  return text;
}

Result<Value> value_in(const std::uint8_t* data, std::size_t size, std::string_view name) {
  FELTBOG_TRY(bytes, bytes_in(data, size, name));
  if (bytes.empty()) return Value();
  auto value = decode_cbor(bytes);
  if (!value) return Error{value.error().code, std::string(name) + " " + value.error().detail};
  return value;
}

Result<void> bytes_out(BytesView bytes, feltbog_bytes* out) {
  *out = {nullptr, 0};
  if (bytes.empty()) return {};
  auto* memory = static_cast<std::uint8_t*>(std::malloc(bytes.size()));
  if (memory == nullptr) return ErrorCode::out_of_memory;
  std::copy(bytes.begin(), bytes.end(), memory);
  *out = {memory, bytes.size()};
  return {};
}

Result<void> value_out(const Value& value, feltbog_bytes* out) {
  Bytes encoded = encode_cbor(value);
  auto copied = bytes_out(encoded, out);
  crypto::wipe(encoded);
  return copied;
}

}  // namespace feltbog::bridge

extern "C" {

int32_t feltbog_error_number(const feltbog_error* error) {
  return error == nullptr ? 0 : static_cast<int32_t>(error->code);
}

const char* feltbog_error_name(const feltbog_error* error) {
  return error == nullptr ? "" : feltbog::error_name(error->code).data();
}

const char* feltbog_error_text(const feltbog_error* error) {
  return error == nullptr ? "" : feltbog::error_text(error->code).data();
}

const char* feltbog_error_detail(const feltbog_error* error) {
  return error == nullptr ? "" : error->detail.c_str();
}

const char* feltbog_error_name_of(int32_t number) {
  if (number < 0) return "unknown";
  const auto code = feltbog::error_from_number(static_cast<std::uint64_t>(number));
  return code.has_value() ? feltbog::error_name(*code).data() : "unknown";
}

void feltbog_error_free(feltbog_error* error) {
  if (error == feltbog::bridge::out_of_memory_error()) return;
  const std::unique_ptr<feltbog_error> owned(error);
}

void feltbog_bytes_free(feltbog_bytes* bytes) {
  if (bytes == nullptr || bytes->data == nullptr) return;
  feltbog::crypto::wipe({bytes->data, bytes->size});
  std::free(bytes->data);
  *bytes = {nullptr, 0};
}

}  // extern "C"

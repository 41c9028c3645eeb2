// SPDX-License-Identifier: Apache-2.0
#include "core/base/json.h"

#include <nlohmann/json.hpp>

#include "core/base/utf8.h"

namespace feltbog {
namespace {

constexpr std::int64_t kExactMax = (std::int64_t{1} << 53) - 1;
constexpr std::size_t kDepthMax = 32;

nlohmann::json to_library(const Value& value) {
  if (const auto* boolean = value.boolean()) return *boolean;
  if (const auto* integer = value.integer()) {
    if (*integer > kExactMax || *integer < -kExactMax) return std::to_string(*integer);
    return *integer;
  }
  if (const auto* text = value.text()) return *text;
  if (const auto* bytes = value.bytes()) return to_hex(*bytes);
  if (const auto* items = value.list()) {
    auto out = nlohmann::json::array();
    for (const Value& item : *items) out.push_back(to_library(item));
    return out;
  }
  if (const auto* entries = value.map()) {
    auto out = nlohmann::json::object();
    for (const auto& [key, entry] : *entries) out[key] = to_library(entry);
    return out;
  }
  return nullptr;
}

// Builds a Value from the parser's events; stops at the first thing the value model cannot hold.
class Builder : public nlohmann::json_sax<nlohmann::json> {
 public:
  Error error{ErrorCode::malformed, {}};
  Value root;

  bool null() override { return put(Value()); }
  bool boolean(bool value) override { return put(Value(value)); }
  bool number_integer(number_integer_t value) override { return put(Value(std::int64_t{value})); }
  bool number_unsigned(number_unsigned_t value) override {
    if (value >> 63 != 0) return fail("number beyond 64 bits");
    return put(Value(std::uint64_t{value}));
  }
  bool number_float(number_float_t, const string_t&) override {
    return fail("numbers are whole: use tenths, minutes or ore");
  }
  bool string(string_t& value) override { return put(Value(std::move(value))); }
  bool binary(binary_t&) override { return fail("binary"); }
  bool start_object(std::size_t) override { return open(Value(Value::Map{})); }
  bool start_array(std::size_t) override { return open(Value(Value::List{})); }
  bool end_object() override { return close(); }
  bool end_array() override { return close(); }
  bool key(string_t& value) override {
    if (stack_.back().map()->contains(value)) return fail("doubled key");
    keys_.push_back(std::move(value));
    return true;
  }
  bool parse_error(std::size_t position, const std::string&,
                   const nlohmann::json::exception&) override {
    return fail("at byte " + std::to_string(position));
  }

 private:
  bool fail(std::string detail) {
    if (error.detail.empty()) error.detail = std::move(detail);
    return false;
  }
  bool open(Value value) {
    if (stack_.size() >= kDepthMax) {
      error.code = ErrorCode::limit_exceeded;
      return fail("nesting");
    }
    stack_.push_back(std::move(value));
    return true;
  }
  bool close() {
    Value done = std::move(stack_.back());
    stack_.pop_back();
    return put(std::move(done));
  }
  bool put(Value value) {
    if (stack_.empty()) {
      root = std::move(value);
    } else if (stack_.back().list() != nullptr) {
      stack_.back().push_back(std::move(value));
    } else {
      stack_.back()[keys_.back()] = std::move(value);
      keys_.pop_back();
    }
    return true;
  }
  std::vector<Value> stack_;
  std::vector<std::string> keys_;
};

}  // namespace

std::string to_json(const Value& value, JsonForm form) {
  return to_library(value).dump(form == JsonForm::indented ? 2 : -1, ' ', false,
                                nlohmann::json::error_handler_t::replace);
}

Result<Value> parse_json(std::string_view text) {
  if (!is_utf8(text)) return Error{ErrorCode::malformed, "text that is not UTF-8"};
  Builder builder;
  if (!nlohmann::json::sax_parse(text, &builder)) return builder.error;
  return std::move(builder.root);
}

}  // namespace feltbog

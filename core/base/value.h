// SPDX-License-Identifier: Apache-2.0
// The one value model of parameters and results: CBOR across the C ABI, JSON for people and the
// desk.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "core/base/bytes.h"

namespace feltbog {

// null, boolean, 64-bit integer, byte string, UTF-8 text, list, or map with text keys. There are no
// floating-point numbers: measures are whole tenths, money is whole øre, so that equal values
// always have equal bytes.
class Value {
 public:
  using List = std::vector<Value>;
  using Map = std::map<std::string, Value, std::less<>>;

  Value() = default;
  Value(bool value) : state_(value) {}
  Value(int value) : state_(static_cast<std::int64_t>(value)) {}
  Value(std::int64_t value) : state_(value) {}
  Value(std::uint64_t value);  // asserts that it fits 63 bits
  Value(std::string value) : state_(std::move(value)) {}
  Value(std::string_view value) : state_(std::string(value)) {}
  Value(const char* value) : state_(std::string(value)) {}
  Value(Bytes value) : state_(std::move(value)) {}
  Value(List value) : state_(std::move(value)) {}
  Value(Map value) : state_(std::move(value)) {}

  bool is_null() const { return std::holds_alternative<std::monostate>(state_); }
  // Null when the value is of another kind.
  const bool* boolean() const { return std::get_if<bool>(&state_); }
  const std::int64_t* integer() const { return std::get_if<std::int64_t>(&state_); }
  const std::string* text() const { return std::get_if<std::string>(&state_); }
  const Bytes* bytes() const { return std::get_if<Bytes>(&state_); }
  const List* list() const { return std::get_if<List>(&state_); }
  const Map* map() const { return std::get_if<Map>(&state_); }
  List* list() { return std::get_if<List>(&state_); }
  Map* map() { return std::get_if<Map>(&state_); }

  // The entry of a map; a null value when absent or when this is no map.
  const Value& operator[](std::string_view key) const;
  // The entry of a map, made when absent. A null value becomes a map; any other kind asserts.
  Value& operator[](std::string_view key);
  // Appends to a list. A null value becomes a list; any other kind asserts.
  void push_back(Value value);

  // For results whose shape is known: the value, or the given default when of another kind.
  std::string text_or(std::string_view otherwise) const;
  std::int64_t integer_or(std::int64_t otherwise) const;
  bool boolean_or(bool otherwise) const;
  // The items of a list; no items when of another kind.
  const List& items() const;

  friend bool operator==(const Value&, const Value&) = default;

 private:
  std::variant<std::monostate, bool, std::int64_t, std::string, Bytes, List, Map> state_;
};

}  // namespace feltbog

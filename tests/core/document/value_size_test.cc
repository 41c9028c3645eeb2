// SPDX-License-Identifier: Apache-2.0
#include "core/document/value_size.h"

#include <doctest/doctest.h>

#include <limits>

#include "core/base/cbor.h"
#include "tests/core/document/generator.h"

namespace feltbog::document {
namespace {

using generator::Dice;

std::int64_t number(Dice& dice) {
  const auto bits = static_cast<std::int64_t>(dice.next() >> (1 + dice.roll(63)));
  return dice.one_in(2) ? bits : ~bits;
}

// Strings of sizes around those where heads grow, and text that may not be UTF-8.
Value random_value(Dice& dice, int depth) {
  static const std::size_t kSizes[] = {0, 1, 23, 24, 255, 256, 65535, 65536};
  const std::size_t size = depth > 0 ? dice.roll(4) : kSizes[dice.roll(8)];
  switch (dice.roll(depth > 34 ? 5 : 8)) {
    case 0: return {};
    case 1: return Value(dice.one_in(2));
    case 2: return Value(number(dice));
    case 3: return Value(Bytes(size));
    case 4: return Value(std::string(size, dice.one_in(20) ? '\xFF' : 'a'));
    case 5: {
      Value::Map map;
      for (std::size_t i = 0; i < 3; ++i) {
        map[dice.one_in(40) ? "\xC3" : std::string(i * 13, 'k')] = random_value(dice, depth + 1);
      }
      return Value(std::move(map));
    }
    default: return Value(Value::List{random_value(dice, depth + 1)});
  }
}

}  // namespace

TEST_CASE("a value's size is that of its CBOR, and it is sound when that can be read back") {
  Dice dice(7);
  for (int i = 0; i < 3000; ++i) {
    const Value value = random_value(dice, 0);
    const Bytes encoded = encode_cbor(value);
    const auto read = decode_cbor(encoded);
    const auto size = value_size(value);
    REQUIRE(size.has_value() == read.has_value());
    if (size) CHECK(*size == encoded.size());
    if (!size) CHECK(size.error().code == read.error().code);
  }
  for (const std::int64_t edge : {std::numeric_limits<std::int64_t>::min(),
                                  std::numeric_limits<std::int64_t>::max(), std::int64_t{-25}}) {
    CHECK(value_size(Value(edge)).value() == encode_cbor(Value(edge)).size());
  }
}

TEST_CASE("lists are as deep as a reader of CBOR goes, and no deeper") {
  Value value;
  for (int depth = 0; depth < 40; ++depth) {
    CHECK(value_size(value).has_value() == decode_cbor(encode_cbor(value)).has_value());
    value = Value(Value::List{value});
  }
}

}  // namespace feltbog::document

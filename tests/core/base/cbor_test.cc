// SPDX-License-Identifier: Apache-2.0
#include "core/base/cbor.h"

#include <doctest/doctest.h>

#include "core/base/json.h"

using namespace feltbog;

namespace {

Value sample() {
  Value value;
  value["text"] = "blåbærgrød 🫐";
  value["number"] = std::int64_t{-500};
  value["bytes"] = Bytes{0, 1, 255};
  value["list"] = Value::List{Value(), Value(true), Value(std::int64_t{1} << 40)};
  value["longer key"] = Value::Map{};
  return value;
}

}  // namespace

TEST_CASE("a value read back from its encoding is the same value") {
  const auto decoded = decode_cbor(encode_cbor(sample()));
  REQUIRE(decoded.has_value());
  CHECK(decoded.value() == sample());
}

TEST_CASE("the integers of RFC 8949 appendix A have the encodings given there") {
  CHECK(to_hex(encode_cbor(Value(0))) == "00");
  CHECK(to_hex(encode_cbor(Value(23))) == "17");
  CHECK(to_hex(encode_cbor(Value(24))) == "1818");
  CHECK(to_hex(encode_cbor(Value(1000))) == "1903e8");
  CHECK(to_hex(encode_cbor(Value(std::int64_t{1000000000000}))) == "1b000000e8d4a51000");
  CHECK(to_hex(encode_cbor(Value(-1))) == "20");
  CHECK(to_hex(encode_cbor(Value(-1000))) == "3903e7");
}

TEST_CASE("every truncation of an encoding is refused") {
  const Bytes encoded = encode_cbor(sample());
  for (std::size_t size = 0; size < encoded.size(); ++size) {
    CHECK_FALSE(decode_cbor(BytesView(encoded).first(size)).has_value());
  }
}

TEST_CASE("every flipped bit is refused or gives a value that encodes to those very bytes") {
  const Bytes encoded = encode_cbor(sample());
  for (std::size_t bit = 0; bit < encoded.size() * 8; ++bit) {
    Bytes changed = encoded;
    changed[bit / 8] = static_cast<std::uint8_t>(changed[bit / 8] ^ (1U << (bit % 8)));
    const auto decoded = decode_cbor(changed);
    if (decoded) CHECK(encode_cbor(decoded.value()) == changed);
  }
}

TEST_CASE("encodings that are not the deterministic one are refused") {
  for (const char* hex :
       {"1800", "190001", "1a00000001", "5801ff", "9f00ff", "5f4100ff", "a2616200616100",
        "a2616100616100", "f97c00", "c000", "f800", "61ff", "0000"}) {
    CAPTURE(hex);
    CHECK_FALSE(decode_cbor(from_hex(hex).value()).has_value());
  }
}

TEST_CASE("nesting deeper than 32 is refused") {
  Bytes deep(40, 0x81);
  deep.push_back(0);
  const auto decoded = decode_cbor(deep);
  REQUIRE_FALSE(decoded.has_value());
  CHECK(decoded.error().code == ErrorCode::limit_exceeded);
}

TEST_CASE(
    "a list that claims more items than there are bytes is refused before anything is allocated") {
  CHECK_FALSE(decode_cbor(from_hex("9bffffffffffffffff").value()).has_value());
}

TEST_CASE("JSON and CBOR carry the same values") {
  Value value = sample();
  value["bytes"] = Value();
  const auto parsed = parse_json(to_json(value));
  REQUIRE(parsed.has_value());
  CHECK(parsed->operator[]("text") == value["text"]);
  CHECK(parsed->operator[]("list") == value["list"]);
}

TEST_CASE("JSON that the value model cannot hold is refused with its place") {
  for (const char* text : {"1.5", "{\"a\":1,\"a\":2}", "[1,", "18446744073709551615", "\xff", ""}) {
    CAPTURE(text);
    CHECK_FALSE(parse_json(text).has_value());
  }
  CHECK(parse_json("[1,}").error().detail.starts_with("at byte"));
}

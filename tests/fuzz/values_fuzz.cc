// SPDX-License-Identifier: Apache-2.0
// CBOR of any bytes: refused, or written again as it was. JSON of any text: refused, or a value
// that reads the same from what it is written as.
#include "core/base/cbor.h"
#include "core/base/json.h"
#include "tests/fuzz/input.h"

using namespace feltbog;

namespace {

void check_cbor(BytesView bytes) {
  const auto value = decode_cbor(bytes);
  if (!value) return;
  FELTBOG_ASSERT(encode_cbor(*value) == to_bytes(bytes));
  // What has no form of its own in JSON (bytes, large numbers) becomes text, and stays as it is.
  const std::string text = to_json(*value);
  const auto again = parse_json(text);
  FELTBOG_ASSERT(again.has_value() && to_json(*again) == text);
}

void check_json(std::string_view text) {
  const auto value = parse_json(text);
  if (!value) return;
  FELTBOG_ASSERT(decode_cbor(encode_cbor(*value)).value() == *value);
  const std::string written = to_json(*value);
  const auto again = parse_json(written);
  FELTBOG_ASSERT(again.has_value() && to_json(*again) == written);
  FELTBOG_ASSERT(parse_json(to_json(*value, JsonForm::indented)).value() == *again);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::Input input(data, size);
  if (input.below(2) == 0) {
    check_cbor(input.rest());
  } else {
    check_json(as_text(input.rest()));
  }
  return 0;
}

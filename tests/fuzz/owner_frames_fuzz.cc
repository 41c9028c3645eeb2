// SPDX-License-Identifier: Apache-2.0
// The owner's socket given any bytes: the same values however the stream is cut, and messages that
// are refused or written again as they were.
#include "apps/host/frame.h"
#include "apps/host/messages.h"
#include "tests/fuzz/input.h"

using namespace feltbog;
using namespace feltbog::host;

namespace {

struct Values {
  std::vector<Value> values;
  std::optional<ErrorCode> error;
  friend bool operator==(const Values&, const Values&) = default;
};

bool read(FrameReader& reader, Values& out) {
  for (;;) {
    auto value = reader.next();
    if (!value) {
      out.error = value.error().code;
      return false;
    }
    if (!*value) return true;
    out.values.push_back(std::move(**value));
  }
}

Values values_of(BytesView stream, fuzz::Input cuts, std::size_t piece_max) {
  FrameReader reader(kGreetingBytesMax);
  Values out;
  bool readable = true;
  while (readable && !stream.empty()) {
    const std::size_t size = std::min<std::size_t>(stream.size(), 1 + cuts.byte() % piece_max);
    reader.feed(stream.first(size));
    stream = stream.subspan(size);
    readable = read(reader, out);
  }
  return out;
}

Values values_at_once(BytesView stream) {
  FrameReader reader(kGreetingBytesMax);
  Values out;
  reader.feed(stream);
  read(reader, out);
  return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::Input input(data, size);
  const BytesView stream = input.rest();
  const Values all = values_at_once(stream);
  FELTBOG_ASSERT(values_of(stream, input, 64) == all);
  for (const Value& value : all.values) {
    if (auto request = request_from(value)) {
      FELTBOG_ASSERT(to_value(std::move(*request)) == value);
    }
    if (auto reply = reply_from(value)) FELTBOG_ASSERT(to_value(std::move(*reply)) == value);
    static_cast<void>(error_from_body(value));
  }
  return 0;
}

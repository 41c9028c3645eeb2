// SPDX-License-Identifier: Apache-2.0
// Messages of any bytes: refused, or written again as they were. Streams of any bytes: the same
// frames however they are cut.
#include "sync/limits.h"
#include "sync/link.h"
#include "tests/fuzz/input.h"
#include "tests/sync/samples.h"

using namespace feltbog;
using namespace feltbog::sync;

namespace {

struct Frames {
  std::vector<Bytes> bodies;
  std::optional<ErrorCode> error;
  friend bool operator==(const Frames&, const Frames&) = default;
};

// Takes frames until there is no whole one. False once the stream cannot be read any further.
bool read(Link& link, Frames& out) {
  for (;;) {
    const auto body = link.next_frame(kFrameBytesMax);
    if (!body) {
      out.error = body.error().code;
      return false;
    }
    if (!*body) return true;
    out.bodies.push_back(to_bytes(**body));
  }
}

Frames frames_of(BytesView stream, fuzz::Input cuts) {
  Link link;
  link.start({});
  Frames out;
  bool readable = true;
  while (readable && !stream.empty()) {
    const std::size_t size = std::min<std::size_t>(stream.size(), 1 + cuts.byte() % 64);
    FELTBOG_ASSERT(link.receive(stream.first(size), {}).has_value());
    stream = stream.subspan(size);
    readable = read(link, out);
  }
  return out;
}

Frames frames_at_once(BytesView stream) {
  Link link;
  link.start({});
  Frames out;
  FELTBOG_ASSERT(link.receive(stream, {}).has_value());
  read(link, out);
  return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size > kInputBytesMax) return 0;
  fuzz::Input input(data, size);
  if (input.below(2) == 0) {
    const auto again = tests::recode(input.rest());
    if (again) FELTBOG_ASSERT(*again == to_bytes(input.rest()));
    return 0;
  }
  const BytesView stream = input.rest();
  FELTBOG_ASSERT(frames_of(stream, input) == frames_at_once(stream));
  return 0;
}

// SPDX-License-Identifier: Apache-2.0
// The server's session against a device that says anything: before it has proven who it is, and
// after.
#include "tests/fuzz/session_pair.h"

using namespace feltbog;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::Input input(data, size);
  fuzz::SessionPair pair;
  if (input.below(4) == 0) {
    pair.server.start(pair.now);
    fuzz::play(input, pair.server, pair.now);
    FELTBOG_ASSERT(!pair.server.admission());
  } else {
    pair.admit();
    FELTBOG_ASSERT(pair.server.admission().has_value());
    fuzz::play(input, pair.server, pair.now);
  }
  return 0;
}

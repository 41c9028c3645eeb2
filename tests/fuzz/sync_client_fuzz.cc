// SPDX-License-Identifier: Apache-2.0
// A device's session against a server that says anything: before it has proven who it is, when the
// device must believe nothing, and after.
#include "tests/fuzz/session_pair.h"

using namespace feltbog;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::Input input(data, size);
  fuzz::SessionPair pair;
  if (input.below(4) == 0) {
    pair.client.start(pair.now);
    fuzz::play(input, pair.client, pair.now);
    FELTBOG_ASSERT(pair.replica.spaces.empty() && pair.replica.has_unsent());
  } else {
    pair.admit();
    fuzz::play(input, pair.client, pair.now);
  }
  return 0;
}

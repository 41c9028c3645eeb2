// SPDX-License-Identifier: Apache-2.0
// Saved histories of any bytes: refused, or histories whose changes everyone would take.
#include <cstdlib>

#include "core/document/saved_history.h"

using namespace feltbog;
using namespace feltbog::document;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto saved = SavedHistory::open(to_bytes(BytesView(data, size)));
  if (!saved) return 0;
  for (const auto& text : saved->texts()) {
    static_cast<void>(saved->text(text.document, text.field).has_value());
  }
  const auto loaded = saved->load(Schema());
  if (!loaded) return 0;
  const auto twice = SavedHistory::open(loaded->save());
  if (!twice) std::abort();
  const auto again_loaded = twice->load(Schema());
  if (!again_loaded || again_loaded->canonical_state() != loaded->canonical_state()) std::abort();
  // Nobody can take in what was forgotten.
  if (!loaded->thinned().empty()) return 0;
  History again((Schema()));
  for (const Change& change : loaded->changes()) {
    if (!again.add(change)) std::abort();
  }
  if (again.canonical_state() != loaded->canonical_state()) std::abort();
  return 0;
}

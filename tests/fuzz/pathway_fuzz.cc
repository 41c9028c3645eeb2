// SPDX-License-Identifier: Apache-2.0
// Pathways of any text: refused, or rules that can be followed for a course in which nothing
// happened yet.
#include "core/casework/derive.h"
#include "core/casework/pathway_loader.h"

using namespace feltbog;
using namespace feltbog::casework;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto pathway = load_pathway_text(as_text(BytesView(data, size)));
  if (pathway) static_cast<void>(derive(*pathway, {}, Date{20000}));
  return 0;
}

// SPDX-License-Identifier: Apache-2.0
// Batches of changes of any bytes: refused, or written again as they were, and each change is one
// everybody would take.
#include "core/document/change_codec.h"
#include "core/document/history.h"

using namespace feltbog;
using namespace feltbog::document;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  WriterId writer;
  writer.bytes.fill(1);
  const BytesView bytes(data, size);
  const auto changes = decode_changes(writer, bytes);
  if (!changes) return 0;
  FELTBOG_ASSERT(encode_changes(writer, *changes).value() == to_bytes(bytes));
  for (const Change& change : *changes) FELTBOG_ASSERT(check_change(change).has_value());
  History history((Schema()));
  history.add_all(*changes);
  static_cast<void>(history.canonical_state());
  return 0;
}

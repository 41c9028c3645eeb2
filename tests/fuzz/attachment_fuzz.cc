// SPDX-License-Identifier: Apache-2.0
// Attachments whose description or chunks are of any bytes: no content, or one that is written
// again as it was; and no chunk opens but the one that was sealed, in its place.
#include "core/base/cbor.h"
#include "core/workspace/attachment_content.h"
#include "core/workspace/schema.h"
#include "tests/fuzz/input.h"
#include "tests/support/seeded_random.h"

using namespace feltbog;
using namespace feltbog::workspace;

namespace {

struct Sealed {
  Sealed() : bytes(seal_chunk(key, 1, false, as_bytes("some bytes of a photo"), random)) {}
  testing::SeededRandom random{1};
  crypto::Key key = crypto::Key::random(random);
  Bytes bytes;
};

void check_chunk(const Sealed& sealed, fuzz::Input& input) {
  const std::size_t index = input.below(3);
  const bool last = input.below(2) == 1;
  // What was sealed, with the input laid over it from some byte on.
  Bytes bytes = sealed.bytes;
  bytes.resize(bytes.size() - input.below(bytes.size() + 1));
  append(bytes, input.rest());
  if (open_chunk(sealed.key, index, last, bytes)) {
    FELTBOG_ASSERT(bytes == sealed.bytes && index == 1 && !last);
  }
}

void check_content(BytesView encoded) {
  const auto value = decode_cbor(encoded);
  if (!value) return;
  document::History history(file_schema());
  WriterId writer;
  writer.bytes.fill(1);
  document::Change change = history.begin_change(writer, {});
  change.ops.push_back({{}, std::string(field::kContent), document::Set{*value, std::nullopt}});
  if (!history.add(change)) return;
  const auto content = read_attachment_content(history, {});
  if (!content) return;
  const Value written = content->to_value();
  for (const char* name : {"size", "key", "chunks"}) {
    const Value& given = (*value)[name];
    FELTBOG_ASSERT(written[name] == given || (content->chunks.empty() && given.items().empty()));
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const Sealed sealed;
  fuzz::Input input(data, size);
  if (input.below(2) == 0) {
    check_chunk(sealed, input);
  } else {
    check_content(input.rest());
  }
  return 0;
}

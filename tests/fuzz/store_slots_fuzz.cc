// SPDX-License-Identifier: Apache-2.0
// Slot files of any bytes: refused, or written again as they were. The checksum is put right, so
// that the bytes behind it are reached.
#include "core/crypto/hash.h"
#include "core/store/slot_file.h"

using namespace feltbog;
using namespace feltbog::store;

namespace {
using Checksum = FixedBytes<32, struct ChecksumTag>;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Bytes bytes(data, data + size);
  append(bytes, crypto::hash<Checksum>("store.slots.v1", bytes).view());
  const auto file = decode_slot_file(bytes);
  if (file) FELTBOG_ASSERT(encode_slot_file(*file) == bytes);
  return 0;
}

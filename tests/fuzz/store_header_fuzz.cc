// SPDX-License-Identifier: Apache-2.0
// Header blocks of any bytes, with checksums put right: refused, or the block of that database.
#include <algorithm>

#include "core/crypto/hash.h"
#include "core/store/header_block.h"

using namespace feltbog;
using namespace feltbog::store;

namespace {
using Checksum = FixedBytes<32, struct ChecksumTag>;
constexpr std::size_t kCopySize = kHeaderBlockSize / 2;
}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  crypto::Key key;
  std::fill(key.bytes().begin(), key.bytes().end(), std::uint8_t{7});
  Bytes block(kHeaderBlockSize);
  std::copy_n(data, std::min(size, block.size()), block.begin());
  for (std::size_t at = 0; at < block.size(); at += kCopySize) {
    const BytesView checked = BytesView(block).subspan(at, kCopySize - Checksum::kSize);
    const auto sum = crypto::hash<Checksum>("store.header.v1", checked);
    std::copy(sum.bytes.begin(), sum.bytes.end(),
              block.begin() + static_cast<std::ptrdiff_t>(at + checked.size()));
  }
  static_cast<void>(decode_header_block(block, key).has_value());
  static_cast<void>(decode_header_block(BytesView(data, size), key).has_value());
  return 0;
}

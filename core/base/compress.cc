// SPDX-License-Identifier: Apache-2.0
#include "core/base/compress.h"

#include <zstd.h>

namespace feltbog {
namespace {

// Level 3 is the library's default; higher levels gain under 5 % on runs of a few kilobytes of
// notes.
constexpr int kLevel = 3;

}  // namespace

Bytes compress(BytesView plain) {
  Bytes out(ZSTD_compressBound(plain.size()));
  const std::size_t size =
      ZSTD_compress(out.data(), out.size(), plain.data(), plain.size(), kLevel);
  FELTBOG_ASSERT(ZSTD_isError(size) == 0);
  out.resize(size);
  return out;
}

Result<Bytes> decompress(BytesView compressed, std::size_t size_max) {
  const unsigned long long announced =
      ZSTD_getFrameContentSize(compressed.data(), compressed.size());
  if (announced == ZSTD_CONTENTSIZE_ERROR || announced == ZSTD_CONTENTSIZE_UNKNOWN) {
    return Error{ErrorCode::malformed, "compressed frame"};
  }
  if (announced > size_max)
    return Error{ErrorCode::limit_exceeded, std::to_string(announced) + " bytes"};
  Bytes out(static_cast<std::size_t>(announced));
  const std::size_t size =
      ZSTD_decompress(out.data(), out.size(), compressed.data(), compressed.size());
  if (ZSTD_isError(size) != 0 || size != out.size()) {
    return Error{ErrorCode::malformed, "compressed frame"};
  }
  return out;
}

}  // namespace feltbog

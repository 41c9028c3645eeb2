// SPDX-License-Identifier: Apache-2.0
// Zstandard (RFC 8878), one frame per call. The only includer of zstd.h.
#pragma once

#include <memory>

#include "core/base/bytes.h"

struct ZSTD_CCtx_s;

namespace feltbog {

// Never fails; the output may be a few bytes larger than an incompressible input.
Bytes compress(BytesView plain);
// Errors: malformed, limit_exceeded (would grow beyond `size_max` bytes; nothing that large is
// allocated).
Result<Bytes> decompress(BytesView compressed, std::size_t size_max);

// The same for what is written seldom and read often, and much like something both sides have:
// `known` costs nothing where `plain` repeats it. Slower to make, no slower to read. For several
// frames one after another: setting it up takes longer than a small one.
class SlowCompressor {
 public:
  SlowCompressor();
  Bytes compress_beside(BytesView plain, BytesView known);

 private:
  struct Free {
    void operator()(ZSTD_CCtx_s* context) const;
  };
  std::unique_ptr<ZSTD_CCtx_s, Free> context_;
};
// `known` is what it was made beside; with anything else the result is an error or other bytes.
Result<Bytes> decompress_beside(BytesView compressed, BytesView known, std::size_t size_max);

}  // namespace feltbog

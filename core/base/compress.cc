// SPDX-License-Identifier: Apache-2.0
#include "core/base/compress.h"

#include <zstd.h>

#include <memory>

namespace feltbog {
namespace {

// Level 3 is the library's default; higher levels gain under 5 % on runs of a few kilobytes of
// notes.
constexpr int kLevel = 3;
constexpr int kLevelSlow = 15;
constexpr int kWindowLogMax = 27;  // 128 MiB: what every decoder of the format must have

struct FreeContext {
  void operator()(ZSTD_DCtx* context) const { ZSTD_freeDCtx(context); }
};

// The smallest window that reaches over both.
int window_log(std::size_t size) {
  int out = 10;
  while (out < kWindowLogMax && (std::size_t{1} << out) < size) ++out;
  return out;
}

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

void SlowCompressor::Free::operator()(ZSTD_CCtx_s* context) const { ZSTD_freeCCtx(context); }

SlowCompressor::SlowCompressor() : context_(ZSTD_createCCtx()) {
  FELTBOG_ASSERT(context_ != nullptr);
  ZSTD_CCtx_setParameter(context_.get(), ZSTD_c_compressionLevel, kLevelSlow);
}

Bytes SlowCompressor::compress_beside(BytesView plain, BytesView known) {
  ZSTD_CCtx_setParameter(context_.get(), ZSTD_c_windowLog, window_log(plain.size() + known.size()));
  ZSTD_CCtx_refPrefix(context_.get(), known.data(), known.size());
  Bytes out(ZSTD_compressBound(plain.size()));
  const std::size_t size =
      ZSTD_compress2(context_.get(), out.data(), out.size(), plain.data(), plain.size());
  FELTBOG_ASSERT(ZSTD_isError(size) == 0);
  out.resize(size);
  return out;
}

Result<Bytes> decompress_beside(BytesView compressed, BytesView known, std::size_t size_max) {
  const unsigned long long announced =
      ZSTD_getFrameContentSize(compressed.data(), compressed.size());
  if (announced == ZSTD_CONTENTSIZE_ERROR || announced == ZSTD_CONTENTSIZE_UNKNOWN) {
    return Error{ErrorCode::malformed, "compressed frame"};
  }
  if (announced > size_max)
    return Error{ErrorCode::limit_exceeded, std::to_string(announced) + " bytes"};
  const std::unique_ptr<ZSTD_DCtx, FreeContext> context(ZSTD_createDCtx());
  FELTBOG_ASSERT(context != nullptr);
  ZSTD_DCtx_setParameter(context.get(), ZSTD_d_windowLogMax, kWindowLogMax);
  ZSTD_DCtx_refPrefix(context.get(), known.data(), known.size());
  Bytes out(static_cast<std::size_t>(announced));
  const std::size_t size = ZSTD_decompressDCtx(context.get(), out.data(), out.size(),
                                               compressed.data(), compressed.size());
  if (ZSTD_isError(size) != 0 || size != out.size()) {
    return Error{ErrorCode::malformed, "compressed frame"};
  }
  return out;
}

}  // namespace feltbog

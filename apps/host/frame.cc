// SPDX-License-Identifier: Apache-2.0
#include "apps/host/frame.h"

#include "core/base/cbor.h"
#include "core/crypto/secret.h"

namespace feltbog::host {

Result<Bytes> encode_frame(const Value& value) {
  CborWriter writer;
  writer.value(value);
  const std::size_t size = writer.result().size();
  if (size > kFrameBytesMax) {
    return Error{ErrorCode::limit_exceeded, "frame of " + std::to_string(size) + " bytes"};
  }
  Bytes out;
  out.reserve(kFrameHeadBytes + size);
  for (int shift = 24; shift >= 0; shift -= 8)
    out.push_back(static_cast<std::uint8_t>(size >> shift));
  Bytes body = writer.take();
  append(out, body);
  crypto::wipe(body);
  return out;
}

FrameReader::~FrameReader() { crypto::wipe(buffer_); }

void FrameReader::feed(BytesView bytes) {
  // Growing would leave the old copy behind unwiped.
  if (buffer_.size() + bytes.size() > buffer_.capacity()) {
    Bytes larger;
    larger.reserve(2 * (buffer_.size() + bytes.size()));
    append(larger, buffer_);
    crypto::wipe(buffer_);
    buffer_ = std::move(larger);
  }
  append(buffer_, bytes);
}

Result<std::optional<Value>> FrameReader::next() {
  if (buffer_.size() < kFrameHeadBytes) return std::optional<Value>();
  std::size_t size = 0;
  for (std::size_t at = 0; at < kFrameHeadBytes; ++at) size = size << 8 | buffer_[at];
  if (size > size_max_) {
    return Error{ErrorCode::limit_exceeded, "frame of " + std::to_string(size) + " bytes"};
  }
  const std::size_t whole = kFrameHeadBytes + size;
  if (buffer_.size() < whole) return std::optional<Value>();

  auto value = decode_cbor(BytesView(buffer_).subspan(kFrameHeadBytes, size));
  const std::size_t left = buffer_.size() - whole;
  std::copy(buffer_.begin() + static_cast<std::ptrdiff_t>(whole), buffer_.end(), buffer_.begin());
  crypto::wipe(std::span(buffer_).subspan(left));
  buffer_.resize(left);
  if (!value.has_value()) return value.error();
  return std::optional<Value>(std::move(value).value());
}

}  // namespace feltbog::host

// SPDX-License-Identifier: Apache-2.0
// How values pass over the owner's socket: four bytes of length (big endian), then one CBOR value.
// What the values mean is in messages.h.
#pragma once

#include <cstddef>
#include <optional>

#include "core/base/bytes.h"
#include "core/base/value.h"

namespace feltbog::host {

// Holds the largest page of a query; attachments never pass through the socket.
inline constexpr std::size_t kFrameBytesMax = std::size_t{16} << 20;
// Before the other side has proven who it is.
inline constexpr std::size_t kGreetingBytesMax = 1024;
inline constexpr std::size_t kFrameHeadBytes = 4;

// Error: limit_exceeded, when the value is larger than kFrameBytesMax.
Result<Bytes> encode_frame(const Value& value);

// Takes bytes cut anywhere and gives back whole values. What was read is wiped, because a
// passphrase may pass through here.
class FrameReader {
 public:
  explicit FrameReader(std::size_t size_max = kFrameBytesMax) : size_max_(size_max) {}
  FrameReader(FrameReader&&) = default;
  FrameReader& operator=(FrameReader&&) = default;
  ~FrameReader();

  void set_size_max(std::size_t size_max) { size_max_ = size_max; }
  void feed(BytesView bytes);
  // Nothing when no frame is whole yet. Errors: limit_exceeded, and those of decode_cbor. After an
  // error the stream cannot be read any further.
  Result<std::optional<Value>> next();
  // Bytes of a frame that is not whole yet.
  std::size_t pending() const { return buffer_.size(); }

 private:
  std::size_t size_max_;
  Bytes buffer_;
};

}  // namespace feltbog::host

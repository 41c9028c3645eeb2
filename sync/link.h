// SPDX-License-Identifier: Apache-2.0
// One side's framed byte stream and its clock: what has come in and is not handled, what is to go
// out, and when silence becomes an error. Knows nothing of what the frames mean.
#pragma once

#include <optional>

#include "core/base/bytes.h"
#include "core/base/clock.h"

namespace feltbog::sync {

class Link {
 public:
  void start(Instant now);

  // Takes in bytes from the carrier. Error: limit_exceeded, when more than kInputBytesMax wait.
  Result<void> receive(BytesView bytes, Instant now);
  // The body of the next whole frame, if there is one; it stays valid until the next call of
  // receive or next_frame. Errors: limit_exceeded (a body above `body_max`), malformed (an empty
  // one).
  Result<std::optional<BytesView>> next_frame(std::size_t body_max);
  std::size_t input_size() const { return input_.size() - input_start_; }
  void discard_input();

  // Puts a frame with this body behind what is to be sent.
  void send(BytesView body);
  Bytes transmit(std::size_t bytes_max);
  std::size_t output_size() const { return output_.size() - output_start_; }
  bool output_full() const;
  void discard_output();

  // A frame other than a ping was handled, or an answer was asked for: the wait for it starts anew.
  void progressed(Instant now) { now_ = progressed_ = now; }
  // Draining output counts as a sign of life, at the time last known here: a slow line that moves
  // is not a dead one.
  enum class Due : std::uint8_t { nothing, ping, silence, answer };
  Due due(Instant now, bool answer_awaited);
  Instant next_due(bool answer_awaited) const;

  std::uint64_t bytes_received() const { return bytes_received_; }
  std::uint64_t bytes_sent() const { return bytes_sent_; }

 private:
  Bytes input_;
  std::size_t input_start_ = 0;
  Bytes output_;
  std::size_t output_start_ = 0;
  Instant now_;
  Instant heard_;
  Instant sent_;
  Instant progressed_;
  std::uint64_t bytes_received_ = 0;
  std::uint64_t bytes_sent_ = 0;
};

}  // namespace feltbog::sync

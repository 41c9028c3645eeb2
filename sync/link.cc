// SPDX-License-Identifier: Apache-2.0
#include "sync/link.h"

#include "sync/limits.h"

namespace feltbog::sync {
namespace {

constexpr std::size_t kLengthBytes = 4;

// Drops what was consumed from the front, once that is worth the move.
void compact(Bytes& buffer, std::size_t& start) {
  if (start < buffer.size() && start < buffer.size() / 2) return;
  buffer.erase(buffer.begin(), buffer.begin() + static_cast<std::ptrdiff_t>(start));
  start = 0;
}

// A buffer that once held a large frame gives its memory back when it is empty.
void release(Bytes& buffer, std::size_t& start) {
  buffer.clear();
  if (buffer.capacity() > kBatchBytes) Bytes().swap(buffer);
  start = 0;
}

}  // namespace

void Link::start(Instant now) { now_ = heard_ = sent_ = progressed_ = now; }

Result<void> Link::receive(BytesView bytes, Instant now) {
  now_ = now;
  if (!bytes.empty()) heard_ = now;
  bytes_received_ += bytes.size();
  if (input_start_ == input_.size()) release(input_, input_start_);
  compact(input_, input_start_);
  if (input_.size() + bytes.size() > kInputBytesMax) {
    return Error{ErrorCode::limit_exceeded, "unread input"};
  }
  append(input_, bytes);
  return {};
}

Result<std::optional<BytesView>> Link::next_frame(std::size_t body_max) {
  if (input_size() < kLengthBytes) return std::optional<BytesView>{};
  std::size_t length = 0;
  for (std::size_t index = 0; index < kLengthBytes; ++index) {
    length = length << 8 | input_[input_start_ + index];
  }
  if (length == 0) return Error{ErrorCode::malformed, "empty frame"};
  if (length > body_max) {
    return Error{ErrorCode::limit_exceeded, "frame of " + std::to_string(length)};
  }
  if (input_size() - kLengthBytes < length) {
    // Part of a frame is progress too: it may be a large one on a slow line.
    progressed_ = std::max(progressed_, heard_);
    return std::optional<BytesView>{};
  }
  const BytesView body = BytesView(input_).subspan(input_start_ + kLengthBytes, length);
  input_start_ += kLengthBytes + length;
  return std::optional<BytesView>{body};
}

void Link::discard_input() { release(input_, input_start_); }

void Link::send(BytesView body) {
  for (int shift = 24; shift >= 0; shift -= 8) {
    output_.push_back(static_cast<std::uint8_t>(body.size() >> shift));
  }
  append(output_, body);
  sent_ = now_;
}

Bytes Link::transmit(std::size_t bytes_max) {
  const BytesView next =
      BytesView(output_).subspan(output_start_, std::min(bytes_max, output_size()));
  Bytes out = to_bytes(next);
  output_start_ += out.size();
  bytes_sent_ += out.size();
  if (!out.empty()) heard_ = progressed_ = std::max({heard_, progressed_, now_});
  if (output_start_ == output_.size()) {
    release(output_, output_start_);
  } else {
    compact(output_, output_start_);
  }
  return out;
}

bool Link::output_full() const { return output_size() >= kOutputHighBytes; }

void Link::discard_output() { release(output_, output_start_); }

Link::Due Link::due(Instant now, bool answer_awaited) {
  now_ = now;
  if (now >= heard_.after(kSilenceMilliseconds)) return Due::silence;
  if (answer_awaited && now >= progressed_.after(kAnswerMilliseconds)) return Due::answer;
  if (now >= sent_.after(kPingMilliseconds)) {
    sent_ = now;
    return output_size() == 0 ? Due::ping : Due::nothing;
  }
  return Due::nothing;
}

Instant Link::next_due(bool answer_awaited) const {
  Instant next = std::min(heard_.after(kSilenceMilliseconds), sent_.after(kPingMilliseconds));
  if (answer_awaited) next = std::min(next, progressed_.after(kAnswerMilliseconds));
  return next;
}

}  // namespace feltbog::sync

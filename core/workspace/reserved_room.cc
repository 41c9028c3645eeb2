// SPDX-License-Identifier: Apache-2.0
#include "core/workspace/reserved_room.h"

#include <utility>

namespace feltbog::workspace {
namespace {

constexpr std::size_t kPieceBytes = 256u << 10;
// Not zero: some file systems keep no blocks for zeros.
constexpr std::uint8_t kFilling = 0x5a;

}  // namespace

void ReservedRoom::take_once() {
  if (std::exchange(tried_, true)) return;
  static_cast<void>(take().has_value());
}

bool ReservedRoom::give_up() {
  if (state_ != State::taken) return false;
  state_ = State::given_up;
  return disk_->remove(path_) && disk_->sync_directory(path_);
}

Result<void> ReservedRoom::take_back() {
  return state_ == State::given_up ? take() : Result<void>();
}

Result<void> ReservedRoom::take() {
  auto filled = fill();
  if (filled) {
    state_ = State::taken;
    return filled;
  }
  if (filled.error().code == ErrorCode::disk_full) state_ = State::given_up;
  // A part of it would only be in the way.
  static_cast<void>(disk_->remove(path_).has_value());
  return filled;
}

Result<void> ReservedRoom::fill() {
  FELTBOG_TRY(file, disk_->open(path_, OpenMode::create_or_open));
  FELTBOG_TRY(size, file->size());
  if (size >= kReservedRoomBytes) return {};
  const Bytes piece(kPieceBytes, kFilling);
  for (std::uint64_t at = 0; at < kReservedRoomBytes; at += piece.size()) {
    FELTBOG_CHECK(file->write(at, piece));
  }
  FELTBOG_CHECK(file->sync());
  return disk_->sync_directory(path_);
}

}  // namespace feltbog::workspace

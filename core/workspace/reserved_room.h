// SPDX-License-Identifier: Apache-2.0
// Room on the disk that is kept for the access log: a file of no content beside the database, which
// is given up when the disk is full. What it frees holds a thousand entries and the log they pass
// through, if nothing else is written meanwhile (Core::durably sees to that).
#pragma once

#include <string>

#include "core/base/disk.h"

namespace feltbog::workspace {

inline constexpr std::uint64_t kReservedRoomBytes = 2u << 20;

class ReservedRoom {
 public:
  // The disk must outlive it. `path` is the file's.
  ReservedRoom(Disk& disk, std::string path) : disk_(&disk), path_(std::move(path)) {}

  // Takes the room, unless it was taken or tried before. What keeps it from being taken shows when
  // an entry does not fit.
  void take_once();
  // Gives it up. False when there was none.
  bool give_up();
  bool given_up() const { return state_ == State::given_up; }
  // Where it was given up: takes it again, before anything else is written. Errors: disk_full,
  // io_error.
  Result<void> take_back();

 private:
  enum class State { unknown, taken, given_up };
  Result<void> take();
  Result<void> fill();
  Disk* disk_;
  std::string path_;
  State state_ = State::unknown;
  bool tried_ = false;
};

}  // namespace feltbog::workspace

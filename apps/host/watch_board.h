// SPDX-License-Identifier: Apache-2.0
// The open watches of an owner: looks again whenever the workspace's revision has moved, and tells
// those that read fast enough. The watch itself is core/workspace/watch.h.
#pragma once

#include <list>

#include "apps/host/asker.h"
#include "core/workspace/watch.h"

namespace feltbog::host {

inline constexpr std::size_t kWatchesMax = 64;

class WatchBoard {
 public:
  // Takes the watch and sends its first update. Error: limit_exceeded.
  Result<void> open(Asker asker, workspace::Watch watch);
  // Sends what changed. A slow reader is passed over and gets the newest state later.
  void refresh();
  bool cancel(const Asker& asker);
  void drop(const Responder& responder);
  // Ends all and says why. To be called before the workspace closes.
  void stop(const Error& error);
  bool busy() const { return !open_.empty(); }

 private:
  struct Entry {
    Asker asker;
    workspace::Watch watch;
  };
  // False when the watch has ended with an error.
  static bool look(Entry& entry);
  std::list<Entry> open_;
};

}  // namespace feltbog::host

// SPDX-License-Identifier: Apache-2.0
// What syncing moved, added up over connections, as the command line reports it.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "core/base/value.h"
#include "sync/client_session.h"
#include "sync/transport/traffic.h"

namespace feltbog::host {

class SyncCounters {
 public:
  SyncCounters() = default;
  SyncCounters(const sync::Progress& progress, const transport::TrafficCount& traffic);

  SyncCounters& operator+=(const SyncCounters& other);
  SyncCounters& operator-=(const SyncCounters& other);
  // {"runs_sent": ..., "wire_received": ...}
  Value to_value() const;

 private:
  static constexpr std::size_t kCount = 13;
  static const std::array<std::string_view, kCount> kNames;
  std::array<std::uint64_t, kCount> counts_{};
};

// "connecting", "receiving", "sending", "chunks", "live" or "closed".
std::string_view phase_name(sync::Phase phase);
// The phase, how much is done and how much there is to do.
Value progress_body(const sync::Progress& progress);

}  // namespace feltbog::host

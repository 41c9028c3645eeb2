// SPDX-License-Identifier: Apache-2.0
#include "apps/host/sync_counters.h"

namespace feltbog::host {

const std::array<std::string_view, SyncCounters::kCount> SyncCounters::kNames = {
    "runs_sent",    "run_bytes_sent",   "runs_received",    "run_bytes_received",
    "records_sent", "records_received", "chunks_sent",      "chunks_received",
    "refused",      "payload_sent",     "payload_received", "wire_sent",
    "wire_received"};

SyncCounters::SyncCounters(const sync::Progress& progress, const transport::TrafficCount& traffic)
    : counts_{progress.runs_receipted,     progress.run_bytes_receipted, progress.runs_received,
              progress.run_bytes_received, progress.records_accepted,    progress.records_received,
              progress.chunks_receipted,   progress.chunks_fetched,      progress.refused,
              traffic.payload_sent,        traffic.payload_received,     traffic.wire_sent,
              traffic.wire_received} {}

SyncCounters& SyncCounters::operator+=(const SyncCounters& other) {
  for (std::size_t at = 0; at < kCount; ++at) counts_[at] += other.counts_[at];
  return *this;
}

SyncCounters& SyncCounters::operator-=(const SyncCounters& other) {
  for (std::size_t at = 0; at < kCount; ++at) counts_[at] -= other.counts_[at];
  return *this;
}

Value SyncCounters::to_value() const {
  Value out;
  for (std::size_t at = 0; at < kCount; ++at) out[kNames[at]] = counts_[at];
  return out;
}

std::string_view phase_name(sync::Phase phase) {
  switch (phase) {
    case sync::Phase::connecting: return "connecting";
    case sync::Phase::receiving: return "receiving";
    case sync::Phase::sending: return "sending";
    case sync::Phase::chunks: return "chunks";
    case sync::Phase::live: return "live";
    case sync::Phase::closed: return "closed";
  }
  return "unknown";
}

Value progress_body(const sync::Progress& progress) {
  Value out;
  out["phase"] = phase_name(progress.phase);
  out["runs_received"] = progress.runs_received;
  out["runs_expected"] = progress.runs_expected;
  out["run_bytes_received"] = progress.run_bytes_received;
  out["run_bytes_expected"] = progress.run_bytes_expected;
  out["runs_sent"] = progress.runs_receipted;
  out["runs_to_send"] = progress.runs_to_send;
  out["run_bytes_sent"] = progress.run_bytes_receipted;
  out["run_bytes_to_send"] = progress.run_bytes_to_send;
  out["chunks_sent"] = progress.chunks_receipted;
  out["chunks_received"] = progress.chunks_fetched;
  return out;
}

}  // namespace feltbog::host

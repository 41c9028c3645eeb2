// SPDX-License-Identifier: Apache-2.0
// A relay that passes everything on to another one: the ground on which tests build servers that
// lie in one point.
#pragma once

#include "sync/relay.h"

namespace feltbog::testing {

class RelayInBetween : public sync::Relay {
 public:
  explicit RelayInBetween(sync::Relay& honest) : honest_(honest) {}

  ServerIncarnation incarnation() override { return honest_.incarnation(); }
  WallTime time() override { return honest_.time(); }
  Result<crypto::Signature> prove(const ledger::SessionTranscript& transcript) override {
    return honest_.prove(transcript);
  }
  Result<sync::Admission> admit(const ledger::SessionTranscript& transcript,
                                const crypto::Signature& proof) override {
    return honest_.admit(transcript, proof);
  }
  Result<ledger::LogHead> organisation_head() override { return honest_.organisation_head(); }
  Result<std::vector<SpaceId>> spaces_of(const DeviceId& device) override {
    return honest_.spaces_of(device);
  }
  Result<sync::SpaceStanding> standing(const DeviceId& device, const SpaceId& space) override {
    return honest_.standing(device, space);
  }
  Result<std::vector<ledger::RecordItem>> read_records(const sync::Admission& reader,
                                                       const ledger::LogName& log,
                                                       std::uint64_t first,
                                                       const sync::ReadLimits& limits) override {
    return honest_.read_records(reader, log, first, limits);
  }
  Result<void> append_record(const sync::Admission& author, const ledger::LogName& log,
                             std::uint64_t sequence, const ledger::RecordItem& item) override {
    return honest_.append_record(author, log, sequence, item);
  }
  Result<sync::RunBatch> read_runs(const DeviceId& reader, const SpaceId& space,
                                   std::uint64_t position,
                                   const sync::ReadLimits& limits) override {
    return honest_.read_runs(reader, space, position, limits);
  }
  Result<sync::SignedHead> signed_head(const DeviceId& reader, const SpaceId& space) override {
    return honest_.signed_head(reader, space);
  }
  Result<ledger::Amount> count_runs(const DeviceId& reader, const SpaceId& space,
                                    std::uint64_t position) override {
    return honest_.count_runs(reader, space, position);
  }
  Result<sync::AppendedRuns> append_runs(const DeviceId& author, const SpaceId& space,
                                         std::span<const Bytes> runs) override {
    return honest_.append_runs(author, space, runs);
  }
  Result<sync::HeldChunks> held_chunks(const DeviceId& device, const SpaceId& space,
                                       std::span<const ChunkHash> chunks) override {
    return honest_.held_chunks(device, space, chunks);
  }
  Result<Bytes> put_chunk(const DeviceId& device, const SpaceId& space, const ChunkHash& chunk,
                          BytesView bytes) override {
    return honest_.put_chunk(device, space, chunk, bytes);
  }
  Result<std::optional<Bytes>> read_chunk(const DeviceId& device, const SpaceId& space,
                                          const ChunkHash& chunk) override {
    return honest_.read_chunk(device, space, chunk);
  }

 protected:
  sync::Relay& honest_;
};

}  // namespace feltbog::testing

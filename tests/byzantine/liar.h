// SPDX-License-Identifier: Apache-2.0
// An office server that lies. It stands between real devices and a real relay and holds the
// server's key: what it shows, it also signs. Each lie is a function that may change an honest
// answer.
#pragma once

#include <functional>
#include <map>

#include "core/ledger/receipt.h"
#include "tests/support/relay_in_between.h"
#include "tests/support/test_office.h"

namespace feltbog::testing {

class Liar : public RelayInBetween {
 public:
  explicit Liar(TestOffice& office) : RelayInBetween(office.relay()), office_(office) {}

  // The records from `first` on; none when the log is at its end.
  std::function<void(const ledger::LogName& log, std::uint64_t first,
                     std::vector<ledger::RecordItem>& records)>
      on_records;
  // The runs after `position`.
  std::function<void(const SpaceId& space, std::uint64_t position, sync::RunBatch& batch)> on_runs;
  std::function<void(ledger::LogHead& head)> on_organisation_head;
  std::function<void(const SpaceId& space, sync::SpaceStanding& standing)> on_standing;
  std::function<void(const ChunkHash& chunk, std::optional<Bytes>& bytes)> on_chunk;
  std::function<Result<sync::AppendedRuns>(const DeviceId& author, const SpaceId& space,
                                           std::span<const Bytes> runs)>
      instead_of_storing;
  // Shows a device what another one may see, and does not let it notice that it is barred.
  std::map<DeviceId, DeviceId> shown_as;

  // Puts a record behind the honest end of a log.
  void append(const ledger::LogName& log, std::uint64_t sequence, ledger::RecordItem item);
  // How far the logs went, as these devices may know.
  struct Moment {
    ledger::LogHead organisation;
    std::map<SpaceId, sync::SpaceStanding> spaces;
  };
  static Moment now(TestOffice& office, std::initializer_list<TestDevice*> devices);
  // Does not know of any record that came after it; of runs neither, if told so.
  void forget_since(const Moment& moment, bool runs_too);
  // A receipt for runs that nobody has stored, as the server signs it.
  Result<sync::AppendedRuns> receipt_without_storing(const DeviceId& author, const SpaceId& space,
                                                     std::span<const Bytes> runs,
                                                     const crypto::SigningSecret& key);
  // So many places further on than they would get.
  std::uint64_t receipts_skip = 0;

  Result<sync::Admission> admit(const ledger::SessionTranscript& transcript,
                                const crypto::Signature& proof) override;
  Result<ledger::LogHead> organisation_head() override;
  Result<std::vector<SpaceId>> spaces_of(const DeviceId& device) override;
  Result<sync::SpaceStanding> standing(const DeviceId& device, const SpaceId& space) override;
  Result<std::vector<ledger::RecordItem>> read_records(const sync::Admission& reader,
                                                       const ledger::LogName& log,
                                                       std::uint64_t first,
                                                       const sync::ReadLimits& limits) override;
  Result<sync::RunBatch> read_runs(const DeviceId& reader, const SpaceId& space,
                                   std::uint64_t position, const sync::ReadLimits& limits) override;
  Result<sync::SignedHead> signed_head(const DeviceId& reader, const SpaceId& space) override;
  Result<ledger::Amount> count_runs(const DeviceId& reader, const SpaceId& space,
                                    std::uint64_t position) override;
  Result<sync::AppendedRuns> append_runs(const DeviceId& author, const SpaceId& space,
                                         std::span<const Bytes> runs) override;
  Result<std::optional<Bytes>> read_chunk(const DeviceId& device, const SpaceId& space,
                                          const ChunkHash& chunk) override;

 private:
  using Order = std::map<std::uint64_t, RunHash>;
  const DeviceId& as(const DeviceId& device) const;
  // What this reader has been shown, to be signed.
  Result<void> note_shown(const DeviceId& reader, const SpaceId& space, std::uint64_t position,
                          const sync::RunBatch& batch);

  TestOffice& office_;
  std::map<std::pair<DeviceId, SpaceId>, Order> shown_;
};

}  // namespace feltbog::testing

// SPDX-License-Identifier: Apache-2.0
#include "tests/core/workspace/forger.h"

#include <doctest/doctest.h>

#include "core/document/change_codec.h"
#include "core/workspace/core.h"
#include "core/workspace/schema.h"

namespace feltbog::testing {

DeviceId device_id(TestDevice& device) { return device.workspace().core().identity.id; }

WriterId Forger::writer() const { return ledger::writer_id(space_, device_id(device_), 1); }

document::Change Forger::change(std::uint64_t counter, std::uint64_t lamport,
                                std::vector<document::ChangeId> dependencies) const {
  document::Change out;
  out.id = {writer(), counter};
  out.lamport = lamport;
  out.dependencies = std::move(dependencies);
  out.recorded_at = device_.clock.wall;
  Value event = parameters("type", "visit", "happened", "2026-11-02T10:00");
  out.ops.push_back(
      {{}, std::string(workspace::field::kEvents), document::Append{std::move(event)}});
  return out;
}

Result<ledger::SealedRun> Forger::make(Bytes payload, std::uint32_t change_count) {
  workspace::Core& core = device_.workspace().core();
  ledger::RunDraft draft;
  draft.tip = tip_;
  draft.change_count = change_count;
  draft.payload = std::move(payload);
  FELTBOG_TRY(keys, core.membership.keys(space_));
  return ledger::seal_run(draft, core.identity, core.membership.organisation(),
                          core.membership.space(space_)->state, *keys, device_.random);
}

Bytes Forger::seal_payload(Bytes payload, std::uint32_t change_count) {
  const auto run = make(std::move(payload), change_count);
  REQUIRE(run.has_value());
  tip_ = ledger::WriterTip::after(run->header);
  return run->encode();
}

Bytes Forger::seal(std::vector<document::Change> changes) {
  auto payload = document::encode_changes(writer(), changes);
  REQUIRE(payload.has_value());
  return seal_payload(std::move(payload).value(), static_cast<std::uint32_t>(changes.size()));
}

Bytes Forger::seal_aside(std::vector<document::Change> changes) {
  const ledger::WriterTip before = tip_;
  Bytes run = seal(std::move(changes));
  tip_ = before;
  return run;
}

std::vector<ledger::RunItem> runs_on_server(TestOffice& office, TestDevice& reader,
                                            const SpaceId& space) {
  auto batch = office.relay().read_runs(device_id(reader), space, 0, {10'000, 64u << 20});
  REQUIRE(batch.has_value());
  return std::move(batch->runs);
}

std::vector<ledger::RecordItem> records_on_server(TestOffice& office, TestDevice& reader,
                                                  const ledger::LogName& log, std::uint64_t first) {
  const sync::Admission admission{ledger::SessionParty::device, device_id(reader), {}};
  auto records = office.relay().read_records(admission, log, first, {10'000, 64u << 20});
  REQUIRE(records.has_value());
  return std::move(records).value();
}

void push(TestOffice& office, TestDevice& author, const SpaceId& space, const Bytes& run) {
  const auto appended = office.relay().append_runs(device_id(author), space, {&run, 1});
  REQUIRE(appended.has_value());
  REQUIRE_FALSE(appended->runs.front().refused.has_value());
}

}  // namespace feltbog::testing

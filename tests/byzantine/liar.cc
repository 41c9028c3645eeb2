// SPDX-License-Identifier: Apache-2.0
#include "tests/byzantine/liar.h"

#include <algorithm>

#include "core/ledger/run.h"
#include "tests/core/workspace/forger.h"

namespace feltbog::testing {
namespace {

constexpr sync::ReadLimits kAll{100'000, 256u << 20};

}  // namespace

void Liar::append(const ledger::LogName& log, std::uint64_t sequence, ledger::RecordItem item) {
  on_records = [log, sequence, item = std::move(item)](const ledger::LogName& asked,
                                                       std::uint64_t first, auto& records) {
    if (asked == log && first + records.size() == sequence) records.push_back(item);
  };
}

Liar::Moment Liar::now(TestOffice& office, std::initializer_list<TestDevice*> devices) {
  Moment out{office.relay().organisation_head().value(), {}};
  for (TestDevice* device : devices) {
    const auto spaces = office.relay().spaces_of(device_id(*device)).value();
    for (const SpaceId& space : spaces) {
      out.spaces[space] = office.relay().standing(device_id(*device), space).value();
    }
  }
  return out;
}

void Liar::forget_since(const Moment& moment, bool runs_too) {
  on_organisation_head = [=](ledger::LogHead& head) { head = moment.organisation; };
  on_standing = [=](const SpaceId& space, sync::SpaceStanding& answer) {
    const auto then = moment.spaces.find(space);
    if (then != moment.spaces.end()) answer = then->second;
  };
  on_records = [=](const ledger::LogName& log, std::uint64_t first, auto& records) {
    const auto then = log ? moment.spaces.find(*log) : moment.spaces.end();
    if (log && then == moment.spaces.end()) return;
    const std::uint64_t last = log ? then->second.records.sequence : moment.organisation.sequence;
    records.resize(std::min(records.size(), last + 1 - std::min(first, last + 1)));
  };
  if (!runs_too) return;
  on_runs = [=](const SpaceId& space, std::uint64_t, sync::RunBatch& batch) {
    const auto then = moment.spaces.find(space);
    if (then == moment.spaces.end()) return;
    std::erase_if(batch.runs,
                  [&](const auto& item) { return item.position > then->second.last_position; });
    batch.more = false;
  };
}

Result<sync::AppendedRuns> Liar::receipt_without_storing(const DeviceId& author,
                                                         const SpaceId& space,
                                                         std::span<const Bytes> runs,
                                                         const crypto::SigningSecret& key) {
  FELTBOG_TRY(at, honest_.standing(author, space));
  FELTBOG_TRY(signed_head, honest_.signed_head(author, space));
  FELTBOG_TRY(head, ledger::SpaceHead::decode(signed_head.head));
  sync::AppendedRuns out;
  ledger::Receipt receipt{head.organisation, head.incarnation, space, {}, head.server_time, {}};
  for (const Bytes& encoded : runs) {
    FELTBOG_TRY(hash, ledger::stored_run_hash(encoded));
    const std::uint64_t position = at.last_position + receipts_skip + out.runs.size() + 1;
    out.runs.push_back({hash, position, std::nullopt});
    receipt.entries.push_back({hash, position});
  }
  receipt.sign(key);
  out.receipt = receipt.encode();
  return out;
}

const DeviceId& Liar::as(const DeviceId& device) const {
  const auto found = shown_as.find(device);
  return found != shown_as.end() ? found->second : device;
}

Result<sync::Admission> Liar::admit(const ledger::SessionTranscript& transcript,
                                    const crypto::Signature& proof) {
  FELTBOG_TRY(admission, honest_.admit(transcript, proof));
  if (shown_as.contains(admission.device)) admission.barred = false;
  return admission;
}

Result<ledger::LogHead> Liar::organisation_head() {
  FELTBOG_TRY(head, honest_.organisation_head());
  if (on_organisation_head) on_organisation_head(head);
  return head;
}

Result<std::vector<SpaceId>> Liar::spaces_of(const DeviceId& device) {
  return honest_.spaces_of(as(device));
}

Result<sync::SpaceStanding> Liar::standing(const DeviceId& device, const SpaceId& space) {
  FELTBOG_TRY(answer, honest_.standing(as(device), space));
  if (on_standing) on_standing(space, answer);
  return answer;
}

Result<std::vector<ledger::RecordItem>> Liar::read_records(const sync::Admission& reader,
                                                           const ledger::LogName& log,
                                                           std::uint64_t first,
                                                           const sync::ReadLimits& limits) {
  sync::Admission shown = reader;
  shown.device = as(reader.device);
  FELTBOG_TRY(records, honest_.read_records(shown, log, first, limits));
  if (on_records) on_records(log, first, records);
  return records;
}

Result<void> Liar::note_shown(const DeviceId& reader, const SpaceId& space, std::uint64_t position,
                              const sync::RunBatch& batch) {
  Order& shown = shown_[{reader, space}];
  shown.erase(shown.upper_bound(position), shown.end());
  const auto take = [&shown](const ledger::RunItem& item) {
    const auto hash = ledger::stored_run_hash(item.run);
    if (hash) shown.try_emplace(item.position, *hash);
  };
  // What it was shown before, by an honest server.
  FELTBOG_TRY(before, honest_.read_runs(as(reader), space, 0, kAll));
  for (const ledger::RunItem& item : before.runs) {
    if (item.position <= position) take(item);
  }
  for (const ledger::RunItem& item : batch.runs) take(item);
  return {};
}

Result<sync::RunBatch> Liar::read_runs(const DeviceId& reader, const SpaceId& space,
                                       std::uint64_t position, const sync::ReadLimits& limits) {
  FELTBOG_TRY(batch, honest_.read_runs(as(reader), space, position, limits));
  if (on_runs) on_runs(space, position, batch);
  FELTBOG_CHECK(note_shown(reader, space, position, batch));
  return batch;
}

Result<sync::SignedHead> Liar::signed_head(const DeviceId& reader, const SpaceId& space) {
  FELTBOG_TRY(honest, honest_.signed_head(as(reader), space));
  FELTBOG_TRY(head, ledger::SpaceHead::decode(honest.head));
  FELTBOG_TRY(told, standing(reader, space));
  head.log = told.records;
  head.position = 0;
  head.order = {};
  for (const auto& [position, run] : shown_[{reader, space}]) {
    head.order = ledger::extend_order(head.order, position, run);
    head.position = position;
  }
  head.sign(office_.server_identity());
  return sync::SignedHead{head.position, head.encode()};
}

Result<ledger::Amount> Liar::count_runs(const DeviceId& reader, const SpaceId& space,
                                        std::uint64_t position) {
  return honest_.count_runs(as(reader), space, position);
}

Result<sync::AppendedRuns> Liar::append_runs(const DeviceId& author, const SpaceId& space,
                                             std::span<const Bytes> runs) {
  if (instead_of_storing) return instead_of_storing(author, space, runs);
  return honest_.append_runs(author, space, runs);
}

Result<std::optional<Bytes>> Liar::read_chunk(const DeviceId& device, const SpaceId& space,
                                              const ChunkHash& chunk) {
  FELTBOG_TRY(bytes, honest_.read_chunk(as(device), space, chunk));
  if (on_chunk) on_chunk(chunk, bytes);
  return bytes;
}

}  // namespace feltbog::testing

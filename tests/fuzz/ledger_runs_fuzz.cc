// SPDX-License-Identifier: Apache-2.0
// Runs, batches and plaintexts of any bytes: refused, or written again as they were; and none but
// those a device sealed ever passes its signature.
#include "core/ledger/domains.h"
#include "core/ledger/run_batch.h"
#include "core/ledger/run_rules.h"
#include "tests/core/ledger/fixture.h"
#include "tests/fuzz/input.h"

using namespace feltbog;
using namespace feltbog::ledger;
using namespace feltbog::ledger::test;

namespace {

struct Stage {
  Stage() {
    room.emplace(office, office.founder(), std::vector<Member>{});
    Chain chain{*room, office.founder(), 1, {}};
    for (int i = 0; i < 3; ++i) runs.push_back(chain.write(1, "a change"));
  }
  bool sealed(const SealedRun& run) const {
    return std::any_of(runs.begin(), runs.end(),
                       [&](const SealedRun& known) { return known.header == run.header; });
  }
  Office office;
  std::optional<Room> room;
  std::vector<SealedRun> runs;
};

// Whatever verifies is a run that was sealed, with its body or without.
void check_verified(const Stage& stage, const SealedRun& run, const WriterTip& tip) {
  if (verify_run(run, stage.office.state, stage.room->state, tip)) {
    FELTBOG_ASSERT(stage.sealed(run));
  }
}

void check_stored(const Stage& stage, BytesView bytes) {
  const auto run = SealedRun::decode(bytes);
  if (!run) return;
  FELTBOG_ASSERT(run->encode() == to_bytes(bytes));
  WriterTip tip;
  check_verified(stage, *run, tip);
  for (const SealedRun& known : stage.runs) {
    tip = WriterTip::after(known.header);
    check_verified(stage, *run, tip);
  }
}

void check_batch(const Stage& stage, BytesView bytes) {
  const auto runs = decode_run_batch(bytes, stage.office.state, stage.room->state);
  if (!runs) return;
  FELTBOG_ASSERT(encode_run_batch(*runs).value() == to_bytes(bytes));
  WriterTip tip;
  for (const SealedRun& run : *runs) {
    check_verified(stage, run, tip);
    tip = WriterTip::after(run.header);
  }
}

// A member's device that is up to no good: the key and the header are right, the plaintext is not.
void check_plaintext(Stage& stage, BytesView plain) {
  if (plain.size() > kRunCiphertextBytesMax - kRunOverheadBytes) return;
  RunHeader header = stage.runs.front().header;
  header.body_bytes = static_cast<std::uint32_t>(plain.size() + kRunOverheadBytes);
  const Keyring& ring = stage.room->ring(stage.office.founder());
  const crypto::Key key =
      crypto::derive_key(domains::kRunKey, *ring.find(header.epoch), header.space.view());
  Bytes body(crypto::Nonce::kSize);
  append(body, crypto::seal(key, crypto::Nonce{}, additional_data(header), plain));
  const auto payload = open_run(header, body, ring);
  if (payload) FELTBOG_ASSERT(payload->size() <= kRunPayloadBytesMax);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static Stage stage;
  fuzz::Input input(data, size);
  switch (input.below(3)) {
    case 0: check_stored(stage, input.rest()); break;
    case 1: check_batch(stage, input.rest()); break;
    default: check_plaintext(stage, input.rest());
  }
  return 0;
}

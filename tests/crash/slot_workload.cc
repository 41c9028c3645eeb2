// SPDX-License-Identifier: Apache-2.0
// The life of key slots: recovery codes made, used and removed, a passphrase changed, tries
// counted.
#include "core/crypto/hash.h"
#include "core/store/key_slot.h"
#include "tests/core/store/support.h"
#include "tests/crash/workload.h"

namespace feltbog::crash {
namespace {

using store::KeySlots;
using store::SlotKind;

constexpr const char* kSlots = "device/keys";
constexpr const char* kHardware = "device/hardware";
constexpr const char* kFirst = "blåbærgrød med fløde";
constexpr const char* kSecond = "et helt nyt kodeord";
constexpr WallTime kNow{1'750'000'000'000};

// Which slots there are. What opens them follows, because a slot's id is made with its secret.
State state_of(const KeySlots& slots) {
  Bytes all;
  for (const store::SlotInfo& slot : slots.slots()) append(all, slot.id.view());
  return crypto::hash<State>("test.state.v1", all);
}

class SlotWorkload final : public Workload {
 public:
  std::string_view name() const override { return "slots"; }

  Result<void> prepare(Disk& disk, Random& random) override {
    FELTBOG_TRY(hardware, store::FileHardwareKey::open_or_create(disk, kHardware, random));
    FELTBOG_TRY(slots, KeySlots::create(disk, kSlots, *hardware, random, SlotKind::passphrase,
                                        kFirst, crypto::kPassphraseCostFloor));
    FELTBOG_TRY(master, slots.unlock(SlotKind::passphrase, kFirst, kNow));
    FELTBOG_TRY(code, slots.add_recovery(master));
    code_ = code;
    master_ = std::move(master);
    return {};
  }

  Result<void> play(Disk& disk, Random& random, Witness& witness) override {
    FELTBOG_TRY(hardware, store::FileHardwareKey::open_or_create(disk, kHardware, random));
    FELTBOG_TRY(slots, KeySlots::open(disk, kSlots, *hardware, random));
    const auto promise = [&] {
      witness.acknowledge([&]() -> Result<State> { return state_of(slots); }, true);
    };
    FELTBOG_TRY(master, slots.unlock(SlotKind::recovery, code_, kNow));
    if (!(master == master_)) return ErrorCode::internal;
    FELTBOG_TRY(second, slots.add_recovery(master));
    promise();
    FELTBOG_TRY(again, slots.unlock(SlotKind::recovery, second, kNow));
    FELTBOG_CHECK(slots.remove(again, slots.slots().back().id));
    promise();
    FELTBOG_TRY(third, slots.add_recovery(master));
    promise();
    FELTBOG_TRY(tries, slots.tries(kNow));
    return tries.failures == 0 ? Result<void>() : Result<void>(ErrorCode::corrupt, "tries");
  }

  // The slots open with the code everybody has kept, and hold the same master key.
  Result<State> examine(Disk& disk, Random& random) override {
    FELTBOG_TRY(hardware, store::FileHardwareKey::open_or_create(disk, kHardware, random));
    FELTBOG_TRY(slots, KeySlots::open(disk, kSlots, *hardware, random));
    const State state = state_of(slots);
    FELTBOG_TRY(master, slots.unlock(SlotKind::recovery, code_, kNow));
    if (!(master == master_)) return Error{ErrorCode::internal, "another master key"};
    FELTBOG_TRY(tries, slots.tries(kNow));
    if (tries.failures != 0) return Error{ErrorCode::internal, "the supervisor was not believed"};
    return state;
  }

 private:
  std::string code_;
  crypto::Key master_;
};

// A passphrase is replaced, slowly: Argon2id runs for every secret that is tested.
class PassphraseWorkload final : public Workload {
 public:
  std::string_view name() const override { return "passphrase"; }

  Result<void> prepare(Disk& disk, Random& random) override {
    FELTBOG_TRY(hardware, store::FileHardwareKey::open_or_create(disk, kHardware, random));
    FELTBOG_TRY(slots, KeySlots::create(disk, kSlots, *hardware, random, SlotKind::passphrase,
                                        kFirst, crypto::kPassphraseCostFloor));
    old_ = slots.slots().front().id;
    return {};
  }

  Result<void> play(Disk& disk, Random& random, Witness& witness) override {
    FELTBOG_TRY(hardware, store::FileHardwareKey::open_or_create(disk, kHardware, random));
    FELTBOG_TRY(slots, KeySlots::open(disk, kSlots, *hardware, random));
    FELTBOG_CHECK(
        slots.change(SlotKind::passphrase, kFirst, kSecond, kNow, crypto::kPassphraseCostFloor));
    witness.acknowledge([&]() -> Result<State> { return state_of(slots); }, true);
    return {};
  }

  // Exactly the secret of the slot that is there opens it. A try the power cut interrupted is
  // counted; the wait it costs is over by then.
  Result<State> examine(Disk& disk, Random& random) override {
    FELTBOG_TRY(hardware, store::FileHardwareKey::open_or_create(disk, kHardware, random));
    FELTBOG_TRY(slots, KeySlots::open(disk, kSlots, *hardware, random));
    const State state = state_of(slots);
    const bool is_old = slots.slots().front().id == old_;
    FELTBOG_TRY(master, slots.unlock(SlotKind::passphrase, is_old ? kFirst : kSecond, kNow));
    return state;
  }

 private:
  store::SlotId old_;
};

}  // namespace

std::unique_ptr<Workload> make_slot_workload() { return std::make_unique<SlotWorkload>(); }
std::unique_ptr<Workload> make_passphrase_workload() {
  return std::make_unique<PassphraseWorkload>();
}

}  // namespace feltbog::crash

// SPDX-License-Identifier: Apache-2.0
// Key slots on a failing disk, over hardware that fails or was exchanged, and slot files made by
// hand with checksums that hold.
#include <doctest/doctest.h>

#include <map>
#include <string>

#include "core/crypto/hash.h"
#include "core/store/slot_file.h"
#include "core/store/try_counter.h"
#include "tests/core/store/support.h"

using namespace feltbog;
using namespace feltbog::store;
using namespace feltbog::testing;

namespace {

constexpr const char* kSlots = "device/keys";
constexpr const char* kOld = "blåbærgrød med fløde";
constexpr const char* kNew = "et helt nyt kodeord";
constexpr crypto::PassphraseCost kCheap = crypto::kPassphraseCostFloor;
constexpr crypto::PassphraseCost kTooCheap{8, 1};
constexpr WallTime kNow{1'750'000'000'000};
constexpr WallTime kLater{kNow.milliseconds + 86'400'000};

// Hardware that cannot be copied, and that answers so many more times.
class Hardware final : public HardwareKey {
 public:
  explicit Hardware(std::uint8_t fill) : key_(test_key(fill)) { id_.bytes[0] = fill; }
  const HardwareKeyId& id() const override { return id_; }
  bool is_device_bound() const override { return true; }
  Result<crypto::Key> mix(BytesView input) override {
    if (answers == 0) return error;
    --answers;
    return crypto::derive_key("test.mix.v1", key_, input);
  }
  int answers = 1'000'000;
  Error error{ErrorCode::io_error, "hardware"};

 private:
  crypto::Key key_;
  HardwareKeyId id_;
};

struct Fixture {
  MemoryDisk disk;
  SeededRandom random{71};
  Hardware hardware{1};
  Hardware other{2};

  Result<KeySlots> try_create(crypto::PassphraseCost cost = kCheap) {
    return KeySlots::create(disk, kSlots, hardware, random, SlotKind::passphrase, kOld, cost);
  }
  KeySlots open(HardwareKey& with) { return KeySlots::open(disk, kSlots, with, random).value(); }
  crypto::Key master_of(KeySlots& slots) {
    return slots.unlock(SlotKind::passphrase, kOld, kNow).value();
  }
  void break_after(int answers) { hardware.answers = answers; }
  void mend() { hardware.answers = 1'000'000; }
};

template <class T>
ErrorCode code_of(const Result<T>& result) {
  return result ? ErrorCode::internal : result.error().code;
}

// The bytes of a slot file with some changed and a checksum that holds.
Bytes forged(Bytes bytes, std::size_t at, std::uint64_t value, std::size_t size) {
  bytes.resize(bytes.size() - 32);
  for (std::size_t i = 0; i < size; ++i) bytes[at + i] = static_cast<std::uint8_t>(value >> 8 * i);
  append(bytes, crypto::hash<FixedBytes<32, struct SumTag>>("store.slots.v1", bytes).view());
  return bytes;
}

}  // namespace

TEST_CASE_FIXTURE(Fixture,
                  "slots that cannot be made leave none that open, and can be made again") {
  for (std::uint64_t call = 0;; ++call) {
    MemoryDisk fresh;
    fresh.inject({.at_call = call});
    const auto made =
        KeySlots::create(fresh, kSlots, hardware, random, SlotKind::passphrase, kOld, kCheap);
    if (!fresh.fault_hit()) break;
    CAPTURE(call);
    // Once the new file is in place the rest is repeated at the next unlock.
    if (!made) CHECK(made.error().code == ErrorCode::io_error);
    REQUIRE(call < 100);
  }
  for (const int answers : {0, 1}) {
    break_after(answers);
    CHECK(code_of(try_create()) == ErrorCode::io_error);
  }
  mend();
  CHECK(code_of(try_create(kTooCheap)) == ErrorCode::malformed);
  CHECK(try_create());
}

TEST_CASE_FIXTURE(Fixture, "a try that the hardware or the disk cuts short is not counted") {
  auto slots = try_create().value();
  // The counter needs one answer, the slot another.
  for (const int answers : {0, 1}) {
    break_after(answers);
    CHECK(code_of(slots.unlock(SlotKind::passphrase, kOld, kNow)) == ErrorCode::io_error);
  }
  break_after(0);
  CHECK(code_of(slots.tries(kNow)) == ErrorCode::io_error);
  mend();
  CHECK(slots.tries(kNow).value().failures == 0);
  // A lost counter cannot be replaced on a disk that refuses.
  REQUIRE(disk.remove(std::string(kSlots) + ".tries"));
  for (std::uint64_t later = 0; later < 3; ++later) {
    disk.inject({.at_call = disk.call_count() + later});
    CHECK(code_of(slots.tries(kNow)) == ErrorCode::io_error);
    disk.clear_faults();
    if (disk.has(std::string(kSlots) + ".tries")) {
      REQUIRE(disk.remove(std::string(kSlots) + ".tries"));
    }
  }
}

TEST_CASE_FIXTURE(Fixture, "slots made with the hardware of several devices say what lacks") {
  auto slots = try_create().value();
  const auto master = master_of(slots);
  {
    auto elsewhere = open(other);
    CHECK(elsewhere.add(master, SlotKind::passphrase, kNew, kCheap));
  }
  // The first is wrong and the second another device's: wrong is what counts.
  auto here = open(hardware);
  CHECK(code_of(here.unlock(SlotKind::passphrase, kNew, kNow)) == ErrorCode::wrong_passphrase);
  // Left with a PIN of this device and a passphrase of the other.
  CHECK(here.unlock(SlotKind::passphrase, kOld, kNow));
  CHECK(here.add(master, SlotKind::pin, "83a749", kCheap));
  CHECK(here.remove(master, here.slots().front().id));
  CHECK(code_of(open(hardware).unlock(SlotKind::passphrase, kOld, kNow)) == ErrorCode::missing_key);
  CHECK(open(hardware).tries(kNow).value().failures == 0);
}

TEST_CASE_FIXTURE(Fixture,
                  "a recovery code opens where no counted slot is left, or its hardware fails") {
  auto slots = try_create().value();
  const auto master = master_of(slots);
  const auto code = slots.add_recovery(master).value();
  // The counter cannot be read without the hardware; the supervisor is let in all the same.
  break_after(0);
  CHECK(slots.unlock(SlotKind::recovery, code, kNow).value() == master);
  CHECK(slots.unlock(SlotKind::recovery, code, kNow).value() == master);
  mend();
  disk.inject({.at_call = disk.call_count()});
  CHECK(slots.unlock(SlotKind::recovery, code, kNow).value() == master);
  disk.clear_faults();
  REQUIRE(slots.remove(master, slots.slots().front().id));
  CHECK(open(hardware).unlock(SlotKind::recovery, code, kNow).value() == master);
  CHECK(open(hardware).tries(kNow).value().failures == 0);
  for (const char* none : {"U!", "0123456789", ""}) {
    CHECK(code_of(slots.unlock(SlotKind::recovery, none, kNow)) == ErrorCode::wrong_passphrase);
  }
}

TEST_CASE_FIXTURE(Fixture,
                  "adding and changing refuse what creating refuses, and change nothing then") {
  auto slots = try_create().value();
  const auto master = master_of(slots);
  const auto before = slots.slots().size();
  CHECK(code_of(slots.add(master, SlotKind::passphrase, "short", kCheap)) ==
        ErrorCode::weak_passphrase);
  CHECK(code_of(slots.add(master, SlotKind::pin, "\xff\xff\xff\xff\xff\xff", kCheap)) ==
        ErrorCode::invalid_argument);
  CHECK(code_of(slots.add(master, SlotKind::pin, "123 45", kTooCheap)) == ErrorCode::malformed);
  CHECK(code_of(slots.add_recovery(test_key())) == ErrorCode::not_authorised);
  CHECK(code_of(slots.change(SlotKind::passphrase, kOld, kNew, kNow, kTooCheap)) ==
        ErrorCode::malformed);
  disk.inject({.at_call = disk.call_count(), .kind = FaultKind::disk_full, .persistent = true});
  CHECK(code_of(slots.add(master, SlotKind::passphrase, kNew, kCheap)) == ErrorCode::disk_full);
  CHECK(code_of(slots.add_recovery(master)) == ErrorCode::disk_full);
  disk.clear_faults();
  CHECK(slots.slots().size() == before);
  while (slots.slots().size() < kSlotsMax) REQUIRE(slots.add_recovery(master));
  CHECK(code_of(slots.add(master, SlotKind::passphrase, kNew, kCheap)) ==
        ErrorCode::limit_exceeded);
}

TEST_CASE_FIXTURE(Fixture, "a slot file put together from two is noticed") {
  auto slots = try_create().value();
  const std::string path = std::string(kSlots) + ".a";
  auto file = decode_slot_file(disk.content(path)).value();
  file.master_check.bytes[0] ^= 1;
  file.generation += 10;
  disk.set_content(path, encode_slot_file(file));
  CHECK(code_of(open(hardware).unlock(SlotKind::passphrase, kOld, kNow)) ==
        ErrorCode::not_authorised);
}

TEST_CASE_FIXTURE(Fixture, "a slot file that holds its checksum and makes no sense is refused") {
  try_create().value();
  const Bytes good = disk.content(std::string(kSlots) + ".a");
  const auto refused = [&](std::size_t at, std::uint64_t value, std::size_t size) {
    return code_of(decode_slot_file(forged(good, at, value, size)));
  };
  constexpr std::size_t kFirstSlot = 72;
  CHECK(refused(8, 2, 2) == ErrorCode::unsupported_version);
  CHECK(refused(10, kSlotsMax + 1, 2) == ErrorCode::corrupt);
  CHECK(refused(10, 2, 2) == ErrorCode::corrupt);
  CHECK(refused(12, 1, 4) == ErrorCode::corrupt);
  CHECK(refused(kFirstSlot + 16, 0, 1) == ErrorCode::corrupt);
  CHECK(refused(kFirstSlot + 16, 4, 1) == ErrorCode::corrupt);
  CHECK(refused(kFirstSlot + 17, 1, 1) == ErrorCode::corrupt);
  CHECK(refused(kFirstSlot + 18, 1, 2) == ErrorCode::corrupt);
  CHECK(refused(kFirstSlot + 24, 1, 4) == ErrorCode::corrupt);
  CHECK(refused(kFirstSlot + 24, 17, 4) == ErrorCode::corrupt);
  CHECK(refused(kFirstSlot + 20, 1048577, 4) == ErrorCode::corrupt);
  CHECK(refused(kFirstSlot + 16, 3, 1) == ErrorCode::corrupt);
  CHECK(decode_slot_file(forged(good, 8, 1, 2)));
}

TEST_CASE_FIXTURE(Fixture, "a slot says which of its conditions is missing") {
  try_create().value();
  auto file = decode_slot_file(disk.content(std::string(kSlots) + ".a")).value();
  const Slot& slot = file.slots.front();
  CHECK(code_of(open_slot(file.id, slot, kOld, other)) == ErrorCode::missing_key);
  break_after(0);
  hardware.error = Error{ErrorCode::missing_key, "removed"};
  CHECK(code_of(open_slot(file.id, slot, kOld, hardware)) == ErrorCode::missing_key);
}

TEST_CASE("a hardware key file that cannot be read or written is an error") {
  SeededRandom random(72);
  MemoryDisk disk;
  for (std::uint64_t call = 0; call < 4; ++call) {
    disk.inject({.at_call = disk.call_count() + call});
    CHECK(code_of(FileHardwareKey::open_or_create(disk, "hw", random)) == ErrorCode::io_error);
    disk.clear_faults();
    disk.remove("hw").has_value();
  }
  REQUIRE(FileHardwareKey::open_or_create(disk, "hw", random));
  disk.inject({.at_call = disk.call_count() + 1});
  CHECK(code_of(FileHardwareKey::open_or_create(disk, "hw", random)) == ErrorCode::io_error);
}

TEST_CASE_FIXTURE(Fixture,
                  "a forgotten passphrase is replaced in one step, and tries are free again") {
  auto slots = try_create().value();
  const auto master = master_of(slots);
  REQUIRE(slots.add(master, SlotKind::passphrase, "den anden af slagsen", kCheap));
  REQUIRE(slots.add_recovery(master));
  CHECK(code_of(slots.unlock(SlotKind::passphrase, kNew, kNow)) == ErrorCode::wrong_passphrase);
  CHECK(code_of(slots.replace(test_key(), SlotKind::passphrase, kNew, kCheap)) ==
        ErrorCode::not_authorised);
  CHECK(code_of(slots.replace(master, SlotKind::passphrase, "kort", kCheap)) ==
        ErrorCode::weak_passphrase);
  CHECK(code_of(slots.replace(master, SlotKind::passphrase, kNew, kTooCheap)) ==
        ErrorCode::malformed);
  break_after(1);
  CHECK(code_of(slots.replace(master, SlotKind::passphrase, kNew, kCheap)) == ErrorCode::io_error);
  mend();
  disk.inject({.at_call = disk.call_count(), .kind = FaultKind::disk_full, .persistent = true});
  CHECK(code_of(slots.replace(master, SlotKind::passphrase, kNew, kCheap)) == ErrorCode::disk_full);
  disk.clear_faults();
  CHECK(slots.unlock(SlotKind::passphrase, kOld, kNow));
  REQUIRE(slots.replace(master, SlotKind::passphrase, kNew, kCheap));
  CHECK(slots.slots().size() == 2);
  CHECK(slots.tries(kNow).value().failures == 0);
  CHECK(slots.unlock(SlotKind::passphrase, kNew, kNow).value() == master);
  CHECK(code_of(slots.unlock(SlotKind::passphrase, kOld, kNow)) == ErrorCode::wrong_passphrase);
  REQUIRE(slots.remove(master, slots.slots().back().id));
  while (slots.slots().size() < kSlotsMax) REQUIRE(slots.add_recovery(master));
  CHECK(code_of(slots.replace(master, SlotKind::passphrase, kNew, kCheap)) ==
        ErrorCode::limit_exceeded);
}

TEST_CASE_FIXTURE(Fixture, "replacing a passphrase on a failing disk leaves one that opens") {
  auto slots = try_create().value();
  const auto master = master_of(slots);
  CHECK(code_of(slots.unlock(SlotKind::passphrase, "forkert kode", kNow)) ==
        ErrorCode::wrong_passphrase);
  const auto paths = disk.paths();
  std::map<std::string, Bytes> before;
  for (const std::string& path : paths) before[path] = disk.content(path);
  for (std::uint64_t at = 0, calls = 1; at < calls; ++at) {
    CAPTURE(at);
    for (const auto& [path, bytes] : before) disk.set_content(path, bytes);
    auto here = open(hardware);
    const std::uint64_t first = disk.call_count();
    disk.inject({.at_call = first + at});
    const auto replaced = here.replace(master, SlotKind::passphrase, kNew, kCheap);
    calls = disk.call_count() - first;
    disk.clear_faults();
    auto again = open(hardware);
    const bool is_new = again.unlock(SlotKind::passphrase, kNew, kLater).has_value();
    const bool is_old = again.unlock(SlotKind::passphrase, kOld, kLater).has_value();
    CHECK(is_new != is_old);
    if (replaced) CHECK(is_new);
  }
}

TEST_CASE_FIXTURE(Fixture,
                  "on new hardware a recovery code leads to a passphrase that counts there") {
  auto slots = try_create().value();
  const auto code = slots.add_recovery(master_of(slots)).value();
  auto moved = open(other);
  const auto master = moved.unlock(SlotKind::recovery, code, kNow).value();
  REQUIRE(moved.replace(master, SlotKind::passphrase, kNew, kCheap));
  CHECK(open(other).unlock(SlotKind::passphrase, kNew, kNow).value() == master);
  CHECK(open(other).tries(kNow).value().failures == 0);
}

// SPDX-License-Identifier: Apache-2.0
#include "core/store/key_slot.h"

#include <doctest/doctest.h>

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

WallTime at(std::int64_t seconds) { return {1'750'000'000'000 + seconds * 1000}; }

// Hardware that says it cannot be copied.
class BoundHardware final : public HardwareKey {
 public:
  explicit BoundHardware(std::uint8_t fill) : key_(test_key(fill)) { id_.bytes[0] = fill; }
  const HardwareKeyId& id() const override { return id_; }
  bool is_device_bound() const override { return true; }
  Result<crypto::Key> mix(BytesView input) override {
    if (broken) return ErrorCode::io_error;
    return crypto::derive_key("test.mix.v1", key_, input);
  }
  bool broken = false;

 private:
  crypto::Key key_;
  HardwareKeyId id_;
};

struct Fixture {
  MemoryDisk disk;
  SeededRandom random{41};
  std::unique_ptr<FileHardwareKey> hardware =
      FileHardwareKey::open_or_create(disk, "device/hardware", random).value();

  KeySlots create() {
    return KeySlots::create(disk, kSlots, *hardware, random, SlotKind::passphrase, kOld, kCheap)
        .value();
  }
  KeySlots open(Disk& from) { return KeySlots::open(from, kSlots, *hardware, random).value(); }
};

ErrorCode code_of(const Result<crypto::Key>& result) {
  return result ? ErrorCode::internal : result.error().code;
}

}  // namespace

TEST_CASE_FIXTURE(Fixture,
                  "the right passphrase gives the master key again, a wrong one does not") {
  auto slots = create();
  const auto master = slots.unlock(SlotKind::passphrase, kOld, at(0));
  REQUIRE(master);
  CHECK(code_of(slots.unlock(SlotKind::passphrase, kNew, at(1))) == ErrorCode::wrong_passphrase);
  auto reopened = open(disk);
  CHECK(reopened.unlock(SlotKind::passphrase, kOld, at(2)).value() == *master);
  CHECK(KeySlots::create(disk, kSlots, *hardware, random, SlotKind::passphrase, kOld, kCheap)
            .error()
            .code == ErrorCode::already_exists);
  CHECK(KeySlots::open(disk, "elsewhere", *hardware, random).error().code == ErrorCode::not_found);
  CHECK(code_of(slots.unlock(SlotKind::recovery, "x", at(3))) == ErrorCode::not_found);
}

TEST_CASE_FIXTURE(Fixture,
                  "weak secrets, and PINs without device-bound hardware, are refused at once") {
  const auto made = [&](HardwareKey& key, SlotKind kind, std::string_view secret) {
    return KeySlots::create(disk, "x", key, random, kind, secret, kCheap).error().code;
  };
  CHECK(made(*hardware, SlotKind::passphrase, "elleve tegn") == ErrorCode::weak_passphrase);
  CHECK(made(*hardware, SlotKind::passphrase, "æøåæøåæøåæø") == ErrorCode::weak_passphrase);
  CHECK(made(*hardware, SlotKind::passphrase, "\xff bad utf-8 \xff") ==
        ErrorCode::invalid_argument);
  CHECK(made(*hardware, SlotKind::pin, "83749201") == ErrorCode::not_permitted);
  CHECK(made(*hardware, SlotKind::recovery, "chosen by hand") == ErrorCode::invalid_argument);
  BoundHardware bound(3);
  CHECK(made(bound, SlotKind::pin, "8374920") == ErrorCode::weak_passphrase);
  CHECK(made(bound, SlotKind::pin, "83a74") == ErrorCode::weak_passphrase);
  CHECK(KeySlots::create(disk, "y", bound, random, SlotKind::pin, "83a749", kCheap));
  CHECK_FALSE(disk.has("x.a"));
}

TEST_CASE_FIXTURE(Fixture, "the slot files open nothing without the hardware they were made with") {
  auto slots = create();
  BoundHardware other(4);
  auto elsewhere = KeySlots::open(disk, kSlots, other, random).value();
  CHECK(code_of(elsewhere.unlock(SlotKind::passphrase, kOld, at(0))) == ErrorCode::missing_key);
  CHECK(elsewhere.tries(at(0)).value().failures == 0);
  CHECK(slots.tries(at(0)).value().failures == 0);
}

TEST_CASE_FIXTURE(Fixture, "hardware that fails is an error and not a wrong try") {
  BoundHardware bound(5);
  auto slots =
      KeySlots::create(disk, "pin", bound, random, SlotKind::pin, "83749201", kCheap).value();
  bound.broken = true;
  CHECK(code_of(slots.unlock(SlotKind::pin, "83749201", at(0))) == ErrorCode::io_error);
  bound.broken = false;
  CHECK(slots.tries(at(0)).value().failures == 0);
  CHECK(slots.unlock(SlotKind::pin, "83749201", at(0)));
}

TEST_CASE_FIXTURE(Fixture,
                  "wrong tries cost a growing wait, then a supervisor, and survive a restart") {
  auto slots = create();
  const auto code =
      slots.add_recovery(slots.unlock(SlotKind::passphrase, kOld, at(0)).value()).value();
  CHECK(code.size() == 26);
  std::int64_t now = 0;
  std::int64_t last_wait = 0;
  for (std::uint32_t failures = 1; failures <= kTriesMax; ++failures) {
    CAPTURE(failures);
    auto restarted = open(disk);
    CHECK(code_of(restarted.unlock(SlotKind::passphrase, kNew, at(now))) ==
          ErrorCode::wrong_passphrase);
    const TryState state = open(disk).tries(at(now)).value();
    CHECK(state.failures == failures);
    CHECK(state.needs_supervisor == (failures == kTriesMax));
    CHECK((state.wait_seconds > 0) == (failures >= kFreeTries && failures < kTriesMax));
    if (failures < kTriesMax) CHECK(state.wait_seconds >= last_wait);
    last_wait = state.wait_seconds;
    if (state.wait_seconds > 0) {
      // The right passphrase within the wait is not even tested.
      const auto early =
          restarted.unlock(SlotKind::passphrase, kOld, at(now + state.wait_seconds - 1));
      CHECK(early.error().code == ErrorCode::too_many_tries);
      CHECK(early.error().detail == "wait 1 seconds");
    }
    now += state.wait_seconds;
  }
  auto locked = open(disk).unlock(SlotKind::passphrase, kOld, at(now + 1000000));
  CHECK(locked.error().code == ErrorCode::too_many_tries);
  CHECK(locked.error().detail == "supervisor");
  CHECK(code_of(open(disk).unlock(SlotKind::recovery, "wrong", at(now))) ==
        ErrorCode::wrong_passphrase);
  // A code is read by people: spaces, dashes and capitals do not matter.
  std::string spoken = code.substr(0, 8) + " - " + code.substr(8);
  for (char& symbol : spoken) symbol = static_cast<char>(std::toupper(symbol));
  CHECK(open(disk).unlock(SlotKind::recovery, spoken, at(now)));
  CHECK(open(disk).unlock(SlotKind::passphrase, kOld, at(now)));
}

TEST_CASE_FIXTURE(
    Fixture,
    "deleting or changing the counter buys no guesses, and a clock set back no shorter wait") {
  auto slots = create();
  const std::string tries_path = std::string(kSlots) + ".tries";
  const Bytes good = disk.content(tries_path);
  REQUIRE(disk.remove(tries_path));
  CHECK(slots.tries(at(0)).value().failures == kTriesMax - 1);
  CHECK(slots.tries(at(0)).value().wait_seconds == 3600);
  CHECK(open(disk).tries(at(3600)).value().wait_seconds == 0);
  // Set back by a year: the whole wait from there, and no longer than that.
  CHECK(open(disk).tries(at(-31536000)).value().wait_seconds == 3600);
  CHECK(open(disk).tries(at(-31536000 + 3600)).value().wait_seconds == 0);
  CHECK(open(disk).unlock(SlotKind::passphrase, kOld, at(-31536000 + 3600)));
  CHECK(open(disk).tries(at(0)).value().failures == 0);
  for (std::size_t bit = 0; bit < good.size() * 8; bit += 13) {
    Bytes changed = good;
    changed[bit / 8] = static_cast<std::uint8_t>(changed[bit / 8] ^ (1U << (bit % 8)));
    disk.set_content(tries_path, changed);
    // One record may be lost; the other still counts.
    CHECK(open(disk).tries(at(0)).value().failures == 0);
  }
}

TEST_CASE("the wait ends when it should, whatever the clock shows") {
  const TryCount count{5, at(100)};
  CHECK(TryCounter::state_of(count, at(100)).wait_seconds == 60);
  CHECK(TryCounter::state_of(count, at(159)).wait_seconds == 1);
  CHECK(TryCounter::state_of(count, at(160)).wait_seconds == 0);
  CHECK(TryCounter::state_of(count, {INT64_MIN}).wait_seconds == 60);
  CHECK(TryCounter::state_of({5, {INT64_MIN}}, {INT64_MAX}).wait_seconds == 0);
  CHECK(TryCounter::state_of({UINT32_MAX, at(0)}, at(0)).needs_supervisor);
}

TEST_CASE_FIXTURE(Fixture,
                  "several slots open the same master key; the last one cannot be removed") {
  auto slots = create();
  const auto master = slots.unlock(SlotKind::passphrase, kOld, at(0)).value();
  const auto second = slots.add(master, SlotKind::passphrase, kNew, kCheap);
  REQUIRE(second);
  CHECK(slots.unlock(SlotKind::passphrase, kNew, at(0)).value() == master);
  CHECK(slots.add(test_key(), SlotKind::passphrase, kNew, kCheap).error().code ==
        ErrorCode::not_authorised);
  CHECK(slots.remove(test_key(), *second).error().code == ErrorCode::not_authorised);
  CHECK(slots.remove(master, SlotId{}).error().code == ErrorCode::not_found);
  REQUIRE(slots.remove(master, *second));
  CHECK(slots.slots().size() == 1);
  CHECK(slots.remove(master, slots.slots()[0].id).error().code == ErrorCode::wrong_state);
  for (std::size_t i = 1; i < kSlotsMax; ++i) REQUIRE(slots.add_recovery(master));
  CHECK(slots.add_recovery(master).error().code == ErrorCode::limit_exceeded);
  CHECK(open(disk).slots().size() == kSlotsMax);
}

TEST_CASE_FIXTURE(Fixture,
                  "a changed passphrase opens, the old one does not, and no copy of it is left") {
  auto slots = create();
  const auto master = slots.unlock(SlotKind::passphrase, kOld, at(0)).value();
  CHECK(slots.change(SlotKind::passphrase, kOld, "short", at(0), kCheap).error().code ==
        ErrorCode::weak_passphrase);
  CHECK(slots.change(SlotKind::passphrase, kNew, kNew, at(0), kCheap).error().code ==
        ErrorCode::wrong_passphrase);
  REQUIRE(slots.change(SlotKind::passphrase, kOld, kNew, at(0), kCheap));
  for (const char* gone : {"", ".a", ".b"}) {
    auto copy = disk.clone();
    REQUIRE(copy->remove(std::string(kSlots) + gone));
    CHECK(open(*copy).unlock(SlotKind::passphrase, kNew, at(0)).value() == master);
    CHECK(code_of(open(*copy).unlock(SlotKind::passphrase, kOld, at(0))) ==
          ErrorCode::wrong_passphrase);
  }
}

TEST_CASE_FIXTURE(Fixture,
                  "a power cut while the passphrase changes leaves exactly one that opens") {
  auto slots = create();
  disk.start_recording();
  REQUIRE(slots.change(SlotKind::passphrase, kOld, kNew, at(0), kCheap));
  // Argon2id is slow on purpose, so policies take turns.
  for (std::uint64_t changes = 0; changes <= disk.change_count(); ++changes) {
    const CrashPolicy policy = kCrashPolicies[changes % std::size(kCrashPolicies)];
    auto image = disk.image_at(changes, policy, changes);
    INFO("changes ", changes, " policy ", crash_policy_name(policy));
    auto after = open(*image);
    const bool old_opens = after.unlock(SlotKind::passphrase, kOld, at(0)).has_value();
    const bool new_opens = after.unlock(SlotKind::passphrase, kNew, at(0)).has_value();
    CHECK(old_opens != new_opens);
    if (changes == disk.change_count()) CHECK(new_opens);
  }
}

TEST_CASE_FIXTURE(Fixture,
                  "a disk error while the passphrase changes leaves exactly one that opens") {
  const auto original = [&] {
    create();
    return disk.clone();
  }();
  for (std::uint64_t call = 0; call < 60; call += 1) {
    auto image = original->clone();
    auto slots = open(*image);
    image->inject({.at_call = image->call_count() + call, .kind = FaultKind::io_error});
    const bool changed = slots.change(SlotKind::passphrase, kOld, kNew, at(0), kCheap).has_value();
    const bool hit = image->fault_hit();
    image->clear_faults();
    INFO("call ", call);
    auto after = open(*image);
    const bool new_opens = after.unlock(SlotKind::passphrase, kNew, at(0)).has_value();
    if (changed) CHECK(new_opens);
    if (!new_opens) CHECK(after.unlock(SlotKind::passphrase, kOld, at(0)));
    if (!hit) break;
  }
}

TEST_CASE_FIXTURE(Fixture, "every changed bit and every cut of a slot file is noticed") {
  create();
  const Bytes good = disk.content(std::string(kSlots) + ".a");
  REQUIRE(decode_slot_file(good));
  CHECK(encode_slot_file(decode_slot_file(good).value()) == good);
  for (std::size_t bit = 0; bit < good.size() * 8; ++bit) {
    Bytes changed = good;
    changed[bit / 8] = static_cast<std::uint8_t>(changed[bit / 8] ^ (1U << (bit % 8)));
    CHECK(decode_slot_file(changed).error().code == ErrorCode::corrupt);
  }
  for (std::size_t size = 0; size < good.size(); ++size) {
    CHECK(decode_slot_file(BytesView(good).first(size)).error().code == ErrorCode::corrupt);
  }
  disk.set_content(std::string(kSlots) + ".a", Bytes(10));
  CHECK(KeySlots::open(disk, kSlots, *hardware, random));
  disk.set_content(std::string(kSlots) + ".b", Bytes(10));
  CHECK(KeySlots::open(disk, kSlots, *hardware, random).error().code == ErrorCode::corrupt);
}

TEST_CASE_FIXTURE(Fixture,
                  "a slot with other parameters does not open, even with a right checksum") {
  create();
  auto file = decode_slot_file(disk.content(std::string(kSlots) + ".a")).value();
  auto slower = file;
  slower.slots[0].info.cost.passes += 1;
  CHECK(decode_slot_file(encode_slot_file(slower)));
  CHECK(open_slot(slower.id, slower.slots[0], kOld, *hardware).error().code ==
        ErrorCode::wrong_passphrase);
  auto weak = file;
  weak.slots[0].info.cost = {8, 1};
  CHECK(decode_slot_file(encode_slot_file(weak)).error().code == ErrorCode::corrupt);
  auto heavy = file;
  heavy.slots[0].info.cost = {0xffffffff, 0xffffffff};
  CHECK(decode_slot_file(encode_slot_file(heavy)).error().code == ErrorCode::corrupt);
  auto none = file;
  none.slots.clear();
  CHECK(decode_slot_file(encode_slot_file(none)).error().code == ErrorCode::corrupt);
  CHECK(open_slot(SlotFileId{}, file.slots[0], kOld, *hardware).error().code ==
        ErrorCode::wrong_passphrase);
}

TEST_CASE_FIXTURE(Fixture, "counting tries works on a full disk") {
  auto slots = create();
  disk.limit_capacity(0);
  CHECK(code_of(slots.unlock(SlotKind::passphrase, kNew, at(0))) == ErrorCode::wrong_passphrase);
  CHECK(slots.tries(at(0)).value().failures == 1);
  CHECK(slots.unlock(SlotKind::passphrase, kOld, at(0)));
}

TEST_CASE("a hardware key file is made once, read again, and refused when it was changed") {
  MemoryDisk disk;
  SeededRandom random(42);
  const auto id = FileHardwareKey::open_or_create(disk, "hw", random).value()->id();
  auto again = FileHardwareKey::open_or_create(disk, "hw", random).value();
  CHECK(again->id() == id);
  CHECK_FALSE(again->is_device_bound());
  CHECK(again->mix(Bytes{1}).value() == again->mix(Bytes{1}).value());
  CHECK_FALSE(again->mix(Bytes{1}).value() == again->mix(Bytes{2}).value());
  Bytes changed = disk.content("hw");
  changed[5] ^= 1;
  disk.set_content("hw", changed);
  CHECK(FileHardwareKey::open_or_create(disk, "hw", random).error().code == ErrorCode::corrupt);
  disk.set_content("hw", Bytes(100));
  CHECK(FileHardwareKey::open_or_create(disk, "hw", random).error().code == ErrorCode::corrupt);
}

// SPDX-License-Identifier: Apache-2.0
// Unlocking, counting tries, and keeping two copies of the slot file.
#include "core/store/key_slot.h"

#include <algorithm>

#include "core/base/utf8.h"
#include "core/store/slot_file.h"
#include "core/store/try_counter.h"

namespace feltbog::store {
namespace {

constexpr std::size_t kPinCharactersMin = 6;
constexpr std::size_t kPinDigitsMin = 8;

bool is_counted(SlotKind kind) { return kind != SlotKind::recovery; }

Result<void> check_passphrase(std::string_view secret) {
  if (!is_utf8(secret)) return Error{ErrorCode::invalid_argument, "passphrase is not UTF-8"};
  if (count_code_points(secret) < kPassphraseCharactersMin) return ErrorCode::weak_passphrase;
  return {};
}

// A PIN has so few values that only hardware which slows every guess makes it a lock.
Result<void> check_pin(std::string_view secret, const HardwareKey& hardware) {
  if (!hardware.is_device_bound()) {
    return Error{ErrorCode::not_permitted, "a PIN needs device-bound hardware"};
  }
  if (!is_utf8(secret)) return Error{ErrorCode::invalid_argument, "PIN is not UTF-8"};
  const bool digits_only = std::all_of(secret.begin(), secret.end(),
                                       [](char symbol) { return symbol >= '0' && symbol <= '9'; });
  const std::size_t length_min = digits_only ? kPinDigitsMin : kPinCharactersMin;
  if (count_code_points(secret) < length_min) return Error{ErrorCode::weak_passphrase, "PIN"};
  return {};
}

Result<void> check_secret(SlotKind kind, std::string_view secret, const HardwareKey& hardware) {
  if (kind == SlotKind::recovery) {
    return Error{ErrorCode::invalid_argument, "a recovery code is made, not chosen"};
  }
  return kind == SlotKind::pin ? check_pin(secret, hardware) : check_passphrase(secret);
}

struct Copies {
  std::optional<SlotFile> newest;
  std::size_t stale = 1;  // the copy to write first at the next change: 0 is ".a", 1 is ".b"
  bool both_current = false;
  std::optional<Error> error;  // of a copy that was there and could not be used
};

constexpr const char* kSuffixes[] = {".a", ".b"};

Copies read_copies(Disk& disk, const std::string& path) {
  Copies out;
  std::size_t current = 0;
  for (std::size_t i = 0; i < std::size(kSuffixes); ++i) {
    auto bytes = read_file(disk, path + kSuffixes[i], kSlotFileSizeMax);
    if (!bytes && bytes.error().code == ErrorCode::not_found) continue;
    auto file = bytes ? decode_slot_file(*bytes) : Result<SlotFile>(bytes.error());
    if (!file) {
      out.error = file.error();
      continue;
    }
    if (out.newest.has_value() && out.newest->generation == file->generation) ++current;
    if (out.newest.has_value() && out.newest->generation >= file->generation) continue;
    out.newest = std::move(file).value();
    out.stale = 1 - i;
    current = 1;
  }
  out.both_current = current == 2;
  return out;
}

}  // namespace

struct KeySlots::State {
  Disk& disk;
  std::string path;
  HardwareKey& hardware;
  Random& random;
  SlotFile file;
  std::size_t stale_copy = 1;
  bool both_current = false;

  struct Opened {
    std::size_t slot;
    crypto::Key master;
  };

  Result<TryCounter> counter() {
    return TryCounter::make(disk, path + ".tries", file.id, hardware);
  }
  // Tries are counted by the hardware the slots were made with; other hardware would find every
  // count changed.
  bool counts_here() const {
    return std::any_of(file.slots.begin(), file.slots.end(), [&](const Slot& slot) {
      return is_counted(slot.info.kind) && slot.hardware == hardware.id();
    });
  }
  Result<TryCount> current_count(TryCounter& tries, WallTime now);
  Result<void> check_may_try(const TryCount& count, WallTime now);
  Result<Opened> try_slots(SlotKind kind, std::string_view secret);
  Result<Opened> open_counted(SlotKind kind, std::string_view secret, WallTime now);
  Result<Opened> open_any(SlotKind kind, std::string_view secret, WallTime now);
  Result<void> check_master(const crypto::Key& master) const;
  Result<void> store(std::vector<Slot> slots);
  Result<void> write_copy(std::size_t copy);
  void heal_copies();
};

// A counter that is gone or changed counts as all but the last try: deleting it buys no guesses,
// and losing it to the disk costs a wait, not the notes. A clock set back restarts the wait.
Result<TryCount> KeySlots::State::current_count(TryCounter& tries, WallTime now) {
  FELTBOG_TRY(found, tries.read());
  TryCount count = found.value_or(TryCount{kTriesMax - 1, now});
  if (found.has_value() && count.last_failure <= now) return count;
  count.last_failure = now;
  FELTBOG_CHECK(tries.write(count));
  return count;
}

Result<void> KeySlots::State::check_may_try(const TryCount& count, WallTime now) {
  const TryState state = TryCounter::state_of(count, now);
  if (state.needs_supervisor) return Error{ErrorCode::too_many_tries, "supervisor"};
  if (state.wait_seconds > 0) {
    return Error{ErrorCode::too_many_tries,
                 "wait " + std::to_string(state.wait_seconds) + " seconds"};
  }
  return {};
}

Result<KeySlots::State::Opened> KeySlots::State::try_slots(SlotKind kind, std::string_view secret) {
  ErrorCode outcome = ErrorCode::not_found;
  for (std::size_t i = 0; i < file.slots.size(); ++i) {
    if (file.slots[i].info.kind != kind) continue;
    auto master = open_slot(file.id, file.slots[i], secret, hardware);
    if (master) {
      FELTBOG_CHECK(check_master(*master));
      return Opened{i, std::move(master).value()};
    }
    if (master.error().code == ErrorCode::wrong_passphrase) {
      outcome = ErrorCode::wrong_passphrase;
    } else if (master.error().code != ErrorCode::missing_key) {
      return master.error();
    } else if (outcome == ErrorCode::not_found) {
      outcome = ErrorCode::missing_key;
    }
  }
  return outcome;
}

Result<KeySlots::State::Opened> KeySlots::State::open_counted(SlotKind kind,
                                                              std::string_view secret,
                                                              WallTime now) {
  FELTBOG_TRY(tries, counter());
  FELTBOG_TRY(before, current_count(tries, now));
  FELTBOG_CHECK(check_may_try(before, now));
  // Counted before it is tested, so that pulling the battery in between is no free guess.
  const TryCount counted{before.failures + 1, now};
  FELTBOG_CHECK(tries.write(counted));
  auto opened = try_slots(kind, secret);
  if (opened) {
    // If the disk refuses, the count stays too high, which is the safe side.
    static_cast<void>(tries.write(TryCount{}).has_value());
    return opened;
  }
  if (opened.error().code == ErrorCode::wrong_passphrase) {
    const TryState state = TryCounter::state_of(counted, now);
    return Error{ErrorCode::wrong_passphrase,
                 state.needs_supervisor
                     ? std::string("supervisor")
                     : "wait " + std::to_string(state.wait_seconds) + " seconds"};
  }
  static_cast<void>(tries.write(before).has_value());
  return opened;
}

Result<KeySlots::State::Opened> KeySlots::State::open_any(SlotKind kind, std::string_view secret,
                                                          WallTime now) {
  const bool exists = std::any_of(file.slots.begin(), file.slots.end(),
                                  [&](const Slot& slot) { return slot.info.kind == kind; });
  if (!exists) return Error{ErrorCode::not_found, "slot of that kind"};
  if (is_counted(kind) && !counts_here()) return Error{ErrorCode::missing_key, "hardware key"};
  auto opened = is_counted(kind) ? open_counted(kind, secret, now) : try_slots(kind, secret);
  if (!opened) return opened;
  if (!is_counted(kind)) {
    // The supervisor is here: everybody may try again.
    auto tries = counts_here() ? counter() : Result<TryCounter>(ErrorCode::missing_key);
    if (tries && tries->read()) static_cast<void>(tries->write(TryCount{}).has_value());
  }
  heal_copies();
  return opened;
}

Result<void> KeySlots::State::check_master(const crypto::Key& master) const {
  if (master_check_of(file.id, master) != file.master_check) {
    return Error{ErrorCode::not_authorised, "another master key"};
  }
  return {};
}

Result<void> KeySlots::State::write_copy(std::size_t copy) {
  return replace_file(disk, path + kSuffixes[copy], encode_slot_file(file));
}

// The copy left behind at a change that was cut short still opens with the old secret: bring it up
// to date. If that fails the next unlock tries again.
void KeySlots::State::heal_copies() {
  if (!both_current) both_current = write_copy(stale_copy).has_value();
}

Result<void> KeySlots::State::store(std::vector<Slot> slots) {
  SlotFile old = std::exchange(file, SlotFile{});
  file = SlotFile{old.generation + 1, old.id, old.master_check, std::move(slots)};
  auto written = write_copy(stale_copy);
  if (!written) {
    // The new copy may or may not have reached the disk: what is there decides.
    Copies copies = read_copies(disk, path);
    file = copies.newest.has_value() ? std::move(*copies.newest) : std::move(old);
    stale_copy = copies.stale;
    both_current = copies.both_current;
    return written;
  }
  stale_copy = 1 - stale_copy;
  both_current = false;
  heal_copies();
  return {};
}

KeySlots::KeySlots(std::unique_ptr<State> state) : state_(std::move(state)) {}
KeySlots::KeySlots(KeySlots&&) noexcept = default;
KeySlots& KeySlots::operator=(KeySlots&&) noexcept = default;
KeySlots::~KeySlots() = default;

Result<KeySlots> KeySlots::create(Disk& disk, std::string_view path, HardwareKey& hardware,
                                  Random& random, SlotKind kind, std::string_view secret,
                                  crypto::PassphraseCost cost) {
  FELTBOG_CHECK(check_secret(kind, secret, hardware));
  const std::string base(path);
  for (const char* suffix : kSuffixes) {
    FELTBOG_TRY(there, disk.exists(base + suffix));
    if (there) return Error{ErrorCode::already_exists, "slot file"};
  }
  auto state = std::make_unique<State>(State{disk, base, hardware, random, {}});
  const crypto::Key master = crypto::Key::random(random);
  state->file.id = random.make<SlotFileId>();
  state->file.master_check = master_check_of(state->file.id, master);
  FELTBOG_TRY(slot, seal_slot(state->file.id, kind, secret, cost, hardware, random, master));
  FELTBOG_TRY(tries, state->counter());
  // Both records, so that counting never needs more room than it has.
  FELTBOG_CHECK(tries.write(TryCount{}));
  FELTBOG_CHECK(tries.write(TryCount{}));
  FELTBOG_CHECK(state->store({slot}));
  return KeySlots(std::move(state));
}

Result<KeySlots> KeySlots::open(Disk& disk, std::string_view path, HardwareKey& hardware,
                                Random& random) {
  const std::string base(path);
  Copies copies = read_copies(disk, base);
  if (!copies.newest.has_value()) {
    if (copies.error.has_value()) return *copies.error;
    return Error{ErrorCode::not_found, "slot file"};
  }
  return KeySlots(std::make_unique<State>(State{
      disk, base, hardware, random, std::move(*copies.newest), copies.stale, copies.both_current}));
}

Result<crypto::Key> KeySlots::unlock(SlotKind kind, std::string_view secret, WallTime now) {
  FELTBOG_TRY(opened, state_->open_any(kind, secret, now));
  return std::move(opened.master);
}

Result<TryState> KeySlots::tries(WallTime now) {
  if (!state_->counts_here()) return TryState{};
  FELTBOG_TRY(counter, state_->counter());
  FELTBOG_TRY(count, state_->current_count(counter, now));
  return TryCounter::state_of(count, now);
}

Result<SlotId> KeySlots::add(const crypto::Key& master, SlotKind kind, std::string_view secret,
                             crypto::PassphraseCost cost) {
  FELTBOG_CHECK(state_->check_master(master));
  FELTBOG_CHECK(check_secret(kind, secret, state_->hardware));
  if (state_->file.slots.size() >= kSlotsMax) return Error{ErrorCode::limit_exceeded, "slots"};
  FELTBOG_TRY(slot, seal_slot(state_->file.id, kind, secret, cost, state_->hardware, state_->random,
                              master));
  std::vector<Slot> slots = state_->file.slots;
  slots.push_back(slot);
  FELTBOG_CHECK(state_->store(std::move(slots)));
  return slot.info.id;
}

Result<std::string> KeySlots::add_recovery(const crypto::Key& master) {
  FELTBOG_CHECK(state_->check_master(master));
  if (state_->file.slots.size() >= kSlotsMax) return Error{ErrorCode::limit_exceeded, "slots"};
  Bytes random_bytes(kRecoveryCodeSize);
  state_->random.fill(random_bytes);
  std::string code = to_base32(random_bytes);
  const Slot slot = seal_recovery_slot(state_->file.id, random_bytes, state_->random, master);
  crypto::wipe(random_bytes);
  std::vector<Slot> slots = state_->file.slots;
  slots.push_back(slot);
  FELTBOG_CHECK(state_->store(std::move(slots)));
  return code;
}

Result<void> KeySlots::change(SlotKind kind, std::string_view old_secret,
                              std::string_view new_secret, WallTime now,
                              crypto::PassphraseCost cost) {
  FELTBOG_CHECK(check_secret(kind, new_secret, state_->hardware));
  FELTBOG_TRY(opened, state_->open_any(kind, old_secret, now));
  FELTBOG_TRY(slot, seal_slot(state_->file.id, kind, new_secret, cost, state_->hardware,
                              state_->random, opened.master));
  std::vector<Slot> slots = state_->file.slots;
  slots[opened.slot] = slot;
  return state_->store(std::move(slots));
}

Result<void> KeySlots::replace(const crypto::Key& master, SlotKind kind,
                               std::string_view new_secret, crypto::PassphraseCost cost) {
  FELTBOG_CHECK(state_->check_master(master));
  FELTBOG_CHECK(check_secret(kind, new_secret, state_->hardware));
  std::vector<Slot> slots = state_->file.slots;
  std::erase_if(slots, [&](const Slot& slot) { return slot.info.kind == kind; });
  if (slots.size() >= kSlotsMax) return Error{ErrorCode::limit_exceeded, "slots"};
  FELTBOG_TRY(slot, seal_slot(state_->file.id, kind, new_secret, cost, state_->hardware,
                              state_->random, master));
  FELTBOG_TRY(tries, state_->counter());
  slots.push_back(slot);
  FELTBOG_CHECK(state_->store(std::move(slots)));
  // The count may be of hardware that is gone; from here on it is this hardware's. If the disk
  // refuses, the count stays too high: a wait, with the new secret in force.
  if (tries.read()) static_cast<void>(tries.write(TryCount{}).has_value());
  return {};
}

Result<void> KeySlots::remove(const crypto::Key& master, const SlotId& slot) {
  FELTBOG_CHECK(state_->check_master(master));
  std::vector<Slot> slots = state_->file.slots;
  const auto found = std::find_if(slots.begin(), slots.end(),
                                  [&](const Slot& each) { return each.info.id == slot; });
  if (found == slots.end()) return Error{ErrorCode::not_found, "slot"};
  if (slots.size() == 1) return Error{ErrorCode::wrong_state, "the last slot"};
  slots.erase(found);
  return state_->store(std::move(slots));
}

std::vector<SlotInfo> KeySlots::slots() const {
  std::vector<SlotInfo> out;
  for (const Slot& slot : state_->file.slots) out.push_back(slot.info);
  return out;
}

}  // namespace feltbog::store

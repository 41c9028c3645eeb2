// SPDX-License-Identifier: Apache-2.0
// Changing files of a small database, and reading it.
#include "tests/crash/tamper.h"

#include <algorithm>

#include "core/store/geometry.h"
#include "core/store/key_slot.h"
#include "tests/crash/database_workload.h"

namespace feltbog::crash {
namespace {

using store::kFrameSize;
using store::kHeaderBlockSize;
using store::kLogPath;
using store::kPageSize;
using store::kPath;
using testing::MemoryDisk;

constexpr std::size_t kFirstFrame = store::kLogPrefixSize + store::kLogHeaderSize;

// Pages in the main file, one transaction of several frames and one of one frame in the log.
struct Target {
  std::unique_ptr<MemoryDisk> disk;
  // What it showed before the last two transactions, before the last, and after.
  State states[3];
  std::size_t last_at = 0;  // where the last transaction begins in the log

  explicit Target(std::uint64_t seed) {
    MemoryDisk alive;
    store::SeededRandom random(seed);
    auto database = store::open_store(alive, random).value();
    const auto run = [&](const std::string& sql) {
      FELTBOG_ASSERT(database->exec(sql).has_value());
    };
    run("CREATE TABLE t(id INTEGER PRIMARY KEY, body TEXT); CREATE INDEX by_body ON t(body)");
    for (char letter = 'a'; letter < 'f'; ++letter) {
      run("INSERT INTO t(body) VALUES (printf('%.1500c', '" + std::string(1, letter) + "'))");
    }
    run("INSERT INTO t(body) VALUES (printf('%.6000c', 'z')); DELETE FROM t WHERE id = 2");
    FELTBOG_ASSERT(database->checkpoint().has_value());
    states[0] = state_of(*database).value();
    run("UPDATE t SET body = body || '!'");
    last_at = alive.content(kLogPath).size();
    states[1] = state_of(*database).value();
    run("UPDATE t SET body = 'kort' WHERE id = 1");
    states[2] = state_of(*database).value();
    disk = alive.clone();
  }
};

Result<State> read(MemoryDisk& disk) {
  store::SeededRandom random(5);
  FELTBOG_TRY(database, store::open_store(disk, random));
  FELTBOG_CHECK(database->check_integrity());
  return state_of(*database);
}

bool is_honest(ErrorCode code) {
  return code == ErrorCode::corrupt || code == ErrorCode::decryption_failed ||
         code == ErrorCode::unsupported_version;
}

// Which older states damage at a place of the log may lead to: docs/store-format.md, "The end of
// the log". Nothing proves that the frame which ends the last but one transaction was ever whole.
std::size_t oldest_state(const Target& target, std::size_t damaged_at) {
  if (damaged_at < kFirstFrame) return 0;  // a log without its beginning counts as empty
  if (damaged_at >= target.last_at) return 1;
  return damaged_at >= target.last_at - kFrameSize ? 0 : 2;
}
constexpr std::size_t kNoneOlder = 2;

void judge(MemoryDisk& changed, const Target& target, std::size_t oldest, const std::string& name,
           Tally& tally) {
  ++tally.images;
  auto state = read(changed);
  if (state) {
    const State* end = std::end(target.states);
    if (std::find(target.states + oldest, end, *state) != end) return;
    tally.failures.push_back(name + ": other data");
  } else if (!is_honest(state.error().code)) {
    tally.failures.push_back(name + ": " + describe(state.error()));
  }
}

void flip(Bytes& bytes, std::size_t at) {
  bytes[at] = static_cast<std::uint8_t>(bytes[at] ^ (1U << (at % 8)));
}

Tally check_database_flips(std::string_view path, const Sampling& sampling) {
  const Target target(1);
  const Bytes good = target.disk->content(path);
  const bool is_log = path == kLogPath;
  Tally tally;
  for (std::size_t at = sampling.first; at < good.size(); at += sampling.every) {
    Bytes bytes = good;
    flip(bytes, at);
    auto changed = target.disk->clone();
    changed->set_content(path, bytes);
    judge(*changed, target, is_log ? oldest_state(target, at) : kNoneOlder,
          std::string(path) + ", bit flipped at " + std::to_string(at), tally);
  }
  return tally;
}

struct SlotTarget {
  MemoryDisk disk;
  store::SeededRandom random{3};
  std::unique_ptr<store::FileHardwareKey> hardware =
      store::FileHardwareKey::open_or_create(disk, "device/hardware", random).value();
  std::string code;
  crypto::Key master;

  SlotTarget() {
    auto slots =
        store::KeySlots::create(disk, "device/keys", *hardware, random, store::SlotKind::passphrase,
                                "blåbærgrød med fløde", crypto::kPassphraseCostFloor)
            .value();
    master = slots.unlock(store::SlotKind::passphrase, "blåbærgrød med fløde", WallTime{1}).value();
    code = slots.add_recovery(master).value();
  }
  Result<void> unlock(MemoryDisk& changed) {
    FELTBOG_TRY(slots, store::KeySlots::open(changed, "device/keys", *hardware, random));
    FELTBOG_TRY(key, slots.unlock(store::SlotKind::recovery, code, WallTime{1}));
    return key == master ? Result<void>() : Result<void>(ErrorCode::internal, "another key");
  }
};

// `opens`: what is left is whole enough that it has to.
void judge_slots(SlotTarget& target, MemoryDisk& changed, bool opens, const std::string& name,
                 Tally& tally) {
  ++tally.images;
  auto done = target.unlock(changed);
  if (done.has_value() == opens && (done || is_honest(done.error().code))) return;
  tally.failures.push_back(name + ": " + (done ? "opened" : describe(done.error())));
}

Tally check_slot_flips(const Sampling& sampling) {
  SlotTarget target;
  Tally tally;
  const Bytes good = target.disk.content("device/keys.a");
  for (std::size_t at = sampling.first; at < good.size(); at += sampling.every) {
    Bytes bytes = good;
    flip(bytes, at);
    auto changed = target.disk.clone();
    changed->set_content("device/keys.a", bytes);
    const std::string name = "slots, bit flipped at " + std::to_string(at);
    judge_slots(target, *changed->clone(), true, name, tally);
    changed->set_content("device/keys.b", bytes);
    judge_slots(target, *changed, false, name + " of both", tally);
  }
  return tally;
}

Tally check_try_flips(const Sampling& sampling) {
  SlotTarget target;
  Tally tally;
  const Bytes good = target.disk.content("device/keys.tries");
  for (std::size_t at = sampling.first; at < good.size(); at += sampling.every) {
    Bytes bytes = good;
    flip(bytes, at);
    auto changed = target.disk.clone();
    changed->set_content("device/keys.tries", bytes);
    judge_slots(target, *changed, true, "tries, bit flipped at " + std::to_string(at), tally);
  }
  return tally;
}

std::vector<std::size_t> places(std::size_t first, std::size_t step, std::size_t size) {
  std::vector<std::size_t> out;
  for (std::size_t at = first; at + step <= size; at += step) out.push_back(at);
  return out;
}

// Copies `size` bytes of one file over those of another.
void copy_part(const Bytes& from, std::size_t from_at, Bytes& to, std::size_t to_at,
               std::size_t size) {
  std::copy_n(from.begin() + static_cast<std::ptrdiff_t>(from_at), size,
              to.begin() + static_cast<std::ptrdiff_t>(to_at));
}

struct Piece {
  Bytes bytes;
  std::string name;
};

// Every page, and every frame with and without its header, of both files of a database.
std::vector<Piece> pieces_of(const MemoryDisk& disk, const std::string& whose) {
  std::vector<Piece> out;
  const Bytes main = disk.content(kPath);
  const Bytes log = disk.content(kLogPath);
  const auto add = [&](const Bytes& from, std::size_t at, std::size_t size, const char* what) {
    const auto begin = from.begin() + static_cast<std::ptrdiff_t>(at);
    out.push_back({Bytes(begin, begin + static_cast<std::ptrdiff_t>(size)),
                   whose + what + std::to_string(at)});
  };
  for (const std::size_t at : places(kHeaderBlockSize, kPageSize, main.size())) {
    add(main, at, kPageSize, " page at ");
  }
  for (const std::size_t at : places(kFirstFrame, kFrameSize, log.size())) {
    add(log, at, kFrameSize, " frame at ");
    add(log, at + store::kFrameHeaderSize, kPageSize, " page of the frame at ");
  }
  return out;
}

}  // namespace

Tally check_flips(std::string_view file, const Sampling& sampling) {
  if (file == "main") return check_database_flips(kPath, sampling);
  if (file == "log") return check_database_flips(kLogPath, sampling);
  return file == "slots" ? check_slot_flips(sampling) : check_try_flips(sampling);
}

Tally check_moves() {
  const Target target(1);
  const Target other(2);
  Tally tally;
  std::vector<Piece> pieces = pieces_of(*target.disk, "own");
  for (Piece& piece : pieces_of(*other.disk, "foreign")) pieces.push_back(std::move(piece));
  for (const char* path : {kPath, kLogPath}) {
    const Bytes good = target.disk->content(path);
    const bool is_log = path == kLogPath;
    const std::size_t step = is_log ? kFrameSize : kPageSize;
    for (const std::size_t at :
         places(is_log ? kFirstFrame : kHeaderBlockSize, step, good.size())) {
      for (const Piece& piece : pieces) {
        Bytes bytes = good;
        const bool is_frame = piece.bytes.size() == kFrameSize;
        if (is_frame && !is_log) continue;
        copy_part(piece.bytes, 0, bytes, at + (is_log && !is_frame ? store::kFrameHeaderSize : 0),
                  piece.bytes.size());
        auto changed = target.disk->clone();
        changed->set_content(path, bytes);
        judge(*changed, target, is_log ? oldest_state(target, at) : kNoneOlder,
              piece.name + " put at " + std::to_string(at) + " of " + path, tally);
      }
    }
  }
  return tally;
}

Tally check_cuts(const Sampling& sampling) {
  const Target target(1);
  Tally tally;
  const Bytes main = target.disk->content(kPath);
  for (std::size_t size = sampling.first; size < main.size(); size += sampling.every) {
    auto changed = target.disk->clone();
    changed->set_content(kPath, BytesView(main).first(size));
    judge(*changed, target, kNoneOlder, "main file cut at " + std::to_string(size), tally);
  }
  const Bytes log = target.disk->content(kLogPath);
  for (std::size_t size = target.last_at; size < log.size(); size += sampling.every) {
    auto changed = target.disk->clone();
    changed->set_content(kLogPath, BytesView(log).first(size));
    judge(*changed, target, 1, "log cut at " + std::to_string(size), tally);
  }
  return tally;
}

}  // namespace feltbog::crash

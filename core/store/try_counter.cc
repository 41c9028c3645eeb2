// SPDX-License-Identifier: Apache-2.0
// Reading and writing the two records of the try counter.
#include "core/store/try_counter.h"

#include <cstring>

#include "core/crypto/hash.h"
#include "core/store/geometry.h"

namespace feltbog::store {
namespace {

using Digest = FixedBytes<32, struct TryDigestTag>;

constexpr std::string_view kMagic{"felttry\x1a", 8};
constexpr std::size_t kSequenceAt = 8;
constexpr std::size_t kFailuresAt = 16;
constexpr std::size_t kLastFailureAt = 24;
constexpr std::size_t kFileIdAt = 32;
constexpr std::size_t kCheckAt = 48;

// Seconds after the n-th failure before the next try; none after kTriesMax.
constexpr std::int64_t kWaits[] = {0, 0, 0, 0, 30, 60, 300, 900, 1800, 3600};
static_assert(std::size(kWaits) == kTriesMax);
static_assert(kWaits[kFreeTries - 1] == 0 && kWaits[kFreeTries] > 0);

}  // namespace

TryCounter::TryCounter(Disk& disk, std::string path, const SlotFileId& id, crypto::Key key)
    : disk_(&disk), path_(std::move(path)), id_(id), key_(std::move(key)) {}

Result<TryCounter> TryCounter::make(Disk& disk, std::string path, const SlotFileId& id,
                                    HardwareKey& hardware) {
  Bytes input = to_bytes(as_bytes("feltbog.tries.v1"));
  append(input, id.view());
  FELTBOG_TRY(key, hardware.mix(input));
  return TryCounter(disk, std::move(path), id, std::move(key));
}

TryCounter::Record TryCounter::encode(std::uint64_t sequence, const TryCount& count) const {
  Record record{};
  std::memcpy(record.data(), kMagic.data(), kMagic.size());
  put_little(record.data() + kSequenceAt, sequence, 8);
  put_little(record.data() + kFailuresAt, count.failures, 4);
  put_little(record.data() + kLastFailureAt,
             static_cast<std::uint64_t>(count.last_failure.milliseconds), 8);
  std::memcpy(record.data() + kFileIdAt, id_.bytes.data(), SlotFileId::kSize);
  const auto check =
      crypto::keyed_hash<Digest>("store.tries.v1", key_, BytesView(record).first(kCheckAt));
  std::memcpy(record.data() + kCheckAt, check.bytes.data(), Digest::kSize);
  return record;
}

Result<std::optional<TryCount>> TryCounter::read() {
  std::optional<TryCount> newest;
  auto file = disk_->open(path_, OpenMode::read_only);
  if (!file && file.error().code == ErrorCode::not_found) return newest;
  if (!file) return file.error();
  for (std::uint64_t place = 0; place < 2; ++place) {
    Record record{};
    FELTBOG_TRY(size, (*file)->read(place * kRecordSize, record));
    TryCount count;
    const std::uint64_t sequence = get_little(record.data() + kSequenceAt, 8);
    count.failures = static_cast<std::uint32_t>(get_little(record.data() + kFailuresAt, 4));
    count.last_failure.milliseconds =
        static_cast<std::int64_t>(get_little(record.data() + kLastFailureAt, 8));
    const bool whole = size == kRecordSize && record == encode(sequence, count);
    if (whole && (!newest.has_value() || sequence > sequence_)) {
      newest = count;
      sequence_ = sequence;
    }
  }
  return newest;
}

Result<void> TryCounter::write(const TryCount& count) {
  FELTBOG_TRY(file, disk_->open(path_, OpenMode::create_or_open));
  const std::uint64_t next = sequence_ + 1;
  // Records take turns, so that the one before stays whole.
  FELTBOG_CHECK(file->write((next % 2) * kRecordSize, encode(next, count)));
  FELTBOG_CHECK(file->sync());
  FELTBOG_CHECK(disk_->sync_directory(path_));
  sequence_ = next;
  return {};
}

TryState TryCounter::state_of(const TryCount& count, WallTime now) {
  TryState state;
  state.failures = count.failures;
  if (count.failures >= kTriesMax) {
    state.needs_supervisor = true;
    return state;
  }
  const std::int64_t wait = kWaits[count.failures];
  const auto since = static_cast<std::uint64_t>(now.milliseconds) -
                     static_cast<std::uint64_t>(count.last_failure.milliseconds);
  const std::uint64_t passed = now < count.last_failure ? 0 : since / 1000;
  if (passed < static_cast<std::uint64_t>(wait)) {
    state.wait_seconds = wait - static_cast<std::int64_t>(passed);
  }
  return state;
}

}  // namespace feltbog::store

// SPDX-License-Identifier: Apache-2.0
// Telling a torn log from a changed one.
#include "core/store/log_scan.h"

#include <cstring>

namespace feltbog::store {
namespace {

constexpr std::string_view kMagic{"feltlog\x1a", 8};
constexpr std::size_t kFormatAt = 8;
constexpr std::size_t kSuiteAt = 10;
constexpr std::size_t kDurabilityAt = 11;
constexpr std::size_t kDatabaseAt = 16;
constexpr std::size_t kSaltsAt = 8;  // within a frame
constexpr std::size_t kHeaderSaltsAt = 16;
constexpr std::size_t kSaltsSize = 8;

// SQLite's running checksum over pairs of 32-bit words (sqlite.org/fileformat2.html, section 4.2).
struct RunningChecksum {
  std::uint32_t first = 0;
  std::uint32_t second = 0;

  std::uint64_t value() const { return std::uint64_t{first} << 32 | second; }
  void add(BytesView bytes, bool big_endian) {
    const auto word = [&](std::size_t at) {
      return big_endian ? get_big32(bytes.data() + at)
                        : static_cast<std::uint32_t>(get_little(bytes.data() + at, 4));
    };
    for (std::size_t at = 0; at + 8 <= bytes.size(); at += 8) {
      first += word(at) + second;
      second += word(at + 4) + first;
    }
  }
};

RunningChecksum checksum_of(FrameSpan frame) {
  return {get_big32(frame.data() + kFrameClearSize), get_big32(frame.data() + kFrameClearSize + 4)};
}

}  // namespace

LogPrefix make_log_prefix(const PageCipher& cipher, Durability durability) {
  LogPrefix prefix{};
  std::memcpy(prefix.data(), kMagic.data(), kMagic.size());
  put_little(prefix.data() + kFormatAt, kStoreFormat, 2);
  prefix[kSuiteAt] = static_cast<std::uint8_t>(cipher.suite());
  prefix[kDurabilityAt] = durability == Durability::full ? 1 : 0;
  std::memcpy(prefix.data() + kDatabaseAt, cipher.database().bytes.data(), DatabaseId::kSize);
  return prefix;
}

bool is_log_prefix(const LogPrefix& prefix) {
  return std::memcmp(prefix.data(), kMagic.data(), kMagic.size()) == 0 &&
         get_little(prefix.data() + kFormatAt, 2) == kStoreFormat;
}

bool belongs_to(const LogPrefix& prefix, const DatabaseId& database) {
  return std::memcmp(prefix.data() + kDatabaseAt, database.bytes.data(), DatabaseId::kSize) == 0;
}

Result<bool> durable_commit_after(File& file, const PageCipher& cipher, std::uint64_t index,
                                  FrameSpan scratch) {
  std::array<std::uint8_t, kLogPrefixSize + kLogHeaderSize> header{};
  FELTBOG_TRY(header_count, file.read(0, header));
  if (header_count != header.size() || header[kDurabilityAt] != 1) return false;
  const std::uint8_t* sqlite_header = header.data() + kLogPrefixSize;
  const bool big_endian = (sqlite_header[3] & 1) != 0;
  std::optional<RunningChecksum> previous;  // of the frame before, where that one was good
  bool commit_seen = false;
  bool proven = false;
  for (std::uint64_t at = index + 1; !proven; ++at) {
    FELTBOG_TRY(count, file.read(frame_place(at), scratch));
    if (count != kFrameSize) break;
    const bool good =
        std::memcmp(scratch.data() + kSaltsAt, sqlite_header + kHeaderSaltsAt, kSaltsSize) == 0 &&
        cipher.open_frame(at, scratch);
    if (!good) {
      previous.reset();
      continue;
    }
    RunningChecksum expected = previous.value_or(RunningChecksum{});
    expected.add(scratch.first<kSaltsAt>(), big_endian);
    expected.add(scratch.subspan<kFrameHeaderSize>(), big_endian);
    const bool continues = previous.has_value() && expected.value() == checksum_of(scratch).value();
    proven = continues && commit_seen;
    commit_seen = get_big32(scratch.data() + kCommitSizeAt) != 0;
    previous = checksum_of(scratch);
  }
  crypto::wipe(scratch);
  return proven;
}

}  // namespace feltbog::store

// SPDX-License-Identifier: Apache-2.0
// The sizes and offsets of docs/store-format.md. Fixed: nothing in a file can change them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "core/base/bytes.h"

namespace feltbog::store {

// How pages are sealed. Numbers are in every header and trailer and are never reused.
enum class Suite : std::uint8_t {
  xchacha20_poly1305 = 1,
  aegis256 = 2,  // only where libsodium has it (core/crypto/aegis.h)
};

constexpr std::size_t kPageSize = 4096;
// At the end of every page, SQLite's "reserved space": a tag of AEGIS is 16 bytes longer.
constexpr std::size_t kReserveSize = 48;
constexpr std::size_t kReserveSizeAegis = 64;
constexpr std::size_t kContentSize = kPageSize - kReserveSize;
constexpr std::size_t reserve_size_of(Suite suite) {
  return suite == Suite::aegis256 ? kReserveSizeAegis : kReserveSize;
}

// The main file starts with one block of our own; SQLite's page 1 follows it.
constexpr std::size_t kHeaderBlockSize = 4096;

// The log: our prefix, SQLite's log header, then frames of a header and a page.
constexpr std::size_t kLogPrefixSize = 32;
constexpr std::size_t kLogHeaderSize = 32;
constexpr std::size_t kFrameHeaderSize = 24;
constexpr std::size_t kFrameSize = kFrameHeaderSize + kPageSize;
constexpr std::size_t kCommitSizeAt = 4;     // in a frame: zero unless it ends a transaction
constexpr std::size_t kFrameClearSize = 16;  // page number, commit size, two salts
constexpr std::size_t kFrameChecksumSize = kFrameHeaderSize - kFrameClearSize;

constexpr std::uint16_t kStoreFormat = 1;

// Pages or frames sealed and written together at most: 128 KiB for each of the two files.
constexpr std::size_t kGatheredMax = 32;
// Pages of the main file read at once where they are asked for in order.
constexpr std::size_t kReadAheadMax = 16;

using PageView = std::span<const std::uint8_t, kPageSize>;
using PageSpan = std::span<std::uint8_t, kPageSize>;
using FrameSpan = std::span<std::uint8_t, kFrameSize>;

inline void put_little(std::uint8_t* to, std::uint64_t value, std::size_t size) {
  for (std::size_t i = 0; i < size; ++i) to[i] = static_cast<std::uint8_t>(value >> (8 * i));
}
inline std::uint64_t get_little(const std::uint8_t* from, std::size_t size) {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < size; ++i) value |= std::uint64_t{from[i]} << (8 * i);
  return value;
}
// SQLite's own fields are big-endian.
inline std::uint32_t get_big32(const std::uint8_t* from) {
  return std::uint32_t{from[0]} << 24 | std::uint32_t{from[1]} << 16 | std::uint32_t{from[2]} << 8 |
         std::uint32_t{from[3]};
}

}  // namespace feltbog::store

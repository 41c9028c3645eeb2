// SPDX-License-Identifier: Apache-2.0
// Encoding of the header block and of an empty first page.
#include "core/store/header_block.h"

#include <cstring>

#include "core/crypto/aegis.h"
#include "core/crypto/hash.h"

namespace feltbog::store {
namespace {

using Digest = FixedBytes<32, struct HeaderDigestTag>;

constexpr std::size_t kCopySize = kHeaderBlockSize / 2;
constexpr std::string_view kMagic{"feltbog\x1a", 8};
constexpr std::size_t kFormatAt = 8;
constexpr std::size_t kSuiteAt = 10;
constexpr std::size_t kPageSizeLog2At = 11;
constexpr std::size_t kReserveAt = 12;
constexpr std::size_t kDatabaseAt = 16;
constexpr std::size_t kKeyGenerationAt = 32;
constexpr std::size_t kKeyCheckAt = 64;
constexpr std::size_t kChecksumAt = kCopySize - Digest::kSize;
constexpr std::uint8_t kPageSizeLog2 = 12;

// Proves the key without the key: a keyed hash of everything before it.
Digest key_check(BytesView copy, const crypto::Key& master) {
  const crypto::Key key = crypto::derive_key("store.check.v1", master);
  return crypto::keyed_hash<Digest>("store.check.v1", key, copy.first(kKeyCheckAt));
}

Digest checksum(BytesView copy) {
  return crypto::hash<Digest>("store.header.v1", copy.first(kChecksumAt));
}

bool is_whole(BytesView copy) {
  return as_text(copy.first(kMagic.size())) == kMagic &&
         std::equal(copy.begin() + kChecksumAt, copy.end(), checksum(copy).bytes.begin());
}

Result<StoreHeader> decode_copy(BytesView copy, const crypto::Key& master) {
  const std::uint64_t format = get_little(copy.data() + kFormatAt, 2);
  if (format != kStoreFormat) {
    return Error{ErrorCode::unsupported_version, "store format " + std::to_string(format)};
  }
  const auto suite = static_cast<Suite>(copy[kSuiteAt]);
  FELTBOG_CHECK(check_suite(suite));
  if (copy[kPageSizeLog2At] != kPageSizeLog2 || copy[kReserveAt] != reserve_size_of(suite)) {
    return Error{ErrorCode::unsupported_version, "page geometry"};
  }
  Digest found;
  std::memcpy(found.bytes.data(), copy.data() + kKeyCheckAt, Digest::kSize);
  if (found != key_check(copy, master)) return Error{ErrorCode::decryption_failed, "key check"};
  StoreHeader header;
  header.suite = suite;
  std::memcpy(header.database.bytes.data(), copy.data() + kDatabaseAt, DatabaseId::kSize);
  header.key_generation = static_cast<std::uint32_t>(get_little(copy.data() + kKeyGenerationAt, 4));
  return header;
}

}  // namespace

Result<void> check_suite(Suite suite) {
  const bool known = suite == Suite::xchacha20_poly1305 ||
                     (suite == Suite::aegis256 && crypto::aegis256_is_built_in());
  if (known) return {};
  return Error{ErrorCode::unsupported_version,
               "suite " + std::to_string(static_cast<unsigned>(suite))};
}

Bytes encode_header_block(const StoreHeader& header, const crypto::Key& master) {
  Bytes copy(kCopySize);
  std::memcpy(copy.data(), kMagic.data(), kMagic.size());
  put_little(copy.data() + kFormatAt, kStoreFormat, 2);
  copy[kSuiteAt] = static_cast<std::uint8_t>(header.suite);
  copy[kPageSizeLog2At] = kPageSizeLog2;
  copy[kReserveAt] = static_cast<std::uint8_t>(reserve_size_of(header.suite));
  std::memcpy(copy.data() + kDatabaseAt, header.database.bytes.data(), DatabaseId::kSize);
  put_little(copy.data() + kKeyGenerationAt, header.key_generation, 4);
  std::memcpy(copy.data() + kKeyCheckAt, key_check(copy, master).bytes.data(), Digest::kSize);
  std::memcpy(copy.data() + kChecksumAt, checksum(copy).bytes.data(), Digest::kSize);
  Bytes block = copy;
  append(block, copy);
  return block;
}

Result<StoreHeader> decode_header_block(BytesView block, const crypto::Key& master) {
  if (block.size() != kHeaderBlockSize) {
    return Error{ErrorCode::corrupt, "header of " + std::to_string(block.size()) + " bytes"};
  }
  for (const BytesView copy : {block.first(kCopySize), block.subspan(kCopySize)}) {
    if (is_whole(copy)) return decode_copy(copy, master);
  }
  return Error{ErrorCode::corrupt, "header checksum"};
}

std::array<std::uint8_t, kPageSize> make_empty_first_page(Suite suite) {
  const std::size_t reserve = reserve_size_of(suite);
  const std::size_t content = kPageSize - reserve;
  std::array<std::uint8_t, kPageSize> page{};
  std::memcpy(page.data(), "SQLite format 3", 16);
  page[16] = kPageSize >> 8;
  page[18] = page[19] = 2;  // written and read through a log
  page[20] = static_cast<std::uint8_t>(reserve);
  page[21] = 64;  // payload fractions, fixed by the format
  page[22] = page[23] = 32;
  page[31] = 1;    // size of the database in pages
  page[100] = 13;  // an empty leaf of a table: sqlite_schema
  page[105] = static_cast<std::uint8_t>(content >> 8);
  page[106] = static_cast<std::uint8_t>(content & 0xff);
  return page;
}

}  // namespace feltbog::store

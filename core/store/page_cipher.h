// SPDX-License-Identifier: Apache-2.0
// Seals and opens single pages and log frames. Knows keys and layouts, no files; which file asks is
// core/store/page_file.h and core/store/log_file.h.
#pragma once

#include <variant>

#include "core/base/random.h"
#include "core/crypto/aead_key.h"
#include "core/crypto/aegis.h"
#include "core/store/database.h"
#include "core/store/geometry.h"

namespace feltbog::store {

// The trailer of a page, in the 48 bytes (AEGIS-256: 64) SQLite leaves alone:
//   nonce[24] tag[16 or 32] key generation u32 | suite u8 | format u8 | role u8 | zero u8
// all little-endian. The nonce of AEGIS-256 is those 24 bytes and the last 8.
// Additional data: database id[16], the trailer's last 8 bytes, then for a page of the main file
// its number u32; for a frame its 16 clear header bytes and its index u64.
//
// A nonce is 24 fresh random bytes at every write: counters repeat when a file is restored or
// cloned. Random bytes are never kept for later either, since a forked process or a cloned machine
// would use them for other pages. They are drawn together only for pages that stand ready to be
// sealed: a clone made in between seals the same pages with the same nonces, to the same bytes.
class PageCipher {
 public:
  PageCipher(const DatabaseId& database, const crypto::Key& master, Suite suite,
             std::uint32_t key_generation, Random& random,
             crypto::AeadProvider provider = crypto::fastest_aead_provider());

  // `page` ends with as many zero bytes as are reserved; `out` gets the sealed page and must be
  // other memory.
  void seal_page(std::uint32_t number, PageView page, PageSpan out);
  // In place: pages `first`, `first` + 1 and so on, at most kGatheredMax.
  void seal_pages(std::uint32_t first, std::span<std::array<std::uint8_t, kPageSize>> pages);
  // In place; the trailer becomes zeros. False when it does not authenticate: the page is then all
  // zeros.
  [[nodiscard]] bool open_page(std::uint32_t number, PageSpan page) const {
    return open_page(number, page, page);
  }
  // From `sealed` into `page`.
  [[nodiscard]] bool open_page(std::uint32_t number, PageView sealed, PageSpan page) const;

  // In place. The frame's checksum (header bytes 16 to 23) is sealed together with the page,
  // because a checksum of the plaintext in the clear would confirm guesses of it.
  void seal_frame(std::uint64_t index, FrameSpan frame);
  // In place: frames `first`, `first` + 1 and so on, at most kGatheredMax.
  void seal_frames(std::uint64_t first, std::span<std::array<std::uint8_t, kFrameSize>> frames);
  [[nodiscard]] bool open_frame(std::uint64_t index, FrameSpan frame) const;

  // The same keys for another thread: a cipher is for one at a time.
  PageCipher clone() const;

  const DatabaseId& database() const { return database_; }
  Suite suite() const { return suite_; }

 private:
  enum class Role : std::uint8_t { page = 1, frame = 2 };
  static constexpr std::size_t kTailSize = 8;
  using Tail = std::array<std::uint8_t, kTailSize>;
  using Nonces = std::array<crypto::Nonce, kGatheredMax>;
  using RoleKey = std::variant<crypto::AeadKey, crypto::AegisKey>;
  PageCipher(const PageCipher& other, RoleKey page_key, RoleKey frame_key);
  RoleKey role_key(crypto::Key key, crypto::AeadProvider provider) const;
  Tail tail(Role role) const;
  bool ends_in_zeros(const std::uint8_t* page) const;
  std::size_t content_size() const { return kPageSize - reserve_size_of(suite_); }
  // `out` gets what `plain` holds sealed, `page` its trailer.
  static void seal(const RoleKey& key, const Tail& tail, const crypto::Nonce& nonce,
                   BytesView additional, BytesView plain, std::span<std::uint8_t> out,
                   std::uint8_t* page);
  // By the trailer of `page`.
  [[nodiscard]] static bool open(const RoleKey& key, const Tail& tail, BytesView additional,
                                 BytesView sealed, const std::uint8_t* page,
                                 std::span<std::uint8_t> out);
  void draw(std::span<crypto::Nonce> nonces);
  void seal_page(std::uint32_t number, const crypto::Nonce& nonce, PageView page, PageSpan out);
  void seal_frame(std::uint64_t index, const crypto::Nonce& nonce, FrameSpan frame);

  DatabaseId database_;
  Suite suite_;
  std::uint32_t key_generation_;
  Random& random_;
  RoleKey page_key_;
  RoleKey frame_key_;
};

}  // namespace feltbog::store

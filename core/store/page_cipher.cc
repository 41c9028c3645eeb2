// SPDX-License-Identifier: Apache-2.0
// Page and frame sealing, with XChaCha20-Poly1305 or AEGIS-256.
#include "core/store/page_cipher.h"

#include <cstring>
#include <type_traits>
#include <variant>

#include "core/crypto/hash.h"

namespace feltbog::store {
namespace {

// From the end of a page: the tail, before it the tag, before that the nonce.
constexpr std::size_t kTailAt = kPageSize - 8;
static_assert(crypto::Nonce::kSize + crypto::Tag::kSize + 8 == kReserveSize);
static_assert(crypto::Nonce::kSize + crypto::AegisTag::kSize + 8 == kReserveSizeAegis);
static_assert(crypto::Nonce::kSize + 8 == crypto::AegisNonce::kSize);

// Context of the page keys, so that two databases under one master key share none.
std::array<std::uint8_t, 20> key_context(const DatabaseId& database, std::uint32_t key_generation) {
  std::array<std::uint8_t, 20> out{};
  std::copy(database.bytes.begin(), database.bytes.end(), out.begin());
  put_little(out.data() + 16, key_generation, 4);
  return out;
}

// Additional data of a page or frame, assembled on the stack.
class AdditionalData {
 public:
  AdditionalData& add(BytesView part) {
    std::memcpy(bytes_.data() + size_, part.data(), part.size());
    size_ += part.size();
    return *this;
  }
  AdditionalData& add_little(std::uint64_t value, std::size_t size) {
    put_little(bytes_.data() + size_, value, size);
    size_ += size;
    return *this;
  }
  BytesView view() const { return {bytes_.data(), size_}; }

 private:
  std::array<std::uint8_t, 48> bytes_{};  // the longest: 16 + 8 + 16 + 8
  std::size_t size_ = 0;
};

template <class Tag>
void write_trailer(std::uint8_t* page, const crypto::Nonce& nonce, const Tag& tag, BytesView tail) {
  std::uint8_t* tag_place = page + kTailAt - Tag::kSize;
  std::memcpy(tag_place - crypto::Nonce::kSize, nonce.bytes.data(), crypto::Nonce::kSize);
  std::memcpy(tag_place, tag.bytes.data(), Tag::kSize);
  std::memcpy(page + kTailAt, tail.data(), tail.size());
}

// Reads nonce and tag. False when the tail is not the expected one.
template <class Tag>
bool read_trailer(const std::uint8_t* page, BytesView tail, crypto::Nonce& nonce, Tag& tag) {
  const std::uint8_t* tag_place = page + kTailAt - Tag::kSize;
  std::memcpy(nonce.bytes.data(), tag_place - crypto::Nonce::kSize, crypto::Nonce::kSize);
  std::memcpy(tag.bytes.data(), tag_place, Tag::kSize);
  return std::memcmp(page + kTailAt, tail.data(), tail.size()) == 0;
}

// What each cipher calls its tag, and makes its nonce of: AEGIS-256 has room for the tail in it.
template <class Key>
using TagOf =
    std::conditional_t<std::is_same_v<Key, crypto::AegisKey>, crypto::AegisTag, crypto::Tag>;

crypto::Nonce nonce_for(const crypto::AeadKey&, const crypto::Nonce& random, BytesView) {
  return random;
}

crypto::AegisNonce nonce_for(const crypto::AegisKey&, const crypto::Nonce& random, BytesView tail) {
  crypto::AegisNonce nonce;
  std::memcpy(nonce.bytes.data(), random.bytes.data(), crypto::Nonce::kSize);
  std::memcpy(nonce.bytes.data() + crypto::Nonce::kSize, tail.data(), tail.size());
  return nonce;
}

}  // namespace

PageCipher::PageCipher(const DatabaseId& database, const crypto::Key& master, Suite suite,
                       std::uint32_t key_generation, Random& random, crypto::AeadProvider provider)
    : database_(database),
      suite_(suite),
      key_generation_(key_generation),
      random_(random),
      page_key_(role_key(
          crypto::derive_key("store.page.v1", master, key_context(database, key_generation)),
          provider)),
      frame_key_(role_key(
          crypto::derive_key("store.log.v1", master, key_context(database, key_generation)),
          provider)) {}

PageCipher::PageCipher(const PageCipher& other, RoleKey page_key, RoleKey frame_key)
    : database_(other.database_),
      suite_(other.suite_),
      key_generation_(other.key_generation_),
      random_(other.random_),
      page_key_(std::move(page_key)),
      frame_key_(std::move(frame_key)) {}

PageCipher PageCipher::clone() const {
  const auto clone_of = [](const RoleKey& key) {
    return std::visit([](const auto& each) { return RoleKey(each.clone()); }, key);
  };
  return PageCipher(*this, clone_of(page_key_), clone_of(frame_key_));
}

PageCipher::RoleKey PageCipher::role_key(crypto::Key key, crypto::AeadProvider provider) const {
  if (suite_ == Suite::aegis256) return crypto::AegisKey(std::move(key));
  return crypto::AeadKey(std::move(key), provider);
}

bool PageCipher::ends_in_zeros(const std::uint8_t* page) const {
  std::uint8_t any = 0;
  for (std::size_t i = content_size(); i < kPageSize; ++i) {
    any = static_cast<std::uint8_t>(any | page[i]);
  }
  return any == 0;
}

void PageCipher::seal(const RoleKey& key, const Tail& tail, const crypto::Nonce& nonce,
                      BytesView additional, BytesView plain, std::span<std::uint8_t> out,
                      std::uint8_t* page) {
  const auto seal_with = [&]<class Key>(const Key& with) {
    TagOf<Key> tag;
    with.seal(nonce_for(with, nonce, tail), additional, plain, out, tag);
    write_trailer(page, nonce, tag, tail);
  };
  std::visit(seal_with, key);
}

bool PageCipher::open(const RoleKey& key, const Tail& tail, BytesView additional, BytesView sealed,
                      const std::uint8_t* page, std::span<std::uint8_t> out) {
  const auto open_with = [&]<class Key>(const Key& with) {
    crypto::Nonce nonce;
    TagOf<Key> tag;
    return read_trailer(page, tail, nonce, tag) &&
           with.open(nonce_for(with, nonce, tail), additional, sealed, tag, out);
  };
  return std::visit(open_with, key);
}

PageCipher::Tail PageCipher::tail(Role role) const {
  Tail out{};
  put_little(out.data(), key_generation_, 4);
  out[4] = static_cast<std::uint8_t>(suite_);
  out[5] = static_cast<std::uint8_t>(kStoreFormat);
  out[6] = static_cast<std::uint8_t>(role);
  return out;
}

void PageCipher::draw(std::span<crypto::Nonce> nonces) {
  static_assert(sizeof(crypto::Nonce) == crypto::Nonce::kSize);
  random_.fill({nonces.data()->bytes.data(), nonces.size_bytes()});
}

void PageCipher::seal_page(std::uint32_t number, PageView page, PageSpan out) {
  seal_page(number, random_.make<crypto::Nonce>(), page, out);
}

void PageCipher::seal_pages(std::uint32_t first,
                            std::span<std::array<std::uint8_t, kPageSize>> pages) {
  Nonces nonces;
  draw(std::span(nonces).first(pages.size()));
  for (std::size_t i = 0; i < pages.size(); ++i) {
    seal_page(first + static_cast<std::uint32_t>(i), nonces[i], pages[i], pages[i]);
  }
}

void PageCipher::seal_page(std::uint32_t number, const crypto::Nonce& nonce, PageView page,
                           PageSpan out) {
  FELTBOG_ASSERT(ends_in_zeros(page.data()));
  const auto tail_bytes = tail(Role::page);
  AdditionalData additional;
  additional.add(database_.view()).add(tail_bytes).add_little(number, 4);
  seal(page_key_, tail_bytes, nonce, additional.view(), page.first(content_size()),
       out.first(content_size()), out.data());
}

bool PageCipher::open_page(std::uint32_t number, PageView sealed, PageSpan page) const {
  const auto tail_bytes = tail(Role::page);
  AdditionalData additional;
  additional.add(database_.view()).add(tail_bytes).add_little(number, 4);
  const bool good = open(page_key_, tail_bytes, additional.view(), sealed.first(content_size()),
                         sealed.data(), page.first(content_size()));
  if (good) {
    std::memset(page.data() + content_size(), 0, reserve_size_of(suite_));
  } else {
    std::memset(page.data(), 0, kPageSize);
  }
  return good;
}

void PageCipher::seal_frame(std::uint64_t index, FrameSpan frame) {
  seal_frame(index, random_.make<crypto::Nonce>(), frame);
}

void PageCipher::seal_frames(std::uint64_t first,
                             std::span<std::array<std::uint8_t, kFrameSize>> frames) {
  Nonces nonces;
  draw(std::span(nonces).first(frames.size()));
  for (std::size_t i = 0; i < frames.size(); ++i) seal_frame(first + i, nonces[i], frames[i]);
}

void PageCipher::seal_frame(std::uint64_t index, const crypto::Nonce& nonce, FrameSpan frame) {
  std::uint8_t* page = frame.data() + kFrameHeaderSize;
  FELTBOG_ASSERT(ends_in_zeros(page));
  const auto tail_bytes = tail(Role::frame);
  AdditionalData additional;
  additional.add(database_.view()).add(tail_bytes).add(frame.first<kFrameClearSize>());
  additional.add_little(index, 8);
  const auto secret = frame.subspan(kFrameClearSize, kFrameChecksumSize + content_size());
  seal(frame_key_, tail_bytes, nonce, additional.view(), secret, secret, page);
}

bool PageCipher::open_frame(std::uint64_t index, FrameSpan frame) const {
  std::uint8_t* page = frame.data() + kFrameHeaderSize;
  const auto tail_bytes = tail(Role::frame);
  AdditionalData additional;
  additional.add(database_.view()).add(tail_bytes).add(frame.first<kFrameClearSize>());
  additional.add_little(index, 8);
  const auto secret = frame.subspan(kFrameClearSize, kFrameChecksumSize + content_size());
  const bool good = open(frame_key_, tail_bytes, additional.view(), secret, page, secret);
  if (good) {
    std::memset(page + content_size(), 0, reserve_size_of(suite_));
  } else {
    std::memset(frame.data(), 0, kFrameSize);
  }
  return good;
}

}  // namespace feltbog::store

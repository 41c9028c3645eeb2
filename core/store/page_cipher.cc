// SPDX-License-Identifier: Apache-2.0
// Page and frame sealing with XChaCha20-Poly1305.
#include "core/store/page_cipher.h"

#include <cstring>

#include "core/crypto/hash.h"

namespace feltbog::store {
namespace {

constexpr std::size_t kNonceAt = kContentSize;
constexpr std::size_t kTagAt = kNonceAt + crypto::Nonce::kSize;
constexpr std::size_t kTailAt = kTagAt + crypto::Tag::kSize;
static_assert(kTailAt + 8 == kPageSize);

// Context of the page keys, so that two databases under one master key share none.
std::array<std::uint8_t, 20> key_context(const DatabaseId& database, std::uint32_t key_generation) {
  std::array<std::uint8_t, 20> out;
  std::copy(database.bytes.begin(), database.bytes.end(), out.begin());
  put_little(out.data() + 16, key_generation, 4);
  return out;
}

bool ends_in_zeros(const std::uint8_t* page) {
  std::uint8_t any = 0;
  for (std::size_t i = kContentSize; i < kPageSize; ++i)
    any = static_cast<std::uint8_t>(any | page[i]);
  return any == 0;
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
  std::array<std::uint8_t, 48> bytes_;  // the longest: 16 + 8 + 16 + 8
  std::size_t size_ = 0;
};

void write_trailer(std::uint8_t* page, const crypto::Nonce& nonce, const crypto::Tag& tag,
                   BytesView tail) {
  std::memcpy(page + kNonceAt, nonce.bytes.data(), crypto::Nonce::kSize);
  std::memcpy(page + kTagAt, tag.bytes.data(), crypto::Tag::kSize);
  std::memcpy(page + kTailAt, tail.data(), tail.size());
}

// Reads nonce and tag. False when the tail is not the expected one.
bool read_trailer(const std::uint8_t* page, BytesView tail, crypto::Nonce& nonce,
                  crypto::Tag& tag) {
  std::memcpy(nonce.bytes.data(), page + kNonceAt, crypto::Nonce::kSize);
  std::memcpy(tag.bytes.data(), page + kTagAt, crypto::Tag::kSize);
  return std::memcmp(page + kTailAt, tail.data(), tail.size()) == 0;
}

}  // namespace

PageCipher::PageCipher(const DatabaseId& database, const crypto::Key& master, Suite suite,
                       std::uint32_t key_generation, Random& random, crypto::AeadProvider provider)
    : database_(database),
      suite_(suite),
      key_generation_(key_generation),
      random_(random),
      page_key_(crypto::derive_key("store.page.v1", master, key_context(database, key_generation)),
                provider),
      frame_key_(crypto::derive_key("store.log.v1", master, key_context(database, key_generation)),
                 provider) {}

PageCipher::PageCipher(const PageCipher& other, crypto::AeadKey page_key, crypto::AeadKey frame_key)
    : database_(other.database_),
      suite_(other.suite_),
      key_generation_(other.key_generation_),
      random_(other.random_),
      page_key_(std::move(page_key)),
      frame_key_(std::move(frame_key)) {}

PageCipher PageCipher::clone() const {
  return PageCipher(*this, page_key_.clone(), frame_key_.clone());
}

std::array<std::uint8_t, PageCipher::kTailSize> PageCipher::tail(Role role) const {
  std::array<std::uint8_t, kTailSize> out{};
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
  crypto::Tag tag;
  AdditionalData additional;
  additional.add(database_.view()).add(tail_bytes).add_little(number, 4);
  page_key_.seal(nonce, additional.view(), page.first<kContentSize>(), out.first<kContentSize>(),
                 tag);
  write_trailer(out.data(), nonce, tag, tail_bytes);
}

bool PageCipher::open_page(std::uint32_t number, PageView sealed, PageSpan page) const {
  const auto tail_bytes = tail(Role::page);
  crypto::Nonce nonce;
  crypto::Tag tag;
  AdditionalData additional;
  additional.add(database_.view()).add(tail_bytes).add_little(number, 4);
  const bool good = read_trailer(sealed.data(), tail_bytes, nonce, tag) &&
                    page_key_.open(nonce, additional.view(), sealed.first<kContentSize>(), tag,
                                   page.first<kContentSize>());
  if (good) {
    std::memset(page.data() + kContentSize, 0, kReserveSize);
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
  crypto::Tag tag;
  AdditionalData additional;
  additional.add(database_.view()).add(tail_bytes).add(frame.first<kFrameClearSize>());
  additional.add_little(index, 8);
  const auto secret = frame.subspan<kFrameClearSize, kFrameChecksumSize + kContentSize>();
  frame_key_.seal(nonce, additional.view(), secret, secret, tag);
  write_trailer(page, nonce, tag, tail_bytes);
}

bool PageCipher::open_frame(std::uint64_t index, FrameSpan frame) const {
  std::uint8_t* page = frame.data() + kFrameHeaderSize;
  const auto tail_bytes = tail(Role::frame);
  crypto::Nonce nonce;
  crypto::Tag tag;
  AdditionalData additional;
  additional.add(database_.view()).add(tail_bytes).add(frame.first<kFrameClearSize>());
  additional.add_little(index, 8);
  const auto secret = frame.subspan<kFrameClearSize, kFrameChecksumSize + kContentSize>();
  const bool good = read_trailer(page, tail_bytes, nonce, tag) &&
                    frame_key_.open(nonce, additional.view(), secret, tag, secret);
  if (good) {
    std::memset(page + kContentSize, 0, kReserveSize);
  } else {
    std::memset(frame.data(), 0, kFrameSize);
  }
  return good;
}

}  // namespace feltbog::store

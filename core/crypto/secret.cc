// SPDX-License-Identifier: Apache-2.0
#include "core/crypto/secret.h"

#include <sodium.h>

#include <map>
#include <mutex>
#include <unordered_map>
#include <vector>

namespace feltbog::crypto {
namespace detail {
namespace {

constexpr std::size_t kKeptPerSize = 64;

std::uint8_t* guarded_memory(std::size_t size) {
  FELTBOG_ASSERT(sodium_init() >= 0);
  auto* memory = static_cast<std::uint8_t*>(sodium_malloc(size));
  // Guard pages may be refused where memory is nearly gone; there is no safe way to go on.
  FELTBOG_ASSERT(memory != nullptr);
  sodium_memzero(memory, size);
  return memory;
}

// Mapping, guarding and locking pages costs more than most of what is done with a key, so that a
// few are kept, wiped, when a secret is gone. Each still holds one secret at a time, at its guard
// page. As with any allocator, nobody can see from outside what is kept.
class SecretPages {
 public:
  std::uint8_t* take(std::size_t size) {
    const std::lock_guard<std::mutex> lock(mutex_);
    auto& kept = kept_[size];
    kept.reserve(kKeptPerSize);
    std::uint8_t* memory = nullptr;
    if (kept.empty()) {
      memory = guarded_memory(size);
    } else {
      memory = kept.back();
      kept.pop_back();
    }
    sizes_.emplace(memory, size);
    return memory;
  }

  void give_back(std::uint8_t* memory) {
    const std::lock_guard<std::mutex> lock(mutex_);
    const auto entry = sizes_.find(memory);
    FELTBOG_ASSERT(entry != sizes_.end());
    const std::size_t size = entry->second;
    sizes_.erase(entry);
    sodium_memzero(memory, size);
    auto& kept = kept_[size];
    if (kept.size() < kKeptPerSize) return kept.push_back(memory);
    sodium_free(memory);
  }

 private:
  std::mutex mutex_;
  std::map<std::size_t, std::vector<std::uint8_t*>> kept_;
  std::unordered_map<std::uint8_t*, std::size_t> sizes_;  // of those in use
};

// Never destroyed: secrets in static objects may outlive any order of destruction.
SecretPages& secret_pages() {
  static SecretPages& pages = *new SecretPages;
  return pages;
}

}  // namespace

void SecretDeleter::operator()(std::uint8_t* memory) const noexcept {
  secret_pages().give_back(memory);
}

SecretMemory allocate_secret(std::size_t size) { return SecretMemory(secret_pages().take(size)); }

bool equal_secrets(BytesView a, BytesView b) {
  return a.size() == b.size() && sodium_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace detail

void wipe(std::span<std::uint8_t> memory) { sodium_memzero(memory.data(), memory.size()); }

}  // namespace feltbog::crypto

// SPDX-License-Identifier: Apache-2.0
// Reading /proc/self/maps and what it names.
#include "tests/crash/memory_scan.h"

#include <cstdio>

#include "core/crypto/secret.h"

namespace feltbog::crash {
namespace {

constexpr std::uint8_t kDisguise = 0xa5;

struct Region {
  const std::uint8_t* from = nullptr;
  std::size_t size = 0;
  std::string name;
};

std::vector<Region> readable_regions() {
  std::vector<Region> out;
  std::FILE* maps = std::fopen("/proc/self/maps", "r");
  if (maps == nullptr) return out;
  char line[512];
  while (std::fgets(line, sizeof(line), maps) != nullptr) {
    unsigned long from = 0;
    unsigned long to = 0;
    char rights[8] = {};
    char name[400] = {};
    if (std::sscanf(line, "%lx-%lx %7s %*s %*s %*s %399s", &from, &to, rights, name) < 3) continue;
    // Pages of the kernel may not be read like this, and hold nothing of ours.
    if (rights[0] != 'r' || std::string_view(name).starts_with("[v")) continue;
    out.push_back({reinterpret_cast<const std::uint8_t*>(from), to - from,
                   name[0] == 0 ? "anonymous" : name});
  }
  std::fclose(maps);
  return out;
}

// AddressSanitizer guards memory that is being looked through on purpose.
__attribute__((no_sanitize("address"))) std::size_t count_in(const Region& region,
                                                             BytesView disguised) {
  std::size_t count = 0;
  for (std::size_t at = 0; at + disguised.size() <= region.size; ++at) {
    std::size_t same = 0;
    while (same < disguised.size() &&
           static_cast<std::uint8_t>(region.from[at + same] ^ kDisguise) == disguised[same]) {
      ++same;
    }
    if (same == disguised.size()) ++count;
  }
  return count;
}

}  // namespace

void MemoryScan::look_for(std::string name, std::span<std::uint8_t> secret) {
  Bytes disguised(secret.size());
  for (std::size_t i = 0; i < secret.size(); ++i) {
    disguised[i] = static_cast<std::uint8_t>(secret[i] ^ kDisguise);
  }
  crypto::wipe(secret);
  secrets_.push_back({std::move(name), std::move(disguised)});
}

std::vector<MemoryScan::Finding> MemoryScan::run() const {
  std::vector<Finding> out;
  for (const Region& region : readable_regions()) {
    for (const Secret& secret : secrets_) {
      const std::size_t count = count_in(region, secret.disguised);
      if (count > 0) out.push_back({secret.name, region.name, count});
    }
  }
  return out;
}

}  // namespace feltbog::crash

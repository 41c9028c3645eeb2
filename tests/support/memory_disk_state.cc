// SPDX-License-Identifier: Apache-2.0
// Changes, syncs and power cuts of a memory disk.
#include "tests/support/memory_disk_state.h"

#include <algorithm>
#include <set>

namespace feltbog::testing {
namespace {

constexpr std::uint64_t kSectorSize = 512;

// SplitMix64 (Steele, Lea, Flood 2014): small, and the same everywhere.
class Choices {
 public:
  explicit Choices(std::uint64_t seed) : state_(seed) {}
  std::uint64_t next() {
    std::uint64_t z = (state_ += 0x9e3779b97f4a7c15U);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9U;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebU;
    return z ^ (z >> 31);
  }
  bool coin() { return (next() & 1) != 0; }
  std::uint64_t below(std::uint64_t bound) { return next() % bound; }

 private:
  std::uint64_t state_;
};

void write_to(Bytes& content, std::uint64_t offset, BytesView bytes) {
  if (content.size() < offset + bytes.size()) content.resize(offset + bytes.size());
  std::copy(bytes.begin(), bytes.end(), content.begin() + static_cast<std::ptrdiff_t>(offset));
}

void apply_content(Bytes& content, const PendingContent& change) {
  if (change.truncates) {
    content.resize(change.offset);
  } else {
    write_to(content, change.offset, change.bytes);
  }
}

void apply_entry(Entries& entries, const PendingEntry& change) {
  switch (change.kind) {
    case DiskChange::Kind::create: entries[change.path] = change.inode; break;
    case DiskChange::Kind::remove: entries.erase(change.path); break;
    default: entries.erase(change.path); entries[change.target] = change.inode;
  }
}

// Sector by sector: the parts that were written arrive, or do not, or turn to noise. Bytes of the
// same sector that were not written stay: drives and SQLite both rely on that.
void apply_torn(Bytes& content, const PendingContent& change, bool noise, Choices& choices) {
  if (change.truncates) {
    if (choices.coin()) content.resize(change.offset);
    return;
  }
  std::uint64_t done = 0;
  while (done < change.bytes.size()) {
    const std::uint64_t at = change.offset + done;
    const std::uint64_t size =
        std::min<std::uint64_t>(kSectorSize - at % kSectorSize, change.bytes.size() - done);
    const BytesView part = BytesView(change.bytes).subspan(done, size);
    if (choices.coin()) {
      write_to(content, at, part);
    } else if (noise) {
      Bytes garbage(size);
      for (auto& byte : garbage) byte = static_cast<std::uint8_t>(choices.next());
      write_to(content, at, garbage);
    }
    done += size;
  }
}

}  // namespace

std::string folder_of(std::string_view path) {
  const std::size_t slash = path.rfind('/');
  return std::string(slash == std::string_view::npos ? std::string_view() : path.substr(0, slash));
}

void DiskState::add_entry_change(const DiskChange& change) {
  PendingEntry entry{next_order++, change.kind, change.inode, change.path, change.target};
  if (change.kind == DiskChange::Kind::rename) entry.inode = current.at(change.path);
  if (change.kind == DiskChange::Kind::create) {
    inodes[change.inode];
    next_inode = std::max(next_inode, change.inode + 1);
  }
  apply_entry(current, entry);
  pending.push_back(std::move(entry));
}

void DiskState::sync_folder(const std::string& folder) {
  std::vector<PendingEntry> rest;
  for (PendingEntry& entry : pending) {
    if (folder_of(entry.path) == folder) {
      apply_entry(durable, entry);
    } else {
      rest.push_back(std::move(entry));
    }
  }
  pending = std::move(rest);
}

void DiskState::apply(const DiskChange& change) {
  switch (change.kind) {
    case DiskChange::Kind::create:
    case DiskChange::Kind::remove:
    case DiskChange::Kind::rename: add_entry_change(change); return;
    case DiskChange::Kind::sync_directory: sync_folder(folder_of(change.path)); return;
    default: break;
  }
  Inode& inode = inodes[change.inode];
  if (change.kind == DiskChange::Kind::sync) {
    for (const PendingContent& content : inode.pending) {
      if (!content.lost) apply_content(inode.durable, content);
    }
    inode.pending.clear();
  } else if (change.kind == DiskChange::Kind::sync_failed) {
    for (PendingContent& content : inode.pending) content.lost = true;
  } else {
    inode.pending.push_back({next_order++, change.kind == DiskChange::Kind::truncate, false,
                             change.offset, change.bytes});
    apply_content(inode.current, inode.pending.back());
  }
}

void DiskState::crash(CrashPolicy policy, std::uint64_t seed) {
  Choices choices(seed);
  const std::uint64_t cut = choices.below(next_order + 1);
  const auto keeps = [&](std::uint64_t order, bool is_entry) {
    switch (policy) {
      case CrashPolicy::lose_unsynced: return false;
      case CrashPolicy::keep_all: return true;
      case CrashPolicy::lose_entries: return !is_entry;
      default: return order < cut;
    }
  };
  for (const PendingEntry& entry : pending) {
    if (keeps(entry.order, true)) apply_entry(durable, entry);
  }
  const bool torn = policy == CrashPolicy::random_sectors || policy == CrashPolicy::garbage_sectors;
  for (auto& [id, inode] : inodes) {
    for (const PendingContent& content : inode.pending) {
      if (torn) {
        apply_torn(inode.durable, content, policy == CrashPolicy::garbage_sectors, choices);
      } else if (keeps(content.order, false)) {
        apply_content(inode.durable, content);
      }
    }
    inode.pending.clear();
    inode.current = inode.durable;
  }
  pending.clear();
  current = durable;
  collect({});
}

void DiskState::collect(const std::map<std::uint64_t, int>& open_handles) {
  std::set<std::uint64_t> alive;
  for (const auto& [path, inode] : current) alive.insert(inode);
  for (const auto& [path, inode] : durable) alive.insert(inode);
  for (const PendingEntry& entry : pending) alive.insert(entry.inode);
  std::erase_if(inodes, [&](const auto& item) {
    return alive.count(item.first) == 0 && open_handles.count(item.first) == 0;
  });
}

}  // namespace feltbog::testing

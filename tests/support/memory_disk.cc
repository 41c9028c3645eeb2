// SPDX-License-Identifier: Apache-2.0
// The Disk interface over DiskState, with faults.
#include "tests/support/memory_disk.h"

#include <algorithm>

#include "tests/support/memory_disk_state.h"

namespace feltbog::testing {

class MemoryFile final : public File {
 public:
  MemoryFile(MemoryDisk& disk, std::uint64_t inode)
      : disk_(disk), inode_(inode), incarnation_(disk.incarnation_) {
    ++disk_.open_handles_[inode_];
  }
  ~MemoryFile() override {
    if (is_dead()) return;
    const auto found = disk_.open_handles_.find(inode_);
    if (--found->second == 0) disk_.open_handles_.erase(found);
  }
  MemoryFile(const MemoryFile&) = delete;
  MemoryFile& operator=(const MemoryFile&) = delete;

  Result<std::size_t> read(std::uint64_t offset, std::span<std::uint8_t> out) override {
    if (auto fault = count(MemoryDisk::CallKind::read)) return *fault;
    const Bytes& content = node().current;
    const bool short_read = std::exchange(disk_.short_read_due_, false);
    if (offset >= content.size()) return std::size_t{0};
    std::size_t size = std::min<std::size_t>(out.size(), content.size() - offset);
    if (short_read) size /= 2;
    std::copy_n(content.begin() + static_cast<std::ptrdiff_t>(offset), size, out.begin());
    return size;
  }

  Result<void> write(std::uint64_t offset, BytesView bytes) override {
    auto fault = count(MemoryDisk::CallKind::grow);
    const std::uint64_t size = node_size();
    const std::uint64_t growth = offset + bytes.size() > size ? offset + bytes.size() - size : 0;
    if (!fault && growth > disk_.room_left()) fault = ErrorCode::disk_full;
    if (fault && is_dead()) return *fault;
    if (fault) bytes = bytes.first(growth > disk_.room_left() ? 0 : bytes.size() / 2);
    disk_.bytes_written_ += bytes.size();
    disk_.apply({DiskChange::Kind::write, inode_, {}, {}, offset, to_bytes(bytes)});
    if (fault) return *fault;
    return {};
  }

  Result<void> truncate(std::uint64_t size) override {
    if (auto fault = count(MemoryDisk::CallKind::other)) return *fault;
    disk_.apply({DiskChange::Kind::truncate, inode_, {}, {}, size, {}});
    return {};
  }

  Result<void> sync() override {
    const auto fault = count(MemoryDisk::CallKind::sync);
    if (fault && is_dead()) return *fault;
    ++disk_.syncs_;
    disk_.apply(
        {fault ? DiskChange::Kind::sync_failed : DiskChange::Kind::sync, inode_, {}, {}, 0, {}});
    if (fault) return *fault;
    return {};
  }

  Result<std::uint64_t> size() override {
    if (auto fault = count(MemoryDisk::CallKind::other)) return *fault;
    return node_size();
  }

 private:
  bool is_dead() const { return incarnation_ != disk_.incarnation_; }
  std::optional<ErrorCode> count(MemoryDisk::CallKind kind) {
    return is_dead() ? ErrorCode::io_error : disk_.count_call(kind);
  }
  const Inode& node() const { return disk_.state_->inodes.at(inode_); }
  std::uint64_t node_size() const { return is_dead() ? 0 : node().current.size(); }

  MemoryDisk& disk_;
  std::uint64_t inode_;
  std::uint64_t incarnation_;
};

namespace {

// Holds a name in the set of locks until destroyed. Nothing is read or written through it.
class LockFile final : public File {
 public:
  LockFile(std::shared_ptr<std::set<std::string, std::less<>>> locks, std::string path)
      : locks_(std::move(locks)), path_(std::move(path)) {
    locks_->insert(path_);
  }
  ~LockFile() override { locks_->erase(path_); }
  LockFile(const LockFile&) = delete;
  LockFile& operator=(const LockFile&) = delete;
  Result<std::size_t> read(std::uint64_t, std::span<std::uint8_t>) override {
    return std::size_t{0};
  }
  Result<void> write(std::uint64_t, BytesView) override { return ErrorCode::io_error; }
  Result<void> truncate(std::uint64_t) override { return ErrorCode::io_error; }
  Result<void> sync() override { return {}; }
  Result<std::uint64_t> size() override { return std::uint64_t{0}; }

 private:
  std::shared_ptr<std::set<std::string, std::less<>>> locks_;
  std::string path_;
};

}  // namespace

std::string_view crash_policy_name(CrashPolicy policy) {
  switch (policy) {
    case CrashPolicy::lose_unsynced: return "lose_unsynced";
    case CrashPolicy::keep_all: return "keep_all";
    case CrashPolicy::keep_prefix: return "keep_prefix";
    case CrashPolicy::random_sectors: return "random_sectors";
    case CrashPolicy::garbage_sectors: return "garbage_sectors";
    case CrashPolicy::lose_entries: return "lose_entries";
  }
  return "unknown";
}

MemoryDisk::MemoryDisk()
    : state_(std::make_unique<DiskState>()),
      locks_(std::make_shared<std::set<std::string, std::less<>>>()) {}
MemoryDisk::~MemoryDisk() = default;

std::optional<ErrorCode> MemoryDisk::count_call(CallKind kind) {
  const std::uint64_t number = calls_++;
  if (!fault_.has_value()) return std::nullopt;
  const bool due = fault_->persistent ? number >= fault_->at_call : number == fault_->at_call;
  if (!due) return std::nullopt;
  switch (fault_->kind) {
    case FaultKind::io_error: fault_hit_ = true; return ErrorCode::io_error;
    case FaultKind::disk_full:
      if (kind != CallKind::grow) return std::nullopt;
      fault_hit_ = true;
      return ErrorCode::disk_full;
    case FaultKind::short_read:
      if (kind == CallKind::read) fault_hit_ = short_read_due_ = true;
      return std::nullopt;
  }
  return std::nullopt;
}

void MemoryDisk::apply(DiskChange change) {
  state_->apply(change);
  if (change.kind == DiskChange::Kind::sync_directory) state_->collect(open_handles_);
  if (recording_start_ != nullptr) recording_.push_back(std::move(change));
}

std::uint64_t MemoryDisk::room_left() const {
  if (!capacity_.has_value()) return UINT64_MAX;
  std::uint64_t used = 0;
  for (const auto& [path, inode] : state_->current) used += state_->inodes.at(inode).current.size();
  return used >= *capacity_ ? 0 : *capacity_ - used;
}

Result<std::unique_ptr<File>> MemoryDisk::open_uncounted(std::string_view path, OpenMode mode) {
  auto found = state_->current.find(path);
  if (found == state_->current.end()) {
    if (mode != OpenMode::create_or_open) return Error{ErrorCode::not_found, "open"};
    const std::uint64_t inode = state_->next_inode++;
    apply({DiskChange::Kind::create, inode, std::string(path), {}, 0, {}});
    found = state_->current.find(path);
  }
  return std::unique_ptr<File>(std::make_unique<MemoryFile>(*this, found->second));
}

Result<std::unique_ptr<File>> MemoryDisk::open(std::string_view path, OpenMode mode) {
  const bool creates = mode == OpenMode::create_or_open && !has(path);
  if (auto fault = count_call(creates ? CallKind::grow : CallKind::other)) return *fault;
  return open_uncounted(path, mode);
}

Result<bool> MemoryDisk::exists(std::string_view path) {
  if (auto fault = count_call(CallKind::other)) return *fault;
  return has(path);
}

Result<void> MemoryDisk::remove(std::string_view path) {
  if (auto fault = count_call(CallKind::other)) return *fault;
  if (has(path)) apply({DiskChange::Kind::remove, 0, std::string(path), {}, 0, {}});
  return {};
}

Result<void> MemoryDisk::rename(std::string_view from, std::string_view to) {
  if (auto fault = count_call(CallKind::other)) return *fault;
  if (!has(from)) return Error{ErrorCode::not_found, "rename"};
  apply({DiskChange::Kind::rename, 0, std::string(from), std::string(to), 0, {}});
  return {};
}

Result<void> MemoryDisk::sync_directory(std::string_view path) {
  if (auto fault = count_call(CallKind::sync)) return *fault;
  ++syncs_;
  apply({DiskChange::Kind::sync_directory, 0, std::string(path), {}, 0, {}});
  return {};
}

Result<void> MemoryDisk::make_directories(std::string_view) {
  if (auto fault = count_call(CallKind::grow)) return *fault;
  return {};
}

Result<std::vector<std::string>> MemoryDisk::list(std::string_view directory) {
  if (auto fault = count_call(CallKind::other)) return *fault;
  std::string folder(directory);
  while (!folder.empty() && folder.back() == '/') folder.pop_back();
  std::vector<std::string> names;
  for (const auto& [path, inode] : state_->current) {
    if (folder_of(path) != folder) continue;
    names.push_back(folder.empty() ? path : path.substr(folder.size() + 1));
  }
  return names;
}

Result<std::unique_ptr<File>> MemoryDisk::lock(std::string_view path) {
  if (auto fault = count_call(CallKind::other)) return *fault;
  if (locks_->count(path) != 0) return Error{ErrorCode::busy, "lock"};
  FELTBOG_TRY(file, open_uncounted(path, OpenMode::create_or_open));
  return std::unique_ptr<File>(std::make_unique<LockFile>(locks_, std::string(path)));
}

void MemoryDisk::crash(CrashPolicy policy, std::uint64_t seed) {
  state_->crash(policy, seed);
  ++incarnation_;
  open_handles_.clear();
  locks_ = std::make_shared<std::set<std::string, std::less<>>>();
  recording_start_.reset();
  recording_.clear();
}

void MemoryDisk::start_recording() {
  recording_start_ = std::make_unique<DiskState>(*state_);
  recording_.clear();
}

std::uint64_t MemoryDisk::change_count() const { return recording_.size(); }

std::unique_ptr<MemoryDisk> MemoryDisk::image_at(std::uint64_t changes, CrashPolicy policy,
                                                 std::uint64_t seed) const {
  FELTBOG_ASSERT(recording_start_ != nullptr && changes <= recording_.size());
  auto image = std::make_unique<MemoryDisk>();
  *image->state_ = *recording_start_;
  for (std::uint64_t i = 0; i < changes; ++i) image->state_->apply(recording_[i]);
  image->state_->crash(policy, seed);
  return image;
}

std::unique_ptr<MemoryDisk> MemoryDisk::clone() const {
  auto copy = std::make_unique<MemoryDisk>();
  *copy->state_ = *state_;
  copy->state_->crash(CrashPolicy::keep_all, 0);
  return copy;
}

std::vector<std::string> MemoryDisk::paths() const {
  std::vector<std::string> out;
  for (const auto& [path, inode] : state_->current) out.push_back(path);
  return out;
}

bool MemoryDisk::has(std::string_view path) const {
  return state_->current.find(path) != state_->current.end();
}

Bytes MemoryDisk::content(std::string_view path) const {
  const auto found = state_->current.find(path);
  return found == state_->current.end() ? Bytes{} : state_->inodes.at(found->second).current;
}

void MemoryDisk::set_content(std::string_view path, BytesView bytes) {
  std::uint64_t inode = 0;
  if (const auto found = state_->current.find(path); found != state_->current.end()) {
    inode = found->second;
  } else {
    inode = state_->next_inode++;
  }
  state_->current[std::string(path)] = inode;
  state_->durable[std::string(path)] = inode;
  state_->inodes[inode] = Inode{to_bytes(bytes), to_bytes(bytes), {}};
}

}  // namespace feltbog::testing

// SPDX-License-Identifier: Apache-2.0
// Reading and writing sealed pages of the main file.
#include "core/store/page_file.h"

#include <algorithm>
#include <cstring>

#include "core/store/header_block.h"

namespace feltbog::store {
namespace {

constexpr std::size_t kFileHeaderSize = 100;
constexpr std::uint64_t kChangeCounterAt = 24;
constexpr std::size_t kChangeCounterSize = 16;
constexpr std::size_t kInOrderMin = 2;  // before more is read than was asked for

std::uint64_t place_of(std::uint64_t page_index) {
  return kHeaderBlockSize + page_index * kPageSize;
}

std::uint32_t number_of(std::uint64_t page_index) {
  return static_cast<std::uint32_t>(page_index + 1);
}

}  // namespace

// SQLite unlocks before it closes; this is for the connection that could not be opened.
PageFile::~PageFile() { unlock(SQLITE_LOCK_NONE); }

int PageFile::lock(int level) {
  if (lock_level_ == SQLITE_LOCK_NONE) state_.share->main_file_holders.fetch_add(1);
  lock_level_ = std::max(lock_level_, SQLITE_LOCK_SHARED);
  if (level <= lock_level_) return SQLITE_OK;
  if (state_.reads_only) return SQLITE_BUSY;
  // Reserved and pending locks are those of a rollback journal, for which there is no file.
  if (level == SQLITE_LOCK_EXCLUSIVE && state_.share->main_file_holders.load() != 1) {
    return SQLITE_BUSY;
  }
  lock_level_ = level;
  return SQLITE_OK;
}

int PageFile::unlock(int level) {
  if (lock_level_ != SQLITE_LOCK_NONE && level == SQLITE_LOCK_NONE) {
    state_.share->main_file_holders.fetch_sub(1);
  }
  lock_level_ = std::min(lock_level_, level);
  return SQLITE_OK;
}

int PageFile::read(std::uint64_t offset, std::span<std::uint8_t> out) {
  if (const int code = write_run(); code != SQLITE_OK) return code;
  if (out.size() == kPageSize && offset % kPageSize == 0) {
    return read_page(offset / kPageSize, PageSpan(out));
  }
  std::memset(out.data(), 0, out.size());
  if (offset == 0 && out.size() == kFileHeaderSize) {
    // Geometry is fixed, so it need not be read; and page 1 may be torn here and whole in the log.
    std::memcpy(out.data(), make_empty_first_page(state_.cipher.suite()).data(), kFileHeaderSize);
    return SQLITE_OK;
  }
  if (offset == kChangeCounterAt && out.size() == kChangeCounterSize)
    return read_change_counter(out);
  return state_.refuse("read of the main file", SQLITE_IOERR_READ);
}

int PageFile::read_page(std::uint64_t index, PageSpan page) {
  auto sealed = load(index, page);
  if (!sealed) {
    std::memset(page.data(), 0, kPageSize);
    return state_.fail(sealed.error(), SQLITE_IOERR_READ);
  }
  if (sealed->size() != kPageSize) {
    std::memset(page.data(), 0, kPageSize);
    return state_.reject("missing page", number_of(index));
  }
  if (!state_.cipher.open_page(number_of(index), sealed->first<kPageSize>(), page)) {
    return state_.reject("page", number_of(index));
  }
  return SQLITE_OK;
}

Result<BytesView> PageFile::load(std::uint64_t index, PageSpan page) {
  forget_what_changed();
  asked_in_order_ = index == next_index_ ? asked_in_order_ + 1 : 0;
  next_index_ = index + 1;
  const bool there = index >= ahead_first_ && index < ahead_first_ + ahead_count_;
  if (there || (asked_in_order_ >= kInOrderMin && read_ahead(index))) {
    const auto at = static_cast<std::size_t>(index - ahead_first_) * kPageSize;
    return BytesView(ahead_).subspan(at, kPageSize);
  }
  FELTBOG_TRY(count, file_.read(place_of(index), page));
  return BytesView(page).first(count);
}

// An error here is not reported: the page itself is then read alone, and says what is wrong.
bool PageFile::read_ahead(std::uint64_t index) {
  ahead_count_ = 0;
  const auto count = file_.read(place_of(index), ahead_);
  if (!count || *count < kPageSize) return false;
  ahead_first_ = index;
  ahead_count_ = *count / kPageSize;
  return true;
}

// The version is taken before anything is read: a change during the reading counts as one after it.
void PageFile::forget_what_changed() {
  const std::uint64_t version = state_.share->main_file_version.load(std::memory_order_acquire);
  if (version == version_) return;
  version_ = version;
  ahead_count_ = 0;
  size_.reset();
}

template <class Change>
Result<void> PageFile::change(Change change) {
  state_.share->main_file_version.fetch_add(1);
  auto done = change();
  state_.share->main_file_version.fetch_add(1);
  return done;
}

std::size_t PageFile::gathered_max() const {
  return index_user_.checkpoint_cut_short() ? 1 : state_.gathered_max;
}

// A change seen here only makes SQLite drop its cache, so a page that cannot be read counts as a
// change; whoever needs the page itself then gets the error.
int PageFile::read_change_counter(std::span<std::uint8_t> out) {
  std::array<std::uint8_t, kPageSize> page{};
  auto count = file_.read(place_of(0), page);
  if (count && *count == kPageSize && state_.cipher.open_page(1, page)) {
    std::memcpy(out.data(), page.data() + kChangeCounterAt, kChangeCounterSize);
  }
  crypto::wipe(page);
  return SQLITE_OK;
}

int PageFile::write(std::uint64_t offset, BytesView bytes) {
  if (state_.is_frozen())
    return state_.refuse("write after a failed sync or by a reader", SQLITE_IOERR_WRITE);
  if (bytes.size() != kPageSize || offset % kPageSize != 0) {
    return state_.refuse("write to the main file", SQLITE_IOERR_WRITE);
  }
  const std::uint64_t index = offset / kPageSize;
  if (!run_.takes(index)) {
    if (const int code = write_run(); code != SQLITE_OK) return code;
  }
  std::memcpy(run_.add(index).data(), bytes.data(), kPageSize);
  return run_.size() < gathered_max() ? SQLITE_OK : write_run();
}

int PageFile::write_run() {
  if (run_.empty()) return SQLITE_OK;
  state_.cipher.seal_pages(number_of(run_.first()), run_.items());
  auto done = change([&] { return file_.write(place_of(run_.first()), run_.bytes()); });
  run_.clear();
  return done ? SQLITE_OK : state_.fail(done.error(), SQLITE_IOERR_WRITE);
}

int PageFile::truncate(std::uint64_t size) {
  if (state_.is_frozen())
    return state_.refuse("truncate after a failed sync or by a reader", SQLITE_IOERR_TRUNCATE);
  if (size == 0 || size % kPageSize != 0) {
    return state_.refuse("truncation of the main file", SQLITE_IOERR_TRUNCATE);
  }
  if (const int code = write_run(); code != SQLITE_OK) return code;
  if (auto done = change([&] { return file_.truncate(kHeaderBlockSize + size); }); !done) {
    return state_.fail(done.error(), SQLITE_IOERR_TRUNCATE);
  }
  return SQLITE_OK;
}

int PageFile::sync() {
  if (state_.is_frozen())
    return state_.refuse("sync after a failed sync or by a reader", SQLITE_IOERR_FSYNC);
  if (const int code = write_run(); code != SQLITE_OK) return code;
  if (auto done = file_.sync(); !done) return state_.poison(done.error());
  return SQLITE_OK;
}

int PageFile::size(std::uint64_t& out) {
  if (const int code = write_run(); code != SQLITE_OK) return code;
  forget_what_changed();
  if (!size_.has_value()) {
    auto physical = file_.size();
    if (!physical) return state_.fail(physical.error(), SQLITE_IOERR_FSTAT);
    size_ = *physical;
  }
  out = *size_ < kHeaderBlockSize ? 0 : *size_ - kHeaderBlockSize;
  return SQLITE_OK;
}

}  // namespace feltbog::store

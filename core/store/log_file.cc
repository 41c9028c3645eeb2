// SPDX-License-Identifier: Apache-2.0
// Reading and writing the sealed log.
#include "core/store/log_file.h"

#include <cstring>

#include "core/store/log_scan.h"

namespace feltbog::store {

Result<std::unique_ptr<LogFile>> LogFile::open(VfsState& state) {
  if (state.reads_only) {
    // The writer opened it before any reader could, and keeps its first bytes right.
    FELTBOG_TRY(file, state.disk.open(state.log_path(), OpenMode::read_only));
    return std::unique_ptr<LogFile>(new LogFile(state, std::move(file)));
  }
  FELTBOG_TRY(file, state.disk.open(state.log_path(), OpenMode::create_or_open));
  LogPrefix prefix{};
  FELTBOG_TRY(count, file->read(0, prefix));
  if (count == prefix.size() && is_log_prefix(prefix) &&
      !belongs_to(prefix, state.cipher.database())) {
    return Error{ErrorCode::corrupt, "log of another database"};
  }
  return std::unique_ptr<LogFile>(new LogFile(state, std::move(file)));
}

LogFile::LogFile(VfsState& state, std::unique_ptr<File> file)
    : state_(state), file_(std::move(file)) {}

// The scratch may hold the plaintext of the last frame read.
LogFile::~LogFile() { crypto::wipe(scratch_); }

int LogFile::read(std::uint64_t offset, std::span<std::uint8_t> out) {
  if (const int code = settle(); code != SQLITE_OK) return code;
  if (offset + out.size() <= kLogHeaderSize) return read_header(offset, out);
  std::memset(out.data(), 0, out.size());
  if (offset >= kLogHeaderSize) {
    const std::uint64_t index = (offset - kLogHeaderSize) / kFrameSize;
    const auto at = static_cast<std::size_t>((offset - kLogHeaderSize) % kFrameSize);
    if (at == 0 && out.size() == kFrameSize) return read_whole_frame(index, out);
    if (at == kFrameHeaderSize && out.size() == kPageSize) return read_within_frame(index, at, out);
    if (at == kFrameClearSize && out.size() == kFrameChecksumSize) {
      return read_within_frame(index, at, out);
    }
  }
  return state_.refuse("read of the log", SQLITE_IOERR_READ);
}

int LogFile::read_header(std::uint64_t offset, std::span<std::uint8_t> out) {
  std::memset(out.data(), 0, out.size());
  std::array<std::uint8_t, kLogPrefixSize + kLogHeaderSize> header{};
  auto count = file_->read(0, header);
  if (!count) return state_.fail(count.error(), SQLITE_IOERR_READ);
  if (*count != header.size()) return SQLITE_IOERR_SHORT_READ;
  LogPrefix prefix;
  std::memcpy(prefix.data(), header.data(), prefix.size());
  // Without a prefix the header was never made durable, nor any frame behind it: an empty log.
  if (!is_log_prefix(prefix)) return SQLITE_OK;
  std::memcpy(out.data(), header.data() + kLogPrefixSize + offset, out.size());
  return SQLITE_OK;
}

Result<bool> LogFile::load(std::uint64_t index) {
  FELTBOG_TRY(count, file_->read(frame_place(index), scratch_));
  if (count == kFrameSize) return state_.cipher.open_frame(index, scratch_);
  // Beyond the end there is nothing; before it, a disk that gives too little must not be taken for
  // the end of the log.
  FELTBOG_TRY(size, file_->size());
  if (size >= frame_place(index) + kFrameSize) return Error{ErrorCode::io_error, "short read"};
  return false;
}

int LogFile::read_whole_frame(std::uint64_t index, std::span<std::uint8_t> out) {
  whole_read_ = index;
  auto good = load(index);
  if (!good) return state_.fail(good.error(), SQLITE_IOERR_READ);
  if (*good) {
    std::memcpy(out.data(), scratch_.data(), kFrameSize);
    return SQLITE_OK;
  }
  auto proven = durable_commit_after(*file_, state_.cipher, index, scratch_);
  if (!proven) return state_.fail(proven.error(), SQLITE_IOERR_READ);
  if (*proven) return state_.reject("committed log frame", index);
  ++state_.health.log_frames_ignored;
  return SQLITE_OK;
}

int LogFile::read_within_frame(std::uint64_t index, std::size_t at, std::span<std::uint8_t> out) {
  whole_read_.reset();
  auto good = load(index);
  if (!good) return state_.fail(good.error(), SQLITE_IOERR_READ);
  if (!*good) return state_.reject("log frame", index);
  std::memcpy(out.data(), scratch_.data() + at, out.size());
  return SQLITE_OK;
}

int LogFile::write(std::uint64_t offset, BytesView bytes) {
  if (state_.is_frozen())
    return state_.refuse("write after a failed sync or by a reader", SQLITE_IOERR_WRITE);
  if (offset == 0 && bytes.size() == kLogHeaderSize) return write_header(bytes);
  if (offset >= kLogHeaderSize) {
    const std::uint64_t index = (offset - kLogHeaderSize) / kFrameSize;
    const std::uint64_t at = (offset - kLogHeaderSize) % kFrameSize;
    if (at == kFrameHeaderSize && bytes.size() == kPageSize) return write_page(index, bytes);
    if (at == 0 && bytes.size() == kFrameHeaderSize) return hold(index, bytes);
  }
  return state_.refuse("write to the log", SQLITE_IOERR_WRITE);
}

int LogFile::hold(std::uint64_t index, BytesView header) {
  if (held_index_.has_value() && held_index_ != index) {
    if (const int code = settle(); code != SQLITE_OK) return code;
  }
  std::memcpy(held_header_.data(), header.data(), kFrameHeaderSize);
  held_index_ = index;
  // SQLite reads a frame and then writes its header to correct the checksum, and publishes the
  // transaction right after the last one: what readers may open from then on must not change again.
  return std::exchange(whole_read_, std::nullopt) == index ? correct_header() : SQLITE_OK;
}

// A new header starts the log anew; whatever was held back belonged to the old one.
int LogFile::write_header(BytesView header) {
  held_index_.reset();
  run_.clear();
  std::array<std::uint8_t, kLogPrefixSize + kLogHeaderSize> out{};
  const LogPrefix prefix = make_log_prefix(state_.cipher, state_.durability);
  std::memcpy(out.data(), prefix.data(), prefix.size());
  std::memcpy(out.data() + kLogPrefixSize, header.data(), kLogHeaderSize);
  if (auto done = file_->write(0, out); !done) return state_.fail(done.error(), SQLITE_IOERR_WRITE);
  return SQLITE_OK;
}

int LogFile::write_page(std::uint64_t index, BytesView page) {
  whole_read_.reset();
  if (held_index_ == index) return gather(index, page);
  if (const int code = settle(); code != SQLITE_OK) return code;
  auto good = load(index);
  if (!good) return state_.fail(good.error(), SQLITE_IOERR_READ);
  if (!*good) return state_.reject("log frame", index);
  std::memcpy(scratch_.data() + kFrameHeaderSize, page.data(), kPageSize);
  return seal_and_write(index);
}

int LogFile::gather(std::uint64_t index, BytesView page) {
  held_index_.reset();
  if (!run_.takes(index)) {
    if (const int code = write_run(); code != SQLITE_OK) return code;
  }
  const FrameSpan frame = run_.add(index);
  std::memcpy(frame.data(), held_header_.data(), kFrameHeaderSize);
  std::memcpy(frame.data() + kFrameHeaderSize, page.data(), kPageSize);
  const bool ends_transaction = get_big32(frame.data() + kCommitSizeAt) != 0;
  return !ends_transaction && run_.size() < state_.gathered_max ? SQLITE_OK : write_run();
}

int LogFile::write_run() {
  if (run_.empty()) return SQLITE_OK;
  state_.cipher.seal_frames(run_.first(), run_.items());
  auto done = file_->write(frame_place(run_.first()), run_.bytes());
  run_.clear();
  return done ? SQLITE_OK : state_.fail(done.error(), SQLITE_IOERR_WRITE);
}

int LogFile::settle() {
  if (const int code = write_run(); code != SQLITE_OK) return code;
  if (!held_index_.has_value()) return SQLITE_OK;
  const int code = correct_header();
  // Where there is no frame to complete, the page of this header could not be written, and the
  // transaction failed with it.
  held_index_.reset();
  return code;
}

int LogFile::correct_header() {
  const std::uint64_t index = *held_index_;
  auto good = load(index);
  if (!good || *good) held_index_.reset();
  if (!good) return state_.fail(good.error(), SQLITE_IOERR_READ);
  if (!*good) return SQLITE_OK;
  std::memcpy(scratch_.data(), held_header_.data(), kFrameHeaderSize);
  return seal_and_write(index);
}

int LogFile::seal_and_write(std::uint64_t index) {
  state_.cipher.seal_frame(index, scratch_);
  if (auto done = file_->write(frame_place(index), scratch_); !done) {
    return state_.fail(done.error(), SQLITE_IOERR_WRITE);
  }
  return SQLITE_OK;
}

int LogFile::truncate(std::uint64_t size) {
  if (state_.is_frozen())
    return state_.refuse("truncate after a failed sync or by a reader", SQLITE_IOERR_TRUNCATE);
  held_index_.reset();
  run_.clear();
  if (auto done = file_->truncate(size == 0 ? 0 : size + kLogPrefixSize); !done) {
    return state_.fail(done.error(), SQLITE_IOERR_TRUNCATE);
  }
  return SQLITE_OK;
}

int LogFile::sync() {
  if (state_.is_frozen())
    return state_.refuse("sync after a failed sync or by a reader", SQLITE_IOERR_FSYNC);
  if (const int code = settle(); code != SQLITE_OK) return code;
  if (auto done = file_->sync(); !done) return state_.poison(done.error());
  // Also for a log that was there already: the process that created it may have died before its
  // folder was synced.
  if (!entry_durable_) {
    if (auto done = state_.disk.sync_directory(state_.path); !done)
      return state_.poison(done.error());
    entry_durable_ = true;
  }
  return SQLITE_OK;
}

int LogFile::size(std::uint64_t& out) {
  if (const int code = write_run(); code != SQLITE_OK) return code;
  auto physical = file_->size();
  if (!physical) return state_.fail(physical.error(), SQLITE_IOERR_FSTAT);
  out = *physical < kLogPrefixSize ? 0 : *physical - kLogPrefixSize;
  return SQLITE_OK;
}

}  // namespace feltbog::store

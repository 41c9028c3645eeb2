// SPDX-License-Identifier: Apache-2.0
#include "core/base/platform/posix_disk.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>

namespace feltbog {
namespace {

Error system_error(const char* call, int number) {
  ErrorCode code = ErrorCode::io_error;
  // A file that may not grow, by a limit of the system's or the process's, has no room either.
  if (number == ENOSPC || number == EDQUOT || number == EFBIG) code = ErrorCode::disk_full;
  if (number == ENOENT) code = ErrorCode::not_found;
  if (number == EWOULDBLOCK) code = ErrorCode::busy;
  return {code, std::string(call) + " errno " + std::to_string(number)};
}

Error from_library(const char* call, const std::error_code& error) {
  return system_error(call, error.value());
}

class PosixFile final : public File {
 public:
  explicit PosixFile(int descriptor) : descriptor_(descriptor) {}
  ~PosixFile() override { ::close(descriptor_); }
  PosixFile(const PosixFile&) = delete;
  PosixFile& operator=(const PosixFile&) = delete;

  Result<std::size_t> read(std::uint64_t offset, std::span<std::uint8_t> out) override {
    std::size_t done = 0;
    while (done < out.size()) {
      const ssize_t count = ::pread(descriptor_, out.data() + done, out.size() - done,
                                    static_cast<off_t>(offset + done));
      if (count == 0) break;
      if (count > 0) done += static_cast<std::size_t>(count);
      if (count < 0 && errno != EINTR) return system_error("pread", errno);
    }
    return done;
  }

  Result<void> write(std::uint64_t offset, BytesView bytes) override {
    std::size_t done = 0;
    while (done < bytes.size()) {
      const ssize_t count = ::pwrite(descriptor_, bytes.data() + done, bytes.size() - done,
                                     static_cast<off_t>(offset + done));
      if (count > 0) done += static_cast<std::size_t>(count);
      if (count < 0 && errno != EINTR) return system_error("pwrite", errno);
    }
    return {};
  }

  Result<void> truncate(std::uint64_t size) override {
    if (::ftruncate(descriptor_, static_cast<off_t>(size)) != 0)
      return system_error("ftruncate", errno);
    return {};
  }

  Result<void> sync() override {
#ifdef F_FULLFSYNC
    // On Apple systems fsync leaves data in the drive's own cache.
    if (::fcntl(descriptor_, F_FULLFSYNC) == 0) return {};
    if (::fsync(descriptor_) != 0) return system_error("fsync", errno);
#else
    if (::fdatasync(descriptor_) != 0) return system_error("fdatasync", errno);
#endif
    return {};
  }

  Result<std::uint64_t> size() override {
    struct stat status {};
    if (::fstat(descriptor_, &status) != 0) return system_error("fstat", errno);
    return static_cast<std::uint64_t>(status.st_size);
  }

 private:
  int descriptor_;
};

Result<std::unique_ptr<File>> open_file(std::string_view path, int flags) {
  const int descriptor = ::open(std::string(path).c_str(), flags | O_CLOEXEC, 0600);
  if (descriptor < 0) return system_error("open", errno);
  return std::unique_ptr<File>(std::make_unique<PosixFile>(descriptor));
}

}  // namespace

Result<std::unique_ptr<File>> PosixDisk::open(std::string_view path, OpenMode mode) {
  switch (mode) {
    case OpenMode::read_only: return open_file(path, O_RDONLY);
    case OpenMode::read_write: return open_file(path, O_RDWR);
    case OpenMode::create_or_open: return open_file(path, O_RDWR | O_CREAT);
  }
  return Error{ErrorCode::invalid_argument, "open mode"};
}

Result<bool> PosixDisk::exists(std::string_view path) {
  if (::access(std::string(path).c_str(), F_OK) == 0) return true;
  if (errno == ENOENT || errno == ENOTDIR) return false;
  return system_error("access", errno);
}

Result<void> PosixDisk::remove(std::string_view path) {
  if (::unlink(std::string(path).c_str()) != 0 && errno != ENOENT)
    return system_error("unlink", errno);
  return {};
}

Result<void> PosixDisk::rename(std::string_view from, std::string_view to) {
  if (::rename(std::string(from).c_str(), std::string(to).c_str()) != 0) {
    return system_error("rename", errno);
  }
  return {};
}

Result<void> PosixDisk::sync_directory(std::string_view path) {
  std::string folder = std::filesystem::path(path).parent_path().string();
  if (folder.empty()) folder = ".";
  const int descriptor = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor < 0) return system_error("open", errno);
  const int status = ::fsync(descriptor);
  const int number = errno;
  ::close(descriptor);
  // Some file systems cannot sync a folder and say EINVAL; there is nothing more to be had from
  // them.
  if (status != 0 && number != EINVAL) return system_error("fsync", number);
  return {};
}

Result<void> PosixDisk::make_directories(std::string_view path) {
  std::error_code error;
  const bool made = std::filesystem::create_directories(std::filesystem::path(path), error);
  if (error) return from_library("mkdir", error);
  if (made) {
    std::filesystem::permissions(path, std::filesystem::perms::owner_all, error);
    if (error) return from_library("chmod", error);
  }
  return {};
}

Result<std::vector<std::string>> PosixDisk::list(std::string_view directory) {
  std::vector<std::string> names;
  std::error_code error;
  for (std::filesystem::directory_iterator at(directory, error), end; !error && at != end;
       at.increment(error)) {
    names.push_back(at->path().filename().string());
  }
  if (error) return from_library("readdir", error);
  std::sort(names.begin(), names.end());
  return names;
}

Result<std::unique_ptr<File>> PosixDisk::lock(std::string_view path) {
  const int descriptor = ::open(std::string(path).c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (descriptor < 0) return system_error("open", errno);
  if (::flock(descriptor, LOCK_EX | LOCK_NB) != 0) {
    const int number = errno;
    ::close(descriptor);
    return system_error("flock", number);
  }
  return std::unique_ptr<File>(std::make_unique<PosixFile>(descriptor));
}

}  // namespace feltbog

// SPDX-License-Identifier: Apache-2.0
#include "apps/cli/new_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

namespace feltbog::cli {
namespace {

Error failed(const char* call, int number) {
  const ErrorCode code =
      number == ENOSPC || number == EDQUOT ? ErrorCode::disk_full : ErrorCode::io_error;
  return {code, std::string(call) + " errno " + std::to_string(number)};
}

}  // namespace

Result<NewFile> NewFile::create(std::string path) {
  const int descriptor = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (descriptor < 0 && errno == EEXIST) return Error{ErrorCode::already_exists, "file"};
  if (descriptor < 0) return failed("open", errno);
  return NewFile(std::move(path), descriptor);
}

NewFile::NewFile(NewFile&& other) noexcept
    : path_(std::move(other.path_)), descriptor_(std::exchange(other.descriptor_, -1)) {}

NewFile& NewFile::operator=(NewFile&& other) noexcept {
  drop();
  path_ = std::move(other.path_);
  descriptor_ = std::exchange(other.descriptor_, -1);
  return *this;
}

NewFile::~NewFile() { drop(); }

void NewFile::drop() {
  if (descriptor_ < 0) return;
  ::close(std::exchange(descriptor_, -1));
  ::unlink(path_.c_str());
}

Result<void> NewFile::write(BytesView content) {
  while (!content.empty()) {
    const ssize_t written = ::write(descriptor_, content.data(), content.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return failed("write", errno);
    content = content.subspan(static_cast<std::size_t>(written));
  }
  if (::fsync(descriptor_) != 0) return failed("fsync", errno);
  ::close(std::exchange(descriptor_, -1));
  return {};
}

}  // namespace feltbog::cli

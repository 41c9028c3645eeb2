// SPDX-License-Identifier: Apache-2.0
// The recording of traffic to a file.
#include "sync/transport/traffic.h"

#include <utility>

namespace feltbog::transport {

FileTrafficSink::FileTrafficSink(std::unique_ptr<File> file, std::uint64_t size)
    : file_(std::move(file)), size_(size) {}

Result<std::unique_ptr<FileTrafficSink>> FileTrafficSink::open(Disk& disk, std::string_view path) {
  FELTBOG_TRY(file, disk.open(path, OpenMode::create_or_open));
  FELTBOG_TRY(size, file->size());
  return std::unique_ptr<FileTrafficSink>(new FileTrafficSink(std::move(file), size));
}

void FileTrafficSink::append(BytesView payload) {
  if (failed_) return;
  failed_ = !file_->write(size_, payload).has_value();
  size_ += payload.size();
}

}  // namespace feltbog::transport

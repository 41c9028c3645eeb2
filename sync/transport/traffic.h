// SPDX-License-Identifier: Apache-2.0
// Counting and recording what a connection carries. Recording is for tests that search everything
// that ever left a device for words that must not be there.
#pragma once

#include <memory>
#include <string_view>

#include "core/base/bytes.h"
#include "core/base/disk.h"

namespace feltbog::transport {

// Bytes of one connection. Payload is what the session gave and got; wire is TLS records, handshake
// included, without TCP and IP headers.
struct TrafficCount {
  std::uint64_t payload_sent = 0;
  std::uint64_t payload_received = 0;
  std::uint64_t wire_sent = 0;
  std::uint64_t wire_received = 0;
};

// Sees the payload as it is inside TLS, before WebSocket's masking would hide it from a search.
class TrafficSink {
 public:
  virtual ~TrafficSink() = default;
  virtual void sent(BytesView payload) = 0;
  virtual void received(BytesView payload) = 0;
};

// Appends both directions to one file. A failing disk ends the recording and is reported by
// failed(); the connection goes on.
class FileTrafficSink final : public TrafficSink {
 public:
  // Errors: those of Disk::open.
  static Result<std::unique_ptr<FileTrafficSink>> open(Disk& disk, std::string_view path);

  void sent(BytesView payload) override { append(payload); }
  void received(BytesView payload) override { append(payload); }
  bool failed() const { return failed_; }

 private:
  FileTrafficSink(std::unique_ptr<File> file, std::uint64_t size);
  void append(BytesView payload);
  std::unique_ptr<File> file_;
  std::uint64_t size_;
  bool failed_ = false;
};

}  // namespace feltbog::transport

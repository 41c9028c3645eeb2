// SPDX-License-Identifier: Apache-2.0
// Photos and scanned letters: cut into chunks, each sealed under a key of its own kept in the file,
// named by the hash of its ciphertext. The server holds chunks it cannot read.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/workspace/workspace.h"

namespace feltbog::workspace {

inline constexpr std::size_t kChunkBytes = 64 * 1024;  // of plaintext
inline constexpr std::uint64_t kAttachmentBytesMax = 200u * 1024 * 1024;

// Takes bytes in order; nothing is visible to anyone until finish(). Dropped unfinished, what it
// stored is removed.
class AttachmentWriter {
 public:
  // Errors: not_found, ambiguous, invalid_argument.
  static Result<std::unique_ptr<AttachmentWriter>> open(Workspace& workspace, std::string_view file,
                                                        std::string_view name,
                                                        std::string_view media_type);
  ~AttachmentWriter();
  // Errors: disk_full, limit_exceeded (kAttachmentBytesMax).
  Result<void> write(BytesView bytes);
  // Returns {"case", "attachment", "size", "chunks"}; durable. After an error it may be called
  // again. Errors: not_permitted, disk_full.
  Result<Value> finish();

 private:
  struct State;
  explicit AttachmentWriter(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

// Reads any part of an attachment. A chunk that is not on the device yet gives wrong_state, and is
// asked for at the next sync.
class AttachmentReader {
 public:
  // Enters it in the access log; `purpose` as in CallContext. Errors: not_found, ambiguous, and
  // those of AccessLog::write.
  static Result<std::unique_ptr<AttachmentReader>> open(Workspace& workspace, std::string_view file,
                                                        std::string_view attachment,
                                                        std::string purpose = {});
  ~AttachmentReader();
  std::uint64_t size() const;
  std::string name() const;
  // Up to `count` bytes from `offset`; fewer only at the end. Errors: wrong_state (asked for),
  // decryption_failed, corrupt.
  Result<Bytes> read(std::uint64_t offset, std::size_t count);

 private:
  struct State;
  explicit AttachmentReader(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace feltbog::workspace

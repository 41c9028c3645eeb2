// SPDX-License-Identifier: Apache-2.0
// What a file says of an attachment: how large it is, the key of its chunks, and which they are.
#pragma once

#include <optional>
#include <vector>

#include "core/crypto/secret.h"
#include "core/document/history.h"

namespace feltbog::workspace {

struct AttachmentContent {
  std::uint64_t size = 0;
  crypto::Key key;
  std::vector<ChunkHash> chunks;

  Value to_value() const;
};

// Nothing when the document has no readable content.
std::optional<AttachmentContent> read_attachment_content(const document::History& history,
                                                         const document::DocumentId& document);

// Chunks are sealed with their place in the attachment, so that they cannot be exchanged or cut
// off.
Bytes seal_chunk(const crypto::Key& key, std::uint64_t index, bool last, BytesView plain,
                 Random& random);
// Error: decryption_failed.
Result<Bytes> open_chunk(const crypto::Key& key, std::uint64_t index, bool last, BytesView sealed);

}  // namespace feltbog::workspace

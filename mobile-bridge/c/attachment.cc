// SPDX-License-Identifier: Apache-2.0
// feltbog_attachment.h over core/workspace/attachment.h.
#include <algorithm>

#include "mobile-bridge/c/family.h"
#include "mobile-bridge/c/feltbog.h"

namespace feltbog::bridge {
namespace {

using workspace::AttachmentReader;
using workspace::AttachmentWriter;

constexpr std::size_t kReadBytesMax = 1024 * 1024;

template <class Body>
feltbog_error* in_stream(const void* handle, const Body& body) noexcept {
  return in_family(HandleKind::attachment, handle, [&](Family& family) -> Result<void> {
    return body(family.attachments.at(reinterpret_cast<HandleName>(handle)));
  });
}

// Runs body(AttachmentWriter&).
template <class Body>
feltbog_error* in_writer(const void* handle, const Body& body) noexcept {
  return in_stream(handle, [&](AttachmentStream& stream) -> Result<void> {
    if (stream.writer == nullptr) return Error{ErrorCode::wrong_state, "not being written"};
    return body(*stream.writer);
  });
}

// Runs body(AttachmentReader&).
template <class Body>
feltbog_error* in_reader(const void* handle, const Body& body) noexcept {
  return in_stream(handle, [&](AttachmentStream& stream) -> Result<void> {
    if (stream.reader == nullptr) return Error{ErrorCode::wrong_state, "not being read"};
    return body(*stream.reader);
  });
}

// A writer that has finished says closed_handle of itself; the handle is still open.
Error as_state(const Error& error) {
  if (error.code != ErrorCode::closed_handle) return error;
  return {ErrorCode::wrong_state, "finished"};
}

Result<void> hand_out(Family& family, AttachmentStream stream, feltbog_attachment** out) {
  FELTBOG_TRY(name, family.adopt(HandleKind::attachment, family.attachments, std::move(stream)));
  *out = as_handle<feltbog_attachment>(name);
  return {};
}

}  // namespace
}  // namespace feltbog::bridge

using feltbog::Result;
using namespace feltbog::bridge;
using feltbog::workspace::Workspace;

extern "C" {

feltbog_error* feltbog_attachment_create(feltbog_workspace* workspace, const char* file,
                                         size_t file_size, const char* name, size_t name_size,
                                         const char* media_type, size_t media_type_size,
                                         feltbog_attachment** out) {
  clear_out(out);
  return in_workspace(workspace, [&](Family& family, Workspace& open) -> Result<void> {
    FELTBOG_CHECK(require_out(out));
    FELTBOG_TRY(file_text, text_in(file, file_size, "file"));
    FELTBOG_TRY(name_text, text_in(name, name_size, "name"));
    FELTBOG_TRY(type_text, text_in(media_type, media_type_size, "media_type"));
    FELTBOG_TRY(writer, AttachmentWriter::open(open, file_text, name_text, type_text));
    return hand_out(family, {std::move(writer), nullptr}, out);
  });
}

feltbog_error* feltbog_attachment_write(feltbog_attachment* attachment, const uint8_t* data,
                                        size_t size) {
  return in_writer(attachment, [&](AttachmentWriter& writer) -> Result<void> {
    FELTBOG_TRY(bytes, bytes_in(data, size, "data"));
    auto written = writer.write(bytes);
    return written ? written : as_state(written.error());
  });
}

feltbog_error* feltbog_attachment_finish(feltbog_attachment* attachment, feltbog_bytes* out) {
  clear_out(out);
  return in_writer(attachment, [&](AttachmentWriter& writer) -> Result<void> {
    FELTBOG_CHECK(require_out(out));
    auto finished = writer.finish();
    if (!finished) return as_state(finished.error());
    return value_out(*finished, out);
  });
}

feltbog_error* feltbog_attachment_open(feltbog_workspace* workspace, const char* file,
                                       size_t file_size, const char* attachment,
                                       size_t attachment_size, feltbog_attachment** out) {
  clear_out(out);
  return in_workspace(workspace, [&](Family& family, Workspace& open) -> Result<void> {
    FELTBOG_CHECK(require_out(out));
    FELTBOG_TRY(file_text, text_in(file, file_size, "file"));
    FELTBOG_TRY(reference, text_in(attachment, attachment_size, "attachment"));
    FELTBOG_TRY(reader, AttachmentReader::open(open, file_text, reference));
    return hand_out(family, {nullptr, std::move(reader)}, out);
  });
}

feltbog_error* feltbog_attachment_size(feltbog_attachment* attachment, uint64_t* out) {
  clear_out(out);
  return in_reader(attachment, [&](const AttachmentReader& reader) -> Result<void> {
    FELTBOG_CHECK(require_out(out));
    *out = reader.size();
    return {};
  });
}

feltbog_error* feltbog_attachment_name(feltbog_attachment* attachment, feltbog_bytes* out) {
  clear_out(out);
  return in_reader(attachment, [&](const AttachmentReader& reader) -> Result<void> {
    FELTBOG_CHECK(require_out(out));
    return bytes_out(feltbog::as_bytes(reader.name()), out);
  });
}

feltbog_error* feltbog_attachment_read(feltbog_attachment* attachment, uint64_t offset,
                                       size_t count, feltbog_bytes* out) {
  clear_out(out);
  return in_reader(attachment, [&](AttachmentReader& reader) -> Result<void> {
    FELTBOG_CHECK(require_out(out));
    if (offset >= reader.size()) return {};
    FELTBOG_TRY(bytes, reader.read(offset, std::min(count, kReadBytesMax)));
    return bytes_out(bytes, out);
  });
}

feltbog_error* feltbog_attachment_close(feltbog_attachment* attachment) {
  return in_family(HandleKind::attachment, attachment, [&](Family& family) -> Result<void> {
    family.close(family.attachments, reinterpret_cast<HandleName>(attachment));
    return {};
  });
}

}  // extern "C"

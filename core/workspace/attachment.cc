// SPDX-License-Identifier: Apache-2.0
#include "core/workspace/attachment.h"

#include "core/ledger/chunk.h"
#include "core/workspace/access_log.h"
#include "core/workspace/attachment_content.h"
#include "core/workspace/naming.h"
#include "core/workspace/schema.h"
#include "core/workspace/unit_of_work.h"

namespace feltbog::workspace {

struct AttachmentWriter::State {
  Core* core;
  SpaceId space;
  std::string name;
  std::string media_type;
  AttachmentContent content;
  Bytes pending;          // less than or exactly one chunk, not yet sealed
  bool complete = false;  // the last chunk is stored
  bool finished = false;

  // Chunks are stored as they come, so that a large file never stands in memory; the server is
  // offered them only once finish() has named them in the file.
  Result<void> store_chunk(bool last) {
    const Bytes sealed =
        seal_chunk(content.key, content.chunks.size(), last, pending, *core->environment.random);
    const ChunkHash hash = ledger::chunk_hash(sealed);
    FELTBOG_CHECK(core->database->run(
        "INSERT INTO chunk(space, hash, bytes, own, receipt) VALUES(?1, ?2, ?3, 1, x'')", space,
        hash, sealed));
    content.chunks.push_back(hash);
    content.size += pending.size();
    pending.clear();
    complete = last;
    return {};
  }
};

AttachmentWriter::AttachmentWriter(std::unique_ptr<State> state) : state_(std::move(state)) {}

AttachmentWriter::~AttachmentWriter() {
  if (state_->finished) return;
  for (const ChunkHash& chunk : state_->content.chunks) {
    // What cannot be removed now is small change on the disk, and nobody is ever offered it.
    static_cast<void>(
        state_->core->database
            ->run("DELETE FROM chunk WHERE space = ?1 AND hash = ?2", state_->space, chunk)
            .has_value());
  }
}

Result<std::unique_ptr<AttachmentWriter>> AttachmentWriter::open(Workspace& workspace,
                                                                 std::string_view file_reference,
                                                                 std::string_view name,
                                                                 std::string_view media_type) {
  Core& core = workspace.core();
  FELTBOG_CHECK(core.serving());
  FELTBOG_TRY(file, find_file(core, file_reference));
  if (name.empty()) return Error{ErrorCode::invalid_argument, "name"};
  AttachmentContent content{0, crypto::Key::random(*core.environment.random), {}};
  return std::unique_ptr<AttachmentWriter>(
      new AttachmentWriter(std::make_unique<State>(State{&core,
                                                         file->id,
                                                         std::string(name),
                                                         std::string(media_type),
                                                         std::move(content),
                                                         {},
                                                         false,
                                                         false})));
}

Result<void> AttachmentWriter::write(BytesView bytes) {
  if (state_->finished || state_->complete) return Error{ErrorCode::closed_handle, "attachment"};
  if (state_->content.size + state_->pending.size() + bytes.size() > kAttachmentBytesMax) {
    return Error{ErrorCode::limit_exceeded, "attachment"};
  }
  while (!bytes.empty()) {
    // A full chunk is kept back until more comes, because the last one is sealed as such.
    if (state_->pending.size() == kChunkBytes) FELTBOG_CHECK(state_->store_chunk(false));
    const std::size_t count = std::min(bytes.size(), kChunkBytes - state_->pending.size());
    append(state_->pending, bytes.first(count));
    bytes = bytes.subspan(count);
  }
  return {};
}

Result<Value> AttachmentWriter::finish() {
  State& state = *state_;
  if (state.finished) return Error{ErrorCode::closed_handle, "attachment"};
  // When the rest fails, finish() may be called again.
  if (!state.complete) FELTBOG_CHECK(state.store_chunk(true));
  UnitOfWork work(*state.core);
  FELTBOG_TRY(draft, work.draft(state.space));
  const auto document = draft->create(kAttachmentKind);
  draft->set(document, field::kName, Value(state.name));
  draft->set(document, field::kMediaType, Value(state.media_type));
  draft->set(document, field::kContent, state.content.to_value());
  work.offer_chunks(state.space, state.content.chunks);
  FELTBOG_CHECK(work.commit());
  state.finished = true;
  Value out;
  out["case"] = short_id(state.space);
  out["attachment"] = short_id(document);
  out["size"] = state.content.size;
  out["chunks"] = static_cast<std::int64_t>(state.content.chunks.size());
  return out;
}

struct AttachmentReader::State {
  Core* core;
  SpaceId space;
  std::string name;
  AttachmentContent content;

  Result<Bytes> chunk(std::uint64_t index) {
    const ChunkHash& hash = content.chunks[static_cast<std::size_t>(index)];
    FELTBOG_TRY(row,
                core->database->prepare("SELECT bytes FROM chunk WHERE space = ?1 AND hash = ?2"));
    row.bind_all(space, hash);
    FELTBOG_TRY(found, row.step());
    if (found && !row.is_null(0)) {
      return open_chunk(content.key, index, index + 1 == content.chunks.size(), row.bytes(0));
    }
    row.reset();
    FELTBOG_CHECK(ask_for_all());
    return Error{ErrorCode::wrong_state, "not on this device yet; it comes with the next sync"};
  }

  // Every chunk at once, so that one sync brings the whole.
  Result<void> ask_for_all() {
    return core->durably([this]() -> Result<bool> {
      bool any = false;
      for (const ChunkHash& wanted : content.chunks) {
        FELTBOG_CHECK(core->database->run(
            "INSERT OR IGNORE INTO chunk(space, hash, own) VALUES(?1, ?2, 0)", space, wanted));
        any = any || core->database->changes() > 0;
      }
      return any;
    });
  }
};

AttachmentReader::AttachmentReader(std::unique_ptr<State> state) : state_(std::move(state)) {}
AttachmentReader::~AttachmentReader() = default;
std::uint64_t AttachmentReader::size() const { return state_->content.size; }
std::string AttachmentReader::name() const { return state_->name; }

Result<std::unique_ptr<AttachmentReader>> AttachmentReader::open(Workspace& workspace,
                                                                 std::string_view file_reference,
                                                                 std::string_view attachment,
                                                                 std::string purpose) {
  Core& core = workspace.core();
  FELTBOG_CHECK(core.serving());
  FELTBOG_TRY(file, find_file(core, file_reference));
  FELTBOG_TRY(document, find_document(*file, kAttachmentKind, attachment));
  auto content = read_attachment_content(file->history, document);
  if (!content || content->chunks.empty()) return Error{ErrorCode::malformed, "attachment content"};
  FELTBOG_CHECK(core.access->write(
      {{}, AccessClass::extract, "attachment.read", std::move(purpose), {}, {{file->id, 1}}}));
  return std::unique_ptr<AttachmentReader>(new AttachmentReader(std::make_unique<State>(
      State{&core, file->id, text_value(*file, document, field::kName), std::move(*content)})));
}

Result<Bytes> AttachmentReader::read(std::uint64_t offset, std::size_t count) {
  FELTBOG_CHECK(state_->core->serving());
  Bytes out;
  if (offset >= size()) return out;
  const std::uint64_t end = offset + std::min<std::uint64_t>(size() - offset, count);
  while (offset < end) {
    const std::uint64_t index = offset / kChunkBytes;
    if (index >= state_->content.chunks.size())
      return Error{ErrorCode::malformed, "attachment size"};
    FELTBOG_TRY(plain, state_->chunk(index));
    const auto from = static_cast<std::size_t>(offset % kChunkBytes);
    if (from >= plain.size()) return Error{ErrorCode::malformed, "attachment size"};
    const std::size_t part =
        std::min<std::size_t>(plain.size() - from, static_cast<std::size_t>(end - offset));
    append(out, BytesView(plain).subspan(from, part));
    offset += part;
  }
  return out;
}

}  // namespace feltbog::workspace

// SPDX-License-Identifier: Apache-2.0
#include "core/workspace/dropped_notes.h"

#include "core/base/cbor.h"
#include "core/workspace/lease.h"
#include "core/workspace/naming.h"
#include "core/workspace/new_note.h"
#include "core/workspace/unit_of_work.h"

namespace feltbog::workspace {
namespace {

constexpr crypto::Domain kDroppedNote{"dropped-note.v1"};
constexpr std::uint64_t kVersion = 1;

// Of a case that is not here, or not this device's to write in: somebody has to look.
bool waits_for_somebody(const Error& error) {
  switch (error.code) {
    case ErrorCode::not_found:
    case ErrorCode::ambiguous:
    case ErrorCode::not_permitted:
    case ErrorCode::erased: return true;
    default: return false;
  }
}

}  // namespace

document::DocumentId begin_dropped_note(Draft& draft, const DroppedNote& note) {
  return begin_note(draft, note.happened, note.happened, note.text);
}

Bytes DroppedNotes::context() const {
  CborWriter writer;
  writer.array(3).uint(kVersion).fixed(core_->membership.organisation().id());
  writer.fixed(core_->identity.id);
  return writer.take();
}

Result<Bytes> DroppedNotes::seal(const DroppedNote& note) {
  if (note.text.size() > kDroppedNoteBytesMax) return Error{ErrorCode::limit_exceeded, "text"};
  CborWriter writer;
  writer.array(5).uint(kVersion).text(note.file).text(note.happened);
  writer.integer(note.recorded.milliseconds).text(note.text);
  Bytes plain = writer.take();
  auto sealed = crypto::seal_to(core_->identity.publics.agreement, kDroppedNote, context(), plain,
                                *core_->environment.random);
  crypto::wipe(plain);
  look_again();
  return sealed;
}

Result<DroppedNote> DroppedNotes::unseal(BytesView sealed) {
  FELTBOG_TRY(plain, crypto::open_from(core_->identity.agreement, kDroppedNote, context(), sealed));
  CborReader reader(plain);
  FELTBOG_CHECK(reader.array(5));
  FELTBOG_TRY(version, reader.uint());
  if (version != kVersion) return Error{ErrorCode::unsupported_version, "dropped note"};
  FELTBOG_TRY(file, reader.text());
  FELTBOG_TRY(happened, reader.text());
  FELTBOG_TRY(recorded, reader.integer());
  FELTBOG_TRY(text, reader.text());
  FELTBOG_CHECK(reader.finish());
  return DroppedNote{std::string(file), std::string(happened), WallTime{recorded},
                     std::string(text)};
}

Result<std::int64_t> DroppedNotes::count() {
  FELTBOG_TRY(row, core_->database->prepare("SELECT count(*) FROM dropped_note"));
  FELTBOG_TRY(found, row.step());
  return found ? row.integer(0) : 0;
}

Result<std::vector<DroppedNotes::Waiting>> DroppedNotes::list() {
  FELTBOG_TRY(rows, core_->database->prepare("SELECT id, sealed FROM dropped_note ORDER BY id"));
  std::vector<Waiting> out;
  while (true) {
    FELTBOG_TRY(more, rows.step());
    if (!more) return out;
    FELTBOG_TRY(note, unseal(rows.bytes(1)));
    out.push_back({rows.integer(0), std::move(note)});
  }
}

Result<DroppedNote> DroppedNotes::open(std::int64_t id) {
  FELTBOG_TRY(row, core_->database->prepare("SELECT sealed FROM dropped_note WHERE id = ?1"));
  row.bind(1, id);
  FELTBOG_TRY(found, row.step());
  if (!found) return Error{ErrorCode::not_found, "note"};
  return unseal(row.bytes(0));
}

Result<void> DroppedNotes::file(const Waiting& waiting) {
  FELTBOG_TRY(file, find_file(*core_, waiting.note.file));
  UnitOfWork work(*core_);
  FELTBOG_TRY(draft, work.draft(file->id, waiting.note.recorded));
  begin_dropped_note(*draft, waiting.note);
  work.take_up_note(waiting.id);
  return work.commit();
}

Result<void> DroppedNotes::file_all() {
  if (!due_ || core_->stage() != Stage::member || !core_->lease->check()) return {};
  FELTBOG_TRY(waiting, list());
  for (const Waiting& each : waiting) {
    if (each.note.file.empty()) continue;
    const auto filed = file(each);
    if (!filed && !waits_for_somebody(filed.error())) return filed.error();
  }
  due_ = false;
  return {};
}

}  // namespace feltbog::workspace

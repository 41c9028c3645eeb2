// SPDX-License-Identifier: Apache-2.0
// feltbog_editor.h over core/workspace/editor.h.
#include <limits>

#include "mobile-bridge/c/family.h"
#include "mobile-bridge/c/feltbog.h"

namespace feltbog::bridge {
namespace {

using workspace::Editor;
using workspace::TextUnit;

Result<TextUnit> text_unit(int32_t number) {
  switch (number) {
    case FELTBOG_TEXT_UNIT_UTF8: return TextUnit::utf8;
    case FELTBOG_TEXT_UNIT_UTF16: return TextUnit::utf16;
    case FELTBOG_TEXT_UNIT_CODE_POINT: return TextUnit::code_point;
    default: return Error{ErrorCode::invalid_argument, "unit"};
  }
}

Value describe(const Editor::Update& update) {
  Value out;
  out["revision"] = update.revision;
  out["patches"] = Value::List{};
  for (const Editor::Patch& patch : update.patches) {
    Value row;
    row["position"] = patch.position;
    row["erased"] = patch.erased;
    row["inserted"] = patch.inserted;
    out["patches"].push_back(std::move(row));
  }
  return out;
}

Value describe(const std::vector<Editor::Marked>& marks) {
  Value out = Value::List{};
  for (const Editor::Marked& mark : marks) {
    Value row;
    row["position"] = mark.position;
    row["length"] = mark.length;
    row["name"] = mark.name;
    row["value"] = mark.value;
    out.push_back(std::move(row));
  }
  return out;
}

// Runs body(Editor&).
template <class Body>
feltbog_error* in_editor(const void* handle, const Body& body) noexcept {
  return in_family(HandleKind::editor, handle, [&](Family& family) -> Result<void> {
    return body(*family.editors.at(reinterpret_cast<HandleName>(handle)));
  });
}

}  // namespace
}  // namespace feltbog::bridge

using feltbog::Error;
using feltbog::ErrorCode;
using feltbog::Result;
using namespace feltbog::bridge;
using feltbog::workspace::Workspace;

extern "C" {

feltbog_error* feltbog_editor_open(feltbog_workspace* workspace, const char* file, size_t file_size,
                                   const char* note, size_t note_size, int32_t unit,
                                   feltbog_editor** out) {
  clear_out(out);
  return in_workspace(workspace, [&](Family& family, Workspace& open) -> Result<void> {
    FELTBOG_CHECK(require_out(out));
    FELTBOG_TRY(file_text, text_in(file, file_size, "file"));
    FELTBOG_TRY(note_text, text_in(note, note_size, "note"));
    FELTBOG_TRY(counted, text_unit(unit));
    FELTBOG_TRY(editor, Editor::open(open, file_text, note_text, counted));
    FELTBOG_TRY(name, family.adopt(HandleKind::editor, family.editors, std::move(editor)));
    *out = as_handle<feltbog_editor>(name);
    return {};
  });
}

feltbog_error* feltbog_editor_text(feltbog_editor* editor, feltbog_bytes* text,
                                   uint64_t* revision) {
  clear_out(text, revision);
  return in_editor(editor, [&](const Editor& open) -> Result<void> {
    FELTBOG_CHECK(require_out(text));
    FELTBOG_CHECK(require_out(revision));
    FELTBOG_CHECK(bytes_out(feltbog::as_bytes(open.text()), text));
    *revision = open.revision();
    return {};
  });
}

feltbog_error* feltbog_editor_splice(feltbog_editor* editor, uint64_t base, uint64_t position,
                                     uint64_t erased, const char* inserted, size_t inserted_size,
                                     feltbog_bytes* out) {
  clear_out(out);
  return in_editor(editor, [&](Editor& open) -> Result<void> {
    FELTBOG_CHECK(require_out(out));
    FELTBOG_TRY(text, text_in(inserted, inserted_size, "inserted"));
    if (erased > std::numeric_limits<uint64_t>::max() - position) {
      return Error{ErrorCode::invalid_argument, "beyond the end"};
    }
    FELTBOG_TRY(update, open.splice(base, position, erased, text));
    return value_out(describe(update), out);
  });
}

feltbog_error* feltbog_editor_mark(feltbog_editor* editor, uint64_t base, uint64_t position,
                                   uint64_t length, const char* name, size_t name_size,
                                   const uint8_t* value, size_t value_size) {
  return in_editor(editor, [&](Editor& open) -> Result<void> {
    FELTBOG_TRY(called, text_in(name, name_size, "name"));
    FELTBOG_TRY(content, value_in(value, value_size, "value"));
    return open.mark(base, position, length, called, std::move(content));
  });
}

feltbog_error* feltbog_editor_marks(feltbog_editor* editor, feltbog_bytes* out,
                                    uint64_t* revision) {
  clear_out(out, revision);
  return in_editor(editor, [&](const Editor& open) -> Result<void> {
    FELTBOG_CHECK(require_out(out));
    FELTBOG_CHECK(require_out(revision));
    FELTBOG_TRY(marks, open.marks());
    FELTBOG_CHECK(value_out(describe(marks), out));
    *revision = open.revision();
    return {};
  });
}

feltbog_error* feltbog_editor_update_since(feltbog_editor* editor, uint64_t base,
                                           feltbog_bytes* out) {
  clear_out(out);
  return in_editor(editor, [&](const Editor& open) -> Result<void> {
    FELTBOG_CHECK(require_out(out));
    FELTBOG_TRY(update, open.update_since(base));
    return value_out(describe(update), out);
  });
}

feltbog_error* feltbog_editor_close(feltbog_editor* editor) {
  return in_family(HandleKind::editor, editor, [&](Family& family) -> Result<void> {
    family.close(family.editors, reinterpret_cast<HandleName>(editor));
    return {};
  });
}

}  // extern "C"

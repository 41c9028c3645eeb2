// SPDX-License-Identifier: Apache-2.0
// Listing attachments. Their bytes go through the handles of attachment.h, not through the table.
#include "core/workspace/attachment_content.h"
#include "core/workspace/call.h"
#include "core/workspace/commands/commands.h"
#include "core/workspace/naming.h"
#include "core/workspace/schema.h"

namespace feltbog::workspace {
namespace {

Result<std::int64_t> chunks_here(Core& core, const SpaceId& space,
                                 const AttachmentContent& content) {
  std::int64_t count = 0;
  for (const ChunkHash& chunk : content.chunks) {
    FELTBOG_TRY(
        row, core.database->prepare("SELECT 1 FROM chunk WHERE space = ?1 AND hash = ?2 AND bytes "
                                    "IS NOT NULL"));
    row.bind_all(space, chunk);
    FELTBOG_TRY(found, row.step());
    if (found) ++count;
  }
  return count;
}

Result<Value> attachment_list(Call& call) {
  FELTBOG_TRY(file, call.shown_file());
  Value rows = Value::List{};
  for (const auto& info : file->history.documents_of(kAttachmentKind)) {
    const auto content = read_attachment_content(file->history, info.id);
    if (!content) continue;
    FELTBOG_TRY(here, chunks_here(call.core(), file->id, *content));
    Value row;
    row["id"] = short_id(info.id);
    row["name"] = text_value(*file, info.id, field::kName);
    row["media_type"] = text_value(*file, info.id, field::kMediaType);
    row["size"] = content->size;
    row["by"] = author_name(call.core(), info.id.change.writer);
    row["complete"] = here == static_cast<std::int64_t>(content->chunks.size());
    rows.push_back(std::move(row));
  }
  return rows;
}

constexpr Parameter kParameters[] = {
    {"case", ParameterType::text, Presence::positional, {"The file", "Sagen"}}};
constexpr Column kColumns[] = {{"id", {"Attachment", "Bilag"}},
                               {"name", {"Name", "Navn"}},
                               {"size", {"Bytes", "Byte"}},
                               {"by", {"By", "Af"}},
                               {"complete", {"On this device", "På enheden"}}};

constexpr CommandRow kRows[] = {
    {"attachment.list",
     Shape::query,
     1,
     {"List photos and scanned letters of a file", "Vis en sags fotos og scannede breve"},
     "feltbog attachment list abcd12",
     kParameters,
     kColumns,
     Entitlement::anyone,
     AccessClass::view,
     true,
     false,
     attachment_list,
     WhileLapsed::refused},
};

}  // namespace

std::span<const CommandRow> attachment_commands() { return kRows; }

}  // namespace feltbog::workspace

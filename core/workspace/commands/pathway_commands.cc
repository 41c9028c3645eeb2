// SPDX-License-Identifier: Apache-2.0
// Pathways in use: published into the directory, so that every device computes with the same rules.
#include "core/casework/pathway_loader.h"
#include "core/workspace/call.h"
#include "core/workspace/commands/commands.h"
#include "core/workspace/course.h"
#include "core/workspace/naming.h"
#include "core/workspace/schema.h"

namespace feltbog::workspace {
namespace {

Result<Value> pathway_publish(Call& call) {
  Core& core = call.core();
  if (!core.joining.directory) return Error{ErrorCode::wrong_state, "no directory"};
  const std::string definition = call.text("definition");
  FELTBOG_TRY(pathway, casework::load_pathway_text(definition));
  if (find_pathway(core, pathway.id, pathway.version) != nullptr) {
    return Error{ErrorCode::already_exists,
                 pathway.id + " version " + std::to_string(pathway.version)};
  }
  FELTBOG_TRY(draft, call.work().draft(*core.joining.directory));
  const auto document = draft->create(kPathwayKind);
  draft->set(document, field::kPathwayId, Value(pathway.id));
  draft->set(document, field::kVersion, Value(pathway.version));
  draft->set(document, field::kTitle, Value(call.say(pathway.title)));
  draft->set(document, field::kDefinition, Value(definition));
  Value out;
  out["id"] = pathway.id;
  out["version"] = pathway.version;
  return out;
}

Result<Value> pathway_list(Call& call) {
  Value rows = Value::List{};
  if (!call.core().joining.directory) return rows;
  FELTBOG_TRY(directory, call.core().files.open(*call.core().joining.directory));
  for (const auto& info : directory->history.documents_of(kPathwayKind)) {
    Value row;
    row["id"] = text_value(*directory, info.id, field::kPathwayId);
    const auto version = directory->history.value(info.id, field::kVersion);
    row["version"] = version ? version->value : Value();
    row["title"] = text_value(*directory, info.id, field::kTitle);
    row["published_by"] = author_name(call.core(), info.id.change.writer);
    rows.push_back(std::move(row));
  }
  return rows;
}

constexpr Parameter kPublishParameters[] = {{"definition",
                                             ParameterType::text,
                                             Presence::positional,
                                             {"The pathway as JSON text (@FILE reads a file)",
                                              "Forløbet som JSON-tekst (@FIL læser en fil)"}}};
constexpr Column kListColumns[] = {{"id", {"Pathway", "Forløb"}},
                                   {"version", {"Version", "Version"}},
                                   {"title", {"Title", "Titel"}},
                                   {"published_by", {"Published by", "Udgivet af"}}};

constexpr CommandRow kRows[] = {
    {"pathway.list",
     Shape::query,
     1,
     {"List the pathways in use", "Vis de forløb der er i brug"},
     "feltbog pathway list",
     {},
     kListColumns,
     Entitlement::anyone,
     AccessClass::none,
     true,
     false,
     pathway_list,
     WhileLapsed::refused},
    {"pathway.publish",
     Shape::command,
     1,
     {"Publish a pathway to all devices", "Udgiv et forløb til alle enheder"},
     "feltbog pathway publish @pathways/slagelse-fokus-2021.json",
     kPublishParameters,
     {},
     Entitlement::administrators,
     AccessClass::none,
     false,
     false,
     pathway_publish,
     WhileLapsed::refused},
};

}  // namespace

std::span<const CommandRow> pathway_commands() { return kRows; }

}  // namespace feltbog::workspace

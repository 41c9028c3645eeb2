// SPDX-License-Identifier: Apache-2.0
// Results as people read them.
#include "apps/cli/render.h"

#include <doctest/doctest.h>

#include "apps/cli/commands.h"

namespace feltbog::cli {
namespace {

const Terminal kPlain;

TEST_CASE("dates and local times are written as the language's country writes them") {
  CHECK(render_date("2026-11-17", Language::danish) == "17.11.2026");
  CHECK(render_date("2026-11-17", Language::english) == "17 Nov 2026");
  CHECK(render_date("2026-11-07T08:05", Language::danish) == "07.11.2026 08:05");
  CHECK(render_date("2026-11-07T08:05:09", Language::english) == "7 Nov 2026 08:05");
  CHECK(render_date("2026-13-07", Language::danish) == "2026-13-07");
  CHECK(render_date("2026-11-17 og mere", Language::danish) == "2026-11-17 og mere");
}

TEST_CASE("a list becomes a table of its columns") {
  Value rows = Value::List{};
  Value row;
  row["id"] = "abc123";
  row["title"] = "Besøg";
  row["happened"] = "2026-11-17T10:30";
  row["by"] = "Anna";
  row["signed"] = true;
  rows.push_back(row);
  CHECK(render_result(*find_any_command("note.list"), rows, Language::danish, kPlain) ==
        "Notat   Titel  Skete             Af    Underskrevet\n"
        "abc123  Besøg  17.11.2026 10:30  Anna  ja\n");
  CHECK(render_result(*find_any_command("note.list"), Value::List{}, Language::danish, kPlain) ==
        "Ingen.\n");
}

TEST_CASE("a note's lists have bullets and numbers, and a terminal shows its emphasis") {
  const auto mark = [](int begin, int end, const char* name, Value value) {
    Value out;
    out["begin"] = begin;
    out["end"] = end;
    out["name"] = name;
    out["value"] = std::move(value);
    return out;
  };
  Value note;
  note["title"] = "Besøg";
  note["by"] = "Anna";
  note["text"] = "Køb\nmel \x1b[5m\næg\nsmør\nto\n\nså";
  note["marks"] = Value::List{mark(0, 3, "strong", true), mark(1, 6, "emphasis", true),
                              mark(4, 16, "list", "bullet"), mark(16, 24, "list", "number")};
  const auto shown = [&](const Terminal& terminal) {
    const std::string all =
        render_result(*find_any_command("note.show"), note, Language::english, terminal);
    return all.substr(all.rfind("Text:"));
  };
  CHECK(shown(kPlain) ==
        "Text:  Køb\n"
        "       • mel  [5m\n"
        "       • æg\n"
        "       1. smør\n"
        "       2. to\n"
        "       \n"
        "       så\n");
  Terminal colours;
  colours.colour = true;
  note["text"] = "Køb mel";
  note["marks"] = Value::List{mark(0, 3, "strong", true), mark(1, 6, "emphasis", true)};
  CHECK(shown(colours).find("\x1b[1mK\x1b[0m\x1b[1m\x1b[3møb\x1b[0m\x1b[3m me\x1b[0ml\n") !=
        std::string::npos);
}

TEST_CASE("a record becomes labels and values, with what is nested indented below") {
  Value record;
  record["title"] = "Besøg";
  record["text"] = "Linje et\nLinje to";
  record["signed"] = false;
  record["missing"] = Value();
  record["members"] = Value::List{};
  Value addendum;
  addendum["by"] = "Bo";
  addendum["text"] = "Mere";
  record["addenda"].push_back(addendum);
  record["not_sent"]["changes"] = 2;
  CHECK(render_result(*find_any_command("note.show"), record, Language::danish, kPlain) ==
        "Titel:        Besøg\n"
        "Tekst:        Linje et\n"
        "              Linje to\n"
        "Underskrevet: nej\n"
        "Tilføjelser:\n"
        "  - Af:    Bo\n"
        "    Tekst: Mere\n"
        "Ikke sendt endnu:\n"
        "  Ændringer: 2\n");
}

TEST_CASE("what distinguishes two texts is marked in the flow of words") {
  const auto part = [](const char* words, const char* only) {
    Value out;
    out["text"] = words;
    if (*only != 0) out["only"] = only;
    return out;
  };
  Value record;
  record["difference"] = Value(Value::List{part("Hun var ", ""), part("ikke ", "first"),
                                           part("altid ", "this"), part("hjemme.", "")});
  CHECK(render_result(*find_any_command("conflicts.show"), record, Language::danish, kPlain) ==
        "Forskelle:\n  Hun var [-ikke -]{+altid +}hjemme.\n");
}

TEST_CASE("data cannot move the cursor or change colours") {
  CHECK(render_cell("title",
                    Value("a\x1b[31mb\xC2\x9B"
                          "c\td"),
                    Language::danish) == "a [31mb c d");
}

TEST_CASE("colour appears only where the terminal has it") {
  Value record;
  record["title"] = "x";
  Terminal colourful;
  colourful.is_terminal = true;
  colourful.colour = true;
  colourful.width = 80;
  const auto& row = *find_any_command("note.show");
  CHECK(render_result(row, record, Language::danish, kPlain).find('\x1b') == std::string::npos);
  CHECK(render_result(row, record, Language::danish, colourful).find('\x1b') != std::string::npos);
}

}  // namespace
}  // namespace feltbog::cli

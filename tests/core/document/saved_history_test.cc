// SPDX-License-Identifier: Apache-2.0
// Histories that are saved and come back: the texts at once, the rest when asked for.
#include "core/document/saved_history.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <iterator>

#include "core/base/cbor.h"
#include "tests/core/document/scene.h"

namespace feltbog::document {
namespace {

using scene::Person;

// One of everything, by two people; the same every time.
History sample() {
  Person anna(1), bo(2);
  const DocumentId note = anna.create("note");
  anna.act({{note, "body", Insert{0, "Mødt borgeren hjemme. 🙂"}},
            {note, "outcome", Set{Value("met"), std::nullopt}},
            {{}, "entries", Append{Value(Value::List{Value(1), Value("to")})}},
            {note, "needs", Add{Value("food")}}});
  scene::meet({&anna, &bo});
  for (std::uint64_t i = 0; i < 4; ++i) bo.act(note, "body", Insert{22 + i, "!"});
  for (std::uint64_t i = 0; i < 3; ++i) anna.act(note, "body", Erase{20 - i, 1});
  anna.act({}, "attempts", Increment{-3});
  anna.act(note, "newer", Unknown{77, Bytes{0x82, 0x01, 0x61, 'x'}});
  bo.act(note, "outcome", Set{Value("moved"), std::nullopt});
  scene::meet({&anna, &bo});
  anna.act({{note, "body", Freeze{}},
            {note, "needs", Remove{{anna.history.members(note, "needs")[0].tags[0]}}}});
  bo.act(DocumentId{{anna.writer, 400}, 0}, "body", Insert{3, "nowhere"});
  scene::meet({&bo, &anna});
  return anna.history.clone();
}

// The same with everything forgotten that can be.
History thinned_sample() {
  History out = sample();
  REQUIRE(out.thin(out.heads()).size() == 1);
  return out;
}

SavedHistory opened(const Bytes& bytes) { return SavedHistory::open(bytes).value(); }

Result<History> loaded_with_flipped(Bytes bytes, std::size_t bit) {
  bytes[bit / 8] = static_cast<std::uint8_t>(bytes[bit / 8] ^ (1u << (bit % 8)));
  FELTBOG_TRY(saved, SavedHistory::open(std::move(bytes)));
  return saved.load(generator::schema());
}

void check_same(const History& saved, const History& loaded) {
  CHECK(loaded.canonical_state() == saved.canonical_state());
  CHECK(loaded.conflicts() == saved.conflicts());
  CHECK(loaded.changes() == saved.changes());
}

}  // namespace

TEST_CASE("a saved history shows its texts unloaded, and loads to the same bytes") {
  const History history = sample();
  const Bytes bytes = history.save();
  const SavedHistory saved = opened(bytes);
  for (const DocumentInfo& document : history.documents()) {
    for (const std::string& field : history.fields(document.id)) {
      CHECK(saved.text(document.id, field).value() == history.text(document.id, field));
    }
  }
  CHECK(saved.text({}, "nothing").value().empty());
  const auto loaded = saved.load(generator::schema());
  REQUIRE(loaded);
  check_same(history, *loaded);
  CHECK(loaded->save() == bytes);
}

TEST_CASE("an empty history is saved and loaded") {
  const Bytes bytes = History(generator::schema()).save();
  const auto loaded = opened(bytes).load(generator::schema());
  REQUIRE(loaded);
  CHECK(loaded->change_count() == 0);
  CHECK(loaded->save() == bytes);
}

TEST_CASE("one goes on writing in a loaded history, and meets others who never saved") {
  Person anna(1), bo(2);
  anna.act({}, "body", Insert{0, "one three"});
  scene::meet({&anna, &bo});
  for (std::uint64_t i = 0; i < 30; ++i) anna.act({}, "body", Insert{4 + i, "x"});
  anna.history = opened(anna.history.save()).load(generator::schema()).value();
  bo.act({}, "body", Insert{4, "two "});
  anna.act({}, "body", Erase{4, 30});
  scene::meet({&anna, &bo});
  CHECK(anna.body() == "one two three");
  CHECK(anna.history.canonical_state() == bo.history.canonical_state());
}

TEST_CASE("a thinned history is saved and loaded, and stays thinned") {
  const History history = thinned_sample();
  const Bytes bytes = history.save();
  CHECK(bytes[1] == kThinnedVersion);
  const auto loaded = opened(bytes).load(generator::schema());
  REQUIRE(loaded);
  check_same(history, *loaded);
  CHECK(loaded->thinned() == history.thinned());
  CHECK(loaded->canonical_state() == sample().canonical_state());
  CHECK(loaded->save() == bytes);
}

TEST_CASE("a saved text that lacks words is shown with the gap, and loads") {
  Person anna(1), bo(2);
  anna.act({}, "body", Insert{0, "one two"});
  scene::meet({&anna, &bo});
  anna.act({}, "body", Erase{3, 4});
  anna.history.thin(anna.history.heads());
  anna.history.add(bo.act({}, "body", Freeze{})).value();
  const SavedHistory saved = opened(anna.history.save());
  CHECK(saved.text({}, "body").value() == "one\uFFFD\uFFFD\uFFFD\uFFFD");
  CHECK(saved.load(generator::schema())->forgotten_needed().size() == 1);
}

TEST_CASE("every truncation of a saved history is refused") {
  for (const Bytes& bytes : {sample().save(), thinned_sample().save()}) {
    for (std::size_t size = 0; size < bytes.size(); ++size) {
      const auto saved = SavedHistory::open(to_bytes(BytesView(bytes).first(size)));
      if (saved) CHECK_FALSE(saved->load(generator::schema()));
    }
    Bytes longer = bytes;
    longer.push_back(0);
    CHECK_FALSE(SavedHistory::open(longer));
  }
}

TEST_CASE("a saved history with any bit flipped is refused, or is another sound history") {
  const Bytes bytes = sample().save();
  for (std::size_t bit = 0; bit < bytes.size() * 8; ++bit) {
    const auto loaded = loaded_with_flipped(bytes, bit);
    if (!loaded) continue;
    // What it claims is consistent: another replica would take its changes as they are.
    History again(generator::schema());
    for (const Change& change : loaded->changes()) REQUIRE(again.add(change));
    CHECK(again.canonical_state() == loaded->canonical_state());
  }
}

TEST_CASE("a thinned one with any bit flipped is refused, or is another sound one") {
  const Bytes bytes = thinned_sample().save();
  for (std::size_t bit = 0; bit < bytes.size() * 8; ++bit) {
    const auto loaded = loaded_with_flipped(bytes, bit);
    if (!loaded) continue;
    const auto again = opened(loaded->save()).load(generator::schema());
    REQUIRE(again);
    CHECK(again->canonical_state() == loaded->canonical_state());
    CHECK(again->thinned() == loaded->thinned());
  }
}

TEST_CASE("a text that is not what the changes amount to is not believed") {
  Person anna(1);
  anna.act({}, "body", Insert{0, "true"});
  Bytes bytes = anna.history.save();
  const std::string text = "true";
  const auto at = std::search(bytes.begin(), bytes.end(), text.begin(), text.end());
  REQUIRE(at != bytes.end());
  *at = 'T';
  CHECK(opened(bytes).text({}, "body").value() == "True");
  CHECK(opened(bytes).load(generator::schema()).error().code == ErrorCode::malformed);
}

TEST_CASE("a saved history of a newer version says so") {
  Bytes bytes = sample().save();
  REQUIRE(bytes[1] == kSavedVersion);
  bytes[1] = kThinnedVersion + 1;
  CHECK(SavedHistory::open(bytes).error().code == ErrorCode::unsupported_version);
}

TEST_CASE("a saved history that claims to have forgotten words and has not is refused") {
  Bytes bytes = sample().save();
  bytes[1] = kThinnedVersion;
  CHECK(opened(bytes).load(generator::schema()).error().code == ErrorCode::malformed);
}

TEST_CASE("few bytes cannot claim many changes or much text") {
  CborWriter out;
  out.array(8).uint(kSavedVersion).bytes(Bytes(16)).array(0).bytes(Bytes{0});
  out.uint(kSavedChangesMax + 1);
  CHECK(SavedHistory::open(out.take()).error().code == ErrorCode::limit_exceeded);
  out.array(8).uint(kSavedVersion).bytes(Bytes(16)).array(1);
  out.array(5).uint(0).uint(0).uint(0).text("body").uint(kSavedTextBytesMax + 1);
  CHECK(SavedHistory::open(out.take()).error().code == ErrorCode::limit_exceeded);
}

TEST_CASE("histories saved by either version are read as they were") {
  const std::string folder = std::string(FELTBOG_SOURCE_DIR) + "/tests/vectors/document/";
  const auto read = [&](const char* name) {
    std::ifstream in(folder + name);
    return from_hex(std::string(std::istream_iterator<char>(in), {}));
  };
  // A new version writes its own; those of older ones stay.
  if (std::getenv("FELTBOG_WRITE_VECTORS") != nullptr) {
    std::ofstream(folder + "saved-v1.hex") << to_hex(sample().save()) << "\n";
    std::ofstream(folder + "saved-v1-state.hex") << to_hex(sample().canonical_state()) << "\n";
    std::ofstream(folder + "saved-v2.hex") << to_hex(thinned_sample().save()) << "\n";
  }
  const auto state = read("saved-v1-state.hex");
  REQUIRE(state);
  for (const char* name : {"saved-v1.hex", "saved-v2.hex"}) {
    CAPTURE(name);
    const auto saved = read(name);
    REQUIRE(saved);
    const auto loaded = opened(*saved).load(generator::schema());
    REQUIRE(loaded);
    CHECK(loaded->canonical_state() == *state);
  }
}

}  // namespace feltbog::document

// SPDX-License-Identifier: Apache-2.0
#include "core/workspace/workspace.h"

#include <doctest/doctest.h>

#include "core/workspace/attachment.h"
#include "core/workspace/watch.h"
#include "tests/support/test_device.h"

using namespace feltbog;
using namespace feltbog::testing;

namespace {

ledger::FoundingInvite office(Random& random) {
  ledger::FoundingInvite invite;
  invite.server_address = "office.example:8443";
  invite.server_key = crypto::signing_public(crypto::SigningSecret::random(random));
  invite.secret = crypto::SigningSecret::random(random);
  return invite;
}

// A device whose organisation exists so far only on it.
std::unique_ptr<TestDevice> founder(std::uint64_t seed) {
  auto device = std::make_unique<TestDevice>(seed);
  REQUIRE(device->workspace().found_organisation(office(device->random), "Karen").has_value());
  return device;
}

std::string new_case(TestDevice& device, const char* citizen) {
  return device.call("case.new", parameters("citizen", citizen))["case"].text_or("");
}

}  // namespace

TEST_CASE("a note written offline is there after a restart") {
  auto device = founder(1);
  const std::string id = new_case(*device, "Åse Fiktiv");
  device->call("note.write",
               parameters("case", id, "text", "Blåbærgrød 🫐 til frokost.", "title", "Besøg"));
  device->reopen();
  const Value note = device->call("note.show", parameters("case", id, "note", "Besøg"));
  CHECK(note["text"] == Value("Blåbærgrød 🫐 til frokost."));
  CHECK(note["by"] == Value("Karen"));
}

TEST_CASE("a command that fails leaves nothing behind") {
  auto device = founder(2);
  const std::string id = new_case(*device, "Åse Fiktiv");
  const std::uint64_t before = device->workspace().revision();
  CHECK_FALSE(device->try_call("note.append", parameters("case", id, "note", "none", "text", "x")));
  CHECK_FALSE(device->try_call("note.write", parameters("case", "zzzz", "text", "x")));
  CHECK(device->workspace().revision() == before);
}

TEST_CASE(
    "a full disk refuses the note, keeps what was there, and takes the next note once there is "
    "room") {
  auto device = founder(3);
  const std::string id = new_case(*device, "Åse Fiktiv");
  device->call("note.write", parameters("case", id, "text", "Første", "title", "A"));
  device->disk.inject({device->disk.call_count(), FaultKind::disk_full, true});
  const auto refused =
      device->try_call("note.write", parameters("case", id, "text", "Anden", "title", "B"));
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error().code == ErrorCode::disk_full);
  device->disk.clear_faults();
  device->call("note.write", parameters("case", id, "text", "Tredje", "title", "C"));
  CHECK(device->call("note.list", parameters("case", id)).items().size() == 2);
  device->reopen();
  CHECK(device->call("note.list", parameters("case", id)).items().size() == 2);
}

TEST_CASE("a command sent again under the same request name is done once and answered twice") {
  auto device = founder(11);
  const std::string id = new_case(*device, "Åse Fiktiv");
  const Value note = parameters("case", id, "text", "Én gang", "title", "A");
  const workspace::CallContext context{casework::Language::danish, std::nullopt, "request-1"};
  const auto first = device->workspace().call("note.write", note, context);
  device->reopen();
  const auto second = device->workspace().call("note.write", note, context);
  REQUIRE((first.has_value() && second.has_value()));
  CHECK(first.value() == second.value());
  CHECK(device->call("note.list", parameters("case", id)).items().size() == 1);
}

TEST_CASE("a signed note is only added to") {
  auto device = founder(4);
  const std::string id = new_case(*device, "Åse Fiktiv");
  device->call("note.write", parameters("case", id, "text", "Aftalt tirsdag.", "title", "Besøg"));
  device->call("note.sign", parameters("case", id, "note", "Besøg"));
  const auto edited = device->try_call(
      "note.edit", parameters("case", id, "note", "Besøg", "text", "Aftalt onsdag."));
  REQUIRE_FALSE(edited.has_value());
  CHECK(edited.error().code == ErrorCode::immutable);
  device->call("note.append", parameters("case", id, "note", "Besøg", "text", "Det blev onsdag."));
  const Value note = device->call("note.show", parameters("case", id, "note", "Besøg"));
  CHECK(note["text"] == Value("Aftalt tirsdag."));
  REQUIRE(note["addenda"].items().size() == 1);
  CHECK(note["addenda"].items().front()["text"] == Value("Det blev onsdag."));
}

TEST_CASE(
    "search finds words with Danish letters whatever their case, and the beginning of the last "
    "word") {
  auto device = founder(5);
  const std::string id = new_case(*device, "Åse Fiktiv");
  device->call("note.write", parameters("case", id, "text", "Nyt køkken og en ærlig snak."));
  CHECK(device->call("search", parameters("words", "KØKKEN")).items().size() == 1);
  CHECK(device->call("search", parameters("words", "ærlig køk")).items().size() == 1);
  CHECK(device->call("search", parameters("words", "kokken")).items().empty());
  CHECK(device->call("search", parameters("words", "\" OR body:\"")).items().empty());
}

TEST_CASE("status counts what has not left the device") {
  auto device = founder(6);
  CHECK(device->call("status")["all_sent"] == Value(false));
  const std::int64_t before = device->call("status")["not_sent"]["changes"].integer_or(-1);
  const std::string id = new_case(*device, "Åse Fiktiv");
  device->call("note.write", parameters("case", id, "text", "En"));
  CHECK(device->call("status")["not_sent"]["changes"] == Value(before + 2));
}

TEST_CASE("a photo comes back byte for byte, whatever the size around a chunk's edge") {
  auto device = founder(7);
  const std::string id = new_case(*device, "Åse Fiktiv");
  for (const std::size_t size :
       {std::size_t{0}, std::size_t{1}, workspace::kChunkBytes - 1, workspace::kChunkBytes,
        workspace::kChunkBytes + 1, 3 * workspace::kChunkBytes}) {
    CAPTURE(size);
    Bytes photo(size);
    device->random.fill(photo);
    const std::string name = "foto-" + std::to_string(size);
    auto writer = workspace::AttachmentWriter::open(device->workspace(), id, name, "image/jpeg");
    REQUIRE(writer.has_value());
    REQUIRE((*writer)->write(photo).has_value());
    REQUIRE((*writer)->finish().has_value());
    auto reader = workspace::AttachmentReader::open(device->workspace(), id, name);
    REQUIRE(reader.has_value());
    CHECK((*reader)->size() == size);
    CHECK((*reader)->read(0, size + 10).value() == photo);
    if (size > 100)
      CHECK((*reader)->read(50, 30).value() == Bytes(photo.begin() + 50, photo.begin() + 80));
  }
}

TEST_CASE("a photo that was not finished leaves nothing to send") {
  auto device = founder(8);
  const std::string id = new_case(*device, "Åse Fiktiv");
  {
    auto writer = workspace::AttachmentWriter::open(device->workspace(), id, "foto", "image/jpeg");
    REQUIRE((*writer)->write(Bytes(3 * workspace::kChunkBytes)).has_value());
  }
  CHECK(device->call("status")["not_sent"]["attachment_chunks"] == Value(0));
  CHECK(device->call("attachment.list", parameters("case", id)).items().empty());
}

TEST_CASE("a watch tells what changed and nothing else") {
  auto device = founder(9);
  const std::string id = new_case(*device, "Åse Fiktiv");
  device->call("note.write", parameters("case", id, "text", "En", "title", "A"));
  auto watch = workspace::Watch::open(device->workspace(), "note.list", parameters("case", id), {});
  REQUIRE(watch.has_value());
  const auto first = watch->poll();
  REQUIRE((first.has_value() && first->has_value()));
  CHECK((**first)["reset"] == Value(true));
  CHECK_FALSE(watch->poll()->has_value());
  device->call("note.write", parameters("case", id, "text", "To", "title", "B"));
  const auto second = watch->poll();
  REQUIRE((second.has_value() && second->has_value()));
  CHECK((**second)["reset"] == Value(false));
  REQUIRE((**second)["rows"].items().size() == 1);
  CHECK((**second)["rows"].items().front()["title"] == Value("B"));
}

TEST_CASE("nothing that was written stands readable in any file") {
  auto device = founder(10);
  const std::string id = new_case(*device, "KANARIEFUGL Sørensen");
  device->call("note.write",
               parameters("case", id, "text", "KANARIEFUGL i note", "title", "KANARIEFUGL"));
  auto writer =
      workspace::AttachmentWriter::open(device->workspace(), id, "KANARIEFUGL.jpg", "image/jpeg");
  REQUIRE((*writer)->write(as_bytes("KANARIEFUGL i et foto")).has_value());
  REQUIRE((*writer)->finish().has_value());
  device->call("search", parameters("words", "kanariefugl"));
  for (const std::string& path : device->disk.paths()) {
    CAPTURE(path);
    const Bytes content = device->disk.content(path);
    CHECK(as_text(content).find("KANARIEFUGL") == std::string_view::npos);
  }
}

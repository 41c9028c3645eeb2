// SPDX-License-Identifier: Apache-2.0
// A server that does not keep what it was given: attachments, runs it gave a receipt for, a day.
#include <doctest/doctest.h>

#include <algorithm>

#include "core/workspace/attachment.h"
#include "core/workspace/core.h"
#include "tests/byzantine/scene.h"
#include "tests/core/workspace/forger.h"

using namespace feltbog;
using namespace feltbog::testing;
using Kinds = std::vector<std::string>;

namespace {

constexpr std::int64_t kDay = 24 * 3'600'000;

// Anna's photo of three chunks, on the server.
struct Photographed : Scene {
  Bytes photo = Bytes(2 * workspace::kChunkBytes + 99);
  std::vector<ChunkHash> chunks;

  Photographed() {
    anna.random.fill(photo);
    auto out = workspace::AttachmentWriter::open(anna.workspace(), id, "foto", "image/jpeg");
    REQUIRE(out.has_value());
    REQUIRE((*out)->write(photo).has_value());
    REQUIRE((*out)->finish().has_value());
    office.sync(anna);
    auto rows = anna.workspace().core().database->prepare("SELECT hash FROM chunk ORDER BY place");
    REQUIRE(rows.has_value());
    while (rows->step().value()) chunks.push_back(rows->fixed<ChunkHash>(0).value());
    REQUIRE(chunks.size() == 3);
  }
  // What somebody sees who opens it.
  Result<Bytes> seen_by(TestDevice& device) {
    auto in = workspace::AttachmentReader::open(device.workspace(), id, "foto");
    if (!in) return in.error();
    return (*in)->read(0, photo.size());
  }
  void check_whole_everywhere() {
    check_unharmed();
    for (TestDevice* device : honest) {
      const auto seen = seen_by(*device);
      REQUIRE(seen.has_value());
      CHECK(*seen == photo);
    }
  }
};

struct Forgetful : Scene {
  void pass_a_day() {
    for (TestDevice* device : honest) device->clock.advance(kDay);
  }
  // Takes runs, gives a receipt signed by `key`, and throws them away.
  void throw_away(Liar& server, const crypto::SigningSecret& key) {
    server.instead_of_storing = [&](const DeviceId& author, const SpaceId& where,
                                    std::span<const Bytes> runs) {
      return server.receipt_without_storing(author, where, runs, key);
    };
  }
  bool all_sent(TestDevice& device) { return device.call("status")["all_sent"] == Value(true); }
};

}  // namespace

TEST_CASE("truncated attachment: a chunk cut short or left out is never shown as the photo") {
  Photographed scene;
  for (const bool left_out : {false, true}) {
    CAPTURE(left_out);
    Liar server(scene.office);
    server.on_chunk = [&](const ChunkHash& chunk, std::optional<Bytes>& bytes) {
      if (chunk != scene.chunks.back()) return;
      if (left_out) {
        bytes.reset();
      } else {
        bytes->resize(bytes->size() - 1);
      }
    };
    CHECK(scene.meet(scene.bo, server) == ErrorCode::internal);
    CHECK(scene.seen_by(scene.bo).error().code == ErrorCode::wrong_state);
    CHECK(scene.bo.call("status")["attachment_chunks_wanted"] == Value(1));
  }
  scene.check_whole_everywhere();
}

TEST_CASE("swapped chunks: genuine chunks at each other's places are not taken") {
  Photographed scene;
  Liar server(scene.office);
  server.on_chunk = [&](const ChunkHash& chunk, std::optional<Bytes>& bytes) {
    const ChunkHash& other = chunk == scene.chunks[0] ? scene.chunks[1] : scene.chunks[0];
    bytes = scene.office.relay().read_chunk(device_id(scene.anna), scene.space, other).value();
  };
  CHECK(scene.meet(scene.bo, server) == ErrorCode::internal);
  CHECK(scene.seen_by(scene.bo).error().code == ErrorCode::wrong_state);
  CHECK(scene.bo.call("status")["attachment_chunks_wanted"] == Value(3));
  scene.check_whole_everywhere();
}

TEST_CASE("receipt forgery: what no receipt of this server names stays to be sent") {
  Forgetful scene;
  scene.write(scene.anna, "før");
  scene.office.sync(scene.anna);
  const auto others = crypto::SigningSecret::random(scene.office.random());
  Liar forger(scene.office);
  scene.throw_away(forger, others);
  Liar repeats(scene.office);  // its own receipt, of what it took before
  const Bytes before = runs_on_server(scene.office, scene.anna, scene.space).back().run;
  repeats.instead_of_storing = [&](const DeviceId& author, const SpaceId& space,
                                   std::span<const Bytes> runs) -> Result<sync::AppendedRuns> {
    auto out = repeats.receipt_without_storing(author, space, runs, scene.office.server_identity());
    auto old = repeats.receipt_without_storing(author, space, {&before, 1},
                                               scene.office.server_identity());
    out->receipt = old->receipt;
    return out;
  };
  scene.write(scene.anna, "usendt");
  CHECK(scene.meet(scene.anna, forger) == ErrorCode::bad_signature);
  CHECK_FALSE(scene.all_sent(scene.anna));
  CHECK(scene.meet(scene.anna, repeats) == ErrorCode::malformed);
  CHECK_FALSE(scene.all_sent(scene.anna));
  scene.check_unharmed();
}

TEST_CASE("receipt forgery: what the server confirmed and threw away is noticed and sent again") {
  Forgetful scene;
  Liar server(scene.office);
  server.receipts_skip = 1;  // as if another run stood between
  scene.throw_away(server, scene.office.server_identity());
  scene.write(scene.anna, "smidt væk");
  CHECK(scene.meet(scene.anna, server) == ErrorCode::internal);
  CHECK(scene.all_sent(scene.anna));  // so the server has signed
  SUBCASE("by what stands in its place") {
    for (const char* title : {"Bos", "Bos anden"}) {
      scene.write(scene.bo, title);
      scene.office.sync(scene.bo);
    }
    scene.office.sync(scene.anna);
    CHECK(scene.evidence(scene.anna) == Kinds{"server_changed_order"});
    scene.office.sync(scene.bo);
    CHECK(scene.shows(scene.bo, "smidt væk"));
  }
  SUBCASE("by its not knowing what comes after it") {
    scene.write(scene.anna, "videre");
    scene.office.sync(scene.anna);
    CHECK(scene.anna.call("status")["runs_refused"]["broken_chain"] == Value(1));
    scene.office.sync(scene.anna);
    scene.office.sync(scene.bo);
    CHECK(scene.shows(scene.bo, "smidt væk"));
    CHECK(scene.shows(scene.bo, "videre"));
    CHECK(scene.evidence(scene.anna) == Kinds{"server_changed_order"});  // two receipts, one place
  }
  scene.check_unharmed();
}

TEST_CASE("server rollback 24 h: it is shown with its own signatures, and given what it lost") {
  Forgetful scene;
  auto older = scene.office.copy_server();
  scene.pass_a_day();
  scene.write(scene.anna, "et døgn senere");
  scene.sync_honest();
  scene.office.put_back_server(std::move(older), false);
  scene.office.sync(scene.anna);
  CHECK(scene.evidence(scene.anna) == Kinds{"server_went_back"});
  const Value shown = scene.anna.call("evidence.show", parameters("evidence", 1));
  CHECK(shown["proves"] == Value(true));
  CHECK(shown["first"]["position"].integer_or(0) > shown["second"]["position"].integer_or(0));
  scene.check_unharmed();
}

TEST_CASE("server rollback 24 h: who wrote on the older state and on the newer keep it all") {
  Forgetful scene;
  auto older = scene.office.copy_server();
  scene.pass_a_day();
  scene.write(scene.anna, "Annas");
  scene.office.sync(scene.anna);
  scene.office.put_back_server(std::move(older), false);
  for (int i = 0; i < 3; ++i) {
    scene.write(scene.bo, "Bos " + std::to_string(i));
    scene.office.sync(scene.bo);
  }
  scene.office.sync(scene.anna);
  CHECK(scene.evidence(scene.anna) == Kinds{"server_changed_order"});
  scene.office.sync(scene.anna);  // everything anew
  CHECK(scene.shows(scene.anna, "Bos 2"));
  scene.office.sync(scene.bo);
  CHECK(scene.shows(scene.bo, "Annas"));
  scene.check_unharmed();
  // The new order is followed from now on.
  CHECK(scene.evidence(scene.anna) == Kinds{"server_changed_order"});
}

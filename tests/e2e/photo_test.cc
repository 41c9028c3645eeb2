// SPDX-License-Identifier: Apache-2.0
// Photos from one device to the other, also when the process dies half way.
#include <random>

#include "tests/e2e/cut_proxy.h"
#include "tests/e2e/site.h"

namespace feltbog::e2e {
namespace {

std::string photo(std::size_t size) {
  std::mt19937_64 random(11);
  std::string out(size, '\0');
  for (char& each : out) each = static_cast<char>(random());
  return out;
}

std::int64_t chunks_waiting(const Client& client) {
  return client.must({"status"})["not_sent"]["attachment_chunks"].integer_or(-1);
}

TEST_CASE("photos arrive byte for byte, whatever their size") {
  const Site site;
  const auto ane = site.worker("Ane Prøve");
  const std::string file = site.referred_case({ane->name()});
  ane->must({"sync"});
  for (const std::size_t size : std::vector<std::size_t>{0, 1, 65'536, 65'537, 700'001}) {
    CAPTURE(size);
    const std::string name = std::to_string(size) + ".jpg";
    write_whole(site.scratch / name, photo(size));
    ane->must({"photo", "add", file, site.scratch / name});
    Site::sync({ane.get(), &site.desk});
    const std::string copy = site.scratch / "copy-" + name;
    site.desk.must({"photo", "save", file, name, copy});
    CHECK(read_whole(copy) == photo(size));
    site.desk.refuses({"photo", "save", file, name, copy}, ErrorCode::already_exists);
  }
}

TEST_CASE("an upload whose process is killed goes on where it was and completes") {
  Site site;
  const auto ane = site.worker("Ane Prøve");
  const std::string file = site.referred_case({ane->name()});
  ane->must({"sync"});
  site.server.stop();
  const int inner_port = demo::free_port();
  CutProxy line(site.server.port(), inner_port);
  site.server.start(inner_port);

  write_whole(site.scratch / "busplan.jpg", photo(5'000'000));
  ane->must({"photo", "add", file, site.scratch / "busplan.jpg"});
  const std::int64_t whole = chunks_waiting(*ane);
  REQUIRE(whole > 10);
  line.hold_after(Way::to_server, 3'000'000);
  demo::Process upload = ane->start({"sync"});
  // The owner answers while it uploads; half of the photo has a receipt by then.
  CHECK(until([&] { return chunks_waiting(*ane) < whole - whole / 4; }));
  CHECK(chunks_waiting(*ane) > 0);
  ane->kill_owner();
  CHECK(upload.finish().status == error_exit_status(ErrorCode::cancelled));
  line.let_pass();

  const Value rest = ane->must({"sync"});
  CHECK(rest["chunks_sent"].integer_or(0) > 0);
  CHECK(rest["chunks_sent"].integer_or(0) < whole - whole / 4);
  CHECK(ane->must({"status"})["all_sent"] == Value(true));
  // One as large as this comes when it is asked for.
  site.desk.must({"sync"});
  const Words save{"photo", "save", file, "busplan.jpg", site.scratch / "copy"};
  site.desk.refuses(save, ErrorCode::wrong_state);
  site.desk.must({"sync"});
  site.desk.must(save);
  CHECK(read_whole(site.scratch / "copy") == photo(5'000'000));
}

TEST_CASE("a download whose line is cut goes on and completes") {
  Site site;
  const auto ane = site.worker("Ane Prøve");
  const std::string file = site.referred_case({ane->name()});
  ane->must({"sync"});
  write_whole(site.scratch / "busplan.jpg", photo(3'000'000));
  ane->must({"photo", "add", file, site.scratch / "busplan.jpg"});
  ane->must({"sync"});
  site.server.stop();
  const int inner_port = demo::free_port();
  CutProxy line(site.server.port(), inner_port);
  site.server.start(inner_port);
  const Words save{"photo", "save", file, "busplan.jpg", site.scratch / "copy"};
  site.desk.must({"sync"});
  site.desk.refuses(save, ErrorCode::wrong_state);
  line.cut_after(Way::to_device, 1'500'000);
  site.desk.refuses({"sync"}, ErrorCode::unreachable);
  site.desk.refuses(save, ErrorCode::wrong_state);
  CHECK_FALSE(std::filesystem::exists(site.scratch / "copy"));
  line.let_pass();
  const std::int64_t before = line.passed(Way::to_device);
  site.desk.must({"sync"});
  CHECK(line.passed(Way::to_device) - before < 2'500'000);
  site.desk.must(save);
  CHECK(read_whole(site.scratch / "copy") == photo(3'000'000));
}

}  // namespace
}  // namespace feltbog::e2e

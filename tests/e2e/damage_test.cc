// SPDX-License-Identifier: Apache-2.0
// Bytes of a database changed on the disk while nobody had it open; owners killed under a question.
#include <csignal>

#include "tests/e2e/site.h"

namespace feltbog::e2e {
namespace {

constexpr std::size_t kPageBytes = 4096;

void flip(std::string& content, std::size_t at) {
  content[at] = static_cast<char>(content[at] ^ 0x20);
}

// A desk with a case and a note, whose owner has left.
struct Desk : Site {
  Desk() : file(desk.must({"case", "new", "Opdigtet Borger"})["case"].text_or({})) {
    desk.must({"note", "write", file, "Hele ord", "--title", "Note"});
    desk.must({"sync"});
    desk.close();
  }
  std::string file;
};

TEST_CASE("a database with damaged pages says so, other devices do not notice, a good copy works") {
  const Desk site;
  const auto phone = site.worker("Ane Prøve");
  site.desk.close();
  const std::string path = site.desk.data() + "/feltbog.db";
  const std::string good = read_whole(path);
  const std::size_t pages = good.size() / kPageBytes;
  REQUIRE(pages > 12);
  std::string damaged = good;
  for (std::size_t page = pages / 3; page < 2 * pages / 3; ++page) {
    flip(damaged, page * kPageBytes + 1000);
  }
  write_whole(path, damaged);
  site.desk.refuses({"note", "list", site.file}, ErrorCode::corrupt);
  phone->must({"sync"});
  phone->must({"status"});
  site.desk.close();
  write_whole(path, good);
  CHECK(note_text(site.desk, site.file, "Note") == "Hele ord");
  site.desk.must({"sync"});
}

TEST_CASE("whichever page is damaged, a command gives the right words or says corrupt") {
  const Desk site;
  const std::string path = site.desk.data() + "/feltbog.db";
  const std::string good = read_whole(path);
  const std::size_t pages = good.size() / kPageBytes;
  int refused = 0;
  for (std::size_t page = 0; page < pages; page += 1 + pages / 12) {
    CAPTURE(page);
    std::string damaged = good;
    flip(damaged, page * kPageBytes + 77 * (page % 50));
    write_whole(path, damaged);
    const Answer answer = site.desk.run({"note", "show", site.file, "Note"});
    if (answer.error.empty()) {
      CHECK(answer["text"] == Value("Hele ord"));
    } else {
      CHECK(answer.error == "corrupt");
      CHECK(answer.status == 22);
      ++refused;
    }
    site.desk.close();
  }
  CHECK(refused > 0);
  write_whole(path, good);
  CHECK(note_text(site.desk, site.file, "Note") == "Hele ord");
}

TEST_CASE("a query is answered, whenever the process that answers is killed") {
  const Desk site;
  for (int round = 0; round < 12; ++round) {
    CAPTURE(round);
    if (round % 2 == 0) site.desk.must({"status"});  // starts an owner, else the query does
    demo::Process query = site.desk.start({"note", "show", site.file, "Note"});
    CHECK(until([&] { return site.desk.owner() > 0; }));
    if (const pid_t owner = site.desk.owner(); owner > 0) ::kill(owner, SIGKILL);
    const demo::Outcome outcome = query.finish();
    CHECK(outcome.status == 0);
    CHECK(outcome.out.find("Hele ord") != std::string::npos);
  }
}

TEST_CASE("a database that was cut off says corrupt") {
  const Desk site;
  const std::string path = site.desk.data() + "/feltbog.db";
  const std::string good = read_whole(path);
  for (const std::size_t size : {good.size() / 2, kPageBytes, std::size_t{100}}) {
    CAPTURE(size);
    write_whole(path, good.substr(0, size));
    site.desk.refuses({"note", "show", site.file, "Note"}, ErrorCode::corrupt);
    site.desk.close();
  }
  write_whole(path, good);
  CHECK(note_text(site.desk, site.file, "Note") == "Hele ord");
}

TEST_CASE("a server whose database is damaged does not start, and says why") {
  Site site;
  site.server.stop();
  const std::string path = site.server.data() + "/office.db";
  const std::string good = read_whole(path);
  std::string damaged = good;
  for (std::size_t at = kPageBytes; at < damaged.size(); at += kPageBytes) flip(damaged, at + 9);
  write_whole(path, damaged);
  const demo::Outcome outcome =
      demo::Process::start({FELTBOG_SERVER, "serve", "--dir", site.server.data()}).finish();
  CHECK(outcome.status == error_exit_status(ErrorCode::corrupt));
  CHECK(outcome.err.find("integrity") != std::string::npos);
  write_whole(path, good);
  site.server.start();
  site.desk.must({"sync"});
}

}  // namespace
}  // namespace feltbog::e2e

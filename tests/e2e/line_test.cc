// SPDX-License-Identifier: Apache-2.0
// Lines that break in the middle of a message, servers that talk nonsense, and devices that do.
#include <memory>

#include "tests/e2e/cut_proxy.h"
#include "tests/e2e/site.h"
#include "tests/e2e/tls_peer.h"

namespace feltbog::e2e {
namespace {

// What a device may say of a line that was cut: no server, or a server that stopped half way.
bool names_the_line(const Answer& answer) {
  return answer.error == "unreachable" || answer.error == "timed_out" ||
         answer.error == "protocol_error" || answer.error == "truncated";
}

// A site whose devices reach the server through a line that can be cut.
struct LongWay : Site {
  LongWay() : inner_port(demo::free_port()), file(make_case()) {
    server.stop();
    line = std::make_unique<CutProxy>(server.port(), inner_port);
    server.start(inner_port);
  }
  std::string make_case() const {
    return desk.must({"case", "new", "Opdigtet Borger"})["case"].text_or({});
  }
  int inner_port;
  std::string file;
  std::unique_ptr<CutProxy> line;
};

// Cuts syncs of a new note at a dozen places before `whole` bytes; how many of them failed.
int cuts_reported(const LongWay& site, Way way, std::int64_t whole) {
  int cut = 0;
  for (std::int64_t bytes = 1; bytes < whole; bytes += 1 + whole / 12) {
    CAPTURE(bytes);
    site.desk.must({"note", "write", site.file, "Ord på vej"});
    site.line->cut_after(way, bytes);
    const Answer answer = site.desk.run({"sync"});
    if (!answer.error.empty()) {
      CHECK_MESSAGE(names_the_line(answer), answer.error);
      CHECK(answer.status == answer["exit_status"].integer_or(0));
      ++cut;
    }
    site.line->let_pass();
    site.desk.must({"sync"});
    CHECK(site.desk.must({"status"})["all_sent"] == Value(true));
  }
  return cut;
}

TEST_CASE("a message cut at any byte is reported, and the next sync brings everything") {
  LongWay site;
  site.desk.must({"sync"});
  for (const Way way : {Way::to_server, Way::to_device}) {
    const std::int64_t before = site.line->passed(way);
    site.desk.must({"note", "write", site.file, "Hel", "--title", "Hel"});
    site.desk.must({"sync"});
    CHECK(cuts_reported(site, way, site.line->passed(way) - before) > 0);
  }
}

TEST_CASE("an enrolment cut at any byte ends with one member, by the same command") {
  LongWay site;
  site.desk.must({"sync"});
  int number = 0;
  for (std::int64_t bytes = 400; bytes < 9000; bytes += 1700) {
    CAPTURE(bytes);
    const std::string name = "Prøve " + std::to_string(++number);
    const Client phone(name, site.scratch / std::to_string(number));
    const std::string invite = site.invite(name);
    site.line->cut_after(number % 2 == 0 ? Way::to_server : Way::to_device, bytes);
    const Answer answer = phone.run({"enrol", invite});
    if (!answer.error.empty()) CHECK_MESSAGE(names_the_line(answer), answer.error);
    site.line->let_pass();
    if (phone.run({"status"})["stage"] != Value("member")) phone.must({"enrol", invite});
    phone.must({"sync"});
    CHECK(phone.must({"status"})["stage"] == Value("member"));
  }
}

TEST_CASE("a founding cut at any byte ends with one organisation, by the same command") {
  const Scratch scratch;
  int number = 0;
  for (const std::int64_t bytes : {1'600, 2'900}) {
    for (const Way way : {Way::to_server, Way::to_device}) {
      CAPTURE(bytes);
      const std::string place = scratch / std::to_string(++number);
      Server server(place, demo::free_port());
      const int inner_port = demo::free_port();
      CutProxy line(server.port(), inner_port);
      server.start(inner_port);
      const Client desk("Inger Prøve", place + "/desk");
      const Words create{"org", "create", "--office", server.founding_invite(), "--name", "Inger"};
      line.cut_after(way, bytes);
      const Answer answer = desk.run(create);
      if (!answer.error.empty()) CHECK_MESSAGE(names_the_line(answer), answer.error);
      line.let_pass();
      if (desk.run({"status"})["stage"] != Value("member")) desk.must(create);
      desk.must({"sync"});
      CHECK(desk.must({"status"})["stage"] == Value("member"));
      CHECK(desk.must({"status"})["all_sent"] == Value(true));
    }
  }
}

TEST_CASE("a message truncated inside TLS is reported, and the next sync works") {
  Site site;
  const std::string file = site.desk.must({"case", "new", "Opdigtet Borger"})["case"].text_or({});
  site.server.stop();
  const std::vector<std::string> answers{
      "",                                                 // hangs up
      std::string("\x82\x7e\x10\x00", 4) + "half of it",  // a message of 4096 bytes, ten of them
      std::string("\x82\x05", 2) + "hello",               // a whole message of nonsense
      std::string("\x82\x7f\x7f\xff\xff\xff\xff\xff\xff\xff", 10),  // one of 2^63 bytes
      std::string("\xff\xff\xff\xff", 4),                           // no WebSocket at all
  };
  for (const std::string& bytes : answers) {
    const std::size_t size = bytes.size();
    CAPTURE(size);
    const FalseServer server(site.server.port(), site.server.data(), bytes);
    const Answer answer = site.desk.run({"sync"});
    CHECK_FALSE(answer.error.empty());
    const bool clear = names_the_line(answer) || answer.error == "malformed" ||
                       answer.error == "limit_exceeded" || answer.error == "wrong_server";
    CHECK_MESSAGE(clear, answer.error);
  }
  site.server.start();
  site.desk.must({"sync"});
  CHECK(site.desk.must({"status"})["all_sent"] == Value(true));
}

TEST_CASE("nonsense sent to the server's port is answered briefly and harms nobody") {
  Site site;
  const int port = site.server.port();
  const std::string noise("\x00\xff\x16\x03GET / HTTP/1.1\r\n\r\n\x80\x80", 27);
  answer_to_bytes(port, noise);
  answer_to_bytes(port, "GET /v1/health HTTP/1.1\r\nHost: localhost\r\n\r\n");
  const auto starts = [](const std::string& answer, const char* with) {
    const std::string wanted = with;
    CHECK_MESSAGE(answer.starts_with(wanted), (wanted + " but " + answer.substr(0, 80)));
  };
  starts(answer_over_tls(port, "GET /v1/health HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"),
         "HTTP/1.1 200");
  starts(answer_over_tls(port, noise), "HTTP/1.1 400");
  starts(answer_over_tls(port, "POST /v1/sync HTTP/9.9\r\n\r\n"), "HTTP/1.1 400");
  starts(answer_over_tls(port, "GET /../../etc/passwd HTTP/1.1\r\nHost: a\r\n\r\n"),
         "HTTP/1.1 404");
  starts(answer_over_tls(port, "GET / HTTP/1.1\r\nA: " + std::string(20'000, 'a') + "\r\n\r\n"),
         "HTTP/1.1 431");
  const std::string upgrade =
      "GET /v1/sync HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
      "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n";
  // Nobody says more before the upgrade is answered.
  starts(answer_over_tls(port, upgrade + "god dag"), "HTTP/1.1 400");
  // A message of 2^63 bytes, one of nonsense, and none of WebSocket's.
  for (const std::string& message :
       {std::string("\x82\xff\xff\xff\xff\xff\xff\xff\xff\xff????", 14),
        std::string("\x82\x84\0\0\0\0????", 10), std::string("god dag")}) {
    starts(answer_over_tls(port, upgrade, message), "HTTP/1.1 101");
  }
  site.desk.must({"sync"});
}

}  // namespace
}  // namespace feltbog::e2e

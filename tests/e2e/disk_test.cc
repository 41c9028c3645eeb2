// SPDX-License-Identifier: Apache-2.0
// Disks without room: a small file system that is full, and a limit on the size of files.
#include <sys/mount.h>
#include <sys/resource.h>

#include <random>

#include "tests/e2e/site.h"

namespace feltbog::e2e {
namespace {

// A file system of a few megabytes. Not everybody may mount one.
class SmallDisk {
 public:
  explicit SmallDisk(std::string path) : path_(std::move(path)) {
    std::filesystem::create_directories(path_);
    mounted_ = ::mount("feltbog-test", path_.c_str(), "tmpfs", 0, "size=12m,mode=700") == 0;
  }
  ~SmallDisk() {
    if (mounted_) ::umount2(path_.c_str(), MNT_DETACH);
  }
  SmallDisk(const SmallDisk&) = delete;
  SmallDisk& operator=(const SmallDisk&) = delete;

  bool mounted() const { return mounted_; }
  void fill() const {
    std::ofstream file(path_ + "/filler", std::ios::binary);
    const std::string piece(4096, 'x');
    while (file.write(piece.data(), 4096).flush()) {
    }
  }
  void make_room() const { std::filesystem::remove(path_ + "/filler"); }

 private:
  std::string path_;
  bool mounted_ = false;
};

#define FELTBOG_SKIP_UNLESS_MOUNTED(disk)                                          \
  if (!(disk).mounted()) {                                                         \
    MESSAGE("skipped: mounting a small file system needs root and CAP_SYS_ADMIN"); \
    return;                                                                        \
  }

std::string noise(std::size_t size) {
  std::mt19937_64 random(7);
  std::string out(size, '\0');
  for (char& each : out) each = static_cast<char>(random());
  return out;
}

TEST_CASE(
    "on a full disk writing says so, reading goes on, and nothing is lost once there is room") {
  const Site site;
  const SmallDisk disk(site.scratch / "small");
  FELTBOG_SKIP_UNLESS_MOUNTED(disk)
  const auto phone = site.worker("Ane Prøve", site.scratch / "small/data");
  const std::string file = site.referred_case({phone->name()});
  phone->must({"sync"});
  phone->must({"note", "write", file, "Skrevet i tide", "--title", "Før"});
  disk.fill();
  // Small words may still fit into pages that are there; many do not.
  const std::string words(50'000, 'q');
  write_whole(site.scratch / "words", words);
  const Words write{"note", "write", file, "@" + site.scratch / "words", "--title", "Efter"};
  phone->refuses(write, ErrorCode::disk_full);
  write_whole(site.scratch / "photo.jpg", noise(900'000));
  phone->refuses({"photo", "add", file, site.scratch / "photo.jpg"}, ErrorCode::disk_full);
  CHECK(note_text(*phone, file, "Før") == "Skrevet i tide");
  // The same after a restart on the full disk, and after the process was killed.
  phone->close();
  CHECK(note_text(*phone, file, "Før") == "Skrevet i tide");
  phone->kill_owner();
  CHECK(note_text(*phone, file, "Før") == "Skrevet i tide");
  disk.fill();  // what the restarts freed
  phone->refuses(write, ErrorCode::disk_full);
  disk.make_room();
  phone->must(write);
  phone->must({"photo", "add", file, site.scratch / "photo.jpg"});
  Site::sync({phone.get(), &site.desk});
  CHECK(phone->must({"status"})["all_sent"] == Value(true));
  CHECK(note_text(site.desk, file, "Før") == "Skrevet i tide");
  CHECK(note_text(site.desk, file, "Efter") == words);
  CHECK(state_hash(*phone, file) == state_hash(site.desk, file));
}

TEST_CASE("a server without room refuses what it cannot keep and takes it once there is room") {
  Scratch scratch;
  const SmallDisk disk(scratch / "small");
  FELTBOG_SKIP_UNLESS_MOUNTED(disk)
  Server server(scratch / "small", demo::free_port());
  server.start();
  const Client desk("Inger Prøve", scratch / "desk");
  desk.must({"org", "create", "--office", server.founding_invite(), "--name", desk.name()});
  const std::string file = desk.must({"case", "new", "Opdigtet Borger"})["case"].text_or({});
  write_whole(scratch / "photo.jpg", noise(900'000));
  desk.must({"photo", "add", file, scratch / "photo.jpg"});
  disk.fill();
  // What a server could not keep it does not speak of: it cuts the line.
  desk.refuses({"sync"}, ErrorCode::unreachable);
  CHECK(desk.must({"status"})["all_sent"] == Value(false));
  desk.must({"note", "write", file, "Skrevet imens", "--title", "Imens"});
  disk.make_room();
  if (const Answer again = desk.run({"sync"}); !again.error.empty()) {
    // Whoever supervises the server starts it anew when its disk made it leave.
    server.stop();
    server.start();
    desk.must({"sync"});
  }
  CHECK(desk.must({"status"})["all_sent"] == Value(true));
}

TEST_CASE("a file that may not grow is a full disk, and no reason to die") {
  const Site site;
  const std::string file = site.desk.must({"case", "new", "Opdigtet Borger"})["case"].text_or({});
  site.desk.must({"note", "write", file, "Skrevet i tide", "--title", "Før"});
  const pid_t owner = site.desk.owner();
  rlimit usual{};
  REQUIRE(::prlimit(owner, RLIMIT_FSIZE, nullptr, &usual) == 0);
  const rlimit tight{64 * 1024, usual.rlim_max};
  REQUIRE(::prlimit(owner, RLIMIT_FSIZE, &tight, nullptr) == 0);
  write_whole(site.scratch / "words", std::string(50'000, 'q'));
  const Words write{"note", "write", file, "@" + site.scratch / "words", "--title", "Efter"};
  site.desk.refuses(write, ErrorCode::disk_full);
  CHECK(site.desk.owner() == owner);
  // Nor can it be entered in the access log who looks.
  site.desk.refuses({"note", "show", file, "Før"}, ErrorCode::disk_full);
  REQUIRE(::prlimit(owner, RLIMIT_FSIZE, &usual, nullptr) == 0);
  site.desk.must(write);
  CHECK(site.desk.owner() == owner);
  site.desk.must({"sync"});
  CHECK(site.desk.must({"status"})["all_sent"] == Value(true));
}

}  // namespace
}  // namespace feltbog::e2e

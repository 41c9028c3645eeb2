// SPDX-License-Identifier: Apache-2.0
// Owners as real processes: started on demand, raced for, misused, killed, left alone.
#include <doctest/doctest.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cstring>
#include <filesystem>
#include <thread>

#include "apps/host/owner_link.h"
#include "core/base/platform/posix_disk.h"
#include "core/crypto/system_random.h"
#include "core/ledger/invite.h"

namespace feltbog::host {
namespace {

// A data directory of its own, whose owner is stopped and whose files are removed afterwards.
class Field {
 public:
  explicit Field(const std::string& below = "data") {
    std::string pattern = (std::filesystem::temp_directory_path() / "feltbog-XXXXXX").string();
    REQUIRE(::mkdtemp(pattern.data()) != nullptr);
    root_ = pattern;
    auto made = DataDirectory::prepare(root_ + "/" + below);
    REQUIRE(made.has_value());
    directory = *made;
    start.program = FELTBOG_PROGRAM;
  }
  ~Field() {
    if (auto link = OwnerLink::connect_if_running(directory);
        link.has_value() && link->has_value()) {
      (void)(*link)->request(verb::kStop, {}).has_value();
    }
    wait_until_gone();
    std::filesystem::remove_all(root_);
  }
  Field(const Field&) = delete;
  Field& operator=(const Field&) = delete;

  OwnerLink connect() const {
    auto link = OwnerLink::connect(directory, start);
    if (!link.has_value()) FAIL(link.error().detail);
    return std::move(*link);
  }
  // Returns when no process holds the lock.
  void wait_until_gone() const {
    const int descriptor = ::open(directory.lock().c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    REQUIRE(::flock(descriptor, LOCK_EX) == 0);
    ::close(descriptor);
  }

  DataDirectory directory{""};
  OwnerStart start;

 private:
  std::string root_;
};

// What the owner says to raw bytes before it closes the connection.
std::string answer_to(const DataDirectory& directory, BytesView bytes) {
  const int descriptor = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  struct sockaddr_un address {};
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path, directory.socket().data(), directory.socket().size());
  REQUIRE(::connect(descriptor, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0);
  REQUIRE(::send(descriptor, bytes.data(), bytes.size(), MSG_NOSIGNAL) ==
          static_cast<ssize_t>(bytes.size()));
  std::string out;
  std::array<char, 1024> piece{};
  ssize_t count = 0;
  while ((count = ::recv(descriptor, piece.data(), piece.size(), 0)) > 0) {
    out.append(piece.data(), static_cast<std::size_t>(count));
  }
  ::close(descriptor);
  return out;
}

ErrorCode code_of(const Result<Value>& result) {
  REQUIRE_FALSE(result.has_value());
  return result.error().code;
}

Value founding(const std::string& passphrase) {
  crypto::SystemRandom random;
  ledger::FoundingInvite invite;
  invite.server_address = "127.0.0.1:1";
  random.fill(invite.pin.bytes);
  random.fill(invite.server_key.bytes);
  invite.secret = crypto::SigningSecret::random(random);
  Value body;
  body["invite"] = invite.to_text();
  body["name"] = "Inger";
  body["passphrase"] = passphrase;
  return body;
}

Value unlocking(const std::string& passphrase) {
  Value body;
  body["passphrase"] = passphrase;
  return body;
}

Value status_call() {
  Value body;
  body["command"] = "status";
  body["parameters"] = Value::Map{};
  body["language"] = "da";
  return body;
}

TEST_CASE("an owner is started on demand, found by the next, and stopped on request") {
  const Field field;
  CHECK_FALSE(OwnerLink::connect_if_running(field.directory)->has_value());
  OwnerLink first = field.connect();
  OwnerLink second = field.connect();
  CHECK(first.owner_process() == second.owner_process());
  const auto state = first.request(verb::kState, {});
  REQUIRE(state.has_value());
  CHECK((*state)["database"] == Value(false));
  CHECK(second.request(verb::kStop, {}).has_value());
  field.wait_until_gone();
  CHECK_FALSE(OwnerLink::connect_if_running(field.directory)->has_value());
  CHECK(field.connect().owner_process() != first.owner_process());
}

TEST_CASE("starters that race end up with one owner") {
  const Field field;
  std::array<std::int64_t, 6> owners{};
  std::vector<std::thread> starters;
  for (std::int64_t& owner : owners) {
    starters.emplace_back([&field, &owner] {
      auto link = OwnerLink::connect(field.directory, field.start);
      if (link.has_value()) owner = link->owner_process();
    });
  }
  for (std::thread& starter : starters) starter.join();
  for (const std::int64_t owner : owners) {
    CHECK(owner != 0);
    CHECK(owner == owners[0]);
  }
}

TEST_CASE("the socket refuses a wrong token and bytes that are no greeting") {
  const Field field;
  field.connect();
  PosixDisk disk;
  const auto token = read_file(disk, field.directory.token(), 64);
  REQUIRE(token.has_value());
  Bytes wrong = *token;
  wrong[31] = static_cast<std::uint8_t>(wrong[31] ^ 1);
  REQUIRE(replace_file(disk, field.directory.token(), wrong).has_value());
  const auto refused = OwnerLink::connect_if_running(field.directory);
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error().code == ErrorCode::not_permitted);

  CHECK(answer_to(field.directory, as_bytes("GET / HTTP/1.1\r\n\r\n")).empty());
  const auto unasked = encode_frame(to_value(Request{1, std::string(verb::kState), {}}));
  CHECK(answer_to(field.directory, *unasked).empty());

  REQUIRE(replace_file(disk, field.directory.token(), *token).has_value());
  CHECK(OwnerLink::connect_if_running(field.directory)->has_value());
}

TEST_CASE("an owner that was killed is replaced") {
  const Field field;
  OwnerLink link = field.connect();
  REQUIRE(::kill(static_cast<pid_t>(link.owner_process()), SIGKILL) == 0);
  CHECK(code_of(link.request(verb::kState, {})) == ErrorCode::cancelled);
  CHECK(field.connect().owner_process() != link.owner_process());
}

TEST_CASE("an owner nobody talks to leaves") {
  Field field;
  field.start.idle.leave_milliseconds = 50;
  field.connect();
  field.wait_until_gone();
  CHECK_FALSE(std::filesystem::exists(field.directory.socket()));
}

TEST_CASE("a folder with a name longer than a socket address holds works too") {
  const Field field(std::string(150, 'x'));
  CHECK(field.connect().request(verb::kState, {}).has_value());
}

TEST_CASE("a folder that others may enter is refused") {
  const Field field;
  REQUIRE(::chmod(field.directory.path().c_str(), 0755) == 0);
  const auto refused = OwnerLink::connect(field.directory, field.start);
  CHECK_FALSE(refused.has_value());
  CHECK(refused.error().code == ErrorCode::not_permitted);
  REQUIRE(::chmod(field.directory.path().c_str(), 0700) == 0);
}

TEST_CASE("what cannot be done has its own error, and the next good request works") {
  const Field field;
  OwnerLink link = field.connect();
  CHECK(code_of(link.request("nonsense", {})) == ErrorCode::unknown_command);
  CHECK(code_of(link.request(verb::kUnlock, unlocking("korrekt hest"))) == ErrorCode::not_found);
  CHECK(code_of(link.request(verb::kCall, status_call())) == ErrorCode::not_found);
  CHECK(code_of(link.request(verb::kFound, founding("kort"))) == ErrorCode::weak_passphrase);
  CHECK((*link.request(verb::kState, {}))["database"] == Value(false));

  // The server is down: what was made is kept.
  const std::string passphrase = "korrekt hest batteri";
  CHECK(code_of(link.request(verb::kFound, founding(passphrase))) == ErrorCode::unreachable);
  const auto state = link.request(verb::kState, {});
  CHECK((*state)["unlocked"] == Value(true));
  CHECK((*state)["stage"] == Value("founding"));

  REQUIRE(link.request(verb::kLock, {}).has_value());
  CHECK(code_of(link.request(verb::kCall, status_call())) == ErrorCode::locked);
  CHECK(code_of(link.request(verb::kUnlock, unlocking("forkert hest batteri"))) ==
        ErrorCode::wrong_passphrase);
  CHECK(link.request(verb::kUnlock, unlocking(passphrase)).has_value());
  const auto status = link.request(verb::kCall, status_call());
  REQUIRE(status.has_value());
  CHECK((*status)["stage"] == Value("founding"));
}

TEST_CASE("a watch stays until it is cancelled or the database is locked") {
  const Field field;
  OwnerLink link = field.connect();
  (void)link.request(verb::kFound, founding("korrekt hest batteri")).has_value();
  int updates = 0;
  const auto cancelled = link.request(verb::kWatch, status_call(), [&updates](const Reply& reply) {
    return reply.kind != ReplyKind::update || ++updates == 0;
  });
  CHECK(code_of(cancelled) == ErrorCode::cancelled);
  CHECK(updates == 1);
  CHECK(link.request(verb::kCall, status_call()).has_value());

  OwnerLink other = field.connect();
  const auto ended = link.request(verb::kWatch, status_call(), [&other](const Reply& reply) {
    if (reply.kind == ReplyKind::update) (void)other.request(verb::kLock, {}).has_value();
    return true;
  });
  CHECK(code_of(ended) == ErrorCode::locked);
}

}  // namespace
}  // namespace feltbog::host

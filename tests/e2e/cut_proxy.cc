// SPDX-License-Identifier: Apache-2.0
#include "tests/e2e/cut_proxy.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <vector>

#include "tests/e2e/scratch.h"

namespace feltbog::e2e {
namespace {

constexpr std::int64_t kNever = INT64_MAX;
constexpr std::size_t kPieceBytes = 16 * 1024;
constexpr int kPollMilliseconds = 20;

sockaddr_in loopback(int port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  return address;
}

}  // namespace

int connect_to(int port) {
  const int descriptor = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const sockaddr_in address = loopback(port);
  if (::connect(descriptor, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0) {
    return descriptor;
  }
  ::close(descriptor);
  return -1;
}

int listen_on(int port) {
  const int descriptor = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const int yes = 1;
  ::setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes));
  const sockaddr_in address = loopback(port);
  REQUIRE(::bind(descriptor, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0);
  REQUIRE(::listen(descriptor, 16) == 0);
  return descriptor;
}

std::string answer_to_bytes(int port, const std::string& bytes) {
  const int descriptor = connect_to(port);
  REQUIRE(descriptor >= 0);
  ::send(descriptor, bytes.data(), bytes.size(), MSG_NOSIGNAL);
  std::string out;
  std::array<char, 4096> piece{};
  pollfd wait{descriptor, POLLIN, 0};
  while (::poll(&wait, 1, kDeadlineMilliseconds) > 0) {
    const ssize_t count = ::recv(descriptor, piece.data(), piece.size(), 0);
    if (count <= 0) break;
    out.append(piece.data(), static_cast<std::size_t>(count));
  }
  ::close(descriptor);
  return out;
}

// One connection: `ends[way]` is where the bytes of that way come from.
struct CutProxy::Line {
  std::array<int, 2> ends;
  std::array<std::int64_t, 2> passed{};
  std::array<std::string, 2> waiting{};
};

CutProxy::CutProxy(int port, int target) : listener_(listen_on(port)), target_(target) {
  REQUIRE(::pipe(wake_.data()) == 0);
  passed_[0] = passed_[1] = 0;
  let_pass();
  thread_ = std::thread([this] { run(); });
}

CutProxy::~CutProxy() {
  stopping_ = true;
  ::close(wake_[1]);
  thread_.join();
  for (const Line& line : lines_) {
    for (const int end : line.ends) ::close(end);
  }
  ::close(wake_[0]);
  ::close(listener_);
}

void CutProxy::let_pass() {
  for (auto& limit : cut_) limit = kNever;
  for (auto& limit : hold_) limit = kNever;
}

void CutProxy::accept_one() {
  const int device = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
  if (device < 0) return;
  const int server = connect_to(target_);
  if (server < 0) {
    ::close(device);
    return;
  }
  lines_.push_back({{device, server}, {}, {}});
}

std::int64_t CutProxy::may_read(const Line& line, std::size_t way) const {
  if (!line.waiting[way].empty()) return 0;
  return std::min(cut_[way].load(), hold_[way].load()) - line.passed[way];
}

bool CutProxy::move_bytes(Line& line, std::size_t way) {
  std::string& waiting = line.waiting[way];
  if (const std::int64_t room = may_read(line, way); room > 0) {
    waiting.resize(std::min(kPieceBytes, static_cast<std::size_t>(room)));
    const ssize_t count = ::recv(line.ends[way], waiting.data(), waiting.size(), MSG_DONTWAIT);
    waiting.resize(count > 0 ? static_cast<std::size_t>(count) : 0);
    if (count == 0 || (count < 0 && errno != EAGAIN && errno != EINTR)) return false;
  }
  if (!waiting.empty()) {
    const ssize_t count =
        ::send(line.ends[1 - way], waiting.data(), waiting.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
    if (count < 0 && errno != EAGAIN && errno != EINTR) return false;
    if (count > 0) {
      waiting.erase(0, static_cast<std::size_t>(count));
      line.passed[way] += count;
      passed_[way] += count;
    }
  }
  return line.passed[way] < cut_[way];
}

void CutProxy::run() {
  while (!stopping_) {
    std::vector<pollfd> waits{{wake_[0], POLLIN, 0}, {listener_, POLLIN, 0}};
    for (const Line& line : lines_) {
      for (std::size_t way = 0; way < 2; ++way) {
        const bool reads = may_read(line, way) > 0;
        const bool writes = !line.waiting[1 - way].empty();
        const int events = (reads ? POLLIN : 0) | (writes ? POLLOUT : 0);
        // An end that neither reads nor writes just now is left out: its hanging up would spin.
        waits.push_back({events != 0 ? line.ends[way] : -1, static_cast<short>(events), 0});
      }
    }
    // A limit that is lifted is seen at the next look.
    ::poll(waits.data(), waits.size(), kPollMilliseconds);
    if ((waits[1].revents & POLLIN) != 0) accept_one();
    lines_.remove_if([this](Line& line) {
      if (move_bytes(line, 0) && move_bytes(line, 1)) return false;
      for (const int end : line.ends) ::close(end);
      return true;
    });
  }
}

}  // namespace feltbog::e2e

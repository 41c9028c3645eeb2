// SPDX-License-Identifier: Apache-2.0
// A line that can be cut or held after a number of bytes: a TCP relay in a thread of its own.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <list>
#include <string>
#include <thread>

namespace feltbog::e2e {

enum class Way : std::size_t { to_server = 0, to_device = 1 };

class CutProxy {
 public:
  // Listens on `port` of the loopback interface and passes everything on to `target`.
  CutProxy(int port, int target);
  ~CutProxy();
  CutProxy(const CutProxy&) = delete;
  CutProxy& operator=(const CutProxy&) = delete;

  // Every connection ends once this many of its bytes have passed that way.
  void cut_after(Way way, std::int64_t bytes) { cut_[index(way)] = bytes; }
  // Nothing more passes that way after this many bytes, and the connection stays.
  void hold_after(Way way, std::int64_t bytes) { hold_[index(way)] = bytes; }
  void let_pass();
  // What has passed in all connections together.
  std::int64_t passed(Way way) const { return passed_[index(way)]; }

 private:
  struct Line;

  static std::size_t index(Way way) { return static_cast<std::size_t>(way); }
  void run();
  void accept_one();
  // False when the connection has ended.
  bool move_bytes(Line& line, std::size_t way);
  std::int64_t may_read(const Line& line, std::size_t way) const;

  int listener_ = -1;
  int target_;
  std::array<int, 2> wake_{-1, -1};
  std::array<std::atomic<std::int64_t>, 2> cut_;
  std::array<std::atomic<std::int64_t>, 2> hold_;
  std::array<std::atomic<std::int64_t>, 2> passed_;
  std::atomic<bool> stopping_{false};
  std::list<Line> lines_;
  std::thread thread_;
};

// A connection to a port of the loopback interface; -1 when nobody listens.
int connect_to(int port);
// A listening socket on a port of the loopback interface.
int listen_on(int port);
// Sends the bytes as they are and returns what comes back until the other side closes.
std::string answer_to_bytes(int port, const std::string& bytes);

}  // namespace feltbog::e2e

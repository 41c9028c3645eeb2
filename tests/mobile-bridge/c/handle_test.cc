// SPDX-License-Identifier: Apache-2.0
// NULL, closed, invented and busy handles: errors, never crashes.
#include <doctest/doctest.h>

#include <atomic>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

#include "mobile-bridge/c/feltbog.h"
#include "mobile-bridge/c/handles.h"
#include "tests/mobile-bridge/c/phone.h"

using namespace feltbog;
using namespace feltbog::testing;

namespace {

using Calls = std::vector<std::function<feltbog_error*()>>;

// Every function that takes the handle, with arguments that are good otherwise.
Calls calls_on(feltbog_workspace* handle, feltbog_bytes& bytes) {
  static uint8_t flag;
  static int32_t number;
  static uint64_t large;
  static feltbog_tries tries;
  static feltbog_editor* editor;
  static feltbog_attachment* attachment;
  static feltbog_sync* sync;
  static feltbog_bytes more;
  return {
      [=] { return feltbog_workspace_exists(handle, &flag); },
      [=] { return feltbog_workspace_create(handle, 1, kPassphrase.data(), kPassphrase.size()); },
      [=] { return feltbog_workspace_unlock(handle, 1, kPassphrase.data(), kPassphrase.size()); },
      [=] { return feltbog_workspace_lock(handle); },
      [=] { return feltbog_workspace_tries(handle, &tries); },
      [=] { return feltbog_workspace_change_secret(handle, 1, "a", 1, "b", 1); },
      [=, &bytes] { return feltbog_workspace_add_recovery(handle, 1, "a", 1, &bytes); },
      [=] { return feltbog_workspace_found(handle, "a", 1, "b", 1); },
      [=] { return feltbog_workspace_accept_invite(handle, "a", 1); },
      [=] { return feltbog_workspace_stage(handle, &number); },
      [=, &bytes] { return feltbog_workspace_server(handle, &bytes, &more); },
      [=] { return feltbog_workspace_revision(handle, &large); },
      [=] { return feltbog_workspace_has_local_work(handle, &flag); },
      [=, &bytes] {
        return feltbog_workspace_call(handle, "status", 6, nullptr, 0, nullptr, &bytes);
      },
      [=] {
        return feltbog_workspace_watch_open(handle, "status", 6, nullptr, 0, nullptr, 0, &large);
      },
      [=, &bytes] { return feltbog_workspace_watch_poll(handle, 1, &bytes); },
      [=] { return feltbog_workspace_watch_close(handle, 1); },
      [=] { return feltbog_editor_open(handle, "a", 1, "b", 1, 0, &editor); },
      [=] { return feltbog_attachment_create(handle, "a", 1, "b", 1, "c", 1, &attachment); },
      [=] { return feltbog_attachment_open(handle, "a", 1, "b", 1, &attachment); },
      [=] { return feltbog_sync_open(handle, nullptr, 0, &sync); },
      [=] { return feltbog_workspace_close(handle); },
  };
}

Calls calls_on(feltbog_editor* handle, feltbog_bytes& bytes) {
  static uint64_t large;
  return {[=, &bytes] { return feltbog_editor_text(handle, &bytes, &large); },
          [=, &bytes] { return feltbog_editor_splice(handle, 0, 0, 0, "x", 1, &bytes); },
          [=] { return feltbog_editor_mark(handle, 0, 0, 1, "strong", 6, nullptr, 0); },
          [=, &bytes] { return feltbog_editor_marks(handle, &bytes, &large); },
          [=, &bytes] { return feltbog_editor_update_since(handle, 0, &bytes); },
          [=] { return feltbog_editor_close(handle); }};
}

Calls calls_on(feltbog_attachment* handle, feltbog_bytes& bytes) {
  static uint64_t large;
  static const uint8_t kByte = 1;
  return {[=] { return feltbog_attachment_write(handle, &kByte, 1); },
          [=, &bytes] { return feltbog_attachment_finish(handle, &bytes); },
          [=] { return feltbog_attachment_size(handle, &large); },
          [=, &bytes] { return feltbog_attachment_name(handle, &bytes); },
          [=, &bytes] { return feltbog_attachment_read(handle, 0, 1, &bytes); },
          [=] { return feltbog_attachment_close(handle); }};
}

Calls calls_on(feltbog_sync* handle, feltbog_bytes& bytes) {
  static uint8_t flag;
  static int64_t time;
  static const uint8_t kByte = 1;
  return {[=] { return feltbog_sync_start(handle, 0); },
          [=] { return feltbog_sync_receive(handle, &kByte, 1, 0); },
          [=] { return feltbog_sync_wants_input(handle, &flag); },
          [=, &bytes] { return feltbog_sync_output(handle, 100, &bytes); },
          [=, &bytes] { return feltbog_sync_event(handle, &bytes); },
          [=] { return feltbog_sync_timeout(handle, &time); },
          [=] { return feltbog_sync_expire(handle, 0); },
          [=] { return feltbog_sync_local_work(handle, 0); },
          [=] { return feltbog_sync_finish(handle, 0); },
          [=] { return feltbog_sync_lost(handle, 0); },
          [=] { return feltbog_sync_is_closed(handle, &flag); },
          [=] { return feltbog_sync_close(handle); }};
}

template <class Handle>
void check_all_closed(Handle* handle) {
  feltbog_bytes bytes{nullptr, 0};
  std::size_t number = 0;
  for (const auto& call : calls_on(handle, bytes)) {
    CAPTURE(number);
    CHECK(number_of(call()) == FELTBOG_ERROR_CLOSED_HANDLE);
    CHECK(bytes.data == nullptr);
    ++number;
  }
}

template <class Handle>
Handle* invented(std::uintptr_t number) {
  return reinterpret_cast<Handle*>(number);
}

template <class Handle>
void check_never_open() {
  for (const std::uintptr_t number :
       {std::uintptr_t{0}, std::uintptr_t{1}, std::uintptr_t{0xffff}, std::uintptr_t{0x10001},
        UINTPTR_MAX, UINTPTR_MAX >> 16, UINTPTR_MAX << 16}) {
    CAPTURE(number);
    check_all_closed(invented<Handle>(number));
  }
}

struct Opened {
  Phone phone;
  std::string file;
  feltbog_editor* editor = nullptr;
  feltbog_attachment* writer = nullptr;
  feltbog_sync* sync = nullptr;

  Opened() {
    settle_in(phone);
    file = phone.new_case("Åse Fiktiv");
    phone.call("note.write", map_of({{"case", file}, {"text", "En"}, {"title", "N"}}));
    editor = phone.open_editor(file, "N", FELTBOG_TEXT_UNIT_UTF16);
    must(feltbog_attachment_create(phone.workspace, file.data(), file.size(), "foto", 4,
                                   "image/jpeg", 10, &writer));
    must(feltbog_sync_open(phone.workspace, nullptr, 0, &sync));
  }
};

}  // namespace

TEST_CASE("NULL and invented handles are closed handles for every function") {
  check_never_open<feltbog_workspace>();
  check_never_open<feltbog_editor>();
  check_never_open<feltbog_attachment>();
  check_never_open<feltbog_sync>();
}

TEST_CASE("a closed handle stays closed, and so does everything opened from a closed workspace") {
  Opened opened;
  must(feltbog_editor_close(opened.editor));
  check_all_closed(opened.editor);
  opened.editor = opened.phone.open_editor(opened.file, "N", FELTBOG_TEXT_UNIT_UTF8);
  feltbog_workspace* const closed = opened.phone.workspace;
  must(feltbog_workspace_close(closed));
  check_all_closed(closed);
  check_all_closed(opened.editor);
  check_all_closed(opened.writer);
  check_all_closed(opened.sync);
}

TEST_CASE("a handle of one kind is a closed handle of every other") {
  Opened opened;
  const auto number = reinterpret_cast<std::uintptr_t>(opened.phone.workspace);
  check_all_closed(invented<feltbog_editor>(number));
  check_all_closed(invented<feltbog_sync>(number));
  check_all_closed(invented<feltbog_workspace>(reinterpret_cast<std::uintptr_t>(opened.editor)));
  check_all_closed(invented<feltbog_attachment>(reinterpret_cast<std::uintptr_t>(opened.sync)));
  CHECK(opened.phone.stage() == FELTBOG_STAGE_FOUNDING);
}

TEST_CASE("locking closes what hangs on the workspace, and the workspace can be unlocked again") {
  Opened opened;
  must(feltbog_workspace_lock(opened.phone.workspace));
  check_all_closed(opened.editor);
  check_all_closed(opened.writer);
  check_all_closed(opened.sync);
  CHECK(opened.phone.try_call("status") == FELTBOG_ERROR_LOCKED);
  CHECK(opened.phone.unlock() == 0);
  CHECK(opened.phone.try_call("status") == 0);
}

TEST_CASE("a name is not given out again until a thousand others were") {
  bridge::HandleTable table;
  const auto family = std::shared_ptr<bridge::Family>(
      std::shared_ptr<int>(std::make_shared<int>(0)), invented<bridge::Family>(8));
  const auto first = table.add(bridge::HandleKind::editor, family).value();
  table.remove(first);
  std::vector<bridge::HandleName> seen;
  for (std::size_t turn = 0; turn < 3 * bridge::HandleTable::kRestingMax; ++turn) {
    const auto name = table.add(bridge::HandleKind::editor, family).value();
    REQUIRE(name != 0);
    CHECK(name != first);
    table.remove(name);
    table.remove(name);
  }
  CHECK_FALSE(table.find(bridge::HandleKind::editor, first).has_value());
}

TEST_CASE("more open handles than there is room for is an error") {
  bridge::HandleTable table;
  const auto family = std::shared_ptr<bridge::Family>(
      std::shared_ptr<int>(std::make_shared<int>(0)), invented<bridge::Family>(8));
  std::vector<bridge::HandleName> names;
  for (std::size_t count = 0; count < bridge::HandleTable::kHandlesMax; ++count) {
    names.push_back(table.add(bridge::HandleKind::sync, family).value());
  }
  CHECK(table.add(bridge::HandleKind::sync, family).error().code == ErrorCode::limit_exceeded);
  table.remove(names.front());
  CHECK(table.add(bridge::HandleKind::sync, family).has_value());
}

namespace {

// A hardware key that waits inside a call until it is let go.
struct Gate {
  std::mutex mutex;
  std::condition_variable moved;
  bool inside = false;
  bool open = false;

  static int32_t mix(void* context, const uint8_t*, size_t, uint8_t* output) {
    auto& gate = *static_cast<Gate*>(context);
    std::unique_lock<std::mutex> held(gate.mutex);
    gate.inside = true;
    gate.moved.notify_all();
    gate.moved.wait(held, [&] { return gate.open; });
    std::fill_n(output, 32, uint8_t{7});
    return 0;
  }
  void wait_until_inside() {
    std::unique_lock<std::mutex> held(mutex);
    moved.wait(held, [&] { return inside; });
  }
  void let_go() {
    const std::lock_guard<std::mutex> held(mutex);
    open = true;
    moved.notify_all();
  }
};

}  // namespace

TEST_CASE("a call that meets another one is told so, and so is closing") {
  Gate gate;
  const feltbog_hardware_key key{{1}, 0, &gate, Gate::mix};
  const feltbog_host host{sizeof(feltbog_host), &key, nullptr, nullptr, nullptr};
  Phone phone(&host);
  std::thread other([&] { phone.create(); });
  gate.wait_until_inside();
  feltbog_bytes bytes{nullptr, 0};
  for (const auto& call : calls_on(phone.workspace, bytes)) {
    CHECK(number_of(call()) == FELTBOG_ERROR_BUSY);
  }
  gate.let_go();
  other.join();
  CHECK(phone.stage() == FELTBOG_STAGE_EMPTY);
}

TEST_CASE("threads that fight over one workspace get errors, and nothing is lost or crashes") {
  Phone phone;
  settle_in(phone);
  const std::string file = phone.new_case("Åse Fiktiv");
  feltbog_workspace* const shared = phone.workspace;
  std::atomic<int> written = 0;
  std::atomic<int> strange = 0;
  std::atomic<bool> stop = false;
  const auto fight = [&](int number) {
    const std::string text = "Fra tråd " + std::to_string(number);
    while (!stop) {
      const int32_t got = phone.try_call("note.write", map_of({{"case", file}, {"text", text}}));
      if (got == 0) ++written;
      if (got != 0 && got != FELTBOG_ERROR_BUSY && got != FELTBOG_ERROR_CLOSED_HANDLE) ++strange;
      if (got == FELTBOG_ERROR_CLOSED_HANDLE) return;
    }
  };
  std::vector<std::thread> threads;
  for (int number = 0; number < 4; ++number) threads.emplace_back(fight, number);
  while (written < 40) std::this_thread::yield();
  int32_t closed = FELTBOG_ERROR_BUSY;
  while (closed == FELTBOG_ERROR_BUSY) closed = number_of(feltbog_workspace_close(shared));
  CHECK(closed == 0);
  for (std::thread& thread : threads) thread.join();
  CHECK(strange == 0);
  phone.workspace = nullptr;
  phone.reopen();
  REQUIRE(phone.unlock() == 0);
  CHECK(phone.call("note.list", map_of({{"case", file}})).items().size() ==
        static_cast<std::size_t>(written));
}

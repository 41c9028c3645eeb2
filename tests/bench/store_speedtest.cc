// SPDX-License-Identifier: Apache-2.0
// speedtest1 is built as a library that leaves opening the database to a function of ours.
#include "tests/bench/store_speedtest.h"

#include <dlfcn.h>
#include <sqlite3.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>

namespace feltbog::bench {
namespace {

constexpr const char* kRelativeSize = "100";  // in percent of its usual work

struct Chosen {
  Engine* engine = nullptr;
  std::string folder;
};
// speedtest1 passes no context to the function that opens.
Chosen& chosen() {
  static Chosen instance;
  return instance;
}

int open_chosen(const char*, sqlite3** out, int, const char*) {
  *out = chosen().engine->open_for_speedtest(chosen().folder);
  return SQLITE_OK;
}

double seconds(const timeval& time) {
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) * 1e-6;
}

// In the child. Never returns.
[[noreturn]] void work(Engine& engine, const std::string& folder, const std::string& library) {
  chosen() = {&engine, folder};
  void* handle = dlopen(library.c_str(), RTLD_NOW | RTLD_LOCAL | RTLD_DEEPBIND);
  if (handle == nullptr) _exit(2);
  auto** open_hook = static_cast<decltype(&open_chosen)*>(dlsym(handle, "speedtest_open"));
  auto* main = reinterpret_cast<int (*)(int, char**)>(dlsym(handle, "speedtest_main"));
  if (open_hook == nullptr || main == nullptr) _exit(3);
  *open_hook = open_chosen;
  if (std::freopen("/dev/null", "w", stdout) == nullptr) _exit(4);
  std::string arguments[] = {"speedtest1", "--size", kRelativeSize, folder + "/none"};
  char* pointers[] = {arguments[0].data(), arguments[1].data(), arguments[2].data(),
                      arguments[3].data(), nullptr};
  _exit(main(4, pointers) == 0 ? 0 : 5);
}

}  // namespace

std::optional<Span> run_speedtest(Engine& engine, const std::string& folder,
                                  const std::string& peers) {
  const std::string library = peers + "/speedtest-" + engine.speedtest() + ".so";
  if (!std::filesystem::exists(library)) return std::nullopt;
  std::fflush(nullptr);
  const double start = now().wall;
  const pid_t child = fork();
  if (child < 0) give_up("no process for speedtest1");
  if (child == 0) work(engine, folder, library);
  int status = 0;
  rusage usage{};
  if (wait4(child, &status, 0, &usage) != child || status != 0) {
    give_up("speedtest1 failed on " + engine.name() + ": " + std::to_string(status));
  }
  return Span{seconds(usage.ru_utime) + seconds(usage.ru_stime), now().wall - start};
}

}  // namespace feltbog::bench

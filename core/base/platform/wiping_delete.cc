// SPDX-License-Identifier: Apache-2.0
// Global operators delete that wipe memory before they give it back, so that what a database held
// is not left behind when it is locked. The operators new stay the library's, which take from
// malloc. For whole programs that hold a database, never for a library: linking it replaces them
// everywhere.
#include <cstdlib>
#include <cstring>
#include <new>

#ifdef __APPLE__
#include <malloc/malloc.h>
#else
#include <malloc.h>
#endif

namespace {

std::size_t usable_size(void* memory) {
#ifdef __APPLE__
  return malloc_size(memory);
#else
  return malloc_usable_size(memory);
#endif
}

// The compiler must not take the wiping for useless because the memory is freed next.
void wipe_and_free(void* memory) noexcept {
  if (memory == nullptr) return;
  std::memset(memory, 0, usable_size(memory));
  asm volatile("" : : "r"(memory) : "memory");
  std::free(memory);
}

}  // namespace

void operator delete(void* memory) noexcept { wipe_and_free(memory); }
void operator delete[](void* memory) noexcept { wipe_and_free(memory); }
void operator delete(void* memory, std::size_t) noexcept { wipe_and_free(memory); }
void operator delete[](void* memory, std::size_t) noexcept { wipe_and_free(memory); }
void operator delete(void* memory, std::align_val_t) noexcept { wipe_and_free(memory); }
void operator delete[](void* memory, std::align_val_t) noexcept { wipe_and_free(memory); }
void operator delete(void* memory, std::size_t, std::align_val_t) noexcept {
  wipe_and_free(memory);
}
void operator delete[](void* memory, std::size_t, std::align_val_t) noexcept {
  wipe_and_free(memory);
}

// SPDX-License-Identifier: Apache-2.0
// Between Java and feltbog.h: byte arrays, handles as long, errors as exceptions. Text crosses as
// bytes of UTF-8, because JNI's own text functions speak another encoding and fail on an emoji.
#pragma once

#include <jni.h>

#include <cstdint>

#include "mobile-bridge/c/feltbog.h"

namespace feltbog::android {

// Classes and methods found once, when the library is loaded. False with a Java exception pending.
bool find_classes(JavaVM* vm, JNIEnv* env);

// A copy of a byte[] for the length of a call; overwritten when it goes. Null counts as empty. When
// there is no memory, a Java exception is pending.
class JavaBytes {
 public:
  JavaBytes(JNIEnv* env, jbyteArray array);
  // The part of it; the caller has checked that there is such a part.
  JavaBytes(JNIEnv* env, jbyteArray array, jint offset, jint count);
  ~JavaBytes() { wipe(); }
  JavaBytes(const JavaBytes&) = delete;
  JavaBytes& operator=(const JavaBytes&) = delete;

  const std::uint8_t* data() const { return data_; }
  const char* text() const { return reinterpret_cast<const char*>(data_); }
  std::size_t size() const { return size_; }

 private:
  void copy(JNIEnv* env, jbyteArray array, jint offset, jint count);
  void wipe();
  std::uint8_t* data_ = nullptr;
  std::size_t size_ = 0;
};

// True for success; otherwise a FeltbogException is pending and the error is freed.
bool check(JNIEnv* env, feltbog_error* error);

// Frees the bytes. Null with a Java exception pending.
jbyteArray to_java(JNIEnv* env, feltbog_bytes& bytes);

template <class Handle>
Handle* from_java(jlong name) {
  const auto number = static_cast<std::uintptr_t>(name);
  return reinterpret_cast<Handle*>(number);  // NOLINT(performance-no-int-to-ptr): never followed
}
template <class Handle>
jlong to_java(Handle* handle) {
  return static_cast<jlong>(reinterpret_cast<std::uintptr_t>(handle));
}

// Runs call(feltbog_bytes*) unless an exception is pending, and hands out what it gave.
template <class Call>
jbyteArray bytes_of(JNIEnv* env, const Call& call) {
  feltbog_bytes out = {nullptr, 0};
  if (env->ExceptionCheck() == JNI_TRUE || !check(env, call(&out))) return nullptr;
  return to_java(env, out);
}

// The same with a plain result.
template <class Out, class Call>
Out value_of(JNIEnv* env, const Call& call) {
  Out out{};
  if (env->ExceptionCheck() != JNI_TRUE) check(env, call(&out));
  return out;
}

// The same without one.
template <class Call>
void run(JNIEnv* env, const Call& call) {
  if (env->ExceptionCheck() != JNI_TRUE) check(env, call());
}

// What the app gave as hardware key and listener, either of which may be null, for feltbog.h.
struct JavaHost;
// Null with a Java exception pending.
JavaHost* make_host(JNIEnv* env, jobject key, jobject listener);
std::int32_t mix_in_java(void* context, const std::uint8_t* input, std::size_t input_size,
                         std::uint8_t* output);
void tell_java(void* context, std::uint64_t revision);
void release_host(void* hardware_context, void* context);

// The functions of Native.java, part by part.
struct Natives {
  const JNINativeMethod* methods;
  jint count;
};
Natives workspace_natives();
Natives call_natives();
Natives editor_natives();
Natives attachment_natives();
Natives sync_natives();

// A row of those tables.
template <class Function>
JNINativeMethod native(const char* name, const char* signature, Function* function) {
  return {const_cast<char*>(name), const_cast<char*>(signature), reinterpret_cast<void*>(function)};
}

}  // namespace feltbog::android

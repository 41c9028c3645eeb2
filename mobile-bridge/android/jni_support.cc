// SPDX-License-Identifier: Apache-2.0
#include "mobile-bridge/android/jni_support.h"

#include <cstdlib>
#include <cstring>
#include <limits>
#include <memory>
#include <new>

namespace feltbog::android {

// Global references to what the app gave.
struct JavaHost {
  jobject key;
  jobject listener;
};

namespace {

// Found in JNI_OnLoad and the same for as long as the library is loaded.
struct JavaSide {
  JavaVM* vm;
  jclass exception;
  jmethodID exception_new;
  jclass native;
  jmethodID mix;
  jmethodID changed;
};
JavaSide java_side;

// Every call into here comes from Java, so the thread is known to it.
JNIEnv* environment() {
  void* env = nullptr;
  if (java_side.vm->GetEnv(&env, JNI_VERSION_1_6) != JNI_OK) return nullptr;
  return static_cast<JNIEnv*>(env);
}

jclass find_global(JNIEnv* env, const char* name) {
  const jclass found = env->FindClass(name);
  return found == nullptr ? nullptr : static_cast<jclass>(env->NewGlobalRef(found));
}

void throw_out_of_memory(JNIEnv* env) {
  const jclass type = env->FindClass("java/lang/OutOfMemoryError");
  if (type != nullptr) env->ThrowNew(type, "native");
}

jbyteArray new_bytes(JNIEnv* env, const void* data, std::size_t size) {
  if (size > static_cast<std::size_t>(std::numeric_limits<jsize>::max())) {
    throw_out_of_memory(env);
    return nullptr;
  }
  const jbyteArray array = env->NewByteArray(static_cast<jsize>(size));
  if (array != nullptr) {
    env->SetByteArrayRegion(array, 0, static_cast<jsize>(size), static_cast<const jbyte*>(data));
  }
  return array;
}

}  // namespace

bool find_classes(JavaVM* vm, JNIEnv* env) {
  java_side.vm = vm;
  java_side.exception = find_global(env, "dk/feltbog/FeltbogException");
  java_side.native = find_global(env, "dk/feltbog/Native");
  if (java_side.exception == nullptr || java_side.native == nullptr) return false;
  java_side.exception_new = env->GetMethodID(java_side.exception, "<init>", "(I[B[B)V");
  java_side.mix =
      env->GetStaticMethodID(java_side.native, "mix", "(Ldk/feltbog/HardwareKey;[B[B)I");
  java_side.changed =
      env->GetStaticMethodID(java_side.native, "changed", "(Ldk/feltbog/ChangeListener;J)V");
  return env->ExceptionCheck() != JNI_TRUE;
}

JavaBytes::JavaBytes(JNIEnv* env, jbyteArray array) {
  if (array != nullptr && env->ExceptionCheck() != JNI_TRUE) {
    copy(env, array, 0, env->GetArrayLength(array));
  }
}

JavaBytes::JavaBytes(JNIEnv* env, jbyteArray array, jint offset, jint count) {
  if (array != nullptr && env->ExceptionCheck() != JNI_TRUE) copy(env, array, offset, count);
}

void JavaBytes::copy(JNIEnv* env, jbyteArray array, jint offset, jint count) {
  if (count <= 0) return;
  data_ = static_cast<std::uint8_t*>(std::malloc(static_cast<std::size_t>(count)));
  if (data_ == nullptr) return throw_out_of_memory(env);
  size_ = static_cast<std::size_t>(count);
  env->GetByteArrayRegion(array, offset, count, reinterpret_cast<jbyte*>(data_));
}

void JavaBytes::wipe() {
  feltbog_bytes bytes = {data_, size_};
  feltbog_bytes_free(&bytes);
}

bool check(JNIEnv* env, feltbog_error* error) {
  if (error == nullptr) return true;
  const char* name = feltbog_error_name(error);
  const char* detail = feltbog_error_detail(error);
  const jbyteArray name_bytes = new_bytes(env, name, std::strlen(name));
  const jbyteArray detail_bytes =
      name_bytes == nullptr ? nullptr : new_bytes(env, detail, std::strlen(detail));
  if (detail_bytes != nullptr) {
    const jobject exception =
        env->NewObject(java_side.exception, java_side.exception_new,
                       static_cast<jint>(feltbog_error_number(error)), name_bytes, detail_bytes);
    if (exception != nullptr) env->Throw(static_cast<jthrowable>(exception));
  }
  feltbog_error_free(error);
  return false;
}

jbyteArray to_java(JNIEnv* env, feltbog_bytes& bytes) {
  const jbyteArray array = new_bytes(env, bytes.data, bytes.size);
  feltbog_bytes_free(&bytes);
  return array;
}

JavaHost* make_host(JNIEnv* env, jobject key, jobject listener) {
  std::unique_ptr<JavaHost> host(new (std::nothrow) JavaHost{nullptr, nullptr});
  if (host == nullptr) {
    throw_out_of_memory(env);
    return nullptr;
  }
  if (key != nullptr) host->key = env->NewGlobalRef(key);
  if (listener != nullptr) host->listener = env->NewGlobalRef(listener);
  return host.release();
}

std::int32_t mix_in_java(void* context, const std::uint8_t* input, std::size_t input_size,
                         std::uint8_t* output) {
  JNIEnv* const env = environment();
  if (env == nullptr) return FELTBOG_ERROR_IO_ERROR;
  constexpr jsize kMixedBytes = 32;
  const jbyteArray in = new_bytes(env, input, input_size);
  const jbyteArray out = in == nullptr ? nullptr : env->NewByteArray(kMixedBytes);
  jint number = FELTBOG_ERROR_OUT_OF_MEMORY;
  if (out != nullptr) {
    number = env->CallStaticIntMethod(java_side.native, java_side.mix,
                                      static_cast<JavaHost*>(context)->key, in, out);
  }
  if (env->ExceptionCheck() == JNI_TRUE) {
    env->ExceptionClear();
    number = FELTBOG_ERROR_IO_ERROR;
  }
  if (number == 0) {
    env->GetByteArrayRegion(out, 0, kMixedBytes, reinterpret_cast<jbyte*>(output));
    // The key's answer does not wait for the garbage collector to be overwritten.
    const jbyte zeros[kMixedBytes] = {};
    env->SetByteArrayRegion(out, 0, kMixedBytes, zeros);
  }
  env->DeleteLocalRef(in);
  env->DeleteLocalRef(out);
  return number;
}

void tell_java(void* context, std::uint64_t revision) {
  JNIEnv* const env = environment();
  if (env == nullptr) return;
  env->CallStaticVoidMethod(java_side.native, java_side.changed,
                            static_cast<JavaHost*>(context)->listener,
                            static_cast<jlong>(revision));
  // Only a handler of uncaught exceptions that throws itself gets here, and Java drops that too.
  if (env->ExceptionCheck() == JNI_TRUE) env->ExceptionClear();
}

void release_host(void* /*hardware_context*/, void* context) {
  const std::unique_ptr<JavaHost> host(static_cast<JavaHost*>(context));
  JNIEnv* const env = environment();
  if (env == nullptr || host == nullptr) return;
  if (host->key != nullptr) env->DeleteGlobalRef(host->key);
  if (host->listener != nullptr) env->DeleteGlobalRef(host->listener);
}

}  // namespace feltbog::android

// Secret: key bytes that are wiped when they go.
//
// Promises   never copied by accident, never printed; wiped on destruction; keys lie in pages that no core dump takes along
// Threads    different keys may be made and let go on different threads
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace caveat::audit {

void wipe(void* bytes, std::size_t size);
void wipe(std::string& bytes);  // all that it has room for, and empties it

// What is in use while keys are opened (a joined key, a decrypted body) lies in ordinary memory for a moment: a process that holds
// keys leaves no core at all.
void forbid_core_dumps();

class SecretKey {  // 32 bytes
 public:
  SecretKey();                                 // zeros
  explicit SecretKey(std::string_view bytes);  // exactly 32
  ~SecretKey();
  SecretKey(SecretKey&& other) noexcept : bytes_(std::exchange(other.bytes_, nullptr)) {}  // the other has none then
  SecretKey& operator=(SecretKey&& other) noexcept {
    std::swap(bytes_, other.bytes_);
    return *this;
  }
  SecretKey(const SecretKey&) = delete;
  SecretKey& operator=(const SecretKey&) = delete;

  std::string_view view() const { return {reinterpret_cast<const char*>(bytes_), 32}; }
  std::span<std::uint8_t> span() { return {bytes_, 32}; }

 private:
  std::uint8_t* bytes_;
};

// A string of secret bytes of any length (a passphrase, several keys in a row).
class SecretText {
 public:
  SecretText() = default;
  // A short string is moved by copying it: what stays behind is wiped too.
  explicit SecretText(std::string bytes) : bytes_(std::move(bytes)) { wipe(bytes); }
  ~SecretText() { wipe(bytes_); }
  SecretText(SecretText&& other) noexcept : bytes_(std::move(other.bytes_)) { wipe(other.bytes_); }
  SecretText& operator=(SecretText&& other) noexcept {
    bytes_.swap(other.bytes_);
    wipe(other.bytes_);
    return *this;
  }
  SecretText(const SecretText&) = delete;
  SecretText& operator=(const SecretText&) = delete;

  const std::string& view() const { return bytes_; }
  std::string& bytes() { return bytes_; }

 private:
  std::string bytes_;
};

}  // namespace caveat::audit

// Secret: key bytes that are wiped when they go.
//
// Promises   never copied by accident, never printed; wiped on destruction and when moved from
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace caveat::audit {

void wipe(void* bytes, std::size_t size);
void wipe(std::string& bytes);  // and empties it

class SecretKey {  // 32 bytes
 public:
  SecretKey() = default;
  explicit SecretKey(std::string_view bytes);  // exactly 32
  ~SecretKey() { wipe(bytes_.data(), bytes_.size()); }
  SecretKey(SecretKey&& other) noexcept : bytes_(other.bytes_) { wipe(other.bytes_.data(), other.bytes_.size()); }
  SecretKey& operator=(SecretKey&& other) noexcept;
  SecretKey(const SecretKey&) = delete;
  SecretKey& operator=(const SecretKey&) = delete;

  std::string_view view() const { return {reinterpret_cast<const char*>(bytes_.data()), bytes_.size()}; }
  std::span<std::uint8_t> span() { return bytes_; }

 private:
  std::array<std::uint8_t, 32> bytes_{};
};

// A string of secret bytes of any length (a passphrase, several keys in a row).
class SecretText {
 public:
  SecretText() = default;
  explicit SecretText(std::string bytes) : bytes_(std::move(bytes)) {}
  ~SecretText() { wipe(bytes_); }
  SecretText(SecretText&& other) noexcept : bytes_(other.bytes_) { wipe(other.bytes_); }
  SecretText& operator=(SecretText&&) = delete;
  SecretText(const SecretText&) = delete;
  SecretText& operator=(const SecretText&) = delete;

  const std::string& view() const { return bytes_; }
  std::string& bytes() { return bytes_; }

 private:
  std::string bytes_;
};

}  // namespace caveat::audit

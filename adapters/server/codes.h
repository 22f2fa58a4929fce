// Codes of the server: bytes that are no request, and what stands in the way of a start.
#pragma once

#include "engine/base/code.h"

namespace caveat::server::codes {

inline constexpr Code kBadHttp{"bad_http", "This is not a request that HTTP/1.1 knows.", "这不是合法的 HTTP/1.1 请求。",
                               400, 3};

// Of the start: they end the process.
inline constexpr Code kListen{"listen",
                              "{0} cannot be listened on. Name an address of this machine and a port that is free.",
                              "无法监听 {0}。请指定本机地址和未被占用的端口。", 500, 4};
inline constexpr Code kSocketPath{
    "socket_path",
    "The Unix socket {0} cannot be made. Name a path of at most 100 bytes in a folder that can be written, and that no "
    "other server uses.",
    "无法建立 Unix 套接字 {0}。请指定可写目录下长度不超过 100 字节且未被其他服务使用的路径。", 500, 4};
inline constexpr Code kNotLoopback{
    "not_loopback",
    "{0} is not an address of this machine alone, and without TLS nothing is served to others (not_yet). Listen on "
    "127.0.0.1 or ::1 and put a TLS proxy before it.",
    "{0} 不是仅限本机的地址；在没有 TLS 的情况下不向外提供服务（not_yet）。请监听 127.0.0.1 或 ::1，并在其前置 TLS "
    "代理。",
    500, 2};

}  // namespace caveat::server::codes

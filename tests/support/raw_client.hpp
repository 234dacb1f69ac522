// A client that says exactly the bytes it is told, over plain POSIX sockets: what an honest HTTP library
// would never send.
#pragma once

#include <arpa/inet.h>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <netinet/in.h>
#include <poll.h>
#include <stdexcept>
#include <string>
#include <string_view>
#include <sys/socket.h>
#include <unistd.h>
#include <utility>

namespace securestack::test {

struct RawResponse {
    int status = 0;
    std::string head;  // status line and headers, without the blank line
    std::string body;  // still chunked when it came so

    // The value of the first header of this name (as written), empty when there is none.
    std::string header(std::string const& name) const {
        auto const at = head.find("\r\n" + name + ": ");
        if (at == std::string::npos) return {};
        auto const start = at + name.size() + 4;
        return head.substr(start, head.find("\r\n", start) - start);
    }
};

class RawClient {
  public:
    explicit RawClient(std::uint16_t port, int receive_buffer = 0) {
        socket_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        if (receive_buffer > 0) {
            setsockopt(socket_, SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof receive_buffer);
        }
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(port);
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        if (::connect(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) {
            ::close(socket_);
            throw std::runtime_error("cannot connect");
        }
    }
    ~RawClient() {
        if (socket_ >= 0) ::close(socket_);
    }
    RawClient(RawClient&& other) noexcept
        : socket_(std::exchange(other.socket_, -1)), received_(std::move(other.received_)) {}
    RawClient(RawClient const&) = delete;
    RawClient& operator=(RawClient const&) = delete;

    // False when the peer has closed.
    bool send(std::string_view bytes) {
        while (!bytes.empty()) {
            auto const sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
            if (sent <= 0) return false;
            bytes.remove_prefix(static_cast<std::size_t>(sent));
        }
        return true;
    }
    void finish_sending() { ::shutdown(socket_, SHUT_WR); }

    // The next response. `with_body` is false after HEAD. Throws when the connection ends or five seconds
    // pass first.
    RawResponse receive(bool with_body = true) {
        RawResponse response;
        response.head = take(until("\r\n\r\n"));
        response.head.resize(response.head.size() - 4);
        response.status = std::stoi(response.head.substr(9, 3));
        if (!with_body || response.status == 100 || response.status == 204 || response.status == 304)
            return response;
        if (auto const length = response.header("Content-Length"); !length.empty()) {
            auto const size = std::stoull(length);
            while (received_.size() < size) more();
            response.body = take(size);
        } else if (response.header("Transfer-Encoding") == "chunked") {
            response.body = take(until("0\r\n\r\n"));
        } else {
            response.body = rest();
        }
        return response;
    }

    // Everything up to the end of the connection.
    std::string rest() {
        while (read_some(std::chrono::seconds{5})) {
        }
        return std::exchange(received_, {});
    }

    // At most `size` bytes of what comes next.
    std::string some(std::size_t size) {
        if (received_.empty()) more();
        return take(std::min(size, received_.size()));
    }

    // True when the peer closes within `limit`, having sent nothing more.
    bool closed_within(std::chrono::milliseconds limit) {
        return received_.empty() && !read_some(limit) && ended_ && received_.empty();
    }

    int descriptor() const { return socket_; }

  private:
    std::size_t until(std::string_view mark) {
        for (;;) {
            if (auto const at = received_.find(mark); at != std::string::npos) return at + mark.size();
            more();
        }
    }
    std::string take(std::size_t size) {
        auto taken = received_.substr(0, size);
        received_.erase(0, size);
        return taken;
    }
    void more() {
        if (!read_some(std::chrono::seconds{5}))
            throw std::runtime_error("no whole response: " + received_.substr(0, 200));
    }
    bool read_some(std::chrono::milliseconds limit) {
        pollfd ready{.fd = socket_, .events = POLLIN, .revents = 0};
        if (::poll(&ready, 1, static_cast<int>(limit.count())) <= 0) return false;
        char bytes[16 * 1024];
        auto const count = ::recv(socket_, bytes, sizeof bytes, 0);
        if (count <= 0) {
            ended_ = true;
            return false;
        }
        received_.append(bytes, static_cast<std::size_t>(count));
        return true;
    }

    int socket_ = -1;
    bool ended_ = false;
    std::string received_;
};

}  // namespace securestack::test

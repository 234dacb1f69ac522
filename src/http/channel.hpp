// A connection's bytes: an input buffer, writes that finish, deadlines, and an orderly end. The HTTP on top
// of it is session.cpp.
#pragma once

#include <algorithm>
#include <array>
#include <cstring>
#include <memory>
#include <optional>
#include <poll.h>
#include <stop_token>
#include <string_view>
#include <type_traits>
#include <utility>

#include "http/patience.hpp"
#include "http/worker.hpp"

namespace securestack {

class InputBuffer {
  public:
    std::string_view view() const { return {bytes_.get() + begin_, end_ - begin_}; }
    bool empty() const { return begin_ == end_; }
    void consume(std::size_t count) { begin_ += count; }
    void commit(std::size_t count) { end_ += count; }

    // Room for more, `wanted` bytes when that many are expected. Views become invalid.
    asio::mutable_buffer prepare(std::size_t wanted) {
        if (empty()) begin_ = end_ = 0;
        if (capacity_ - end_ < least_room && begin_ > 0) {
            std::memmove(bytes_.get(), bytes_.get() + begin_, end_ - begin_);
            end_ -= std::exchange(begin_, 0);
        }
        auto const room = std::clamp(wanted, least_room, most_room);
        if (capacity_ - end_ < least_room || (empty() && capacity_ < room)) grow(room);
        return {bytes_.get() + end_, capacity_ - end_};
    }

    // An idle connection holds no large buffer.
    void shrink() {
        if (!empty() || capacity_ <= first_size) return;
        bytes_.reset();
        capacity_ = begin_ = end_ = 0;
    }

  private:
    static constexpr std::size_t least_room = 512;
    static constexpr std::size_t first_size = 4 * 1024;
    static constexpr std::size_t most_room = 32 * 1024;

    void grow(std::size_t room) {
        auto const size = std::max({first_size, end_ + room, capacity_ * 2});
        auto larger = std::make_unique_for_overwrite<char[]>(size);
        if (end_ > 0) std::memcpy(larger.get(), bytes_.get(), end_);
        bytes_ = std::move(larger);
        capacity_ = size;
    }

    std::unique_ptr<char[]> bytes_;
    std::size_t capacity_ = 0;
    std::size_t begin_ = 0;
    std::size_t end_ = 0;
};

// Up to three pieces of memory that leave together.
class Gathered {
  public:
    explicit Gathered(std::string_view a, std::string_view b = {}, std::string_view c = {})
        : parts_{asio::buffer(a), asio::buffer(b), asio::buffer(c)} {}

    std::array<asio::const_buffer, 3> const& buffers() const { return parts_; }
    bool empty() const { return asio::buffer_size(parts_) == 0; }
    void consume(std::size_t count) {
        for (auto& part : parts_) {
            auto const taken = std::min(count, part.size());
            part += taken;
            count -= taken;
        }
    }

  private:
    std::array<asio::const_buffer, 3> parts_;
};

enum class Phase : std::uint8_t { idle, receiving, handling, sending, closing };

// All members are for the worker's thread.
template <class Stream>
class Channel : public Connection {
  public:
    Channel(Worker& worker, Seat seat, Stream stream, Patience patience)
        : seat_(std::move(seat)), worker_(worker), stream_(std::move(stream)), patience_(patience) {
        worker_.enter(*this);
    }
    ~Channel() override { worker_.leave(*this); }
    Channel(Channel const&) = delete;
    Channel& operator=(Channel const&) = delete;

    void expire() final {
        if (phase_ == Phase::handling && waits_on()) return;
        // The deadline stays: between two waits there is nothing to end, and the next look ends the second.
        expired_ = true;
        interrupt(phase_ == Phase::closing);
    }
    void begin_drain(Moment idle_until) final {
        if (phase_ == Phase::idle || phase_ == Phase::closing)
            move_deadline(std::min(deadline(), idle_until));
    }
    void cut() final {
        broken_ = true;
        if (waiting_) watched_.stop.request_stop();
        interrupt(true);
    }

  protected:
    static constexpr bool is_tls = !std::is_same_v<Stream, Socket>;

    Socket& socket() {
        if constexpr (is_tls) {
            return stream_.next_layer();
        } else {
            return stream_;
        }
    }

    void enter_phase(Phase phase, std::chrono::nanoseconds limit) {
        phase_ = phase;
        expired_ = false;
        set_deadline(limit);
    }

    // More bytes into `input_`; false when the peer has ended, the deadline has passed (`expired_`) or the
    // connection broke.
    Awaitable<bool> receive(std::size_t wanted) {
        auto const room = input_.prepare(wanted);
        auto const [error, count] = co_await stream_.async_read_some(room, awaiting_result);
        if (error) {
            if (!expired_) broken_ = true;
            co_return false;
        }
        input_.commit(count);
        co_return true;
    }

    // Nothing happens for `limit`, unless the peer ends: then the connection is broken, for nobody is there
    // any more. What comes meanwhile is the beginning of the next request; while that waits, the peer is not
    // watched.
    Awaitable<void> rest(std::chrono::milliseconds limit) {
        if (input_.empty()) {
            enter_phase(Phase::handling, limit);
            (void)co_await receive(0);
        } else {
            auto const nobody = std::make_shared<Handover<bool>>(worker_.gate());
            (void)co_await result_of(nobody, limit);
        }
    }

    // From here on `send` counts for another answer.
    void begin_sending() {
        sent_ = 0;
        patience_.renew();
    }

    // False when the connection broke or the peer was too slow.
    Awaitable<bool> send(Gathered data) {
        if constexpr (!is_tls) {
            // Most answers fit into the socket's buffer: no turn through the event loop.
            IoError error;
            auto const count = stream_.write_some(data.buffers(), error);
            data.consume(count);
            sent_ += count;
            if (error && error != asio::error::would_block) broken_ = true;
        }
        while (!broken_ && !data.empty()) {
            auto const begun = std::chrono::steady_clock::now();
            enter_phase(Phase::sending, patience_.left());
            auto const [error, count] = co_await stream_.async_write_some(data.buffers(), awaiting_result);
            data.consume(count);
            sent_ += count;
            patience_.wait(std::chrono::steady_clock::now() - begun, count);
            if (error || patience_.is_over()) broken_ = true;
        }
        co_return !broken_;
    }

    // What may take long is watched: when `limit` has passed or the peer has left, it is asked to stop, and
    // waited for once more, `to_stop`, so that what the peer is told is what became of it.
    struct Watched {
        std::stop_source stop{std::nostopstate};
        std::chrono::milliseconds limit{};
        std::chrono::milliseconds look_every{};
        std::chrono::milliseconds to_stop{};
    };
    template <class T>
    Awaitable<std::optional<T>> watched_result_of(std::shared_ptr<Handover<T>> const& handover,
                                                  Watched const& watched) {
        auto const interval = std::min(watched.look_every, watched.limit);
        give_up_at_ = std::chrono::steady_clock::now() + watched.limit;
        watched_ = watched;
        auto value = co_await result_of(handover, interval);
        watched_ = {};
        co_return value;
    }

    // The value, or nothing when the deadline passed first.
    template <class T>
    Awaitable<std::optional<T>> result_of(std::shared_ptr<Handover<T>> const& handover,
                                          std::chrono::milliseconds limit) {
        if (!handover->settled()) {
            enter_phase(Phase::handling, limit);
            waiting_ = handover;
            Worker::Elsewhere const elsewhere{worker_};
            co_await handover->wait();
            waiting_.reset();
        }
        co_return handover->take();
    }

    // Ends the connection so that the peer can still read what was sent: a close with unread input would
    // reset it.
    Awaitable<void> close() {
        IoError ignored;
        if (!broken_) {
            enter_phase(Phase::closing, std::chrono::seconds{2});
            if (worker_.draining()) begin_drain(worker_.drain_idle_until());
            if constexpr (is_tls) {
                if (open_) (void)co_await stream_.async_shutdown(awaiting_result);
            }
            socket().shutdown(Socket::shutdown_send, ignored);
            for (std::size_t discarded = 0; discarded < most_discarded;) {
                input_.consume(input_.view().size());
                auto const room = input_.prepare(16 * 1024);
                auto const [error, count] = co_await socket().async_read_some(room, awaiting_result);
                if (error) break;
                discarded += count;
            }
        }
        socket().close(ignored);
    }

    // The peer must not take what it has for the whole.
    void abort() {
        IoError ignored;
        socket().set_option(asio::socket_base::linger(true, 0), ignored);
        broken_ = true;
    }

    Seat const seat_;  // the last to go
    Worker& worker_;
    Stream stream_;
    InputBuffer input_;
    Phase phase_ = Phase::idle;
    bool open_ = false;     // the TLS handshake is done
    bool expired_ = false;  // the last deadline passed
    bool broken_ = false;   // nothing can be sent any more
    std::uint64_t sent_ = 0;

  private:
    static constexpr std::size_t most_discarded = 16 * 1024 * 1024;

    // A client that closed its side, or was killed: that it only has no more to say would look the same.
    bool peer_has_left() {
        pollfd state{.fd = socket().native_handle(), .events = POLLRDHUP, .revents = 0};
        return ::poll(&state, 1, 0) > 0;
    }

    // The deadline of what is watched has been moved on.
    bool waits_on() {
        if (!watched_.stop.stop_possible() || watched_.stop.stop_requested()) return false;
        auto const now = std::chrono::steady_clock::now();
        if (now < give_up_at_ && !peer_has_left()) {
            move_deadline(std::min(give_up_at_, now + watched_.look_every));
            return true;
        }
        move_deadline(now + watched_.to_stop);
        watched_.stop.request_stop();
        return true;
    }

    // Ends what the session waits for. The session may be gone when this returns.
    void interrupt(bool for_good) {
        IoError ignored;
        if (for_good) {
            socket().close(ignored);
        } else {
            socket().cancel(ignored);
        }
        if (auto const waiting = waiting_) waiting->abandon();
    }

    Patience patience_;
    std::shared_ptr<Waiting> waiting_;
    Watched watched_;
    Moment give_up_at_{};
};

}  // namespace securestack

#include "http/incoming_body.hpp"

namespace securestack {
namespace {

constexpr std::size_t usual_piece = 16 * 1024;

Problem no_room(std::string detail, std::chrono::seconds retry_after) {
    Problem problem{ErrorCode::unavailable, std::move(detail)};
    problem.retry_after = retry_after;
    return problem;
}

}  // namespace

struct IncomingBody::Shares {
    Shares(MemoryBudget& bodies, MemoryBudget& spools) : memory(bodies), disk(spools) {}
    MemoryBudget::Lease memory;
    MemoryBudget::Lease disk;
};

IncomingBody::IncomingBody(Service const& service, MemoryBudget& budget, Request& request,
                           std::optional<std::uint64_t> length, std::size_t limit, bool takes_files)
    : service_(service),
      budget_(budget),
      request_(request),
      length_(length),
      takes_files_(takes_files),
      decoder_(limit) {}

Result<std::size_t> IncomingBody::take(std::string_view in) {
    auto const taken = decode(in);
    if (!taken) return taken;
    if (auto const held = hold(); !held) return held.error();
    bool const whole = expected() == 0;
    bool const too_large = takes_files_ && request_.body.size() > service_.options.longest_held_body;
    if (too_large || (spool_ && whole)) {
        if (auto const kept = spool(); !kept) return kept.error();
    }
    return taken;
}

Result<std::size_t> IncomingBody::decode(std::string_view in) {
    if (!length_) return decoder_.feed(in, request_.body);
    auto const piece = in.substr(0, static_cast<std::size_t>(*length_) - received());
    request_.body.append(piece);
    return piece.size();
}

std::size_t IncomingBody::expected() const {
    if (length_) return static_cast<std::size_t>(*length_) - received();
    return decoder_.done() ? 0 : usual_piece;
}

IncomingBody::Shares& IncomingBody::shares() {
    if (!shares_) request_.body_lease = shares_ = std::make_shared<Shares>(budget_, service_.spools);
    return *shares_;
}

Result<void> IncomingBody::hold() {
    if (request_.body.capacity() <= uncounted) return {};
    if (shares().memory.cover(request_.body.capacity())) return {};
    return no_room("The server holds as many large bodies as it can. Try again in a moment.",
                   std::chrono::seconds{1});
}

Result<void> IncomingBody::spool() {
    if (!shares().disk.cover(received())) {
        return no_room("The server keeps as many files as it can. Try again in a moment.",
                       std::chrono::seconds{5});
    }
    try {
        write();
        return {};
    } catch (FileError const& error) {
        service_.log.error("http.spool_failed", {{"request_id", request_.id}, {"reason", error.what()}});
        return no_room("The server has no room on its disk for this body. Try again later.",
                       std::chrono::seconds{30});
    }
}

void IncomingBody::write() {
    if (!spool_) {
        auto const& directory = service_.options.spool_directory;
        spool_ =
            std::make_shared<Spool>(directory.empty() ? std::filesystem::temp_directory_path() : directory);
    }
    spool_->append(request_.body);
    spooled_ += request_.body.size();
    request_.body.clear();
    if (expected() > 0) return;
    spool_->seal();
    request_.spool = spool_;
    request_.body = {};
}

}  // namespace securestack

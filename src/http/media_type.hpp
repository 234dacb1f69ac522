// Which form a body has and which form an answer may have: Content-Type and Accept (RFC 9110 §8.3, §12.5.1).
#pragma once

#include <initializer_list>
#include <optional>
#include <span>
#include <string_view>

#include "core/error.hpp"
#include "http/message.hpp"

namespace securestack {

// The offer that Accept likes best, the first of equals; nullopt when it likes none. No Accept likes
// everything.
std::optional<std::size_t> choose_media_type(Headers const& headers,
                                             std::span<std::string_view const> offers);

// `not_acceptable`, naming the offers, when `choose_media_type` finds none.
Result<std::size_t> negotiate(Headers const& headers, std::span<std::string_view const> offers);

// `unsupported_media_type` unless Content-Type is one of these (charset absent or UTF-8) and the body is not
// encoded.
Result<void> check_content_type(Headers const& headers, std::initializer_list<std::string_view> accepted);

}  // namespace securestack

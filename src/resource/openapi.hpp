// OpenAPI 3.1 / JSON Schema 2020-12 of a document, from the fields that the code validates with.
#pragma once

#include <string>

#include <boost/json/object.hpp>

#include "resource/field.hpp"

namespace securestack {

// Which side of a document: what an answer carries, what a request may carry, or what a merge patch may
// carry.
enum class SchemaUse { answer, request, patch };

boost::json::object json_schema(Schema const& schema, SchemaUse use);

// The component's name for that use: "Server", "ServerRequest", "ServerPatch".
std::string component_name(Schema const& schema, SchemaUse use);

// The parameters of a list over this document (limit, cursor, sort with its fields, q, count, filters).
boost::json::array list_parameters(Schema const& schema);

}  // namespace securestack

-- API keys. `digest` is the SHA-256 of the whole key, in base64url; after a rotation the one before it is good until `previous_until`.
-- `renewed_at` is when its end was last set: the two make its length of life. A key that was made with another key goes with it. Owners and readers of all keys have an index for each order.
CREATE TABLE api_keys (
    id              {id}    NOT NULL PRIMARY KEY,
    name            {text}  NOT NULL,
    owner           {id}    NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    scopes          {json}  NOT NULL,
    addresses       {json}  NOT NULL,
    made_with       {id}    REFERENCES api_keys (id) ON DELETE CASCADE,
    created_at      {time}  NOT NULL,
    rotated_at      {time},
    renewed_at      {time}  NOT NULL,
    expires_at      {time},
    last_used_at    {time},
    last_used_ip    {text},
    digest          {text}  NOT NULL,
    previous_digest {text},
    previous_until  {time},
    version         {int}   NOT NULL
){strict};

CREATE INDEX api_keys_by_name ON api_keys (name, id);
CREATE INDEX api_keys_by_created_at ON api_keys (created_at, id);
CREATE INDEX api_keys_of_owner_by_id ON api_keys (owner, id);
CREATE INDEX api_keys_of_owner_by_name ON api_keys (owner, name, id);
CREATE INDEX api_keys_of_owner_by_created_at ON api_keys (owner, created_at, id);
CREATE INDEX api_keys_made_with ON api_keys (made_with);

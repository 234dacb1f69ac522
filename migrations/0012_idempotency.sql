-- The answers to requests that had an Idempotency-Key. `request` is a keyed digest, `answer` is sealed; `status` is 0 only
-- within the transaction that takes the key. There is no reference to users: the caller may be an API key.
CREATE TABLE idempotency_keys (
    caller       {id}    NOT NULL,
    "key"        {text}  NOT NULL,
    request      {bytes} NOT NULL,
    status       {int}   NOT NULL,
    location     {text},
    etag         {text},
    content_type {text},
    answer       {bytes},
    created_at   {time}  NOT NULL,
    PRIMARY KEY (caller, "key")
){strict};

CREATE INDEX idempotency_keys_by_created_at ON idempotency_keys (created_at);

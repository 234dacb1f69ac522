-- The second factor of a login: a shared secret, sealed by the master key, and codes for the day when the device is lost.
-- Until it is confirmed nothing asks for it. `last_step` is the newest time step whose code was taken: none is taken twice,
-- on whichever replica.
CREATE TABLE totp_factors (
    user_id       {id}    NOT NULL PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE,
    sealed_secret {bytes} NOT NULL,
    last_step     {int}   NOT NULL,
    created_at    {time}  NOT NULL,
    confirmed_at  {time}
){strict};

CREATE TABLE recovery_codes (
    user_id {id}    NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    digest  {bytes} NOT NULL,
    used_at {time},
    PRIMARY KEY (user_id, digest)
){strict};

-- Who may come in: users, their sessions, and what guards the door.

CREATE TABLE users (
    id {id} NOT NULL PRIMARY KEY,
    username {text} NOT NULL,
    username_fold {text} NOT NULL,
    email {text},
    display_name {text} NOT NULL,
    role {text} NOT NULL CHECK (role IN ('user', 'auditor', 'admin')),
    disabled {bool} NOT NULL,
    password_hash {text} NOT NULL,
    epoch {int} NOT NULL,
    created_at {time} NOT NULL,
    updated_at {time} NOT NULL,
    last_login_at {time},
    version {int} NOT NULL,
    search_text {text} NOT NULL
) {strict};
CREATE UNIQUE INDEX users_username_fold ON users (username_fold);
CREATE INDEX users_username ON users (username, id);
CREATE INDEX users_created_at ON users (created_at, id);
CREATE INDEX users_role ON users (role, id);

-- A session is one login: the family of its refresh tokens. `expires_at` is absolute; `over_at` is the same, or
-- `ended_at` once there is one.
CREATE TABLE sessions (
    id {id} NOT NULL PRIMARY KEY,
    user_id {id} NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    ip {text} NOT NULL,
    user_agent {text} NOT NULL,
    created_at {time} NOT NULL,
    last_used_at {time} NOT NULL,
    expires_at {time} NOT NULL,
    ended_at {time},
    over_at {time} NOT NULL
) {strict};
CREATE INDEX sessions_user_id ON sessions (user_id, id);
CREATE INDEX sessions_over_at ON sessions (over_at, id);

-- `digest` is the token's SHA-256. Exactly one row of a live session has `used_at` NULL.
CREATE TABLE refresh_tokens (
    digest {bytes} NOT NULL PRIMARY KEY,
    session_id {id} NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
    parent {bytes},
    successor {bytes},
    created_at {time} NOT NULL,
    used_at {time}
) {strict};
CREATE INDEX refresh_tokens_session_id ON refresh_tokens (session_id);

-- The keys that access tokens are signed with. The one that was made last has `current` = 1. It is published at once and
-- signs from `signs_from` on, when every replica has read it; until then the one before it does. A key that signs no
-- more loses its private half, and verifies until `retires_at`.
CREATE TABLE signing_keys (
    id {text} NOT NULL PRIMARY KEY,
    public_key {bytes} NOT NULL,
    sealed_seed {bytes},
    current {int} CHECK (current = 1),
    created_at {time} NOT NULL,
    signs_from {time} NOT NULL,
    retires_at {time}
) {strict};
CREATE UNIQUE INDEX signing_keys_current ON signing_keys (current);

-- Attempts to guess, by what they are counted under ("login_account" and a digest of the name, …). A row that may never
-- be forgotten has no `forget_at`.
CREATE TABLE login_throttle (
    scope {text} NOT NULL,
    subject {bytes} NOT NULL,
    arrival {time} NOT NULL,
    failures {int} NOT NULL,
    recent_failures {int} NOT NULL,
    blocked_until {time} NOT NULL,
    pending {int} NOT NULL,
    pending_until {time} NOT NULL,
    forget_at {time},
    PRIMARY KEY (scope, subject)
) {strict};
CREATE INDEX login_throttle_forget_at ON login_throttle (forget_at);

CREATE TABLE setup_tokens (
    digest {bytes} NOT NULL PRIMARY KEY,
    created_at {time} NOT NULL,
    expires_at {time} NOT NULL
) {strict};

CREATE TABLE invites (
    id {id} NOT NULL PRIMARY KEY,
    digest {text} NOT NULL,
    created_by {id} NOT NULL,
    created_at {time} NOT NULL,
    expires_at {time} NOT NULL,
    used_by {id},
    used_at {time}
) {strict};
CREATE UNIQUE INDEX invites_digest ON invites (digest);
CREATE INDEX invites_created_at ON invites (created_at, id);
CREATE INDEX invites_expires_at ON invites (expires_at);

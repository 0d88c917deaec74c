-- Every column is explained in docs/storage.md. Written for both H2 and PostgreSQL.

CREATE TABLE IF NOT EXISTS client (
    id                     VARCHAR(64)              PRIMARY KEY,
    name                   VARCHAR(1000),
    redirect_uris          VARCHAR                  NOT NULL,
    authentication_method  VARCHAR(40)              NOT NULL,
    secret_hash            VARCHAR(43),
    grant_types            VARCHAR(1000)            NOT NULL,
    scope                  VARCHAR(1000)            NOT NULL,
    registered_at          TIMESTAMP WITH TIME ZONE NOT NULL,
    granted                BOOLEAN                  NOT NULL,
    kept_until             TIMESTAMP WITH TIME ZONE NOT NULL
);
CREATE INDEX IF NOT EXISTS client_kept_until ON client (kept_until);
CREATE INDEX IF NOT EXISTS client_granted ON client (granted, registered_at);

CREATE TABLE IF NOT EXISTS pending_authorization (
    handle_hash      VARCHAR(43)                PRIMARY KEY,
    id               VARCHAR(20)              NOT NULL,
    browser_hash     VARCHAR(43)                NOT NULL,
    client_id        VARCHAR(64)              NOT NULL,
    redirect_uri     VARCHAR                  NOT NULL,
    state            VARCHAR,
    code_challenge   VARCHAR(43)                NOT NULL,
    scope            VARCHAR(1000)            NOT NULL,
    resource         VARCHAR                  NOT NULL,
    step             VARCHAR(20)              NOT NULL,
    approved         BOOLEAN                  NOT NULL,
    sealed_upstream  BYTEA,
    grant_id         VARCHAR(64),
    expires_at       TIMESTAMP WITH TIME ZONE NOT NULL
);
CREATE INDEX IF NOT EXISTS pending_authorization_expires_at ON pending_authorization (expires_at);

CREATE TABLE IF NOT EXISTS access_grant (
    id            VARCHAR(64)              PRIMARY KEY,
    family_hash   VARCHAR(43)                UNIQUE,
    client_id     VARCHAR(64)              NOT NULL,
    organization  VARCHAR(1000)            NOT NULL,
    user_id       VARCHAR(1000)            NOT NULL,
    user_name     VARCHAR,
    user_email    VARCHAR,
    user_groups   VARCHAR                  NOT NULL,
    scope         VARCHAR(1000)            NOT NULL,
    resource      VARCHAR                  NOT NULL,
    opened_at     TIMESTAMP WITH TIME ZONE NOT NULL,
    expires_at    TIMESTAMP WITH TIME ZONE NOT NULL
);
CREATE INDEX IF NOT EXISTS access_grant_client_id ON access_grant (client_id);
CREATE INDEX IF NOT EXISTS access_grant_expires_at ON access_grant (expires_at);

CREATE TABLE IF NOT EXISTS authorization_code (
    hash            VARCHAR(43)                PRIMARY KEY,
    grant_id        VARCHAR(64)              NOT NULL,
    client_id       VARCHAR(64)              NOT NULL,
    redirect_uri    VARCHAR                  NOT NULL,
    code_challenge  VARCHAR(43)                NOT NULL,
    expires_at      TIMESTAMP WITH TIME ZONE NOT NULL,
    consumed_at     TIMESTAMP WITH TIME ZONE
);
CREATE INDEX IF NOT EXISTS authorization_code_expires_at ON authorization_code (expires_at);

CREATE TABLE IF NOT EXISTS refresh_token (
    hash           VARCHAR(43)                PRIMARY KEY,
    family_hash    VARCHAR(43)                NOT NULL,
    grant_id       VARCHAR(64)              NOT NULL,
    client_id      VARCHAR(64)              NOT NULL,
    expires_at     TIMESTAMP WITH TIME ZONE NOT NULL,
    rotated_at     TIMESTAMP WITH TIME ZONE,
    sealed_answer  BYTEA
);
CREATE INDEX IF NOT EXISTS refresh_token_grant_id ON refresh_token (grant_id);
CREATE INDEX IF NOT EXISTS refresh_token_rotated_at ON refresh_token (rotated_at);

CREATE TABLE IF NOT EXISTS upstream_session (
    grant_id       VARCHAR(64)              PRIMARY KEY,
    sealed_tokens  BYTEA                    NOT NULL,
    secret_id       VARCHAR(16)                NOT NULL,
    lease_holder   VARCHAR(64),
    leased_until   TIMESTAMP WITH TIME ZONE,
    ended_at       TIMESTAMP WITH TIME ZONE
);
CREATE INDEX IF NOT EXISTS upstream_session_secret_id ON upstream_session (secret_id);
CREATE INDEX IF NOT EXISTS upstream_session_ended_at ON upstream_session (ended_at);

CREATE TABLE IF NOT EXISTS revocation (
    grant_id    VARCHAR(64)              PRIMARY KEY,
    revoked_at  TIMESTAMP WITH TIME ZONE DEFAULT CURRENT_TIMESTAMP NOT NULL
);
CREATE INDEX IF NOT EXISTS revocation_revoked_at ON revocation (revoked_at);

CREATE TABLE IF NOT EXISTS approval (
    organization  VARCHAR(1000)            NOT NULL,
    user_id       VARCHAR(1000)            NOT NULL,
    client_id     VARCHAR(64)              NOT NULL,
    redirect_uri  VARCHAR                  NOT NULL,
    scope         VARCHAR(1000)            NOT NULL,
    resource      VARCHAR                  NOT NULL,
    expires_at    TIMESTAMP WITH TIME ZONE NOT NULL,
    PRIMARY KEY (organization, user_id, client_id)
);
CREATE INDEX IF NOT EXISTS approval_expires_at ON approval (expires_at);

CREATE TABLE IF NOT EXISTS mcp_session (
    hash       VARCHAR(43)                PRIMARY KEY,
    user_id    VARCHAR(1000),
    client_id  VARCHAR(1000)            NOT NULL,
    used_at    TIMESTAMP WITH TIME ZONE NOT NULL
);
CREATE INDEX IF NOT EXISTS mcp_session_used_at ON mcp_session (used_at);

CREATE TABLE IF NOT EXISTS signing_key (
    id              VARCHAR(64)              PRIMARY KEY,
    sealed_key      BYTEA                    NOT NULL,
    secret_id        VARCHAR(16)                NOT NULL,
    created_at      TIMESTAMP WITH TIME ZONE NOT NULL,
    signs_from      TIMESTAMP WITH TIME ZONE NOT NULL,
    verifies_until  TIMESTAMP WITH TIME ZONE
);

CREATE TABLE IF NOT EXISTS lease (
    name    VARCHAR(40)              PRIMARY KEY,
    holder  VARCHAR(64),
    leased_until TIMESTAMP WITH TIME ZONE
);

-- A device asks by itself for what a person allows elsewhere (RFC 8628).
CREATE TABLE IF NOT EXISTS device_authorization (
    hash              VARCHAR(43)              PRIMARY KEY,
    user_code_hash    VARCHAR(43)              NOT NULL UNIQUE,
    client_id         VARCHAR(500)             NOT NULL,
    scope             VARCHAR(1000)            NOT NULL,
    resource          VARCHAR                  NOT NULL,
    payer             VARCHAR(500)             NOT NULL,
    address           VARCHAR(100)             NOT NULL,
    begun_at          TIMESTAMP WITH TIME ZONE NOT NULL,
    expires_at        TIMESTAMP WITH TIME ZONE NOT NULL,
    decision          VARCHAR(20)              NOT NULL,
    grant_id          VARCHAR(64),
    interval_seconds  INTEGER                  NOT NULL,
    next_poll_at      TIMESTAMP WITH TIME ZONE NOT NULL
);
CREATE INDEX IF NOT EXISTS device_authorization_expires_at ON device_authorization (expires_at);
CREATE INDEX IF NOT EXISTS device_authorization_client_id ON device_authorization (client_id);
CREATE INDEX IF NOT EXISTS device_authorization_payer ON device_authorization (payer);

ALTER TABLE pending_authorization ADD COLUMN IF NOT EXISTS device_code_hash VARCHAR(43);

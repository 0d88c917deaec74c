-- A client_id may be the URL of a client's metadata document.
ALTER TABLE pending_authorization ALTER COLUMN client_id SET DATA TYPE VARCHAR(500);
ALTER TABLE access_grant ALTER COLUMN client_id SET DATA TYPE VARCHAR(500);
ALTER TABLE authorization_code ALTER COLUMN client_id SET DATA TYPE VARCHAR(500);
ALTER TABLE refresh_token ALTER COLUMN client_id SET DATA TYPE VARCHAR(500);
ALTER TABLE approval ALTER COLUMN client_id SET DATA TYPE VARCHAR(500);

CREATE TABLE IF NOT EXISTS client_assertion (
    hash        VARCHAR(43)                PRIMARY KEY,
    expires_at  TIMESTAMP WITH TIME ZONE NOT NULL
);
CREATE INDEX IF NOT EXISTS client_assertion_expires_at ON client_assertion (expires_at);

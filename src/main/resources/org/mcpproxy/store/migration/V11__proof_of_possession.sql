-- What is bound to a client's key (RFC 9449).
ALTER TABLE client ADD COLUMN IF NOT EXISTS binds_tokens BOOLEAN DEFAULT FALSE NOT NULL;
ALTER TABLE pending_authorization ADD COLUMN IF NOT EXISTS key_thumbprint VARCHAR(43);
ALTER TABLE authorization_code ADD COLUMN IF NOT EXISTS key_thumbprint VARCHAR(43);
ALTER TABLE refresh_token ADD COLUMN IF NOT EXISTS key_thumbprint VARCHAR(43);

CREATE TABLE IF NOT EXISTS used_proof (
    hash        VARCHAR(43)              PRIMARY KEY,
    expires_at  TIMESTAMP WITH TIME ZONE NOT NULL
);
CREATE INDEX IF NOT EXISTS used_proof_expires_at ON used_proof (expires_at);

-- By what a client proves that a registration is its own; and what goes when the client goes is found by it.
ALTER TABLE client ADD COLUMN IF NOT EXISTS registration_token_hash VARCHAR(43);
CREATE INDEX IF NOT EXISTS pending_authorization_client_id ON pending_authorization (client_id);
CREATE INDEX IF NOT EXISTS authorization_code_client_id ON authorization_code (client_id);
CREATE INDEX IF NOT EXISTS approval_client_id ON approval (client_id);

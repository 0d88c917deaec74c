-- What an ID token says of the request and of the sign-on (OpenID Connect Core 2).
ALTER TABLE pending_authorization ADD COLUMN IF NOT EXISTS nonce VARCHAR(1000);
ALTER TABLE pending_authorization ADD COLUMN IF NOT EXISTS expected_user VARCHAR(1000);
ALTER TABLE authorization_code ADD COLUMN IF NOT EXISTS nonce VARCHAR(1000);
ALTER TABLE access_grant ADD COLUMN IF NOT EXISTS authenticated_at TIMESTAMP WITH TIME ZONE;

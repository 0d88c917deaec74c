-- The authentication context class that the sign-on was of, as Okta said (RFC 9470).
ALTER TABLE access_grant ADD COLUMN IF NOT EXISTS acr VARCHAR(200);

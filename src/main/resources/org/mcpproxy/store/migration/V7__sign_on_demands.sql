-- How a client wants the person to sign on, until the browser is sent to Okta.
ALTER TABLE pending_authorization ADD COLUMN IF NOT EXISTS demands VARCHAR;

-- How a device wants the person to sign on (RFC 9470), until they enter its code.
ALTER TABLE device_authorization ADD COLUMN IF NOT EXISTS demands VARCHAR;

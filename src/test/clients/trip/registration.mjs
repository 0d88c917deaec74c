// A public client that registers itself (RFC 7591).
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';

export const REDIRECT_URI = 'http://127.0.0.1:8123/callback';

/** @returns its client_id */
export async function registered(endpoint, name, scope) {
    const response = await fetch(endpoint, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({
            client_name: name,
            redirect_uris: [REDIRECT_URI],
            grant_types: ['authorization_code', 'refresh_token'],
            token_endpoint_auth_method: 'none',
            scope
        })
    });
    assert.equal(response.status, 201);
    return (await response.json()).client_id;
}

/** A value that nobody guesses. */
export function random() {
    return randomBytes(32).toString('base64url');
}

// Revokes a grant as RFC 7009 has it, for clients that do not, and waits until the proxy refuses what it issued.
import assert from 'node:assert/strict';
import { withinSeconds } from './steps.mjs';

/** A revocation takes effect on every node within a second; the rest is for a busy machine. */
const EFFECT = 3;

export async function revokeGrant(mcpUrl, tokens, clientId) {
    const metadata = await (await fetch(new URL('/.well-known/oauth-authorization-server', mcpUrl))).json();
    const body = new URLSearchParams({ token: tokens.refresh_token, token_type_hint: 'refresh_token', client_id: clientId });
    const response = await fetch(metadata.revocation_endpoint, { method: 'POST', body });
    assert.equal(response.status, 200, 'the revocation is accepted');
    await withinSeconds(EFFECT, 'the revoked access token is refused', async () => (await statusWith(mcpUrl, tokens.access_token)) === 401);
}

async function statusWith(mcpUrl, accessToken) {
    const response = await fetch(mcpUrl, {
        method: 'POST',
        headers: {
            authorization: `Bearer ${accessToken}`,
            'content-type': 'application/json',
            accept: 'application/json, text/event-stream'
        },
        body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'ping' })
    });
    await response.body?.cancel();
    return response.status;
}

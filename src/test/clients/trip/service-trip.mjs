// What a strict client sees of a service's token, whichever library got it: verified by jose, called with, asked about by
// the MCP server, and revoked.
import assert from 'node:assert/strict';
import { createRemoteJWKSet, importJWK, jwtVerify } from 'jose';
import { step } from './steps.mjs';

/** The trip's arguments: ISSUER MCP-URL METHOD CLIENT SECRET-OR-JWK SERVER SERVER-SECRET */
export function parties([issuer, mcpUrl, method, client, proof, server, serverSecret]) {
    return { issuer: new URL(issuer), mcpUrl, method, client, proof, server, serverSecret };
}

export async function privateKey(jwk) {
    const { kid, ...rest } = JSON.parse(jwk);
    return { key: await importJWK(rest, 'ES256'), kid };
}

/**
 * @param library issue() a token response, introspect(token) as the MCP server, revoke(token), and refused(), which is the
 *     error code that another secret than its own brings
 */
export async function serviceTrip({ issuer, mcpUrl, client }, metadata, library) {
    assert(metadata.grant_types_supported.includes('client_credentials'));
    step('metadata');
    const tokens = await library.issue();
    assert.equal(tokens.token_type.toLowerCase(), 'bearer');
    assert.equal(tokens.refresh_token, undefined);
    step('token');
    const { payload } = await jwtVerify(tokens.access_token, createRemoteJWKSet(new URL(metadata.jwks_uri)), {
        issuer: issuer.origin,
        audience: mcpUrl,
        typ: 'at+jwt',
        requiredClaims: ['exp', 'iat', 'jti', 'client_id']
    });
    assert.equal(payload.sub, client);
    step('signature');
    assert.equal(await ping(mcpUrl, tokens.access_token), 200);
    step('call');
    const active = await library.introspect(tokens.access_token);
    assert.equal(active.active, true);
    assert.equal(active.sub, client);
    assert.equal(active.aud, mcpUrl);
    step('introspection');
    await library.revoke(tokens.access_token);
    assert.equal(await ping(mcpUrl, tokens.access_token), 401);
    assert.deepEqual(await library.introspect(tokens.access_token), { active: false });
    step('revocation');
    assert.equal(await library.refused(), 'invalid_client');
    step('refusal');
}

export async function ping(mcpUrl, token) {
    const response = await fetch(mcpUrl, {
        method: 'POST',
        headers: {
            authorization: `Bearer ${token}`,
            'content-type': 'application/json',
            accept: 'application/json, text/event-stream'
        },
        body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'ping' })
    });
    await response.text();
    return response.status;
}

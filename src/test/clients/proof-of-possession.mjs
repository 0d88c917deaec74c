// Tokens that are bound to a key (RFC 9449), by a library that takes nothing that the specifications do not allow.
// Usage: node proof-of-possession.mjs LIBRARY ISSUER MCP-URL CLIENT application CALLBACK-URL VERIFIER STATE
//    or: node proof-of-possession.mjs LIBRARY ISSUER MCP-URL CLIENT service JWK
import assert from 'node:assert/strict';
import * as oauth from 'oauth4webapi';
import * as openid from 'openid-client';
import { calculateJwkThumbprint, createRemoteJWKSet, exportJWK, jwtVerify } from 'jose';
import { run, step } from './trip/steps.mjs';
import { ping, privateKey } from './trip/service-trip.mjs';

const PING = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'ping' });
const headers = () => new Headers({
    'content-type': 'application/json',
    accept: 'application/json, text/event-stream'
});

/** Each: its metadata, what it proves with for a pair of keys, and what it can ask for with that. */
const libraries = {
    oauth4webapi: async (issuer, id, key) => {
        const plainHttp = { [oauth.allowInsecureRequests]: true };
        const found = await oauth.discoveryRequest(issuer, { ...plainHttp, algorithm: 'oauth2' });
        const as = await oauth.processDiscoveryResponse(issuer, found);
        const client = { client_id: id };
        const authentication = key ? oauth.PrivateKeyJwt(key) : oauth.None();
        // whoever uses the library is to repeat what was refused for its nonce
        const again = async attempt => {
            try {
                return await attempt();
            } catch (error) {
                if (!oauth.isDPoPNonceError(error)) throw error;
                step('nonce');
                return await attempt();
            }
        };
        return {
            metadata: as,
            prover: keys => oauth.DPoP(client, keys),
            redeem: ({ callback, verifier, state }, DPoP) => again(async () => {
                const parameters = oauth.validateAuthResponse(as, client, callback, state);
                const redirectUri = callback.origin + callback.pathname;
                return await oauth.processAuthorizationCodeResponse(as, client,
                    await oauth.authorizationCodeGrantRequest(
                        as, client, authentication, parameters, redirectUri, verifier, { DPoP, ...plainHttp }));
            }),
            serve: (parameters, DPoP) => again(async () =>
                await oauth.processClientCredentialsResponse(as, client,
                    await oauth.clientCredentialsGrantRequest(
                        as, client, authentication, parameters, { DPoP, ...plainHttp }))),
            refresh: (token, DPoP) => again(async () =>
                await oauth.processRefreshTokenResponse(as, client,
                    await oauth.refreshTokenGrantRequest(as, client, authentication, token, { DPoP, ...plainHttp }))),
            call: (token, url, DPoP) => again(() =>
                oauth.protectedResourceRequest(token, 'POST', url, headers(), PING, { DPoP, ...plainHttp }))
        };
    },
    // repeats by itself
    'openid-client': async (issuer, id, key) => {
        const found = { algorithm: 'oauth2', execute: [openid.allowInsecureRequests] };
        const by = key ? openid.PrivateKeyJwt(key) : openid.None();
        const client = await openid.discovery(issuer, id, undefined, by, found);
        return {
            metadata: client.serverMetadata(),
            prover: keys => openid.getDPoPHandle(client, keys),
            redeem: ({ callback, verifier, state }, DPoP) => openid.authorizationCodeGrant(
                client, callback, { pkceCodeVerifier: verifier, expectedState: state }, undefined, { DPoP }),
            serve: (parameters, DPoP) => openid.clientCredentialsGrant(client, parameters, { DPoP }),
            refresh: (token, DPoP) => openid.refreshTokenGrant(client, token, undefined, { DPoP }),
            call: (token, url, DPoP) =>
                openid.fetchProtectedResource(client, token, url, 'POST', PING, headers(), { DPoP })
        };
    }
};

async function trip([library, issuer, mcpUrl, id, kind, ...how]) {
    const key = kind === 'service' ? await privateKey(how[0]) : undefined;
    const client = await libraries[library](new URL(issuer), id, key);
    assert(client.metadata.dpop_signing_alg_values_supported.includes('ES256'));
    step('metadata');
    const keys = await oauth.generateKeyPair('ES256', { extractable: true });
    const prover = client.prover(keys);
    const tokens = key
        ? await client.serve({ resource: mcpUrl, scope: 'mcp' }, prover)
        : await client.redeem({ callback: new URL(how[0]), verifier: how[1], state: how[2] }, prover);
    await requireBound(tokens, client.metadata, keys);
    step('token');
    assert.equal((await client.call(tokens.access_token, new URL(mcpUrl), prover)).status, 200);
    step('call');
    if (tokens.refresh_token) {
        const refreshed = await client.refresh(tokens.refresh_token, prover);
        await requireBound(refreshed, client.metadata, keys);
        assert.equal((await client.call(refreshed.access_token, new URL(mcpUrl), prover)).status, 200);
        step('refresh');
    }
    const forgetful = client.prover(keys);
    assert.equal((await client.call(tokens.access_token, new URL(mcpUrl), forgetful)).status, 200);
    step('another nonce');
    assert.equal(await ping(mcpUrl, tokens.access_token), 401);
    const thief = client.prover(await oauth.generateKeyPair('ES256'));
    await assert.rejects(client.call(tokens.access_token, new URL(mcpUrl), thief), error =>
        error.status === 401 && error.cause.some(challenge =>
            challenge.scheme === 'dpop' && challenge.parameters.error === 'invalid_token'));
    step('refusal');
}

async function requireBound(tokens, metadata, { publicKey }) {
    assert.equal(tokens.token_type, 'dpop');
    const { payload } = await jwtVerify(
        tokens.access_token, createRemoteJWKSet(new URL(metadata.jwks_uri)), { typ: 'at+jwt' });
    assert.equal(payload.cnf.jkt, await calculateJwkThumbprint(await exportJWK(publicKey)));
}

run(() => trip(process.argv.slice(2)));

// A user's token exchanged by an MCP server, by a library that takes nothing that the specifications do not allow.
// Usage: node token-exchange.mjs LIBRARY ISSUER MCP-URL CLIENT SECRET SUBJECT-TOKEN
import assert from 'node:assert/strict';
import * as oauth from 'oauth4webapi';
import * as openid from 'openid-client';
import { createRemoteJWKSet, jwtVerify } from 'jose';
import { run, step } from './trip/steps.mjs';
import { ping } from './trip/service-trip.mjs';

const GRANT_TYPE = 'urn:ietf:params:oauth:grant-type:token-exchange';
const ACCESS_TOKEN = 'urn:ietf:params:oauth:token-type:access_token';

const libraries = {
    oauth4webapi: async (issuer, id, secret) => {
        const plainHttp = { [oauth.allowInsecureRequests]: true };
        const found = await oauth.discoveryRequest(issuer, { ...plainHttp, algorithm: 'oauth2' });
        const as = await oauth.processDiscoveryResponse(issuer, found);
        const client = { client_id: id };
        return {
            metadata: as,
            exchange: async parameters => await oauth.processGenericTokenEndpointResponse(
                as, client, await oauth.genericTokenEndpointRequest(
                    as, client, oauth.ClientSecretBasic(secret), GRANT_TYPE, parameters, plainHttp))
        };
    },
    'openid-client': async (issuer, id, secret) => {
        const found = { algorithm: 'oauth2', execute: [openid.allowInsecureRequests] };
        const client = await openid.discovery(issuer, id, undefined, openid.ClientSecretBasic(secret), found);
        return {
            metadata: client.serverMetadata(),
            exchange: parameters => openid.genericGrantRequest(client, GRANT_TYPE, parameters)
        };
    }
};

async function trip([library, issuer, mcpUrl, id, secret, subject]) {
    const { metadata, exchange } = await libraries[library](new URL(issuer), id, secret);
    assert(metadata.grant_types_supported.includes(GRANT_TYPE));
    step('metadata');
    const request = { subject_token: subject, subject_token_type: ACCESS_TOKEN, resource: mcpUrl, scope: 'mcp' };
    const tokens = await exchange(request);
    assert.equal(tokens.issued_token_type, ACCESS_TOKEN);
    assert.equal(tokens.token_type.toLowerCase(), 'bearer');
    assert.equal(tokens.refresh_token, undefined);
    step('token');
    const keys = createRemoteJWKSet(new URL(metadata.jwks_uri));
    const { payload } = await jwtVerify(tokens.access_token, keys, { audience: mcpUrl, typ: 'at+jwt' });
    assert.deepEqual(payload.act, { sub: id });
    assert.equal(payload.client_id, id);
    step('actor');
    assert.equal(await ping(mcpUrl, tokens.access_token), 200);
    step('call');
    const refusal = await exchange({ ...request, subject_token: `${subject}x` }).then(() => 'nothing', error => error.error);
    assert.equal(refusal, 'invalid_request');
    step('refusal');
}

run(() => trip(process.argv.slice(2)));

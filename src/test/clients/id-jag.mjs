// Okta's word for a user (ID-JAG) brought by a client, by a library that takes nothing that the specifications do not allow.
// Usage: node id-jag.mjs LIBRARY ISSUER MCP-URL CLIENT SECRET ID-JAG USER
import assert from 'node:assert/strict';
import * as oauth from 'oauth4webapi';
import * as openid from 'openid-client';
import { createRemoteJWKSet, decodeProtectedHeader, jwtVerify } from 'jose';
import { run, step } from './trip/steps.mjs';
import { ping } from './trip/service-trip.mjs';

const GRANT_TYPE = 'urn:ietf:params:oauth:grant-type:jwt-bearer';
const PROFILE = 'urn:ietf:params:oauth:grant-profile:id-jag';

const libraries = {
    oauth4webapi: async (issuer, id, secret) => {
        const plainHttp = { [oauth.allowInsecureRequests]: true };
        const found = await oauth.discoveryRequest(issuer, { ...plainHttp, algorithm: 'oauth2' });
        const as = await oauth.processDiscoveryResponse(issuer, found);
        const client = { client_id: id };
        return {
            metadata: as,
            redeem: async parameters => await oauth.processGenericTokenEndpointResponse(
                as, client, await oauth.genericTokenEndpointRequest(
                    as, client, oauth.ClientSecretBasic(secret), GRANT_TYPE, parameters, plainHttp))
        };
    },
    'openid-client': async (issuer, id, secret) => {
        const found = { algorithm: 'oidc', execute: [openid.allowInsecureRequests] };
        const client = await openid.discovery(issuer, id, undefined, openid.ClientSecretBasic(secret), found);
        return {
            metadata: client.serverMetadata(),
            redeem: parameters => openid.genericGrantRequest(client, GRANT_TYPE, parameters)
        };
    }
};

async function trip([library, issuer, mcpUrl, id, secret, assertion, user]) {
    assert.equal(decodeProtectedHeader(assertion).typ, 'oauth-id-jag+jwt');
    const { metadata, redeem } = await libraries[library](new URL(issuer), id, secret);
    assert(metadata.grant_types_supported.includes(GRANT_TYPE));
    assert.deepEqual(metadata.authorization_grant_profiles_supported, [PROFILE]);
    step('metadata');
    const tokens = await redeem({ assertion, scope: 'mcp' });
    assert.equal(tokens.token_type.toLowerCase(), 'bearer');
    assert.equal(tokens.scope, 'mcp');
    assert.equal(tokens.refresh_token, undefined);
    assert.equal(tokens.id_token, undefined);
    step('token');
    const keys = createRemoteJWKSet(new URL(metadata.jwks_uri));
    const { payload } = await jwtVerify(tokens.access_token, keys, { issuer: metadata.issuer, audience: mcpUrl, typ: 'at+jwt' });
    assert.equal(payload.sub, user);
    assert.equal(payload.client_id, id);
    step('user');
    assert.equal(await ping(mcpUrl, tokens.access_token), 200);
    step('call');
    const refusal = await redeem({ assertion }).then(() => 'nothing', error => error.error);
    assert.equal(refusal, 'invalid_grant');
    step('replay');
}

run(() => trip(process.argv.slice(2)));

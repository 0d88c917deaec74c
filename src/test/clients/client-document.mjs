// A client that is known by its metadata document and proves itself by a key, by a library that takes nothing that the
// specifications do not allow.
// Usage: node client-document.mjs LIBRARY ISSUER MCP-URL CLIENT-ID JWK
import assert from 'node:assert/strict';
import * as oauth from 'oauth4webapi';
import * as openid from 'openid-client';
import { Browser } from './trip/browser.mjs';
import { random, REDIRECT_URI } from './trip/registration.mjs';
import { ping, privateKey } from './trip/service-trip.mjs';
import { run, step } from './trip/steps.mjs';

/** Each pushes its request (RFC 9126). */
const libraries = {
    oauth4webapi: async (issuer, id, key) => {
        const plainHttp = { [oauth.allowInsecureRequests]: true };
        const as = await oauth.processDiscoveryResponse(
            issuer, await oauth.discoveryRequest(issuer, { ...plainHttp, algorithm: 'oauth2' }));
        const client = { client_id: id };
        const authentication = oauth.PrivateKeyJwt(key);
        return {
            metadata: as,
            begin: async parameters => {
                const pushed = await oauth.processPushedAuthorizationResponse(as, client,
                    await oauth.pushedAuthorizationRequest(as, client, authentication, parameters, plainHttp));
                const url = new URL(as.authorization_endpoint);
                url.search = new URLSearchParams({ client_id: id, request_uri: pushed.request_uri });
                return url;
            },
            redeem: async (url, { state, verifier }) => {
                const parameters = oauth.validateAuthResponse(as, client, url, state);
                const response = await oauth.authorizationCodeGrantRequest(
                    as, client, authentication, parameters, REDIRECT_URI, verifier, plainHttp);
                return await oauth.processAuthorizationCodeResponse(as, client, response);
            },
            refresh: async token => await oauth.processRefreshTokenResponse(as, client,
                await oauth.refreshTokenGrantRequest(as, client, authentication, token, plainHttp))
        };
    },
    'openid-client': async (issuer, id, key) => {
        const found = { algorithm: 'oauth2', execute: [openid.allowInsecureRequests] };
        const client = await openid.discovery(issuer, id, undefined, openid.PrivateKeyJwt(key), found);
        return {
            metadata: client.serverMetadata(),
            begin: parameters => openid.buildAuthorizationUrlWithPAR(client, parameters),
            redeem: (url, { state, verifier }) =>
                openid.authorizationCodeGrant(client, url, { expectedState: state, pkceCodeVerifier: verifier }),
            refresh: token => openid.refreshTokenGrant(client, token)
        };
    }
};

async function trip([name, issuer, mcpUrl, id, jwk]) {
    const library = await libraries[name](new URL(issuer), id, await privateKey(jwk));
    assert.equal(library.metadata.client_id_metadata_document_supported, true);
    step('metadata');
    const checks = { state: random(), verifier: random() };
    const url = await library.begin(new URLSearchParams({
        response_type: 'code',
        redirect_uri: REDIRECT_URI,
        scope: 'mcp offline_access',
        state: checks.state,
        code_challenge: await oauth.calculatePKCECodeChallenge(checks.verifier),
        code_challenge_method: 'S256'
    }));
    const answer = new URL(await new Browser({ arrives: false }).signOn(url, REDIRECT_URI));
    const tokens = await library.redeem(answer, checks);
    step('sign-on');
    assert.equal(await ping(mcpUrl, tokens.access_token), 200);
    step('call');
    const refreshed = await library.refresh(tokens.refresh_token);
    assert.equal(await ping(mcpUrl, refreshed.access_token), 200);
    step('refresh');
}

run(() => trip(process.argv.slice(2)));

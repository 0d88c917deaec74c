// A client that is told of a sign-on that is not enough (RFC 9470), by a library that takes nothing that the specifications
// do not allow.
// Usage: node step-up.mjs LIBRARY ISSUER MCP-URL TOOL
import assert from 'node:assert/strict';
import * as oauth from 'oauth4webapi';
import * as openid from 'openid-client';
import { decodeJwt } from 'jose';
import { Browser } from './trip/browser.mjs';
import { random, REDIRECT_URI, registered } from './trip/registration.mjs';
import { run, step } from './trip/steps.mjs';

const NAME = 'A client that steps up';
const SCOPE = 'mcp openid';

const libraries = {
    oauth4webapi: async issuer => {
        const plainHttp = { [oauth.allowInsecureRequests]: true };
        const as = await oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer, plainHttp));
        const client = { client_id: await registered(as.registration_endpoint, NAME, SCOPE) };
        return {
            begin: parameters => {
                const url = new URL(as.authorization_endpoint);
                url.search = new URLSearchParams({ ...parameters, client_id: client.client_id });
                return url;
            },
            redeem: async (url, { state, nonce, verifier }, maxAge) => {
                const parameters = oauth.validateAuthResponse(as, client, url, state);
                const response = await oauth.authorizationCodeGrantRequest(
                    as, client, oauth.None(), parameters, REDIRECT_URI, verifier, plainHttp);
                const tokens = await oauth.processAuthorizationCodeResponse(
                    as, client, response, { expectedNonce: nonce, maxAge, requireIdToken: true });
                return { token: tokens.access_token, claims: oauth.getValidatedIdTokenClaims(tokens) };
            },
            call: (token, url, headers, body) =>
                oauth.protectedResourceRequest(token, 'POST', url, headers, body, plainHttp)
        };
    },
    'openid-client': async issuer => {
        const found = { execute: [openid.allowInsecureRequests] };
        const any = await openid.discovery(issuer, 'any', undefined, openid.None(), found);
        const id = await registered(any.serverMetadata().registration_endpoint, NAME, SCOPE);
        const client = await openid.discovery(issuer, id, undefined, openid.None(), found);
        return {
            begin: parameters => openid.buildAuthorizationUrl(client, parameters),
            redeem: async (url, { state, nonce, verifier }, maxAge) => {
                const tokens = await openid.authorizationCodeGrant(client, url, {
                    expectedState: state,
                    expectedNonce: nonce,
                    pkceCodeVerifier: verifier,
                    maxAge,
                    idTokenExpected: true
                });
                return { token: tokens.access_token, claims: tokens.claims() };
            },
            call: (token, url, headers, body) =>
                openid.fetchProtectedResource(client, token, url, 'POST', body, headers)
        };
    }
};

/** @param challenge the parameters of one, or nothing at the first sign-on */
async function signedOn(library, challenge = {}) {
    const { acr_values, max_age, scope } = challenge;
    const checks = { state: random(), nonce: random(), verifier: random() };
    const url = library.begin({
        response_type: 'code',
        redirect_uri: REDIRECT_URI,
        scope: `${SCOPE} ${scope ?? ''}`.trim(),
        state: checks.state,
        nonce: checks.nonce,
        code_challenge: await oauth.calculatePKCECodeChallenge(checks.verifier),
        code_challenge_method: 'S256',
        ...(acr_values && { acr_values }),
        ...(max_age && { max_age })
    });
    const answer = await new Browser({ arrives: false }).signOn(url, REDIRECT_URI);
    return await library.redeem(new URL(answer), checks, max_age && Number(max_age));
}

function call(library, token, mcpUrl, tool) {
    const headers = new Headers({
        'content-type': 'application/json',
        accept: 'application/json, text/event-stream'
    });
    const message = { jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: tool, arguments: {} } };
    return library.call(token, mcpUrl, headers, JSON.stringify(message));
}

/** That for the kind of token that was used, as the library has read it. */
async function challengeAt(attempt) {
    const error = await attempt.then(() => assert.fail('no challenge'), refused => refused);
    assert.equal(error.status, 401);
    const [{ parameters }, ...others] = error.cause.filter(({ scheme }) => scheme === 'bearer');
    assert.equal(others.length, 0);
    return parameters;
}

async function trip([name, issuer, mcpUrl, tool]) {
    const library = await libraries[name](new URL(issuer));
    const first = await signedOn(library);
    step('sign-on');
    const challenge = await challengeAt(call(library, first.token, new URL(mcpUrl), tool));
    assert.equal(challenge.error, 'insufficient_user_authentication');
    assert(challenge.acr_values && challenge.max_age && challenge.scope);
    step('challenge');
    const anew = await signedOn(library, challenge);
    const { acr, auth_time } = decodeJwt(anew.token);
    assert(challenge.acr_values.split(' ').includes(acr));
    assert.equal(anew.claims.auth_time, auth_time);
    step('step-up');
    const response = await call(library, anew.token, new URL(mcpUrl), tool);
    assert.equal(response.status, 200);
    await response.text();
    step('call');
    await challengeAt(call(library, first.token, new URL(mcpUrl), tool));
    step('refusal');
}

run(() => trip(process.argv.slice(2)));

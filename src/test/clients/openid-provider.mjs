// A client that treats us as its OpenID provider, by a library that takes nothing that the specifications do not allow.
// Usage: node openid-provider.mjs LIBRARY ISSUER USER-ID NAME EMAIL
import assert from 'node:assert/strict';
import * as oauth from 'oauth4webapi';
import * as openid from 'openid-client';
import { Browser } from './trip/browser.mjs';
import { random, REDIRECT_URI, registered } from './trip/registration.mjs';
import { run, step } from './trip/steps.mjs';

const SCOPE = 'openid profile email';
const MAX_AGE = 600;

const libraries = {
    oauth4webapi: async issuer => {
        const plainHttp = { [oauth.allowInsecureRequests]: true };
        const as = await oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer, plainHttp));
        const client = { client_id: await registered(as.registration_endpoint, 'A relying party', SCOPE) };
        return {
            metadata: as,
            begin: async parameters => {
                const url = new URL(as.authorization_endpoint);
                const all = { ...parameters, client_id: client.client_id };
                for (const [name, value] of Object.entries(all)) url.searchParams.set(name, value);
                return url;
            },
            redeem: async (url, { state, nonce, verifier }) => {
                const parameters = oauth.validateAuthResponse(as, client, url, state);
                const response = await oauth.authorizationCodeGrantRequest(
                    as, client, oauth.None(), parameters, REDIRECT_URI, verifier, plainHttp);
                const tokens = await oauth.processAuthorizationCodeResponse(
                    as, client, response, { expectedNonce: nonce, maxAge: MAX_AGE, requireIdToken: true });
                await oauth.validateApplicationLevelSignature(as, response, plainHttp);
                return { tokens, claims: oauth.getValidatedIdTokenClaims(tokens) };
            },
            refresh: async token => {
                const response = await oauth.refreshTokenGrantRequest(as, client, oauth.None(), token, plainHttp);
                const tokens = await oauth.processRefreshTokenResponse(as, client, response);
                await oauth.validateApplicationLevelSignature(as, response, plainHttp);
                return { tokens, claims: oauth.getValidatedIdTokenClaims(tokens) };
            },
            userInfo: async (token, subject) => await oauth.processUserInfoResponse(
                as, client, subject, await oauth.userInfoRequest(as, client, token, plainHttp))
        };
    },
    'openid-client': async issuer => {
        const found = { execute: [openid.allowInsecureRequests, openid.enableNonRepudiationChecks] };
        const any = await openid.discovery(issuer, 'any', undefined, openid.None(), found);
        const id = await registered(any.serverMetadata().registration_endpoint, 'A relying party', SCOPE);
        const client = await openid.discovery(issuer, id, undefined, openid.None(), found);
        const read = tokens => ({ tokens, claims: tokens.claims() });
        return {
            metadata: client.serverMetadata(),
            begin: async parameters => openid.buildAuthorizationUrl(client, parameters),
            redeem: async (url, { state, nonce, verifier }) => read(await openid.authorizationCodeGrant(client, url, {
                expectedState: state,
                expectedNonce: nonce,
                pkceCodeVerifier: verifier,
                maxAge: MAX_AGE,
                idTokenExpected: true
            })),
            refresh: async token => read(await openid.refreshTokenGrant(client, token)),
            userInfo: (token, subject) => openid.fetchUserInfo(client, token, subject)
        };
    }
};

async function signedOn(library, changes = {}) {
    const checks = { state: random(), nonce: random(), verifier: random() };
    const url = await library.begin({
        response_type: 'code',
        redirect_uri: REDIRECT_URI,
        scope: SCOPE,
        state: checks.state,
        nonce: checks.nonce,
        max_age: String(MAX_AGE),
        code_challenge: await oauth.calculatePKCECodeChallenge(checks.verifier),
        code_challenge_method: 'S256'
    });
    const answer = await new Browser({ arrives: false }).signOn(url, REDIRECT_URI);
    return await library.redeem(new URL(answer), { ...checks, ...changes });
}

/** One library wraps what the other throws. */
function isAboutNonce(error) {
    return /"nonce"/.test(`${error.message} ${error.cause?.message}`);
}

async function trip([name, issuer, user, fullName, email]) {
    const library = await libraries[name](new URL(issuer));
    assert.deepEqual(library.metadata.id_token_signing_alg_values_supported, ['RS256']);
    assert(library.metadata.scopes_supported.includes('openid'));
    step('metadata');
    const { tokens, claims } = await signedOn(library);
    assert.equal(claims.sub, user);
    assert.ok(claims.auth_time);
    assert.ok(claims.at_hash);
    step('id token');
    assert.deepEqual(
        { ...await library.userInfo(tokens.access_token, claims.sub) }, { sub: user, name: fullName, email });
    step('user info');
    const refreshed = await library.refresh(tokens.refresh_token);
    assert.equal(refreshed.claims.sub, user);
    assert.equal(refreshed.claims.auth_time, claims.auth_time);
    step('refresh');
    await assert.rejects(signedOn(library, { nonce: random() }), isAboutNonce);
    step('replay');
    await assert.rejects(library.userInfo(tokens.id_token, claims.sub));
    step('refusal');
}

run(() => trip(process.argv.slice(2)));

// A client that serves its user at two MCP servers, by a library that takes nothing that the specifications do not allow.
// Usage: node several-resources.mjs LIBRARY ISSUER MCP-URL OTHER-MCP-URL
import assert from 'node:assert/strict';
import * as oauth from 'oauth4webapi';
import * as openid from 'openid-client';
import { Browser } from './trip/browser.mjs';
import { random, REDIRECT_URI, registered } from './trip/registration.mjs';
import { run, step } from './trip/steps.mjs';

const libraries = {
    oauth4webapi: async issuer => {
        const plainHttp = { [oauth.allowInsecureRequests]: true };
        const as = await oauth.processDiscoveryResponse(
            issuer, await oauth.discoveryRequest(issuer, { ...plainHttp, algorithm: 'oauth2' }));
        const client = { client_id: await registered(as.registration_endpoint, 'A client of two servers') };
        const options = resources => ({ ...plainHttp, additionalParameters: named(resources) });
        return {
            begin: async parameters => {
                const url = new URL(as.authorization_endpoint);
                parameters.set('client_id', client.client_id);
                url.search = parameters.toString();
                return url;
            },
            redeem: async (url, { state, verifier }, resources) => {
                const parameters = oauth.validateAuthResponse(as, client, url, state);
                const response = await oauth.authorizationCodeGrantRequest(
                    as, client, oauth.None(), parameters, REDIRECT_URI, verifier, options(resources));
                return await oauth.processAuthorizationCodeResponse(as, client, response);
            },
            refresh: async (token, resources) => {
                const response = await oauth.refreshTokenGrantRequest(
                    as, client, oauth.None(), token, options(resources));
                return await oauth.processRefreshTokenResponse(as, client, response);
            }
        };
    },
    'openid-client': async issuer => {
        const found = { algorithm: 'oauth2', execute: [openid.allowInsecureRequests] };
        const any = await openid.discovery(issuer, 'any', undefined, openid.None(), found);
        const id = await registered(any.serverMetadata().registration_endpoint, 'A client of two servers');
        const client = await openid.discovery(issuer, id, undefined, openid.None(), found);
        return {
            begin: async parameters => await openid.buildAuthorizationUrlWithPAR(client, parameters),
            redeem: (url, { state, verifier }, resources) => openid.authorizationCodeGrant(
                client, url, { expectedState: state, pkceCodeVerifier: verifier }, named(resources)),
            refresh: (token, resources) => openid.refreshTokenGrant(client, token, named(resources))
        };
    }
};

function named(resources) {
    return new URLSearchParams(resources.map(resource => ['resource', resource]));
}

async function statusAt(mcpUrl, tokens) {
    const response = await fetch(mcpUrl, {
        method: 'POST',
        headers: {
            authorization: `Bearer ${tokens.access_token}`,
            'content-type': 'application/json',
            accept: 'application/json, text/event-stream'
        },
        body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'ping', params: {} })
    });
    await response.text();
    return response.status;
}

async function leadsTo(mcpUrl, other, tokens) {
    assert.equal(await statusAt(mcpUrl, tokens), 200);
    assert.equal(await statusAt(other, tokens), 401);
}

async function trip([name, issuer, one, other]) {
    const library = await libraries[name](new URL(issuer));
    const checks = { state: random(), verifier: random() };
    const parameters = named([one, other]);
    parameters.set('response_type', 'code');
    parameters.set('redirect_uri', REDIRECT_URI);
    parameters.set('scope', 'mcp offline_access');
    parameters.set('state', checks.state);
    parameters.set('code_challenge', await oauth.calculatePKCECodeChallenge(checks.verifier));
    parameters.set('code_challenge_method', 'S256');
    const answer = new URL(await new Browser({ arrives: false }).signOn(await library.begin(parameters), REDIRECT_URI));
    step('sign-on');
    for (const ambiguous of [[], [one, other]]) {
        await assert.rejects(library.redeem(answer, checks, ambiguous), { error: 'invalid_target' });
    }
    step('refusal');
    const first = await library.redeem(answer, checks, [one]);
    await leadsTo(one, other, first);
    step('one server');
    const both = await Promise.all([
        library.refresh(first.refresh_token, [one]), library.refresh(first.refresh_token, [other])]);
    await leadsTo(one, other, both[0]);
    await leadsTo(other, one, both[1]);
    assert.equal(both[0].refresh_token, both[1].refresh_token);
    step('both servers');
    await leadsTo(other, one, await library.refresh(both[0].refresh_token, [other]));
    step('refresh');
}

run(() => trip(process.argv.slice(2)));

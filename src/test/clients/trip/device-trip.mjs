// A terminal and a person elsewhere, whichever library the terminal has (RFC 8628).
import assert from 'node:assert/strict';
import { Browser } from './browser.mjs';
import { step } from './steps.mjs';

/** The client_id of a public client that is redirected nowhere. */
export async function registered(endpoint) {
    const response = await fetch(endpoint, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({
            client_name: 'A terminal',
            grant_types: ['urn:ietf:params:oauth:grant-type:device_code', 'refresh_token'],
            response_types: [],
            token_endpoint_auth_method: 'none'
        })
    });
    assert.equal(response.status, 201);
    return (await response.json()).client_id;
}

/** @param library begin() the answer with the codes, poll(codes) until there are tokens or a refusal, whose code it throws as error */
export async function deviceTrip(metadata, mcpUrl, library) {
    assert(metadata.grant_types_supported.includes('urn:ietf:params:oauth:grant-type:device_code'));
    step('metadata');
    const codes = await library.begin();
    assert.equal(codes.expires_in, 600);
    assert.equal(codes.interval, 5);
    step('codes');
    const [tokens] = await Promise.all([library.poll(codes), decide(metadata, codes, 'allow')]);
    assert.ok(tokens.refresh_token);
    assert.equal(await ping(mcpUrl, tokens.access_token), 200);
    step('allow');
    const others = await library.begin();
    await decide(metadata, others, 'deny');
    await assert.rejects(library.poll(others), { error: 'access_denied' });
    step('deny');
}

async function decide(metadata, codes, decision) {
    const end = new URL(decision === 'allow' ? '/oauth/device/done' : '/oauth/device/denied', metadata.issuer);
    await new Browser({ code: codes.user_code }).signOn(codes.verification_uri_complete, end, decision);
}

async function ping(mcpUrl, token) {
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

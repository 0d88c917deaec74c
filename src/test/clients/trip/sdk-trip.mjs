// The whole trip with a client of the TypeScript SDK; both generations differ only in what is handed in.
import assert from 'node:assert/strict';
import { Browser } from './browser.mjs';
import { LoopbackClient } from './loopback-client.mjs';
import { Recorder } from './recorder.mjs';
import { revokeGrant } from './revocation.mjs';
import { step } from './steps.mjs';
import { useTools } from './tools.mjs';

/**
 * @param generation what one generation of the SDK supplies: `newClient()`, `newTransport(url, options)`,
 *     `finishAuth(transport, parameters)`, `isUnauthorized(error)`, `era(client, transport)`
 */
export async function sdkTrip(mcpUrl, generation, expectedEra) {
    const provider = await LoopbackClient.listening();
    const recorder = new Recorder();
    const connect = async () => {
        const client = generation.newClient();
        const transport = generation.newTransport(new URL(mcpUrl), { authProvider: provider, fetch: recorder.fetch });
        await client.connect(transport);
        return { client, transport };
    };
    try {
        await signOn(mcpUrl, generation, provider, recorder);
        const { client, transport } = await connect();
        assert.equal(generation.era(client, transport), expectedEra);
        step('initialize');

        const call = (params, options) => generation.callTool(client, params, options);
        await useTools(client, { call });
        await refresh(client, provider, recorder, call);
        await revoke(mcpUrl, generation, provider, call);
        await client.close().catch(() => {});
    } catch (error) {
        console.error(`Requests of the client:\n${recorder}`);
        throw error;
    } finally {
        provider.close();
    }
}

async function signOn(mcpUrl, generation, provider, recorder) {
    const transport = generation.newTransport(new URL(mcpUrl), { authProvider: provider, fetch: recorder.fetch });
    await assert.rejects(generation.newClient().connect(transport), error => generation.isUnauthorized(error));
    assert.match(recorder.find({ path: new URL(mcpUrl).pathname, status: 401 }).challenge, /^Bearer .*resource_metadata="/);
    step('challenge');
    assert.ok(recorder.find({ path: '/.well-known/oauth-protected-resource/mcp', status: 200 }));
    step('resource metadata');
    assert.ok(recorder.find({ path: '/.well-known/oauth-authorization-server', status: 200 }));
    step('server metadata');
    assert.equal(recorder.find({ path: '/oauth2/v1/clients' })?.status, 201);
    step('registration');

    const authorization = provider.authorizationUrl;
    assert.equal(authorization.searchParams.get('resource'), mcpUrl);
    assert.equal(authorization.searchParams.get('code_challenge_method'), 'S256');
    await new Browser().signOn(authorization, provider.redirectUrl);
    const parameters = provider.arrived();
    assert.equal(parameters.get('iss'), new URL(mcpUrl).origin);
    step('sign-on');

    await generation.finishAuth(transport, parameters);
    assert.ok(provider.saved.access_token && provider.saved.refresh_token, 'both tokens were issued');
    step('token');
}

/** An access token that the proxy does not take makes the SDK refresh by itself, and repeat the call. */
async function refresh(client, provider, recorder, call) {
    const before = provider.saved;
    provider.saved = { ...before, access_token: `${before.access_token}x` };
    await call({ name: 'echo', arguments: { message: 'after refresh' } });
    assert.ok(recorder.find({ grant: 'refresh_token', status: 200 }));
    assert.notEqual(provider.saved.access_token, before.access_token);
    assert.notEqual(provider.saved.refresh_token, before.refresh_token, 'the refresh token rotates');
    step('refresh');
}

async function revoke(mcpUrl, generation, provider, call) {
    await revokeGrant(mcpUrl, provider.saved, provider.clientInformation().client_id);
    provider.authorizationUrl = undefined;
    const afterwards = { name: 'echo', arguments: { message: 'after revocation' } };
    await assert.rejects(call(afterwards), error => generation.isUnauthorized(error));
    assert.ok(provider.authorizationUrl, 'the SDK wants the person to sign on again');
    step('revoke');
}

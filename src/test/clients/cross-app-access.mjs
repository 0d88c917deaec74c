// A client of the TypeScript SDK that its company's Okta connects: it takes the ID token of a person, asks Okta for an ID-JAG,
// and brings that to the proxy; nobody opens a browser.
// Usage: node cross-app-access.mjs MCP-URL ISSUER CLIENT SECRET OKTA OKTA-CLIENT OKTA-SECRET ID-TOKEN
import assert from 'node:assert/strict';
import { Client, CrossAppAccessProvider, StreamableHTTPClientTransport, discoverAndRequestJwtAuthGrant } from '@modelcontextprotocol/client';
import { Recorder } from './trip/recorder.mjs';
import { run, step } from './trip/steps.mjs';

const [, , mcpUrl, expectedIssuer, clientId, clientSecret, idpUrl, idpClientId, idpClientSecret, idToken] = process.argv;

run(async () => {
    const recorder = new Recorder();
    let given = 0;
    const authProvider = new CrossAppAccessProvider({
        assertion: async context => {
            const { jwtAuthGrant } = await discoverAndRequestJwtAuthGrant({
                idpUrl,
                audience: context.authorizationServerUrl,
                resource: context.resourceUrl,
                scope: context.scope,
                idToken,
                clientId: idpClientId,
                clientSecret: idpClientSecret,
                fetchFn: context.fetchFn
            });
            given++;
            return jwtAuthGrant;
        },
        clientId,
        clientSecret,
        expectedIssuer
    });
    const client = new Client({ name: 'sdk-2', version: '1.0.0' }, { versionNegotiation: { mode: 'auto' } });
    try {
        await client.connect(new StreamableHTTPClientTransport(new URL(mcpUrl), { authProvider, fetch: recorder.fetch }));
        assert.equal(given, 1);
        assert.equal(authProvider.tokens().refresh_token, undefined);
        step('token');
        assert.ok((await client.listTools()).tools.length > 0);
        step('call');
        authProvider.saveTokens({ ...authProvider.tokens(), access_token: `${authProvider.tokens().access_token}x` });
        assert.ok((await client.listTools()).tools.length > 0);
        assert.equal(given, 2);
        step('the next token');
        await client.close().catch(() => {});
    } catch (error) {
        console.error(`Requests of the client:\n${recorder}`);
        throw error;
    }
});

// The conformance suite against the authorization server.
// Usage: node conformance-authorization.mjs ISSUER MCP-URL
import { createServer } from 'node:net';
import { Browser } from './trip/browser.mjs';
import { conformance } from './trip/conformance-suite.mjs';
import { run } from './trip/steps.mjs';

const [, , issuer, mcpUrl] = process.argv;

run(async () => {
    const port = await freePort();
    const redirectUri = `http://127.0.0.1:${port}/callback`;
    const clientId = await register(redirectUri);
    let printed = '';
    await conformance(
        'authorization',
        ['--url', issuer, '--client-id', clientId, '--resource', mcpUrl, '--port', String(port)],
        text => {
            const before = printed;
            printed += text;
            const url = request(printed);
            if (url && !request(before)) void new Browser().signOn(url, redirectUri).catch(error => console.log(error));
        }
    );
});

/** The address that the suite asks its user to open, once it is printed whole. */
function request(printed) {
    return printed.match(/^(https?:\/\/\S+\/authorize\?\S+)\n/m)?.[1];
}

async function register(redirectUri) {
    const metadata = { client_name: 'Conformance', redirect_uris: [redirectUri], token_endpoint_auth_method: 'none' };
    const response = await fetch(`${issuer}/oauth2/v1/clients`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(metadata)
    });
    return (await response.json()).client_id;
}

async function freePort() {
    const server = createServer();
    await new Promise(resolve => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address();
    await new Promise(resolve => server.close(resolve));
    return port;
}

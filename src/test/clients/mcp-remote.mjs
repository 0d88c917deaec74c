// The mcp-remote program, as Claude Desktop and others run it: over stdio, with a client of the older revision.
// Usage: node mcp-remote.mjs MCP-URL legacy|auto
import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { InterceptedBrowser, noDesktop } from './trip/intercepted-browser.mjs';
import { revokeGrant } from './trip/revocation.mjs';
import { endsWithTrip, run, step } from './trip/steps.mjs';
import { useTools } from './trip/tools.mjs';

const [, , mcpUrl, protocol] = process.argv;
const program = fileURLToPath(new URL('node_modules/mcp-remote/dist/proxy.js', import.meta.url));

run(async () => {
    const store = await mkdtemp(join(tmpdir(), 'mcp-remote-'));
    try {
        await firstRun(store);
        await laterRun(store);
        await afterRevocation(store);
    } finally {
        await rm(store, { recursive: true, force: true });
    }
});

async function firstRun(store) {
    const { client, browser } = await started(store);
    await browser.settled();
    assert.equal(browser.asked, 1);
    step('sign-on');
    const registration = await stored(store, 'client_info.json');
    assert.match(registration.redirect_uris[0], /^http:\/\/localhost:\d+\/oauth\/callback$/);
    step('registration');
    const tokens = await stored(store, 'tokens.json');
    assert.ok(tokens.access_token && tokens.refresh_token, 'both tokens were issued');
    step('token');
    step('initialize');
    await useTools(client, { call: (params, options) => client.callTool(params, undefined, options) });
    await client.close();
}

/** With an access token that is not taken any more it must come back by its refresh token, and ask nobody. */
async function laterRun(store) {
    const before = await stored(store, 'tokens.json');
    await spoilAccessToken(store);
    const { client, browser } = await started(store);
    assert.equal(browser.asked, 0, 'nobody is asked to sign on again');
    await client.callTool({ name: 'echo', arguments: { message: 'after refresh' } });
    const after = await stored(store, 'tokens.json');
    assert.notEqual(after.access_token, before.access_token);
    assert.notEqual(after.refresh_token, before.refresh_token);
    await client.close();
    step('refresh');
}

/** mcp-remote revokes nothing itself; when somebody else did, it must send its person to sign on. */
async function afterRevocation(store) {
    const tokens = await stored(store, 'tokens.json');
    const { client_id: clientId } = await stored(store, 'client_info.json');
    await revokeGrant(mcpUrl, tokens, clientId);
    const { client, browser } = await started(store);
    await browser.settled();
    assert.equal(browser.asked, 1, 'the person is asked to sign on again');
    await client.close();
    step('revoke');
}

async function started(store) {
    const browser = new InterceptedBrowser('Please authorize this client by visiting:');
    const transport = new StdioClientTransport({
        command: process.execPath,
        args: [program, mcpUrl, '--protocol', protocol, '--transport', 'http-only'],
        env: { ...process.env, ...noDesktop, MCP_REMOTE_CONFIG_DIR: store },
        stderr: 'pipe'
    });
    browser.watch(transport.stderr);
    const client = new Client({ name: 'mcp-remote-host', version: '1.0.0' });
    const connected = client.connect(transport);
    endsWithTrip(transport.pid);
    await connected;
    return { client, browser };
}

async function stored(store, name) {
    return JSON.parse(await readFile(await pathOf(store, name), 'utf8'));
}

async function spoilAccessToken(store) {
    const tokens = await stored(store, 'tokens.json');
    await writeFile(await pathOf(store, 'tokens.json'), JSON.stringify({ ...tokens, access_token: `${tokens.access_token}x` }));
}

async function pathOf(store, name) {
    const files = await readdir(store, { recursive: true });
    const file = files.find(one => one.endsWith(`_${name}`));
    assert.ok(file, `mcp-remote keeps a ${name}`);
    return join(store, file);
}

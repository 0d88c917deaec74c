// MCP Inspector in its CLI, one run of the program for each call, with its own OAuth support.
// Usage: node inspector.mjs MCP-URL legacy|auto|modern
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { InterceptedBrowser, noDesktop } from './trip/intercepted-browser.mjs';
import { revokeGrant } from './trip/revocation.mjs';
import { endsWithTrip, run, step } from './trip/steps.mjs';

const [, , mcpUrl, era] = process.argv;
const program = fileURLToPath(new URL('node_modules/@modelcontextprotocol/inspector/clients/launcher/build/index.js', import.meta.url));
const ECHO = ['--method', 'tools/call', '--tool-name', 'echo', '--tool-arg', 'message=hello'];

run(async () => {
    const store = await mkdtemp(join(tmpdir(), 'inspector-'));
    try {
        const inspector = new Inspector(store, await freePort());
        await inspector.signsOnAndListsTools();
        await inspector.callsTools();
        await inspector.refreshes();
        await inspector.revokes();
    } finally {
        await rm(store, { recursive: true, force: true });
    }
});

class Inspector {
    #store;
    #callback;

    constructor(store, port) {
        this.#store = store;
        this.#callback = `http://127.0.0.1:${port}/oauth/callback`;
    }

    async signsOnAndListsTools() {
        const { answer, browser } = await this.#runs('--method', 'tools/list');
        assert.equal(browser.asked, 1);
        step('sign-on');
        const { access_token: accessToken, refresh_token: refreshToken } = await this.#tokens();
        assert.ok(accessToken && refreshToken, 'both tokens were issued');
        step('token');
        assert.ok(answer.result.tools.some(tool => tool.name === 'echo'));
        step('tools/list');
    }

    async callsTools() {
        const { answer, browser } = await this.#runs(...ECHO);
        assert.equal(browser.asked, 0, 'the stored token is used');
        assert.equal(answer.result.content[0].text, 'Echo: hello');
        step('tools/call');
        const slow = ['--tool-name', 'trigger-long-running-operation', '--tool-arg', 'duration=1', '--tool-arg', 'steps=4'];
        const { answer: finished } = await this.#runs('--method', 'tools/call', ...slow);
        assert.match(finished.result.content[0].text, /completed/);
        step('long tools/call');
    }

    async refreshes() {
        const before = await this.#tokens();
        await this.#spoilAccessToken(before);
        const { browser } = await this.#runs(...ECHO);
        assert.equal(browser.asked, 0, 'nobody is asked to sign on again');
        const after = await this.#tokens();
        assert.notEqual(after.access_token, before.access_token);
        assert.notEqual(after.refresh_token, before.refresh_token);
        step('refresh');
    }

    /** The CLI revokes with `--relogin` only what its web interface has signed on, so the trip revokes by itself. */
    async revokes() {
        const { servers } = JSON.parse(await readFile(join(this.#store, 'storage', 'oauth.json'), 'utf8'));
        const { clientInformation } = servers[mcpUrl].byIssuer[new URL(mcpUrl).origin];
        await revokeGrant(mcpUrl, await this.#tokens(), clientInformation.client_id);
        const { browser } = await this.#runs(...ECHO);
        assert.equal(browser.asked, 1, 'the person is asked to sign on again');
        step('revoke');
    }

    async #tokens() {
        const secrets = await this.#secrets();
        return JSON.parse(secrets[tokenKey(secrets)]);
    }

    async #spoilAccessToken(tokens) {
        const secrets = await this.#secrets();
        secrets[tokenKey(secrets)] = JSON.stringify({ ...tokens, access_token: `${tokens.access_token}x` });
        await writeFile(this.#secretsFile, JSON.stringify({ version: 1, encryption: 'none', secrets }));
    }

    async #secrets() {
        return JSON.parse(await readFile(this.#secretsFile, 'utf8')).secrets;
    }

    get #secretsFile() {
        return join(this.#store, 'storage', 'secrets.json');
    }

    async #runs(...args) {
        const browser = new InterceptedBrowser('Please navigate to:');
        const common = ['--cli', mcpUrl, '--transport', 'http', '--protocol-era', era, '--callback-url', this.#callback, '--format', 'json'];
        const child = spawn(process.execPath, [program, ...common, ...args], {
            env: { ...process.env, ...noDesktop, ...this.#surroundings },
            stdio: ['ignore', 'pipe', 'pipe']
        });
        endsWithTrip(child.pid);
        browser.watch(child.stderr);
        let output = '';
        child.stdout.setEncoding('utf8').on('data', text => (output += text));
        const code = await new Promise((resolve, reject) => child.on('error', reject).on('close', resolve));
        await browser.settled();
        assert.equal(code, 0, `Inspector ended with ${code}: ${output}`);
        return { answer: JSON.parse(output), browser };
    }

    get #surroundings() {
        return {
            HOME: this.#store,
            MCP_STORAGE_DIR: join(this.#store, 'storage'),
            MCP_INSPECTOR_SECRET_STORE: 'file',
            MCP_AUTO_OPEN_ENABLED: 'true'
        };
    }
}

function tokenKey(secrets) {
    return Object.keys(secrets).find(key => key.includes(':tokens:'));
}

async function freePort() {
    const server = createServer();
    await new Promise(resolve => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address();
    await new Promise(resolve => server.close(resolve));
    return port;
}

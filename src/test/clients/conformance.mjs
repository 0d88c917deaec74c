// The conformance suite against a server. Each check is a step: scenario, check id, outcome. Whether all of them pass is
// the server's affair; the test compares what two runs saw.
// Usage: node conformance.mjs MCP-URL REVISION [ACCESS-TOKEN [LOSS]]
import { spawn } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { arch, platform, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Shim } from './trip/shim.mjs';
import { endsWithTrip, run, step } from './trip/steps.mjs';

const [, , mcpUrl, revision, accessToken, loss] = process.argv;
const program = fileURLToPath(new URL('node_modules/@modelcontextprotocol/conformance/dist/index.js', import.meta.url));

run(async () => {
    const folder = await mkdtemp(join(tmpdir(), 'conformance-'));
    try {
        const shim = accessToken ? await Shim.before(mcpUrl, accessToken, loss) : undefined;
        await suite(shim?.url ?? mcpUrl, folder);
        await tellChecks(folder);
    } finally {
        await rm(folder, { recursive: true, force: true });
    }
});

async function suite(url, folder) {
    const child = spawn(node22(), [program, 'server', '--url', url, '--requirements', revision, '--output-dir', folder], {
        stdio: ['ignore', 'inherit', 'inherit']
    });
    endsWithTrip(child.pid);
    // it is 1 too where the server fails a check
    const code = await new Promise((resolve, reject) => child.on('error', reject).on('close', resolve));
    if (code !== 0 && code !== 1) throw new Error(`The suite ended with ${code}`);
}

/** Scenarios have a folder each, with the time in its name. */
async function tellChecks(folder) {
    for (const name of (await readdir(folder)).sort()) {
        const scenario = name.replace(/^server-/, '').replace(/-\d{4}-\d\d-\d\dT[\d-]+Z$/, '');
        for (const { id, status, errorMessage } of JSON.parse(await readFile(join(folder, name, 'checks.json'), 'utf8'))) {
            if (errorMessage) console.log(`${scenario} ${id}: ${errorMessage}`);
            step(`${scenario} ${id} ${status}`);
        }
    }
}

/** The suite needs Node 22; npm brings one along for Linux, for where the machine's own is older. */
function node22() {
    if (Number(process.versions.node.split('.')[0]) >= 22) return process.execPath;
    try {
        return createRequire(import.meta.url).resolve(`node-${platform()}-${arch()}/bin/node`);
    } catch (cause) {
        throw new Error('Node 22 or newer is needed on the PATH', { cause });
    }
}

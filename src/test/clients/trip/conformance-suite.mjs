// MCP's own conformance suite. Each check is a step: scenario, check id, outcome.
import { spawn } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { arch, platform, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { endsWithTrip, step } from './steps.mjs';

const program = fileURLToPath(new URL('../node_modules/@modelcontextprotocol/conformance/dist/index.js', import.meta.url));

/** Runs one of its commands, and tells what it found; `onOutput` is given what it prints. */
export async function conformance(command, options, onOutput = () => {}) {
    const folder = await mkdtemp(join(tmpdir(), 'conformance-'));
    try {
        await suite([command, ...options, '--output-dir', folder], onOutput);
        await tellChecks(folder);
    } finally {
        await rm(folder, { recursive: true, force: true });
    }
}

async function suite(options, onOutput) {
    const child = spawn(node22(), [program, ...options], { stdio: ['ignore', 'pipe', 'inherit'] });
    endsWithTrip(child.pid);
    child.stdout.setEncoding('utf8').on('data', text => {
        process.stdout.write(text);
        onOutput(text);
    });
    // it is 1 too where the server fails a check
    const code = await new Promise((resolve, reject) => child.on('error', reject).on('close', resolve));
    if (code !== 0 && code !== 1) throw new Error(`The suite ended with ${code}`);
}

/** Scenarios have a folder each, with the time in its name. */
async function tellChecks(folder) {
    for (const name of (await readdir(folder)).sort()) {
        const scenario = name.replace(/^(authorization-server|server)-/, '').replace(/-\d{4}-\d\d-\d\dT[\d-]+Z$/, '');
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

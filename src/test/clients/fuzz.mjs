// Sends requests of every kind to every endpoint, many at a time: node fuzz.mjs cases seed < what the installation is.
// No answer may be a failure of the server's, tell of its inside, or take longer than ten seconds.
import http from 'node:http';
import net from 'node:net';
import { text } from 'node:stream/consumers';
import fc from 'fast-check';
import { bytes, request } from './fuzz/requests.mjs';

const AT_ONCE = 25;
const LONGEST = 10_000;
const OTHER_HTTP = 505; // what is due to a version that is none
const INSIDE = /Exception|\bat (org|com|io|java|jakarta)\.|\.java:\d|SQLSTATE|WEB-INF|wlp\/usr/;

const [cases, seed] = process.argv.slice(2).map(Number);
const given = JSON.parse(await text(process.stdin));
const { hostname, port, host } = new URL(given.base);
given.host = host;
const agent = new http.Agent({ keepAlive: true, maxSockets: AT_ONCE });
const seen = new Map();

function answerTo({ method, target, headers, body }) {
    return new Promise((resolve, reject) => {
        const sent = http.request({
            agent,
            hostname,
            port,
            method,
            path: target,
            headers: { ...headers, 'content-length': Buffer.byteLength(body) },
            timeout: LONGEST
        });
        sent.on('timeout', () => sent.destroy(new Error('no answer within ten seconds')));
        sent.on('error', broken =>
            broken.code === 'ECONNRESET' || broken.code === 'EPIPE' ? resolve({ status: 0, answered: '' }) : reject(broken)
        );
        sent.on('response', response => {
            if (response.headers['content-type'] === 'text/event-stream') {
                resolve({ status: response.statusCode, answered: '' });
                sent.destroy();
                return;
            }
            text(response).then(answered => resolve({ status: response.statusCode, answered }), reject);
        });
        sent.end(body);
    });
}

/** An answer, or none: such a request may as well be cut off. What follows it would be the next one's. */
function answerToBytes(sent) {
    return new Promise((resolve, reject) => {
        const socket = net.connect({ host: hostname, port });
        let answered = '';
        const end = () => {
            socket.destroy();
            resolve({ status: Number(/^HTTP\/1\.1 (\d{3})/.exec(answered)?.[1] ?? 0), answered });
        };
        socket.setEncoding('latin1');
        socket.setTimeout(LONGEST, () => reject(new Error('neither an answer nor an end within ten seconds')));
        socket.on('data', part => {
            answered += part;
            if (answered.includes('\r\n\r\n')) end();
        });
        socket.on('error', end);
        socket.on('close', end);
        socket.end(Buffer.from(sent, 'latin1'));
    });
}

function judge({ status, answered }) {
    seen.set(status, (seen.get(status) ?? 0) + 1);
    if (status >= 500 && status !== OTHER_HTTP) throw new Error(`answered ${status}: ${answered.slice(0, 500)}`);
    const inside = INSIDE.exec(answered);
    if (inside) throw new Error(`tells of its inside (${inside[0]}): ${answered.slice(0, 500)}`);
}

async function all(requests, send) {
    for (const answer of await Promise.all(requests.map(send))) judge(answer);
}

async function run(name, arbitrary, send, share) {
    const runs = Math.ceil((cases * share) / AT_ONCE);
    const property = fc.asyncProperty(fc.array(arbitrary, { minLength: AT_ONCE, maxLength: AT_ONCE }), requests => all(requests, send));
    await fc.assert(property, { numRuns: runs, seed, interruptAfterTimeLimit: undefined, errorWithCause: true });
    console.log(`step: ${name}`);
    console.log(`${name}: ${runs * AT_ONCE} cases`);
}

await run('requests', request(given), answerTo, 0.95);
await run('bytes', bytes(given), answerToBytes, 0.05);
console.log(
    `seed ${seed}; answers by status: ${[...seen]
        .sort()
        .map(([status, times]) => `${status}×${times}`)
        .join(' ')}`
);
agent.destroy();
